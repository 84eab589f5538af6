/** The audit log. Entries are added and, after their time, dropped; never changed. */
import { isIP } from "node:net";
import type { Database } from "better-sqlite3";
import type { AuditEntry, AuditQuery } from "../api/audit.ts";
import { statements } from "./statements.ts";
import { searchOf, searchText } from "./text.ts";

/**
 * `visitor`: nothing of residents and the restaurant, which are nobody's business elsewhere. What they and the other people of the house did to
 * what a visitor manages is there, without who it was.
 */
export type AuditSight = "all" | "visitor";

export interface AuditStore {
  add(entry: Omit<AuditEntry, "id">): void;
  /** Newest first; `from`: none whose id is smaller. */
  list(query: AuditQuery, limit: number, sight?: AuditSight, from?: number): AuditEntry[];
  /** The smallest and the largest id that there is; zeros when there is none. */
  bounds(): { first: number; last: number };
  trim(olderThanMs: number): void;
  /** Drops the oldest beyond the newest `most`, but none from `youngMs` on; returns how many went. */
  trimTo(most: number, youngMs: number): number;
}

/** What a visitor manages; whatever else is noted, of residents, the restaurant or something new, is not told elsewhere. */
const VISITORS_NOUNS = [
  ...["site", "site-token", "building", "unit", "door", "account", "rule", "device", "pairing"],
  ...["import", "export", "backup", "grant", "test-ring"],
]
  .map((noun) => `'${noun}'`)
  .join();

/** What a visitor finds an entry by: somebody of the house is not found by name. All of it stands in `search_text` too. */
const VISITORS_TEXT =
  "neolia_search_text(CASE WHEN user_id IS NULL THEN who ELSE '' END || ' ' || noun || ' ' || verb || ' ' || label)";

type Columns = Omit<AuditEntry, "changes" | "from"> & { changes: string; origin: string };

export function auditStore(db: Database): AuditStore {
  const add = db.prepare<Omit<Columns, "id"> & { searchText: string }>(`
    INSERT INTO audit (at_ms, site_id, who, user_id, origin, noun, verb, row_id, label, changes, search_text)
    VALUES (@atMs, @siteId, @who, @userId, @origin, @noun, @verb, @rowId, @label, @changes, @searchText)`);
  const lists = statements<Columns>(db);
  const select = `SELECT id, at_ms AS atMs, site_id AS siteId, who, user_id AS userId, origin, noun, verb, row_id AS rowId, label,
      changes FROM audit
    WHERE id < @before AND id >= @from AND (@siteId IS NULL OR site_id = @siteId) AND (@noun IS NULL OR noun = @noun)
      -- The plus keeps the planner from the index of times: it would sort the whole log for its newest page.
      AND +at_ms BETWEEN @fromMs AND @toMs
      -- What a restore has copied is there with its site.
      AND (site_id IS NULL OR site_id NOT IN (SELECT site_id FROM restoring))`;
  const bounds = db.prepare<[], { first: number; last: number }>(
    "SELECT coalesce((SELECT min(id) FROM audit), 0) AS first, coalesce((SELECT max(id) FROM audit), 0) AS last",
  );
  const trim = db.prepare<[number]>("DELETE FROM audit WHERE at_ms < ?");
  const trimTo = db.prepare<[number, number]>(
    "DELETE FROM audit WHERE id <= (SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET ?) AND at_ms < ?",
  );
  return {
    add: ({ from, changes, ...entry }) => {
      const { who, noun, verb, label } = entry;
      const text = searchText(`${who} ${noun} ${verb} ${label} ${from}`);
      add.run({ ...entry, origin: from, changes: JSON.stringify(changes), searchText: text });
    },
    bounds: () => bounds.get() ?? { first: 0, last: 0 },
    list: ({ before, siteId, noun, fromMs, toMs, search }, limit, sight = "all", from = 0) => {
      const { parameters, condition } = searchOf(search);
      const isAll = sight === "all";
      const words = condition(isAll ? "instr(search_text, %)" : `instr(search_text, %) AND instr(${VISITORS_TEXT}, %)`);
      const list = lists(
        `${select} ${isAll ? "" : `AND noun IN (${VISITORS_NOUNS})`} AND ${words} ORDER BY id DESC LIMIT @limit`,
      );
      return list
        .all({
          from,
          before: before ?? Number.MAX_SAFE_INTEGER,
          siteId: siteId ?? null,
          noun: noun ?? null,
          fromMs: fromMs ?? 0,
          toMs: toMs ?? Number.MAX_SAFE_INTEGER,
          ...parameters,
          limit,
        })
        .map(({ origin, changes, ...row }) => ({
          ...row,
          from: origin,
          changes: JSON.parse(changes) as AuditEntry["changes"],
        }))
        .map((entry) => (isAll ? entry : withoutPeople(entry)));
    },
    trim: (olderThanMs) => void trim.run(olderThanMs),
    trimTo: (most, youngMs) => trimTo.run(most, youngMs).changes,
  };
}

/** Users of Home Assistant are people of the house; a visitor is none, and says from where they come by name. */
function withoutPeople({ userId, who, from, changes, ...entry }: AuditEntry): AuditEntry {
  const { userId: _owner, ...shown } = changes;
  const person = userId === null ? { who } : { who: "" };
  return { ...entry, ...person, userId: null, from: isIP(from) === 0 ? from : "", changes: shown };
}
