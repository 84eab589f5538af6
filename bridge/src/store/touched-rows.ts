/** Which rows were written, for what is kept of them in memory. */
import type { Database } from "better-sqlite3";

export interface TouchedRows {
  /**
   * Ids that were inserted, changed or removed since they were last taken, "all" at first and after more than a few. What a transaction has
   * written so far is told now and again after it, as it may be rolled back.
   */
  take(): ReadonlySet<string> | "all";
}

/** Reading everything anew is quicker than following more changes than these one by one. */
const MOST = 200;

/**
 * Of a table with an `id`, by triggers of this connection alone, which fire for what foreign keys do as well. `all` names a column of another
 * table with which every row's place changes, as "table.column".
 */
export function touchedRows(db: Database, table: string, all?: `${string}.${string}`): TouchedRows {
  const touched = new Set<string>();
  let everything = true;
  db.function(`neolia_touched_${table}`, { directOnly: false }, (id) => {
    if (id === null || touched.size >= MOST) everything = true;
    else touched.add(String(id));
    return null;
  });
  const trigger = (event: string, on: string, id: string) =>
    db.exec(`CREATE TEMP TRIGGER ${table}_touched_${event.slice(0, 6).toLowerCase()}_${on} AFTER ${event} ON main.${on}
      BEGIN SELECT neolia_touched_${table}(${id}); END`);
  trigger("INSERT", table, "NEW.id");
  trigger("UPDATE", table, "NEW.id");
  trigger("DELETE", table, "OLD.id");
  const [other, column] = all?.split(".") ?? [];
  if (other !== undefined) trigger(`UPDATE OF ${column}`, other, "NULL");
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
