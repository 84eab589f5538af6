/** What callers said and had noted, wherever it is stored once nobody works with it any more. */
import type { Database } from "better-sqlite3";

export interface CallerTexts {
  /** Puts each text through `change`, of calls and orders that are over. Within a transaction. Returns of how many rows. */
  rewrite(change: (text: string) => string): number;
}

/** Column and rows; JSON columns are rewritten string by string. */
const PLACES = [
  {
    table: "transcript",
    column: "text",
    rows: "call_id IN (SELECT id FROM order_call WHERE ended_at_ms IS NOT NULL AND draft = 0)",
  },
  { table: "order_call", column: "data", json: true, rows: "ended_at_ms IS NOT NULL AND draft = 0" },
  ...["events", "answer"].map((column) => ({
    ...{ table: "order_event", column, json: true },
    rows: "call_id IN (SELECT id FROM order_call WHERE ended_at_ms IS NOT NULL AND draft = 0)",
  })),
  ...["name", "note"].map((column) => ({ table: "customer_order", column, rows: "stage IN ('gone', 'cancelled')" })),
  { table: "customer_order", column: "lines", json: true, rows: "stage IN ('gone', 'cancelled')" },
] as const;

/** What can hold a number: digits, or the words that one said aloud begins with ("zéro six", "oh seven", "plus trente-trois"). */
const mayHoldNumber = (column: string): string =>
  `(${column} GLOB '*[0-9٠-٩۰-۹０-９]*' OR ${["%z_ro%", "%oh%", "%plus%"].map((words) => `${column} LIKE '${words}'`).join(" OR ")})`;

export function callerTexts(db: Database): CallerTexts {
  const places = PLACES.map(({ table, column, rows, ...place }) => ({
    isJson: "json" in place,
    read: db.prepare<[], { row: number; text: string }>(
      `SELECT rowid AS row, ${column} AS text FROM ${table} WHERE ${mayHoldNumber(column)} AND ${rows}`,
    ),
    write: db.prepare<[string, number]>(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`),
  }));
  return {
    rewrite: (change) => {
      let count = 0;
      for (const { isJson, read, write } of places) {
        for (const { row, text } of read.all()) {
          const changed = isJson ? JSON.stringify(inStrings(JSON.parse(text), change)) : change(text);
          if (changed === text) continue;
          write.run(changed, row);
          count += 1;
        }
      }
      return count;
    },
  };
}

function inStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => inStrings(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inStrings(one, change)]));
}
