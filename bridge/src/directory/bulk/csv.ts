/**
 * CSV as spreadsheets write and read it: RFC 4180, UTF-8 with a byte order mark, commas, semicolons or tabs. A cell that a
 * spreadsheet would take for a formula goes out behind an apostrophe, and comes back without it.
 */
import { AppError } from "../../events/errors.ts";

export interface CsvLine {
  /** As an editor counts; the header is line 1. */
  line: number;
  /** Column → text, trimmed; a missing column is "". */
  cells: Readonly<Record<string, string>>;
}

/** What a spreadsheet runs, with any apostrophes that stand before it: so that two ways through are the way back. */
const FORMULA = /^'*[=+\-@\t\r]/;

/** Throws CSV_COLUMNS when `needed` columns are missing, INVALID_REQUEST when it is no CSV. */
export async function readCsv(text: string, needed: readonly string[], known: readonly string[]): Promise<CsvLine[]> {
  const { parse } = await import("csv-parse/sync");
  const header = /^[^\r\n]*/.exec(text)?.[0] ?? "";
  const delimiter = [";", "\t"].find((one) => count(header, one) > count(header, ",")) ?? ",";
  let records: { info: { lines: number }; record: string[] }[];
  try {
    // The package's types do not know what `info` makes of a record.
    records = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as typeof records;
  } catch (error) {
    const line = error instanceof Error && "lines" in error ? Number(error.lines) : 0;
    throw new AppError("INVALID_REQUEST", `this is no CSV: line ${line} cannot be read`, {
      details: { line },
      fields: { csv: "MALFORMED" },
    });
  }
  const columns = (records[0]?.record ?? []).map((name) => name.trim().toLowerCase());
  const missing = needed.filter((name) => !columns.includes(name));
  const unknown = columns
    .filter((name) => !known.includes(name))
    .slice(0, 20)
    .map((name) => name.slice(0, 40));
  const twice = columns.filter((name, at) => columns.indexOf(name) !== at);
  if (missing.length + unknown.length + twice.length > 0) {
    throw new AppError("CSV_COLUMNS", "the first line must name the columns", {
      details: { missing, unknown, twice, known },
      fields: { csv: "MALFORMED" },
    });
  }
  return records.slice(1).map(({ info, record }) => ({
    line: info.lines - count(record.join(""), "\n"),
    cells: Object.fromEntries([
      ...known.map((name) => [name, ""]),
      ...columns.map((name, at) => [name, withoutApostrophe(record[at] ?? "").trim()]),
    ]),
  }));
}

export async function writeCsv(columns: readonly string[], rows: readonly (readonly string[])[]): Promise<string> {
  const { stringify } = await import("csv-stringify/sync");
  const cells = rows.map((row) => row.map(withApostrophe));
  return stringify([columns, ...cells], { bom: true, record_delimiter: "\r\n" });
}

function withApostrophe(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

function withoutApostrophe(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}
