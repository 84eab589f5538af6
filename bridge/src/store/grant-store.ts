/** Who may manage a site from another Neolia. */
import type { Database } from "better-sqlite3";

export interface GrantRow {
  id: string;
  siteId: string;
  label: string;
  /** May also take backups and logins out. */
  backups: boolean;
  /** Where the site's own page stands; "": not known. */
  pageUrl: string;
  /** Of the invitation until it is taken, then the grant's key: 32 bytes. */
  secret: Buffer;
  createdAtMs: number;
  /** Until then the invitation can be taken. */
  invitedToMs: number;
  expiresAtMs: number;
  takenAtMs: number | null;
  /** As the other Neolia calls itself; "" before it is taken. */
  takenBy: string;
  usedAtMs: number | null;
  usedBy: string;
  revokedAtMs: number | null;
}

export interface GrantStore {
  /** Newest first. */
  list(siteId: string): GrantRow[];
  get(id: string): GrantRow | null;
  insert(grant: GrantRow): void;
  /** False when it was taken or revoked before. */
  take(id: string, by: string, key: Buffer, nowMs: number): boolean;
  noteUse(id: string, by: string, nowMs: number): void;
  revoke(id: string, nowMs: number): void;
  /** Ends those whose time is over, and says which. */
  endExpired(nowMs: number): GrantRow[];
  /** Revokes whatever is not, and says which. */
  revokeAll(nowMs: number): GrantRow[];
  /** Forgets those that ended before. */
  trim(endedBeforeMs: number): void;
}

type Columns = Omit<GrantRow, "backups"> & { backups: number };

export function grantStore(db: Database): GrantStore {
  const columns = `id, site_id AS siteId, label, backups, page_url AS pageUrl, secret, created_at_ms AS createdAtMs,
    invited_to_ms AS invitedToMs, expires_at_ms AS expiresAtMs, taken_at_ms AS takenAtMs, taken_by AS takenBy,
    used_at_ms AS usedAtMs, used_by AS usedBy, revoked_at_ms AS revokedAtMs`;
  const select = `SELECT ${columns} FROM site_grant`;
  const list = db.prepare<[string], Columns>(`${select} WHERE site_id = ? ORDER BY created_at_ms DESC, id DESC`);
  const get = db.prepare<[string], Columns>(`${select} WHERE id = ?`);
  const insert = db.prepare<Columns>(`
    INSERT INTO site_grant (id, site_id, label, backups, page_url, secret, created_at_ms, invited_to_ms, expires_at_ms,
      taken_at_ms, taken_by, used_at_ms, used_by, revoked_at_ms)
    VALUES (@id, @siteId, @label, @backups, @pageUrl, @secret, @createdAtMs, @invitedToMs, @expiresAtMs, @takenAtMs, @takenBy,
      @usedAtMs, @usedBy, @revokedAtMs)`);
  const take = db.prepare<[number, string, Buffer, string]>(`
    UPDATE site_grant SET taken_at_ms = ?, taken_by = ?, secret = ?
    WHERE id = ? AND taken_at_ms IS NULL AND revoked_at_ms IS NULL`);
  const noteUse = db.prepare<[number, string, string]>(
    "UPDATE site_grant SET used_at_ms = ?, used_by = ? WHERE id = ?",
  );
  const revoke = db.prepare<[number, string]>(
    "UPDATE site_grant SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL",
  );
  const endExpired = db.prepare<{ nowMs: number }, Columns>(
    `UPDATE site_grant SET revoked_at_ms = @nowMs WHERE revoked_at_ms IS NULL
     AND (expires_at_ms <= @nowMs OR taken_at_ms IS NULL AND invited_to_ms <= @nowMs)
     RETURNING ${columns}`,
  );
  const revokeAll = db.prepare<[number], Columns>(
    `UPDATE site_grant SET revoked_at_ms = ? WHERE revoked_at_ms IS NULL RETURNING ${columns}`,
  );
  const trim = db.prepare<[number]>(
    "DELETE FROM site_grant WHERE min(expires_at_ms, coalesce(revoked_at_ms, expires_at_ms)) < ?",
  );
  return {
    list: (siteId) => list.all(siteId).map(fromColumns),
    get: (id) => {
      const columns = get.get(id);
      return columns ? fromColumns(columns) : null;
    },
    insert: (grant) => void insert.run({ ...grant, backups: grant.backups ? 1 : 0 }),
    take: (id, by, key, nowMs) => take.run(nowMs, by, key, id).changes === 1,
    noteUse: (id, by, nowMs) => void noteUse.run(nowMs, by, id),
    revoke: (id, nowMs) => void revoke.run(nowMs, id),
    endExpired: (nowMs) => endExpired.all({ nowMs }).map(fromColumns),
    revokeAll: (nowMs) => revokeAll.all(nowMs).map(fromColumns),
    trim: (endedBeforeMs) => void trim.run(endedBeforeMs),
  };
}

function fromColumns(columns: Columns): GrantRow {
  return { ...columns, backups: columns.backups === 1 };
}
