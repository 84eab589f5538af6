/** What the SIP edge last heard of each account. */
import type { Database } from "better-sqlite3";

export interface SeenRow {
  accountId: string;
  lastSeenMs: number;
  userAgent: string;
  address: string;
  /** udp, tcp, tls, ws or wss. */
  transport: string;
}

export interface SeenStore {
  get(accountId: string): SeenRow | null;
  put(seen: SeenRow): void;
}

export function seenStore(db: Database): SeenStore {
  const get = db.prepare<[string], SeenRow>(`SELECT account_id AS accountId, last_seen_ms AS lastSeenMs,
    user_agent AS userAgent, address, transport FROM account_seen WHERE account_id = ?`);
  const put = db.prepare<SeenRow>(`
    INSERT INTO account_seen (account_id, last_seen_ms, user_agent, address, transport)
    VALUES (@accountId, @lastSeenMs, @userAgent, @address, @transport)
    ON CONFLICT DO UPDATE SET last_seen_ms = excluded.last_seen_ms, user_agent = excluded.user_agent,
      address = excluded.address, transport = excluded.transport`);
  return {
    get: (accountId) => get.get(accountId) ?? null,
    put: (seen) => void put.run(seen),
  };
}
