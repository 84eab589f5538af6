/** Browsers that hold a panel account of their own. */
import type { Database } from "better-sqlite3";

export interface DeviceStore {
  /** Account of the device, null when it is not set up. */
  accountId(deviceId: string): string | null;
  /** `userId`: whose device it is; null: it belongs to the house, not to a person. */
  insert(deviceId: string, accountId: string, userId: string | null): void;
  /** Moves a device to another person, or to nobody. */
  setUser(deviceId: string, userId: string | null): void;
  /** Accounts of the devices that belong to somebody. */
  ofUsers(): { userId: string; accountId: string }[];
  list(): { deviceId: string; accountId: string; userId: string | null }[];
  /** The account stays, for another device. */
  removeOf(accountId: string): void;
}

/** A restore copies devices before their site is there. */
const IS_THERE = "account_id IN (SELECT id FROM account WHERE site_id IN (SELECT id FROM site))";

export function deviceStore(db: Database): DeviceStore {
  const get = db.prepare<[string], { accountId: string }>(
    `SELECT account_id AS accountId FROM device WHERE id = ? AND ${IS_THERE}`,
  );
  const list = db.prepare<[], { deviceId: string; accountId: string; userId: string | null }>(
    `SELECT id AS deviceId, account_id AS accountId, user_id AS userId FROM device WHERE ${IS_THERE} ORDER BY id`,
  );
  const insert = db.prepare<[string, string, string | null]>(
    "INSERT INTO device (id, account_id, user_id) VALUES (?, ?, ?)",
  );
  const removeCopied = db.prepare<[string]>(`DELETE FROM device WHERE id = ? AND NOT ${IS_THERE}`);
  const setUser = db.prepare<[string | null, string]>("UPDATE device SET user_id = ? WHERE id = ?");
  const ofUsers = db.prepare<[], { userId: string; accountId: string }>(
    `SELECT user_id AS userId, account_id AS accountId FROM device WHERE user_id IS NOT NULL AND ${IS_THERE} ORDER BY id`,
  );
  const removeOf = db.prepare<[string]>("DELETE FROM device WHERE account_id = ?");
  return {
    accountId: (deviceId) => get.get(deviceId)?.accountId ?? null,
    insert: (deviceId, accountId, userId) => {
      // A browser that is set up while its site is being restored stays what it is set up as.
      removeCopied.run(deviceId);
      insert.run(deviceId, accountId, userId);
    },
    setUser: (deviceId, userId) => void setUser.run(userId, deviceId),
    ofUsers: () => ofUsers.all(),
    list: () => list.all(),
    removeOf: (accountId) => void removeOf.run(accountId),
  };
}
