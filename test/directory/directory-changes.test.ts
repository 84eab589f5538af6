/**
 * An edit of one row is sent as one row. Whatever was edited, in whatever order, the VPS ends with the directory that a whole
 * `PUT` would have given it: same rows, same hash.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import fc from "fast-check";
import type { Account, Building, Unit } from "../../bridge/src/api/directory.ts";
import { siteChanges, siteSnapshot } from "../../bridge/src/directory/snapshot.ts";
import { canonicalContent, hashContent } from "../../infra/control/src/directory-content.ts";
import { type Db, openDirectoryFile } from "../../infra/control/src/directory-file.ts";
import { DirectoryStore } from "../../infra/control/src/directory-store.ts";
import { type Site, SiteStore } from "../../infra/control/src/site-store.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;
let db: Db;
let control: DirectoryStore;
let site: Site;
/** What the VPS has of it; another one is sent with everything else, as the provisioner does. */
let clock: string;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
  db = openDirectoryFile(join(api.folder, "directory.db"));
  site = new SiteStore(db).add(house.site.domain).site;
  control = new DirectoryStore(db);
  sendAll();
});
afterEach(async () => {
  db.close();
  await api.close();
});

const ours = () => siteSnapshot(api.store, house.site.id, 0);
function sendAll(): void {
  const put = ours();
  control.replace(site, put);
  clock = JSON.stringify(put.clock);
  api.store.provisioning.forgetChanges(house.site.id, put.revision);
}
/** Sends what changed, as the provisioner does. */
function sendChanges(): { units: number; accounts: number; toLogOut: string[] } {
  const changes = siteChanges(api.store, house.site.id, 0) ?? assert.fail("too much");
  const { revision: baseRevision, contentHash: baseContentHash } = control.read(site);
  const { revision, units, accounts } = changes;
  const { toLogOut } = control.patch(site, { baseRevision, baseContentHash, revision, units, accounts });
  api.store.provisioning.forgetChanges(house.site.id, revision);
  return { units: units.length, accounts: accounts.length, toLogOut };
}
const tables = () => ["unit", "subscriber"].map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all());
const rules = () =>
  db
    .prepare(
      `SELECT rule.domain, unit, position, source_pattern, action, target_sip_uri, ring_seconds, always, enabled,
        group_concat(from_minute || '-' || to_minute) AS windows
      FROM rule LEFT JOIN rule_window ON rule_id = rule.id GROUP BY rule.id ORDER BY unit, position`,
    )
    .all();

/** What a whole PUT makes of an empty file. */
function fresh(): unknown {
  const file = openDirectoryFile(":memory:");
  const other = new SiteStore(file).add(house.site.domain).site;
  new DirectoryStore(file).replace(other, ours());
  const kept = db;
  db = file;
  const content = [tables(), rules()];
  db = kept;
  file.close();
  return content;
}

function assertEqual(): void {
  assert.deepEqual([tables(), rules()], fresh());
  assert.equal(control.read(site).contentHash, hashContent(canonicalContent(ours())));
}

const send = (method: string, url: string, body?: unknown) => api.send(method, url, body);

test("one edited row is one row on the way", async () => {
  await send("PATCH", `/api/accounts/${house.door.account.id}`, { enabled: false });
  assert.deepEqual(sendChanges(), { units: 0, accounts: 1, toLogOut: ["intercom-entrance"] });
  assertEqual();
  const rule = api.store.rules.list({ unitId: house.unit401.id })[0];
  await send("PATCH", `/api/rules/${rule?.id}`, { ringSeconds: 44 });
  assert.deepEqual(sendChanges(), { units: 1, accounts: 0, toLogOut: [] });
  assertEqual();
});

test("a removed building takes its units, doors, accounts and rules along, and logs their devices out", async () => {
  await send("DELETE", `/api/buildings/${house.building.id}`);
  assert.deepEqual(sendChanges().toLogOut, ["intercom-entrance"]);
  assertEqual();
  assert.deepEqual(tables(), [[], []]);
});

test("a change that builds on another directory is refused, and nothing is written", async () => {
  await send("PATCH", `/api/accounts/${house.door.account.id}`, { enabled: false });
  const before = JSON.stringify([tables(), rules(), control.read(site)]);
  const { revision, units, accounts } = siteChanges(api.store, house.site.id, 0) ?? assert.fail();
  const { revision: baseRevision, contentHash: baseContentHash } = control.read(site);
  const wrong = [
    { baseRevision: baseRevision - 1, baseContentHash, revision },
    { baseRevision, baseContentHash: "0".repeat(64), revision },
    { baseRevision, baseContentHash, revision: baseRevision },
  ];
  for (const base of wrong) {
    assert.throws(() => control.patch(site, { ...base, units, accounts }), { code: "REVISION_CONFLICT" });
  }
  const clash = {
    name: "intercom-entrance-2",
    unit: { name: "intercom-entrance-2", kind: "door" as const },
    rules: [],
  };
  const account = {
    username: "x",
    account: { ...(accounts[0]?.account ?? assert.fail()), username: "x", unit: "nowhere" },
  };
  for (const bad of [
    { units: [clash], accounts: [account] },
    {
      units: [{ name: "x", unit: { name: "x", kind: "door" as const }, rules: [] }],
      accounts: [{ username: "x", account: { ...account.account, unit: null } }],
    },
  ]) {
    assert.throws(() => control.patch(site, { baseRevision, baseContentHash, revision, ...bad }), {
      code: "NAME_CONFLICT",
    });
  }
  assert.equal(JSON.stringify([tables(), rules(), control.read(site)]), before);
});

function sendWhatIsDue(): void {
  if (ours().revision === control.read(site).revision) return;
  if (JSON.stringify(ours().clock) === clock) sendChanges();
  else sendAll();
}

type Step = { kind: number; pick: number; send: boolean };
test("200 runs of random edits: the VPS has what a whole PUT would give it", { timeout: 300_000 }, async () => {
  const step = fc.record({ kind: fc.nat(11), pick: fc.nat(1000), send: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      for (const one of steps) {
        await edit(one);
        if (one.send) sendWhatIsDue();
      }
      sendWhatIsDue();
      assertEqual();
    }),
    { numRuns: 200, interruptAfterTimeLimit: 120_000 },
  );
});

let made = 0;
/** One edit through the API; some are refused, which is fine. */
async function edit({ kind, pick }: Step): Promise<void> {
  const of = <T>(rows: readonly T[]): T | undefined => rows[pick % Math.max(1, rows.length)];
  const siteId = house.site.id;
  const unit = of(api.store.units.list({ siteId }).filter((one) => one.kind === "residential"));
  const building = of(api.store.buildings.list(siteId));
  const account = of(api.store.accounts.list({ siteId }));
  const rule = of(api.store.rules.list({ siteId }));
  made += 1;
  const edits: (() => Promise<unknown>)[] = [
    async () => (await send("POST", "/api/buildings", { siteId, name: `b${made}` })).json<Building>(),
    async () => (await send("POST", "/api/units", { buildingId: building?.id, number: `u${made}` })).json<Unit>(),
    async () =>
      (await send("POST", "/api/accounts", { siteId, type: "panel", label: "P", unitId: unit?.id })).json<Account>(),
    () => send("POST", "/api/doors", { buildingId: building?.id, label: "D", name: `door${made}` }),
    () => send("PATCH", `/api/accounts/${account?.id}`, { enabled: pick % 2 === 0 }),
    () => send("POST", `/api/accounts/${account?.id}/password`, {}),
    () => send("DELETE", `/api/accounts/${account?.id}`),
    () => send("DELETE", `/api/units/${unit?.id}`),
    () =>
      send("POST", "/api/rules", {
        ...{ unitId: unit?.id, sourcePattern: `a${made}*`, action: "ring", targetSipUri: null, ringSeconds: 20 },
        ...{ schedule: pick % 3 === 0 ? [{ fromMinute: 5, toMinute: 60 }] : [], enabled: true, position: pick % 3 },
      }),
    () => send("PATCH", `/api/rules/${rule?.id}`, { position: pick % 4 }),
    () => send("DELETE", `/api/rules/${rule?.id}`),
    () => send("PUT", `/api/units/${unit?.id}/do-not-disturb`, { on: pick % 2 === 0 }),
  ];
  await edits[kind]?.();
}
