/**
 * What is kept of a site, table by table: a backup takes it out, a restore puts it in. A table that is not named here stays
 * behind, and site-tables.test.ts wants to know why.
 */
export interface SiteTable {
  table: string;
  /** Rows of the site: `@siteId` is the site, `@most` the longest history. Without it the backup has a field of its own. */
  rows?: string;
  /** Column → what is given out in its stead; null: the column is left out and made anew. */
  instead?: Readonly<Record<string, string | null>>;
  /** Columns that hold JSON: looked at before they are believed. */
  json?: readonly string[];
  /** Rows that may be here already: who works at the desk works there for every line; a browser is one panel. */
  once?: true;
  /**
   * There are many rows of it, and they are put in before their site is there: whoever asks by a site, a resident or a line
   * does not come upon them, and without a parent a row is told as a stray. A unit that is listed needs its building; a device
   * or an entry of the log needs its site.
   */
  early?: true;
}

const LINES = "(SELECT id FROM line WHERE site_id = @siteId)";
const IS_OVER = "stage IN ('gone', 'cancelled')";
/** A cart's lines without what was wished for at each. */
const withoutNotes = (lines: string) =>
  `(SELECT json_group_array(json_set(value, '$.note', '')) FROM json_each(${lines}))`;
const whenOver = (column: string, blank: string) => `CASE WHEN ${IS_OVER} THEN ${blank} ELSE ${column} END`;

/**
 * Parents before children. What callers said (transcripts, recordings, the log of the talk) is never in it, and who they
 * were only as long as somebody has to get back to them: for orders that are not handed out and drafts. A file outlives
 * the day on which Neolia would have erased it. Calls that are on are not over, and stay where they are.
 */
export const SITE_TABLES: readonly SiteTable[] = [
  { table: "site" },
  { table: "building", early: true },
  { table: "unit", early: true },
  { table: "account", early: true },
  { table: "rule", early: true },
  { table: "device", once: true, early: true },
  { table: "member" },
  // Which device has not come back is told by when it was last heard of.
  {
    table: "account_seen",
    rows: "WHERE account_id IN (SELECT id FROM account WHERE site_id = @siteId)",
    early: true,
  },
  { table: "line", rows: "WHERE site_id = @siteId", json: ["settings"] },
  { table: "menu", rows: `WHERE line_id IN ${LINES}`, json: ["document"] },
  { table: "sold_out", rows: `WHERE line_id IN ${LINES}` },
  { table: "desk_member", rows: `WHERE EXISTS ${LINES}`, once: true },
  {
    table: "call",
    early: true,
    rows: "WHERE site_id = @siteId AND ended_at_ms IS NOT NULL ORDER BY started_at_ms DESC LIMIT @most",
    instead: {
      caller: `CASE WHEN json_extract(caller, '$.kind') IN ('gateway', 'unknown')
        THEN json_set(caller, '$.label', json_extract(caller, '$.name')) ELSE caller END`,
    },
    json: ["caller", "callee", "answered_by"],
  },
  {
    table: "order_call",
    early: true,
    rows: `WHERE line_id IN ${LINES} AND ended_at_ms IS NOT NULL ORDER BY started_at_ms DESC LIMIT @most`,
    instead: {
      caller_number: "CASE WHEN draft = 1 THEN caller_number END",
      data:
        "CASE WHEN draft = 1 THEN data ELSE json_set(data, '$.name', '', '$.note', '', '$.lines', " +
        `json(${withoutNotes("json_extract(data, '$.lines')")})) END`,
    },
    json: ["data"],
  },
  {
    table: "customer_order",
    early: true,
    rows: `WHERE line_id IN ${LINES} ORDER BY committed_at_ms DESC LIMIT @most`,
    instead: {
      caller_number: whenOver("caller_number", "NULL"),
      name: whenOver("name", "''"),
      note: whenOver("note", "''"),
      lines: whenOver("lines", withoutNotes("lines")),
    },
    json: ["lines"],
  },
  {
    table: "audit",
    early: true,
    rows: "WHERE site_id = @siteId ORDER BY id DESC LIMIT @most",
    // The log goes on counting as it does where it is put in.
    instead: { id: null },
    json: ["changes"],
  },
];
