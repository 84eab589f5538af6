import { Readable } from "node:stream";
import type { AuditEntry, AuditQuery } from "../api/audit.ts";
import type { AuditSight } from "../store/audit-store.ts";
import type { Store } from "../store/store.ts";
import { csvWriter } from "./bulk/csv.ts";

/** Entries that are read at once, between which others are served. */
const AT_ONCE = 1_000;
const COLUMNS = ["time", "site", "who", "user_id", "from", "noun", "verb", "row_id", "label", "changes"];

/** The audit log for a spreadsheet, all of it: a stream of text. What is noted meanwhile is not in it. */
export type AuditCsv = (query: AuditQuery, sight?: AuditSight) => Readable;

export function auditCsv(store: Store): AuditCsv {
  return (query, sight) => Readable.from(parts(store, query, sight));
}

async function* parts(store: Store, query: AuditQuery, sight: AuditSight | undefined): AsyncGenerator<string> {
  const lines = await csvWriter();
  yield lines.first(COLUMNS);
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let before = query.before;
  while (left > 0) {
    const wanted = Math.min(left, AT_ONCE);
    const entries = store.audit.list({ ...query, ...(before !== undefined && { before }) }, wanted, sight);
    if (entries.length > 0) yield lines.next(entries.map(cellsOf));
    if (entries.length < wanted) return;
    left -= entries.length;
    before = entries.at(-1)?.id;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function cellsOf({ atMs, siteId, who, userId, from, noun, verb, rowId, label, changes }: AuditEntry): string[] {
  const time = new Date(atMs).toISOString();
  return [time, siteId ?? "", who, userId ?? "", from, noun, verb, rowId ?? "", label, JSON.stringify(changes)];
}
