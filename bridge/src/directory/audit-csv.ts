import { Readable } from "node:stream";
import type { AuditEntry, AuditQuery } from "../api/audit.ts";
import type { AuditSight } from "../store/audit-store.ts";
import type { Store } from "../store/store.ts";
import { type Audit, auditInPieces } from "./audit.ts";
import { csvWriter } from "./bulk/csv.ts";

/** All of them. */
const MOST = Number.MAX_SAFE_INTEGER;
const COLUMNS = ["time", "site", "who", "user_id", "from", "noun", "verb", "row_id", "label", "changes"];

/** The audit log for a spreadsheet, all of it: a stream of text. What is noted meanwhile is not in it, nor that it went out. */
export type AuditCsv = (query: AuditQuery, sight?: AuditSight) => Readable;

export function auditCsv(store: Store, audit: Audit): AuditCsv {
  return (query, sight) => {
    const before = query.before ?? store.audit.bounds().last + 1;
    audit.note({ siteId: query.siteId ?? null, noun: "audit", verb: "exported", rowId: null, label: "" });
    return Readable.from(parts(store, { ...query, before }, sight));
  };
}

async function* parts(store: Store, query: AuditQuery, sight: AuditSight | undefined): AsyncGenerator<string> {
  const lines = await csvWriter();
  yield lines.first(COLUMNS);
  for await (const entries of auditInPieces(store, query, query.limit ?? MOST, sight))
    yield lines.next(entries.map(cellsOf));
}

function cellsOf({ atMs, siteId, who, userId, from, noun, verb, rowId, label, changes }: AuditEntry): string[] {
  const time = new Date(atMs).toISOString();
  return [time, siteId ?? "", who, userId ?? "", from, noun, verb, rowId ?? "", label, JSON.stringify(changes)];
}
