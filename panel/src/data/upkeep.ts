/** Health and test rings, audit log, files in and out. */
import type { AuditEntry, AuditPage, AuditQuery } from "../../../bridge/src/api/audit.ts";
import type { RestoreProgress, RestoreReply } from "../../../bridge/src/api/backup.ts";
import type { CsvKind, Job, NewImport } from "../../../bridge/src/api/bulk.ts";
import type {
  DeviceHealth,
  HealthProblem,
  NewTestRing,
  ServerCertificate,
  SiteHealth,
  TestRing,
  TestRingDevice,
} from "../../../bridge/src/api/site-health.ts";
import type { Api } from "./api.ts";

export type {
  AuditEntry,
  AuditPage,
  AuditQuery,
  CsvKind,
  DeviceHealth,
  HealthProblem,
  Job,
  RestoreProgress,
  RestoreReply,
  ServerCertificate,
  SiteHealth,
  TestRing,
  TestRingDevice,
};

/** Reading or writing ten thousand rows takes its time on a small machine. */
const LONG_MS = 180_000;
/** Sending, reading and checking 96 MB as well. */
const RESTORE_MS = 900_000;

export function fetchSiteHealth(api: Api, siteId: string): Promise<SiteHealth> {
  return api.get(`api/site-health?siteId=${siteId}`);
}

/** Goes on by itself: the bridge pushes how far it is. */
export function startTestRing(api: Api, test: NewTestRing): Promise<TestRing> {
  return api.send("POST", "api/test-rings", test);
}

/** What was not tested yet is left out. */
export function cancelTestRing(api: Api, id: string): Promise<TestRing> {
  return api.send("DELETE", `api/test-rings/${id}`, undefined);
}

export function fetchAudit(api: Api, query: AuditQuery): Promise<AuditPage> {
  return api.get(`api/audit?${auditParams(query)}`);
}

/** CSV of the same query. */
export function exportAudit(api: Api, query: AuditQuery): Promise<string> {
  return api.text(`api/audit/export?${auditParams(query)}`);
}

function auditParams(query: AuditQuery): URLSearchParams {
  const filled = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return new URLSearchParams(filled.map(([name, value]) => [name, String(value)]));
}

/** Goes on by itself as well. */
export function startImport(api: Api, file: NewImport): Promise<Job> {
  return api.send("POST", "api/imports", file, { timeoutMs: LONG_MS });
}

export function fetchJob(api: Api, id: string): Promise<Job> {
  return api.get(`api/jobs/${id}`);
}

/** Newest first, as far as the bridge remembers: it forgets them when it is restarted. */
export function fetchJobs(api: Api, siteId: string): Promise<Job[]> {
  return api.get(`api/jobs?siteId=${siteId}`);
}

/** What the log says that imports wrote, newest first; `id` is the job's. It forgets nothing at a restart. */
export async function fetchImported(api: Api, siteId: string, limit = 20): Promise<Imported[]> {
  const { entries } = await fetchAudit(api, { siteId, noun: "import", limit });
  return entries.map(({ rowId, label, atMs, who, changes }) => {
    const [kind] = (["units", "accounts", "rules"] as const).filter((one) => one === label);
    const count = (name: string) => Number(changes[name]?.to ?? 0);
    return {
      id: rowId,
      kind: kind ?? "units",
      atMs,
      by: who,
      ...{ added: count("added"), changed: count("changed"), removed: count("removed") },
    };
  });
}

export interface Imported {
  id: string | null;
  kind: CsvKind;
  atMs: number;
  by: string;
  added: number;
  changed: number;
  removed: number;
}

/** Nothing is written any more, unless it is already: the reply says which. */
export function cancelJob(api: Api, id: string): Promise<Job> {
  return api.send("DELETE", `api/jobs/${id}`, {});
}

export function exportCsv(api: Api, kind: CsvKind, siteId: string): Promise<string> {
  return api.text(`api/exports/${kind}?siteId=${siteId}`);
}

/** As text: it is saved as it came, byte for byte. */
export function fetchBackup(api: Api, siteId: string): Promise<string> {
  return api.text(`api/sites/${siteId}/backup`);
}

export function restoreBackup(api: Api, backup: unknown, dryRun: boolean): Promise<RestoreReply> {
  return api.send("POST", "api/backups/restore", { backup, dryRun }, { timeoutMs: RESTORE_MS });
}

/** What is being done for the restore, or the look into a file, that is under way. */
export function fetchRestoreProgress(api: Api): Promise<RestoreProgress> {
  return api.get("api/backups/restore");
}
