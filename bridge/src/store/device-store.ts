/** Browsers that hold a panel account of their own. */
import type { Database } from "better-sqlite3";

export interface DeviceStore {
  /** Account of the device, null when it is not set up. */
  accountId(deviceId: string): string | null;
  insert(deviceId: string, accountId: string): void;
  /** The account stays, for another device. */
  removeOf(accountId: string): void;
}

export function deviceStore(db: Database): DeviceStore {
  const get = db.prepare<[string], { accountId: string }>("SELECT account_id AS accountId FROM device WHERE id = ?");
  const insert = db.prepare<[string, string]>("INSERT INTO device (id, account_id) VALUES (?, ?)");
  const removeOf = db.prepare<[string]>("DELETE FROM device WHERE account_id = ?");
  return {
    accountId: (deviceId) => get.get(deviceId)?.accountId ?? null,
    insert: (deviceId, accountId) => void insert.run(deviceId, accountId),
    removeOf: (accountId) => void removeOf.run(accountId),
  };
}
