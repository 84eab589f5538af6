/** What other parts keep of a site, row by row as it is: for backups, which need not know what it means. */
import type { Database } from "better-sqlite3";

export type ExtraRow = Record<string, string | number | null>;

export interface ExtraStore {
  /** Table → rows of the site. */
  dump(siteId: string): Record<string, ExtraRow[]>;
  /** Inserts what a dump gave; columns that this version does not know are left out. Throws what SQLite refuses. */
  load(tables: Readonly<Record<string, readonly ExtraRow[]>>): void;
}

/** Parents before children. Settings alone: calls, orders and what was said stay where they were made. */
const TABLES: readonly { table: string; where: string }[] = [
  { table: "line", where: "site_id = @siteId" },
  { table: "menu", where: "line_id IN (SELECT id FROM line WHERE site_id = @siteId)" },
  { table: "sold_out", where: "line_id IN (SELECT id FROM line WHERE site_id = @siteId)" },
];

export function extraStore(db: Database): ExtraStore {
  return {
    dump: (siteId) =>
      Object.fromEntries(
        TABLES.map(({ table, where }) => [
          table,
          db.prepare<{ siteId: string }, ExtraRow>(`SELECT * FROM ${table} WHERE ${where}`).all({ siteId }),
        ]),
      ),
    load: (tables) => {
      for (const { table } of TABLES) {
        const known = new Set(
          db
            .prepare<[], { name: string }>(`PRAGMA table_info(${table})`)
            .all()
            .map(({ name }) => name),
        );
        for (const row of tables[table] ?? []) {
          const columns = Object.keys(row).filter((name) => known.has(name));
          const values = columns.map((name) => `@${name}`);
          db.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${values.join(", ")})`).run(row);
        }
      }
    },
  };
}
