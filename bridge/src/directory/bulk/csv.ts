/**
 * CSV as spreadsheets write and read it: RFC 4180, UTF-8 with a byte order mark, commas, semicolons or tabs. A cell that a
 * spreadsheet would take for a formula, or for a number or a date that it writes otherwise, goes out behind an apostrophe, and
 * comes back without it.
 */
import { setImmediate as turn } from "node:timers/promises";
import { AppError } from "../../events/errors.ts";
import { tidy } from "../../store/text.ts";
import { cellMeant, columnCalled, type FrenchWords } from "./french-words.ts";
import { isReshaped, wasReshaped } from "./reshaped.ts";

/** What a file may hold. */
export interface CsvShape {
  needed: readonly string[];
  columns: readonly string[];
  words: FrenchWords;
}

export interface CsvFile {
  /** As the file calls its columns, in its order, and how that is understood. */
  headings: { heading: string; column: string }[];
  lines: CsvLine[];
}

export interface CsvLine {
  /** As an editor counts; the header is line 1. */
  line: number;
  /** Column → text, trimmed; a missing column is "". */
  cells: Readonly<Record<string, string>>;
  /** It has a text behind the last column: most likely a separator that was not put into quotes. */
  hasMore: boolean;
  /** Columns in which a spreadsheet has put something else in the place of what was typed. */
  damaged: string[];
}

/** How Excel is told which character separates: the line is no part of the table, yet an editor counts it. */
const SEPARATOR_LINE = /^\ufeff?sep=([,;\t])(?=[\r\n])/i;

/** What a spreadsheet runs, with any apostrophes that stand before it: so that two ways through are the way back. */
const FORMULA = /^'*[=+\-@\t\r]/;

/** A number with a leading zero, as it is written so that a spreadsheet leaves it alone. */
const KEPT_TEXT = /^="([^"]*)"$/;

/** More of them is no list of ours, and would hold everybody up. */
const MOST_LINES = 20_000;
const MOST_COLUMNS = 100;
const MOST_CELLS = 500_000;
const LONGEST_LINE = 250_000;
/** Lines that are read or written before somebody else gets a turn. */
const LINES_AT_ONCE = 500;

/** Throws CSV_COLUMNS when `needed` columns are missing, TOO_LARGE, and INVALID_REQUEST when it is no CSV. */
export async function readCsv(file: string, { needed, columns: known, words }: CsvShape): Promise<CsvFile> {
  // Half a character in JSON's escapes would come in as one that stands for it.
  if (!file.isWellFormed()) throw new AppError("INVALID_REQUEST", "this is no text", { fields: { csv: "MALFORMED" } });
  const { parse } = await import("csv-parse/sync");
  const told = SEPARATOR_LINE.exec(file)?.[1];
  const text = file.replace(SEPARATOR_LINE, "");
  const header = /[^\r\n]+/.exec(text.slice(0, LONGEST_LINE))?.[0] ?? "";
  const delimiter = told ?? [";", "\t"].find((one) => count(header, one) > count(header, ",")) ?? ",";
  if (count(text, delimiter) > MOST_CELLS) tooLarge(`a file has at most ${MOST_CELLS} cells`);
  let records: { info: { lines: number }; record: string[] }[];
  try {
    // The package's types do not know what `info` makes of a record.
    records = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      // Characters of a line: a hundred times what fits into all columns.
      max_record_size: LONGEST_LINE,
      // The header, and one line too many: then nothing more need be read.
      to: MOST_LINES + 2,
    }) as unknown as typeof records;
  } catch (error) {
    const line = error instanceof Error && "lines" in error ? Number(error.lines) : 0;
    throw new AppError("INVALID_REQUEST", `this is no CSV: line ${line} cannot be read`, {
      details: { line },
      fields: { csv: "MALFORMED" },
    });
  }
  if (records.length > MOST_LINES + 1) tooLarge(`a file has at most ${MOST_LINES} lines`);
  const headings = (records[0]?.record ?? []).slice(0, MOST_COLUMNS).map((name) => {
    const heading = name.trim();
    return {
      heading: heading.slice(0, 40),
      column: known.find((own) => own === heading.toLowerCase()) ?? columnCalled(words, heading),
    };
  });
  const columns = headings.map(({ column }) => column);
  // A spreadsheet saves a column that was used once, without a name.
  const isNameless = (at: number) => (headings[at]?.heading ?? "") === "";
  const missing = needed.filter((name) => !columns.includes(name));
  const unknown = headings
    .flatMap(({ heading, column }) => (column === null && heading !== "" ? [heading] : []))
    .slice(0, 20);
  const twice = headings.flatMap(({ heading, column }, at) =>
    column !== null && columns.indexOf(column) !== at ? [heading] : [],
  );
  if (missing.length + unknown.length + twice.length > 0) {
    throw new AppError("CSV_COLUMNS", "the first line must name the columns", {
      details: { missing, unknown, twice, known },
      fields: { csv: "MALFORMED" },
    });
  }
  const understood = headings.flatMap(({ heading, column }, at) => (column === null ? [] : [{ heading, column, at }]));
  // The parser tells where a record ends, and takes a line end of two characters within a cell for two.
  let doubles = 0;
  const lines: CsvLine[] = [];
  for (const [at, { info, record }] of records.slice(1).entries()) {
    if (at % LINES_AT_ONCE === LINES_AT_ONCE - 1) await turn();
    const all = record.join("");
    const before = doubles;
    doubles += count(all, "\r\n");
    // So does it save a row that was used once.
    if (all.trim() === "") continue;
    const raw = understood.map(({ column, at }): [string, string] => [column, record[at] ?? ""]);
    lines.push({
      line: info.lines - before - count(all, "\n") - count(all, "\r"),
      hasMore: record.some((cell, at) => isNameless(at) && cell.trim() !== ""),
      damaged: raw.flatMap(([column, text]) => (wasReshaped(text.trim()) ? [column] : [])),
      cells: Object.fromEntries([
        ...known.map((name) => [name, ""]),
        ...raw.map(([column, text]) => [column, cellMeant(words, column, meant(text))]),
      ]),
    });
  }
  return { headings: understood.map(({ heading, column }) => ({ heading, column })), lines };
}

export async function writeCsv(columns: readonly string[], rows: readonly (readonly string[])[]): Promise<string> {
  const { first, next } = await csvWriter();
  let text = first(columns);
  for (let at = 0; at < rows.length; at += LINES_AT_ONCE) {
    text += next(rows.slice(at, at + LINES_AT_ONCE));
    await turn();
  }
  return text;
}

/** A file in pieces: its mark and header, then any number of rows. */
export async function csvWriter() {
  const { stringify } = await import("csv-stringify/sync");
  const text = (rows: readonly (readonly string[])[], bom: boolean) =>
    stringify(
      rows.map((row) => row.map(withApostrophe)),
      { bom, record_delimiter: "\r\n" },
    );
  return {
    first: (columns: readonly string[]) => text([columns], true),
    next: (rows: readonly (readonly string[])[]) => text(rows, false),
  };
}

function tooLarge(message: string): never {
  throw new AppError("TOO_LARGE", message, { fields: { csv: "TOO_MANY" } });
}

function withApostrophe(cell: string): string {
  return needsApostrophe(cell) ? `'${cell}` : cell;
}

function meant(cell: string): string {
  return tidy(withoutApostrophe(cell).replace(KEPT_TEXT, "$1"));
}

function withoutApostrophe(cell: string): string {
  return cell.startsWith("'") && needsApostrophe(cell) ? cell.slice(1) : cell;
}

function needsApostrophe(cell: string): boolean {
  const bare = cell.replace(/^'+/, "");
  return FORMULA.test(cell) || isReshaped(bare) || wasReshaped(bare);
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}
