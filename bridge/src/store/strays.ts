/** Rows whose site never came: a restore that failed or was killed has left them. See takeovers.ts. */
import type { Database } from "better-sqlite3";
import { SITE_TABLES } from "./site-tables.ts";

const PIECE = 200;

interface Reference {
  id: number;
  /** The parent. */
  table: string;
  from: string;
  to: string;
}

/** Takes them away, in steps that are short transactions each. Foreign keys see to it that no other row is ever one. */
export function* removeStrays(db: Database): Generator<void> {
  for (const { table } of SITE_TABLES.filter(({ early, table }) => early && table !== "audit")) {
    const { key, latestFirst } = orderOf(db, table);
    const strays = `SELECT ${key} FROM main.${table} AS stray WHERE ${isStray(db, table)} ${latestFirst} LIMIT ${PIECE}`;
    const remove = db.prepare(`DELETE FROM main.${table} WHERE ${key} IN (${strays})`);
    while (remove.run().changes > 0) yield;
  }
  // The log outlives what it speaks of: entries of a site that is not there are no strays for that alone.
  const entries = db.prepare(`DELETE FROM main.audit WHERE id IN (
    SELECT id FROM main.audit JOIN main.restoring USING (site_id) WHERE id > audit_id ORDER BY id DESC LIMIT ${PIECE})`);
  while (entries.run().changes > 0) yield;
  db.exec(`DELETE FROM main.provisioning_change WHERE site_id NOT IN (SELECT id FROM main.site);
    DELETE FROM main.restoring`);
  yield;
}

function isStray(db: Database, table: string): string {
  const references = db.prepare<[], Reference>(`PRAGMA main.foreign_key_list(${table})`).all();
  const each = [...Map.groupBy(references, ({ id }) => id).values()].map((columns) => {
    const isThere = columns.map(({ from, to }) => `parent.${to} = stray.${from}`).join(" AND ");
    const isNamed = columns.map(({ from }) => `stray.${from} IS NOT NULL`).join(" AND ");
    return `${isNamed} AND NOT EXISTS (SELECT 1 FROM main.${columns[0]?.table} AS parent WHERE ${isThere})`;
  });
  return each.map((one) => `(${one})`).join(" OR ");
}

/** Strays came last, and need not be looked for behind everything else. */
function orderOf(db: Database, table: string): { key: string; latestFirst: string } {
  const list = db.prepare<[], { name: string; wr: 0 | 1 }>(`PRAGMA main.table_list(${table})`).all();
  if (list[0]?.wr !== 1) return { key: "rowid", latestFirst: "ORDER BY rowid DESC" };
  const columns = db.prepare<[], { name: string; pk: number }>(`PRAGMA main.table_info(${table})`).all();
  return { key: columns.find(({ pk }) => pk === 1)?.name ?? "", latestFirst: "" };
}
