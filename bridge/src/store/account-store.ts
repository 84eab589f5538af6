import type { Database } from "better-sqlite3";
import type { AccountType } from "../../../infra/control/src/wire.ts";
import type { DeviceInfo } from "../api/directory.ts";
import { MARK_UPDATE, MARKS, REVISION, type RowMarks, type Unmarked } from "./row-marks.ts";
import { searchText } from "./text.ts";

export interface AccountRow extends RowMarks {
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
  deviceInfo: DeviceInfo;
}

/** Left out, nothing is known of the hardware. */
export type NewAccountRow = Omit<Unmarked<AccountRow>, "deviceInfo"> & { deviceInfo?: DeviceInfo };

export const NO_DEVICE_INFO: DeviceInfo = { vendor: "", model: "", mac: "", note: "" };

export interface AccountFilter {
  siteId?: string | undefined;
  unitId?: string | undefined;
}

export interface AccountStore {
  list(filter: AccountFilter): AccountRow[];
  /** Those of these flats and doors, by user name. */
  ofUnits(unitIds: readonly string[]): AccountRow[];
  /** Those of a site whose user names come after this one, by user name, at most so many. */
  some(siteId: string, afterUsername: string, most: number): AccountRow[];
  get(id: string): AccountRow | null;
  byUsername(siteId: string, username: string): AccountRow | null;
  /** What rules know of all accounts of the site, by user name. */
  names(siteId: string): Pick<AccountRow, "unitId" | "username" | "type" | "enabled">[];
  /** User names of the site's enabled accounts, sorted: all, of one type, or those that start so. */
  enabledNames(siteId: string, of?: { type: AccountType } | { start: string }): string[];
  /** Whether the site has more enabled accounts than so many. */
  moreEnabledThan(siteId: string, many: number): boolean;
  /** Any whose user name is this one but for case. */
  alike(siteId: string, username: string): AccountRow | null;
  insert(account: NewAccountRow): void;
  /** Changes unit, label, ha1, enabled and deviceInfo. */
  update(account: Unmarked<AccountRow>): void;
  /** Takes its device along. */
  remove(id: string): void;
}

/** What is its own, and what its flat or door is found by; a trigger follows the latter. */
const SEARCH_TEXT = "@ownText || ' ' || coalesce((SELECT search_text FROM unit WHERE id = @unitId), '')";

/** As selected. */
type Columns = Omit<AccountRow, "enabled" | "deviceInfo"> & { enabled: number; deviceInfo: string };
/** As written. */
type Written = Unmarked<Columns> & { ownText: string };

export function accountStore(db: Database): AccountStore {
  const select = `SELECT id, site_id AS siteId, unit_id AS unitId, username, type, label, ha1, enabled,
    created_at_ms AS createdAtMs, device_info AS deviceInfo, ${MARKS} FROM account`;
  // A statement for each filter: one for all of them could not use an index.
  const all = db.prepare<[], Columns>(`${select} ORDER BY username, id`);
  const ofSite = db.prepare<[string], Columns>(`${select} WHERE site_id = ? ORDER BY username, id`);
  const ofUnit = db.prepare<{ unitId: string; siteId: string | null }, Columns>(
    `${select} WHERE unit_id = @unitId AND (@siteId IS NULL OR site_id = @siteId) ORDER BY username, id`,
  );
  const ofUnits = db.prepare<[string], Columns>(
    `${select} WHERE unit_id IN (SELECT value FROM json_each(?)) ORDER BY username, id`,
  );
  const some = db.prepare<[string, string, number], Columns>(
    `${select} WHERE site_id = ? AND username > ? ORDER BY username LIMIT ?`,
  );
  const get = db.prepare<[string], Columns>(`${select} WHERE id = ?`);
  const byUsername = db.prepare<[string, string], Columns>(`${select} WHERE site_id = ? AND username = ?`);
  const names = db.prepare<[string], { unitId: string | null; username: string; type: AccountType; enabled: number }>(
    "SELECT unit_id AS unitId, username, type, enabled FROM account WHERE site_id = ? ORDER BY username",
  );
  const enabled = "SELECT username FROM account WHERE site_id = ? AND enabled = 1";
  const enabledOfType = db.prepare<[string, string], string>(`${enabled} AND type = ? ORDER BY username`).pluck();
  // Names are of letters, digits, dots, dashes and underscores, which all come before a tilde.
  const enabledFrom = db
    .prepare<[string, string, string], string>(`${enabled} AND username >= ? AND username < ? || '~' ORDER BY username`)
    .pluck();
  const enabledBehind = db
    .prepare<[string, number], 1>("SELECT 1 FROM account WHERE site_id = ? AND enabled = 1 LIMIT 1 OFFSET ?")
    .pluck();
  const alike = db.prepare<[string, string], Columns>(`${select} WHERE site_id = ? AND username = ? COLLATE NOCASE`);
  const insert = db.prepare<Written>(`
    INSERT INTO account (id, site_id, unit_id, username, type, label, ha1, enabled, created_at_ms, device_info,
      own_text, search_text, revision)
    VALUES (@id, @siteId, @unitId, @username, @type, @label, @ha1, @enabled, @createdAtMs, @deviceInfo, @ownText,
      ${SEARCH_TEXT}, ${REVISION})`);
  const update = db.prepare<Written>(`
    UPDATE account SET unit_id = @unitId, label = @label, ha1 = @ha1, enabled = @enabled, device_info = @deviceInfo,
      own_text = @ownText, search_text = ${SEARCH_TEXT}, ${MARK_UPDATE} WHERE id = @id`);
  const remove = db.prepare<[string]>("DELETE FROM account WHERE id = ?");
  const row = (columns: Columns | undefined) => (columns ? fromColumns(columns) : null);
  return {
    list: ({ siteId, unitId }) => {
      if (unitId !== undefined) return ofUnit.all({ unitId, siteId: siteId ?? null }).map(fromColumns);
      return (siteId === undefined ? all.all() : ofSite.all(siteId)).map(fromColumns);
    },
    ofUnits: (unitIds) => ofUnits.all(JSON.stringify(unitIds)).map(fromColumns),
    some: (siteId, afterUsername, most) => some.all(siteId, afterUsername, most).map(fromColumns),
    get: (id) => row(get.get(id)),
    byUsername: (siteId, username) => row(byUsername.get(siteId, username)),
    names: (siteId) => names.all(siteId).map((row) => ({ ...row, enabled: row.enabled === 1 })),
    enabledNames: (siteId, of = { start: "" }) =>
      "type" in of ? enabledOfType.all(siteId, of.type) : enabledFrom.all(siteId, of.start, of.start),
    moreEnabledThan: (siteId, many) => enabledBehind.get(siteId, many) !== undefined,
    alike: (siteId, username) => row(alike.get(siteId, username)),
    insert: (account) => void insert.run(written(account)),
    update: (account) => void update.run(written(account)),
    remove: (id) => void remove.run(id),
  };
}

function fromColumns(columns: Columns): AccountRow {
  return { ...columns, enabled: columns.enabled === 1, deviceInfo: JSON.parse(columns.deviceInfo) as DeviceInfo };
}

function written(account: NewAccountRow): Written {
  const { label, username, enabled, deviceInfo: { vendor, model, mac, note } = NO_DEVICE_INFO } = account;
  return {
    ...account,
    enabled: enabled ? 1 : 0,
    deviceInfo: JSON.stringify({ vendor, model, mac, note }),
    ownText: searchText(`${label} ${username} ${vendor} ${model} ${mac}`),
  };
}
