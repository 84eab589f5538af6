/** The log-outs that are still to do, or were done so recently that a crash of Kamailio could undo them. */
import type { Db } from "./directory-file.ts";

export interface LogOut {
  domain: string;
  username: string;
  requestedAtMs: number;
}

export class LogOutStore {
  private readonly db: Db;

  constructor(db: Db) {
    this.db = db;
  }

  /** All that Kamailio has not done yet, oldest first. */
  pending(): LogOut[] {
    return this.db
      .prepare<[], LogOut>(
        `SELECT domain, username, requested_at_ms AS requestedAtMs FROM logout
         WHERE done_at_ms IS NULL ORDER BY requested_at_ms`,
      )
      .all();
  }

  isPending(domain: string, username: string): boolean {
    return (
      this.db
        .prepare("SELECT 1 FROM logout WHERE domain = ? AND username = ? AND done_at_ms IS NULL")
        .get(domain, username) !== undefined
    );
  }

  /** Marks as done, unless it was asked for again meanwhile. */
  markDone(logOuts: LogOut[], atMs: number): void {
    const mark = this.db.prepare(
      "UPDATE logout SET done_at_ms = ? WHERE domain = ? AND username = ? AND requested_at_ms = ?",
    );
    this.db.transaction(() => {
      for (const { domain, username, requestedAtMs } of logOuts) mark.run(atMs, domain, username, requestedAtMs);
    })();
  }

  /** What was done before Kamailio's latest start may not have reached its disk, so it is to do again. */
  reopen(startedAtMs: number): void {
    this.db.prepare("UPDATE logout SET done_at_ms = NULL WHERE done_at_ms < ?").run(startedAtMs);
  }

  /** Forgets what was done before `beforeMs`. */
  forget(beforeMs: number): void {
    this.db.prepare("DELETE FROM logout WHERE done_at_ms < ?").run(beforeMs);
  }
}
