/** What other parts keep of a site, row by row as it is: for backups, which need not know what it means. */
import type { Database } from "better-sqlite3";
import { SITE_TABLES } from "./site-tables.ts";
import { statements } from "./statements.ts";

export type ExtraRow = Record<string, string | number | null>;

export interface ExtraStore {
  /** Table → rows of the site. */
  dump(siteId: string): Record<string, ExtraRow[]>;
  /** How many rows that is. */
  count(siteId: string): number;
  /**
   * Inserts what a dump gave; columns that this version does not know are left out. Throws what SQLite refuses, and
   * SyntaxError where JSON should stand.
   */
  load(tables: Readonly<Record<string, readonly ExtraRow[]>>): void;
}

/** Longest history of calls, orders and edits that a backup holds, newest first: some 10 MB each. */
const MOST = 20_000;

/** Those that have no field of their own in a backup. */
const TABLES = SITE_TABLES.flatMap(({ rows, ...table }) => (rows === undefined ? [] : [{ ...table, rows }]));

export function extraStore(db: Database): ExtraStore {
  const columnsOf = (table: string): string[] =>
    db
      .prepare<[], { name: string }>(`PRAGMA table_info(${table})`)
      .all()
      .map(({ name }) => name);
  return {
    dump: (siteId) =>
      Object.fromEntries(
        TABLES.map(({ table, rows, instead = {} }) => {
          const columns = columnsOf(table).flatMap((name) => {
            const given = instead[name] === undefined ? name : instead[name];
            return given === null ? [] : [`${given} AS ${name}`];
          });
          const found = db
            .prepare<{ siteId: string; most: number }, ExtraRow>(`SELECT ${columns.join(", ")} FROM ${table} ${rows}`)
            .all({ siteId, most: MOST });
          // The newest were asked for; they go in again in the order in which they came about.
          return [table, rows.includes("DESC") ? found.reverse() : found];
        }),
      ),
    count: (siteId) =>
      TABLES.reduce((sum, { table, rows }) => {
        const count = db
          .prepare<{ siteId: string; most: number }, number>(`SELECT count(*) FROM (SELECT 1 FROM ${table} ${rows})`)
          .pluck();
        return sum + (count.get({ siteId, most: MOST }) ?? 0);
      }, 0),
    load: (tables) => {
      // Of the same columns it is the same one: a statement for each row takes more memory than all that is restored.
      const statement = statements(db);
      for (const { table, instead = {}, json = [], once } of TABLES) {
        const known = columnsOf(table).filter((name) => instead[name] !== null);
        for (const row of tables[table] ?? []) {
          for (const name of json) JSON.parse(String(row[name] ?? null));
          const columns = known.filter((name) => Object.hasOwn(row, name));
          const values = columns.map((name) => `@${name}`);
          const into = once ? "INSERT OR IGNORE INTO" : "INSERT INTO";
          statement(`${into} ${table} (${columns.join(", ")}) VALUES (${values.join(", ")})`).run(row);
        }
      }
    },
  };
}
