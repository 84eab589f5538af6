/** No column is lost between a backup and its restore but those that are named here, with the reason. */
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import Sqlite, { type Database } from "better-sqlite3";
import type { Backup } from "../../bridge/src/api/backup.ts";
import { checkBackup } from "../../bridge/src/directory/restore-check.ts";
import { SITE_TABLES } from "../../bridge/src/store/site-tables.ts";
import { openStore } from "../../bridge/src/store/store.ts";
import { labFolder } from "../lab/folder.ts";
import { makeDesk } from "../ordering/desk-requests.ts";
import { loggedCall } from "../panel/desk.ts";
import { type TestApp, testApp, USER } from "./app.ts";
import { DEVICE, type House, makeHouse } from "./house.ts";

/** Columns of a carried table that are made anew. */
const MADE_ANEW: Readonly<Record<string, readonly string[]>> = {
  // The VPS's state counts from the start, and no form is open that has seen a version.
  ...{ site: ["version", "revision"], building: ["version", "revision"], unit: ["version", "revision"] },
  ...{ account: ["version", "revision"], rule: ["version", "revision"] },
  // It goes on counting there.
  audit: ["id"],
};

let api: TestApp;
let other: TestApp;
let house: House;
beforeEach(async () => {
  api = await testApp();
  other = await testApp();
  house = await makeHouse(api, { address: "1 Road" });
});
afterEach(async () => {
  await api.close();
  await other.close();
});

function within<T>({ folder }: Pick<TestApp, "folder">, work: (db: Database) => T): T {
  const db = new Sqlite(join(folder, "neolia.db"));
  try {
    return work(db);
  } finally {
    db.close();
  }
}
const tablesOf = (db: Database) =>
  db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
const columnsOf = (db: Database, table: string) =>
  db.prepare<[], { name: string; dflt_value: string | null }>(`PRAGMA table_info(${table})`).all();
const carriedOf = (db: Database, table: string) =>
  columnsOf(db, table).filter(({ name }) => MADE_ANEW[table]?.includes(name) !== true);

test("every column of every carried table comes out of a restore as it went into the backup", async () => {
  await fill();
  const before = within(api, rowsOf);
  const backup = (await api.send("GET", `/api/sites/${house.site.id}/backup`)).json<Backup>();
  const body = Buffer.from(JSON.stringify({ backup, dryRun: false }));
  // Its people are known where it goes: else their devices are the house's.
  const restored = other.directory.restores.restore(body, [USER]).then(() => true);
  const isThere = () => other.store.sites.get(house.site.id) !== null;
  // Whoever looks meanwhile finds no half of it, and does not make the lists in memory miss what comes later.
  const listed = ({ store }: TestApp) =>
    store.pages.units({ siteId: house.site.id }, { limit: 1, offset: 0, cursor: undefined })?.total;
  while (!(await Promise.race([restored, turn(false)]))) {
    listed(other);
    const { accounts, audit, devices, pages } = other.directory;
    // Of all sites, as nobody says which.
    for (const rows of [
      accounts.list({}),
      pages.accounts({}).rows,
      pages.units({}).rows,
      (await audit.list({})).entries,
    ]) {
      assert.ok(rows.every(({ siteId }) => siteId !== house.site.id || isThere()));
    }
    if (!isThere()) {
      assert.equal(devices.accountOf(DEVICE), null);
      assert.deepEqual(other.store.devices.ofUsers(), []);
    }
  }
  assert.equal(listed(other), listed(api));
  const after = within(other, rowsOf);
  for (const { table } of SITE_TABLES) assert.deepEqual(after[table], before[table], table);
});

test("a restore that ends after any of its pieces leaves nothing, at once or at the next start; a site beside it stays whole", async () => {
  await fill();
  const backup = (await api.send("GET", `/api/sites/${house.site.id}/backup`)).json<Backup>();
  await makeHouse(other, { domain: "other.sip.example.com" });
  const lab = labFolder("half-restored");
  within(other, (db) => db.exec(`VACUUM INTO '${join(lab.path, "neolia.db")}'`));
  const everything = () =>
    within({ folder: lab.path }, (db) =>
      tablesOf(db).map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all()] as const),
    );
  let store = openStore({ folder: lab.path });
  try {
    const before = everything();
    for (let pieces = 1; pieces <= SITE_TABLES.filter(({ early }) => early).length; pieces++) {
      for (const end of ["at once", "at the next start", "at the next start from a copy"]) {
        const folder = store.takeovers.makeFolder();
        const body = Buffer.from(JSON.stringify({ backup, dryRun: false }));
        checkBackup({ body, folder, dataFolder: lab.path, users: null, nowMs: 0 });
        await store.takeovers.attached(folder, async (from) => {
          const steps = from.copyEarly();
          for (let step = 0; step < pieces; step++) steps.next();
        });
        assert.notDeepEqual(everything(), before);
        if (end === "at once") for (const _step of store.takeovers.clear());
        else {
          store.close();
          if (end.endsWith("copy")) rmSync(folder, { recursive: true });
          store = openStore({ folder: lab.path });
        }
        assert.deepEqual(everything(), before, `${end}, after ${pieces} pieces`);
        assert.deepEqual(
          readdirSync(lab.path).filter((name) => name.startsWith("restoring")),
          [],
        );
      }
    }
  } finally {
    store.close();
    lab.remove();
  }
});

test("a browser that is set up while its site comes stays what it was set up as; all other devices come along", async () => {
  const unitId = house.unit401.id;
  const others = Array.from({ length: 600 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`);
  // Among the first rows and among the last: neither may end a piece before its time.
  const [early = "", late = ""] = [others[0], others.at(-1)];
  api.store.transaction(() => {
    for (const device of others) api.directory.devices.put(device, { unitId, label: "Wall" }, null);
  });
  const backup = (await api.send("GET", `/api/sites/${house.site.id}/backup`)).json<Backup>();
  const there = await makeHouse(other, { domain: "other.sip.example.com" });
  const setUp = (device: string) =>
    other.directory.devices.put(device, { unitId: there.unit402.id, label: "New" }, null);
  setUp(early);
  const folder = other.store.takeovers.makeFolder();
  const body = Buffer.from(JSON.stringify({ backup, dryRun: false }));
  checkBackup({ body, folder, dataFolder: other.store.takeovers.dataFolder, users: null, nowMs: 0 });
  await other.store.takeovers.attached(folder, async (from) => {
    for (const _step of from.copyEarly());
    setUp(late);
    other.store.transaction(() => from.copyRest());
  });
  rmSync(folder, { recursive: true });
  const siteOf = (device: string) => other.directory.devices.accountOf(device)?.siteId;
  for (const device of others) {
    assert.equal(siteOf(device), device === early || device === late ? there.site.id : house.site.id, device);
  }
});

/** Rows of every carried table, in a value that tells each column from one that was forgotten. */
async function fill(): Promise<void> {
  const { lineId } = await makeDesk(api, house);
  await api.send("PUT", `/api/devices/${DEVICE}`, { unitId: house.unit401.id, label: "Wall" });
  await api.send("PUT", `/api/members/${USER}`, { unitIds: [house.unit402.id], desk: true });
  const call = loggedCall(1, 1_700_000_000_000, { siteId: house.site.id, unitId: house.unit401.id });
  api.store.calls.upsertCall({ ...call, callerUnitId: house.unit402.id, answeredAtMs: 1, answeredBy: call.callee });
  const accountId = api.store.devices.accountId(DEVICE) ?? assert.fail();
  api.store.devices.setUser(DEVICE, USER);
  api.store.seen.put({ accountId, lastSeenMs: 7, userAgent: "JsSIP", address: "192.0.2.7", transport: "wss" });
  const account = api.store.accounts.get(accountId) ?? assert.fail();
  const deviceInfo = { vendor: "Akuvox", model: "R29", mac: "0C1105000001", note: "n" };
  api.store.accounts.update({ ...account, enabled: false, deviceInfo });
  within(api, (db) => {
    db.exec(`
      UPDATE unit SET do_not_disturb = 1 WHERE id = '${house.unit402.id}';
      UPDATE rule SET schedule = '[{"fromMinute":60,"toMinute":120}]', enabled = 0, ring_seconds = 44;
      UPDATE rule SET action = 'forward', target_sip_uri = 'sip:someone@home.sip.example.com' WHERE position = 0;
      UPDATE line SET paused_until_ms = 1700000000000;
      INSERT INTO sold_out (line_id, menu_id, since_ms) VALUES ('${lineId}', 'tiramisu', 1700000000000);
      UPDATE order_call SET taken_by = 'Anna' WHERE draft = 1;
      DELETE FROM order_call WHERE ended_at_ms IS NULL OR draft = 0;
      UPDATE customer_order SET accepted_at_ms = 3, ready_at_ms = 4, caller_told = 1, note = 'no onions';
      UPDATE customer_order SET gone_at_ms = 5, reminded_at_ms = 6;
      UPDATE audit SET user_id = '${USER}', origin = '192.0.2.9';
    `);
    for (const { table } of SITE_TABLES) {
      for (const { name, dflt_value: byDefault } of carriedOf(db, table)) {
        const said = db.prepare(`SELECT 1 FROM ${table} WHERE ${name} IS NOT ${byDefault ?? "NULL"} LIMIT 1`).get();
        assert.ok(said, `${table}.${name} has a value that a restore could lose`);
      }
    }
  });
}

/** Of those before the backup was taken: that it was taken and restored stands in the log as well. */
function rowsOf(db: Database): Record<string, unknown[]> {
  return Object.fromEntries(
    SITE_TABLES.map(({ table }) => {
      const names = carriedOf(db, table).map(({ name }) => name);
      const where = table === "audit" ? "WHERE noun <> 'backup' ORDER BY id" : `ORDER BY ${names.join(", ")}`;
      return [table, db.prepare(`SELECT ${names.join(", ")} FROM ${table} ${where}`).all()];
    }),
  );
}
