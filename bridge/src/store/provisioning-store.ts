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
}

export interface ProvisioningStore {
  list(): ProvisioningRow[];
  get(siteId: string): ProvisioningRow | null;
  /** Notes an edit and returns the new revision. Call it inside the edit's transaction. */
  raise(siteId: string): number;
  /** The VPS holds a higher revision than we have (our file was restored): goes past it, and returns the new one. */
  raiseAbove(siteId: string, revision: number): number;
  /** The VPS confirmed this revision; clears the problem. */
  setLive(siteId: string, revision: number): void;
  setProblem(siteId: string, problem: string, detail: string): void;
}

export function provisioningStore(db: Database): ProvisioningStore {
  const columns = "site_id AS siteId, revision, live_revision AS liveRevision, problem, detail";
  const list = db.prepare<[], ProvisioningRow>(`SELECT ${columns} FROM provisioning ORDER BY site_id`);
  const get = db.prepare<[string], ProvisioningRow>(`SELECT ${columns} FROM provisioning WHERE site_id = ?`);
  const raise = db.prepare<[string, number], { revision: number }>(`
    INSERT INTO provisioning (site_id, revision, live_revision) VALUES (?, 1 + ?, 0)
    ON CONFLICT (site_id) DO UPDATE SET revision = max(revision, excluded.revision - 1) + 1
    RETURNING revision`);
  const setLive = db.prepare<[number, string]>(
    "UPDATE provisioning SET live_revision = ?, problem = NULL, detail = NULL WHERE site_id = ?",
  );
  const setProblem = db.prepare<[string, string, string]>(
    "UPDATE provisioning SET problem = ?, detail = ? WHERE site_id = ?",
  );
  const raiseAbove = (siteId: string, revision: number) => raise.get(siteId, revision)?.revision ?? 0;
  return {
    list: () => list.all(),
    get: (siteId) => get.get(siteId) ?? null,
    raise: (siteId) => raiseAbove(siteId, 0),
    raiseAbove,
    setLive: (siteId, revision) => void setLive.run(revision, siteId),
    setProblem: (siteId, problem, detail) => void setProblem.run(problem, detail, siteId),
  };
}
