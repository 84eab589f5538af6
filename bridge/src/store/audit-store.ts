/** The audit log. Entries are added and, after their time, dropped; never changed. */
import type { Database } from "better-sqlite3";
import type { AuditEntry, AuditQuery } from "../api/audit.ts";
import { statements } from "./statements.ts";
import { searchOf, searchText } from "./text.ts";

export interface AuditStore {
  add(entry: Omit<AuditEntry, "id">): void;
  /** Newest first. */
  list(query: AuditQuery, limit: number): AuditEntry[];
  trim(olderThanMs: number): void;
}

type Columns = Omit<AuditEntry, "changes" | "from"> & { changes: string; origin: string };

export function auditStore(db: Database): AuditStore {
  const add = db.prepare<Omit<Columns, "id"> & { searchText: string }>(`
    INSERT INTO audit (at_ms, site_id, who, user_id, origin, noun, verb, row_id, label, changes, search_text)
    VALUES (@atMs, @siteId, @who, @userId, @origin, @noun, @verb, @rowId, @label, @changes, @searchText)`);
  const lists = statements<Columns>(db);
  const select = `SELECT id, at_ms AS atMs, site_id AS siteId, who, user_id AS userId, origin, noun, verb, row_id AS rowId, label,
      changes FROM audit
    WHERE id < @before AND (@siteId IS NULL OR site_id = @siteId) AND (@noun IS NULL OR noun = @noun)
      AND at_ms BETWEEN @fromMs AND @toMs`;
  const trim = db.prepare<[number]>("DELETE FROM audit WHERE at_ms < ?");
  return {
    add: ({ from, changes, ...entry }) => {
      const { who, noun, verb, label } = entry;
      const text = searchText(`${who} ${noun} ${verb} ${label} ${from}`);
      add.run({ ...entry, origin: from, changes: JSON.stringify(changes), searchText: text });
    },
    list: ({ before, siteId, noun, fromMs, toMs, search }, limit) => {
      const { parameters, condition } = searchOf(search);
      const list = lists(`${select} AND ${condition("instr(search_text, %)")} ORDER BY id DESC LIMIT @limit`);
      return list
        .all({
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
        }));
    },
    trim: (olderThanMs) => void trim.run(olderThanMs),
  };
}
