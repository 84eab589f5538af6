/** The last test ring of each account. */
import type { Database } from "better-sqlite3";
import type { TestRingDevice } from "../api/site-health.ts";

export interface TestStore {
  get(accountId: string): TestRingDevice | null;
  put(result: TestRingDevice): void;
}

export function testStore(db: Database): TestStore {
  const get = db.prepare<[string], { result: string }>("SELECT result FROM account_test WHERE account_id = ?");
  const put = db.prepare<[string, string]>(
    "INSERT INTO account_test (account_id, result) VALUES (?, ?) ON CONFLICT DO UPDATE SET result = excluded.result",
  );
  return {
    get: (accountId) => {
      const row = get.get(accountId);
      return row ? (JSON.parse(row.result) as TestRingDevice) : null;
    },
    put: (result) => void put.run(result.accountId, JSON.stringify(result)),
  };
}
