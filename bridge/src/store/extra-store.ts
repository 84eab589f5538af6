/** What other parts keep of a site, row by row as it is: for backups, which need not know what it means. */
import type { Database } from "better-sqlite3";

export type ExtraRow = Record<string, string | number | null>;

export interface ExtraStore {
  /** Table → rows of the site. */
  dump(siteId: string): Record<string, ExtraRow[]>;
  /**
   * Inserts what a dump gave; columns that this version does not know are left out. Throws what SQLite refuses, and
   * SyntaxError where JSON should stand.
   */
  load(tables: Readonly<Record<string, readonly ExtraRow[]>>): void;
}

interface Table {
  table: string;
  /** `@siteId` is the site, `@most` the longest history. */
  rows: string;
  /** Column → what is given out in its stead; null: the column is left out and made anew. */
  instead?: Readonly<Record<string, string | null>>;
  /** Columns that hold JSON: looked at before they are believed. */
  json?: readonly string[];
}

/** Longest history of calls, orders and edits that a backup holds, newest first: some 10 MB each. */
const MOST = 20_000;

const LINES = "(SELECT id FROM line WHERE site_id = @siteId)";
const IS_OVER = "stage IN ('gone', 'cancelled')";
const whenOver = (column: string, blank: string) => `CASE WHEN ${IS_OVER} THEN ${blank} ELSE ${column} END`;

/**
 * Parents before children. What callers said (transcripts, recordings, the log of the talk) is never in it, and who they
 * were only as long as somebody has to get back to them: for orders that are not handed out and drafts. A file outlives
 * the day on which Neolia would have erased it. Calls that are on are not over, and stay where they are.
 */
const TABLES: readonly Table[] = [
  // Which device has not come back is told by when it was last heard of.
  { table: "account_seen", rows: "WHERE account_id IN (SELECT id FROM account WHERE site_id = @siteId)" },
  { table: "line", rows: "WHERE site_id = @siteId", json: ["settings"] },
  { table: "menu", rows: `WHERE line_id IN ${LINES}`, json: ["document"] },
  { table: "sold_out", rows: `WHERE line_id IN ${LINES}` },
  { table: "desk_member", rows: `WHERE EXISTS ${LINES}` },
  {
    table: "call",
    rows: "WHERE site_id = @siteId AND ended_at_ms IS NOT NULL ORDER BY started_at_ms DESC LIMIT @most",
    instead: {
      caller: `CASE WHEN json_extract(caller, '$.kind') = 'gateway'
        THEN json_set(caller, '$.label', json_extract(caller, '$.name')) ELSE caller END`,
    },
    json: ["caller", "callee", "answered_by"],
  },
  {
    table: "order_call",
    rows: `WHERE line_id IN ${LINES} AND ended_at_ms IS NOT NULL ORDER BY started_at_ms DESC LIMIT @most`,
    instead: {
      caller_number: "CASE WHEN draft = 1 THEN caller_number END",
      data: "CASE WHEN draft = 1 THEN data ELSE json_set(data, '$.name', '', '$.note', '') END",
    },
    json: ["data"],
  },
  {
    table: "customer_order",
    rows: `WHERE line_id IN ${LINES} ORDER BY committed_at_ms DESC LIMIT @most`,
    instead: {
      caller_number: whenOver("caller_number", "NULL"),
      name: whenOver("name", "''"),
      note: whenOver("note", "''"),
    },
    json: ["lines"],
  },
  {
    table: "audit",
    rows: "WHERE site_id = @siteId ORDER BY id DESC LIMIT @most",
    instead: { id: null },
    json: ["changes"],
  },
];

/** Parents before children. */
export const EXTRA_TABLES: readonly string[] = TABLES.map(({ table }) => table);

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
    load: (tables) => {
      for (const { table, instead = {}, json = [] } of TABLES) {
        const known = columnsOf(table).filter((name) => instead[name] !== null);
        for (const row of tables[table] ?? []) {
          for (const name of json) JSON.parse(String(row[name] ?? null));
          const columns = known.filter((name) => Object.hasOwn(row, name));
          const values = columns.map((name) => `@${name}`);
          // Who works at the desk works there for every line of the app.
          const into = table === "desk_member" ? "INSERT OR IGNORE INTO" : "INSERT INTO";
          db.prepare(`${into} ${table} (${columns.join(", ")}) VALUES (${values.join(", ")})`).run(row);
        }
      }
    },
  };
}
