/** The provisioning outbox: which revision of each site's directory exists here and which one the VPS has. */
import type { Database } from "better-sqlite3";

export interface ProvisioningRow {
  siteId: string;
  /** Raised by every edit, in the edit's own transaction. */
  revision: number;
  /** The newest revision that the VPS confirmed; behind `revision` means there is something to push. */
  liveRevision: number;
  /** Code of what holds the push up, null when nothing does. */
  problem: string | null;
  /** One sentence about the problem, in English, for the log and developers. */
  detail: string | null;
  /** When the VPS confirmed `liveRevision`; null: never. */
  liveAtMs: number | null;
}

/** A row that was edited: the unit or account of that SIP name, or the rules of the unit of that name. */
export interface ProvisioningChange {
  noun: "unit" | "account" | "rules";
  name: string;
}

export interface ProvisioningStore {
  list(): ProvisioningRow[];
  get(siteId: string): ProvisioningRow | null;
  /** Notes an edit and returns the new revision. Call it inside the edit's transaction. */
  raise(siteId: string): number;
  /** The VPS holds a higher revision than we have (our file was restored): goes past it, and returns the new one. */
  raiseAbove(siteId: string, revision: number): number;
  /** The VPS confirmed this revision; clears the problem. */
  setLive(siteId: string, revision: number, atMs: number): void;
  setProblem(siteId: string, problem: string, detail: string): void;
  /** What was edited and is not known to be on the VPS, at most `limit`. */
  changes(siteId: string, limit: number): ProvisioningChange[];
  /** The VPS has everything up to this revision. */
  forgetChanges(siteId: string, revision: number): void;
}

export function provisioningStore(db: Database): ProvisioningStore {
  const columns = "site_id AS siteId, revision, live_revision AS liveRevision, problem, detail, live_at_ms AS liveAtMs";
  const list = db.prepare<[], ProvisioningRow>(`SELECT ${columns} FROM provisioning ORDER BY site_id`);
  const get = db.prepare<[string], ProvisioningRow>(`SELECT ${columns} FROM provisioning WHERE site_id = ?`);
  const raise = db.prepare<[string, number], { revision: number }>(`
    INSERT INTO provisioning (site_id, revision, live_revision) VALUES (?, 1 + ?, 0)
    ON CONFLICT (site_id) DO UPDATE SET revision = max(revision, excluded.revision - 1) + 1
    RETURNING revision`);
  const setLive = db.prepare<[number, number, string]>(
    "UPDATE provisioning SET live_revision = ?, live_at_ms = ?, problem = NULL, detail = NULL WHERE site_id = ?",
  );
  const setProblem = db.prepare<[string, string, string]>(
    "UPDATE provisioning SET problem = ?, detail = ? WHERE site_id = ?",
  );
  const changes = db.prepare<[string, number], ProvisioningChange>(
    "SELECT noun, name FROM provisioning_change WHERE site_id = ? LIMIT ?",
  );
  const forgetChanges = db.prepare<[string, number]>(
    "DELETE FROM provisioning_change WHERE site_id = ? AND revision <= ?",
  );
  const raiseAbove = (siteId: string, revision: number) => raise.get(siteId, revision)?.revision ?? 0;
  return {
    list: () => list.all(),
    get: (siteId) => get.get(siteId) ?? null,
    raise: (siteId) => raiseAbove(siteId, 0),
    raiseAbove,
    setLive: (siteId, revision, atMs) => void setLive.run(revision, atMs, siteId),
    setProblem: (siteId, problem, detail) => void setProblem.run(problem, detail, siteId),
    changes: (siteId, limit) => changes.all(siteId, limit),
    forgetChanges: (siteId, revision) => void forgetChanges.run(siteId, revision),
  };
}
