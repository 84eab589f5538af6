import type { Database } from "better-sqlite3";
import type { AccountType } from "../../../infra/control/src/wire.ts";

export interface AccountRow {
  id: string;
  siteId: string;
  /** The flat or door that the device belongs to; null for a gateway or the bridge. */
  unitId: string | null;
  username: string;
  type: AccountType;
  label: string;
  /** MD5(username:domain:password), lower-case hex (RFC 2617 section 3.2.2.2). The password itself is nowhere. */
  ha1: string;
  enabled: boolean;
  createdAtMs: number;
}

export interface AccountFilter {
  siteId?: string | undefined;
  unitId?: string | undefined;
}

export interface AccountStore {
  list(filter: AccountFilter): AccountRow[];
  get(id: string): AccountRow | null;
  byUsername(siteId: string, username: string): AccountRow | null;
  insert(account: AccountRow): void;
  /** Changes unit, label, ha1 and enabled. */
  update(account: AccountRow): void;
  /** Takes its device along. */
  remove(id: string): void;
}

type Columns = Omit<AccountRow, "enabled"> & { enabled: number };

export function accountStore(db: Database): AccountStore {
  const select = `SELECT id, site_id AS siteId, unit_id AS unitId, username, type, label, ha1, enabled,
    created_at_ms AS createdAtMs FROM account`;
  const list = db.prepare<Record<string, string | null>, Columns>(`
    ${select} WHERE (@siteId IS NULL OR site_id = @siteId) AND (@unitId IS NULL OR unit_id = @unitId)
    ORDER BY username, id`);
  const get = db.prepare<[string], Columns>(`${select} WHERE id = ?`);
  const byUsername = db.prepare<[string, string], Columns>(`${select} WHERE site_id = ? AND username = ?`);
  const insert = db.prepare<Columns>(`
    INSERT INTO account (id, site_id, unit_id, username, type, label, ha1, enabled, created_at_ms)
    VALUES (@id, @siteId, @unitId, @username, @type, @label, @ha1, @enabled, @createdAtMs)`);
  const update = db.prepare<Columns>(
    "UPDATE account SET unit_id = @unitId, label = @label, ha1 = @ha1, enabled = @enabled WHERE id = @id",
  );
  const remove = db.prepare<[string]>("DELETE FROM account WHERE id = ?");
  const row = (columns: Columns | undefined) => (columns ? { ...columns, enabled: columns.enabled === 1 } : null);
  const columns = (account: AccountRow) => ({ ...account, enabled: account.enabled ? 1 : 0 });
  return {
    list: (filter) =>
      list
        .all({ siteId: filter.siteId ?? null, unitId: filter.unitId ?? null })
        .map((found) => ({ ...found, enabled: found.enabled === 1 })),
    get: (id) => row(get.get(id)),
    byUsername: (siteId, username) => row(byUsername.get(siteId, username)),
    insert: (account) => void insert.run(columns(account)),
    update: (account) => void update.run(columns(account)),
    remove: (id) => void remove.run(id),
  };
}
