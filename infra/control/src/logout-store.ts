/** The log-outs that Kamailio still has to do. */
import type { Db } from "./directory-file.ts";

export interface LogOut {
  domain: string;
  username: string;
  requestedAtMs: number;
  /** 1: the directory knows the account, with another password or unit, or again. */
  mayLogIn: 0 | 1;
}

export class LogOutStore {
  private readonly db: Db;

  constructor(db: Db) {
    this.db = db;
  }

  /** All of them, oldest first. */
  pending(): LogOut[] {
    return this.db
      .prepare<[], LogOut>(
        `SELECT domain, username, requested_at_ms AS requestedAtMs, EXISTS (SELECT 1 FROM subscriber WHERE enabled = 1
           AND domain = logout.domain AND username = logout.username) AS mayLogIn FROM logout ORDER BY requested_at_ms`,
      )
      .all();
  }

  count(): number {
    return this.db.prepare<[], number>("SELECT count(*) FROM logout").pluck().get() ?? 0;
  }

  isPending(domain: string, username: string): boolean {
    return (
      this.db.prepare("SELECT 1 FROM logout WHERE domain = ? AND username = ?").get(domain, username) !== undefined
    );
  }

  /** Forgets what is done, unless it was asked for again meanwhile. */
  markDone(logOuts: readonly LogOut[]): void {
    const forget = this.db.prepare("DELETE FROM logout WHERE domain = ? AND username = ? AND requested_at_ms = ?");
    this.db.transaction(() => {
      for (const { domain, username, requestedAtMs } of logOuts) forget.run(domain, username, requestedAtMs);
    })();
  }
}
