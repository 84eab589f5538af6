/** Which rows were written, for what is kept of them in memory or told of them elsewhere. */
import type { Database } from "better-sqlite3";

export interface TouchedRows {
  /**
   * What was inserted, changed or removed since it was last taken, "all" at first and after more than a few. What a transaction has
   * written so far is told now and again after it, as it may be rolled back.
   */
  take(): ReadonlySet<string> | "all";
}

export interface TouchedRowsOptions {
  table: string;
  /** Another name for each who takes rows of the same table. Left out: the table's. */
  taker?: string;
  /** SQL for what is told of a row, which is `NEW` or `OLD`. Left out: its `id`. */
  told?: (row: "NEW" | "OLD") => string;
  /** A column of another table with which every row is another one, as "table.column". */
  all?: `${string}.${string}` | undefined;
}

/** Reading everything anew is quicker than following more changes than these one by one. */
const MOST = 200;

/** By triggers of this connection alone, which fire for what foreign keys do as well. */
export function touchedRows(
  db: Database,
  { table, taker = table, told = (row) => `${row}.id`, all }: TouchedRowsOptions,
): TouchedRows {
  const touched = new Set<string>();
  let everything = true;
  db.function(`neolia_touched_${taker}`, { directOnly: false }, (row) => {
    if (row === null || touched.size >= MOST) everything = true;
    else touched.add(String(row));
    return null;
  });
  const trigger = (event: string, on: string, rows: readonly string[]) =>
    db.exec(`CREATE TEMP TRIGGER ${taker}_touched_${event.slice(0, 6).toLowerCase()}_${on} AFTER ${event} ON main.${on}
      BEGIN ${rows.map((row) => `SELECT neolia_touched_${taker}(${row});`).join(" ")} END`);
  trigger("INSERT", table, [told("NEW")]);
  trigger("UPDATE", table, [told("OLD"), told("NEW")]);
  trigger("DELETE", table, [told("OLD")]);
  const [other, column] = all?.split(".") ?? [];
  if (other !== undefined) trigger(`UPDATE OF ${column}`, other, ["NULL"]);
  return {
    take: () => {
      const taken = everything ? "all" : new Set(touched);
      if (!db.inTransaction) {
        touched.clear();
        everything = false;
      }
      return taken;
    },
  };
}
