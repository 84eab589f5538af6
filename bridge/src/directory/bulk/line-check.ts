/** What every kind of import shares: lines turned into values, each complaint with its line and column. */
import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";
import type { LineProblem } from "../../api/bulk.ts";
import { AppError } from "../../events/errors.ts";
import type { DirectoryContext } from "../edit.ts";
import { fieldCodes } from "../field-codes.ts";
import type { CsvLine, CsvShape } from "./csv.ts";

/** What a kind of import says of itself. `Row` is a line that fits its schema. */
export interface LineKind<Schema extends TSchema> extends CsvShape {
  /** The line's values, not looked at yet; the keys are the columns' names. */
  read(cells: CsvLine["cells"]): unknown;
  schema: Schema;
  /**
   * Writes the rows, of the nouns that a `Trial` holds, or tells what stands against it: then everything is undone. Throws nothing but
   * defects. Each step is a line or a few: in a trial others get their turn between them, within the edit of the site nobody does.
   */
  write(context: DirectoryContext, siteId: string, rows: readonly Placed<Static<Schema>>[]): Generator<void, Outcome>;
  /** The site's rows as lines. */
  lines(context: DirectoryContext, siteId: string, logins: boolean): string[][];
}

export type Placed<Row> = Row & { line: number };

/** A kind of import with its rows' type kept inside. */
export interface ImportKind extends CsvShape, Pick<LineKind<TSchema>, "lines"> {
  start(): Importer;
}

export interface Importer {
  /** Keeps the line; or says what is wrong with it. */
  take(line: CsvLine): LineProblem[];
  write(context: DirectoryContext, siteId: string): Generator<void, Outcome>;
}

export function importKind<Schema extends TSchema>(kind: LineKind<Schema>): ImportKind {
  const { schema, read, write, ...rest } = kind;
  return {
    ...rest,
    start: () => {
      const rows: Placed<Static<Schema>>[] = [];
      return {
        take: ({ line, cells }) => {
          const value = read(cells);
          if (!Value.Check(schema, value)) return problemsOf(schema, line, value);
          rows.push(Object.assign({}, value, { line }));
          return [];
        },
        write: (context, siteId) => write(context, siteId, rows),
      };
    },
  };
}

export const nothingYet = (): Outcome => ({ added: 0, changed: 0, same: 0, removed: 0, problems: [] });

export interface Outcome {
  added: number;
  changed: number;
  same: number;
  /** What was there and is not in the file. */
  removed: number;
  problems: LineProblem[];
}

function problemsOf(schema: TSchema, line: number, value: unknown): LineProblem[] {
  return Object.entries(fieldCodes(schema, value)).map(([column, code]) =>
    problem(line, column.split(".")[0] ?? "", code),
  );
}

export function problem(line: number, column: string, code: string): LineProblem {
  return { line, column, code, message: `line ${line}${column === "" ? "" : `, ${column}`}: ${code}` };
}

/** Counts one row: what `work` throws as an AppError becomes the line's problem. */
export function onLine(outcome: Outcome, line: number, column: string, work: () => "added" | "changed" | "same"): void {
  try {
    outcome[work()] += 1;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const [[field, code] = [column, error.code]] = Object.entries(error.fields ?? {});
    // What the API calls targetSipUri is the column target_sip_uri.
    const named = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    outcome.problems.push(problem(line, named, code));
  }
}

/** yes, no, true, false, 1, 0 and what a French spreadsheet makes of them; anything else stays as it is, for the schema to refuse. */
export function readBoolean(text: string, ifEmpty: boolean): unknown {
  if (text === "") return ifEmpty;
  if (/^(yes|true|1|oui|vrai)$/i.test(text)) return true;
  return /^(no|false|0|non|faux)$/i.test(text) ? false : text;
}

/** Also as a spreadsheet writes a whole number in a column of decimals: `30,00`. */
export function readInteger(text: string): unknown {
  return /^\d{1,9}([.,]0{1,9})?$/.test(text) ? Number.parseInt(text, 10) : text;
}

/** Marks the second and later line of the same key. Returns those of a key for the first time. */
export function withoutDoubles<Row>(
  rows: readonly Placed<Row>[],
  outcome: Outcome,
  column: string | ((row: Row) => string),
  keyOf: (row: Row) => string,
): Placed<Row>[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = keyOf(row);
    if (seen.has(key))
      outcome.problems.push(problem(row.line, typeof column === "string" ? column : column(row), "TWICE"));
    const first = !seen.has(key);
    seen.add(key);
    return first;
  });
}
