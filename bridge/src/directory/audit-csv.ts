import type { AuditEntry, AuditQuery } from "../api/audit.ts";
import type { Store } from "../store/store.ts";
import { writeCsv } from "./bulk/csv.ts";

const MOST = 50_000;
const COLUMNS = ["time", "site", "who", "user_id", "from", "noun", "verb", "row_id", "label", "changes"];

/** The audit log for a spreadsheet. */
export type AuditCsv = (query: AuditQuery) => Promise<string>;

export function auditCsv(store: Store): AuditCsv {
  return (query) => writeCsv(COLUMNS, store.audit.list(query, query.limit ?? MOST).map(cellsOf));
}

function cellsOf({ atMs, siteId, who, userId, from, noun, verb, rowId, label, changes }: AuditEntry): string[] {
  const time = new Date(atMs).toISOString();
  return [time, siteId ?? "", who, userId ?? "", from, noun, verb, rowId ?? "", label, JSON.stringify(changes)];
}
