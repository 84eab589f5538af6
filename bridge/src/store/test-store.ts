/** The last test ring of each account. */
import type { Database } from "better-sqlite3";
import type { TestRingDevice } from "../api/site-health.ts";

export interface TestStore {
  get(accountId: string): TestRingDevice | null;
  put(result: TestRingDevice): void;
  /** Panels with a page of ours that failed, but for those that were not connected. */
  failed(siteId: string): string[];
}

export function testStore(db: Database): TestStore {
  const get = db.prepare<[string], { result: string }>("SELECT result FROM account_test WHERE account_id = ?");
  const put = db.prepare<[string, string]>(
    "INSERT INTO account_test (account_id, result) VALUES (?, ?) ON CONFLICT DO UPDATE SET result = excluded.result",
  );
  const failed = db
    .prepare<[string], string>(`
      SELECT account.id FROM account JOIN account_test ON account_test.account_id = account.id
      WHERE account.site_id = ? AND account.enabled = 1 AND account.type = 'panel'
        AND EXISTS (SELECT 1 FROM device WHERE device.account_id = account.id)
        AND result ->> 'state' = 'failed' AND result ->> 'failedStep' <> 'register' ORDER BY account.id`)
    .pluck();
  return {
    failed: (siteId) => failed.all(siteId),
    get: (accountId) => {
      const row = get.get(accountId);
      return row ? (JSON.parse(row.result) as TestRingDevice) : null;
    },
    put: (result) => void put.run(result.accountId, JSON.stringify(result)),
  };
}
