/** The whole site into another app: devices work on, nothing is typed again. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Backup, RestoreReply } from "../../bridge/src/api/backup.ts";
import type { Device } from "../../bridge/src/api/session.ts";
import { siteSnapshot } from "../../bridge/src/directory/snapshot.ts";
import { type TestApp, testApp, USER } from "./app.ts";
import { DEVICE, type House, makeHouse } from "./house.ts";

let api: TestApp;
let other: TestApp;
let house: House;
beforeEach(async () => {
  api = await testApp();
  other = await testApp();
  house = await makeHouse(api);
  await api.send("PUT", `/api/devices/${DEVICE}`, { unitId: house.unit401.id, label: "Wall" });
  await api.send("PUT", `/api/members/${USER}`, { unitIds: [house.unit402.id] });
  await api.send("PUT", `/api/units/${house.unit402.id}/do-not-disturb`, { on: true });
});
afterEach(async () => {
  await api.close();
  await other.close();
});

const take = async () => (await api.send("GET", `/api/sites/${house.site.id}/backup`)).json<Backup>();
const put = (to: TestApp, backup: unknown, dryRun = false) =>
  to.send("POST", "/api/backups/restore", { backup, dryRun });
const forVps = (app: TestApp) => {
  const { revision: _revision, ...content } = siteSnapshot(app.store, house.site.id, 0);
  return content;
};

test("a restored site gives the VPS the same directory and the panel the same login", async () => {
  const backup = await take();
  const look = await put(other, backup, true);
  assert.equal(look.status, 200, look.text);
  assert.deepEqual(other.store.sites.list(), []);
  const reply = await put(other, backup);
  assert.equal(reply.status, 201, reply.text);
  const { counts } = reply.json<RestoreReply>();
  assert.deepEqual(counts, { buildings: 1, units: 2, doors: 1, accounts: 2, rules: 3, members: 1 });
  assert.deepEqual(forVps(other), forVps(api));
  const login = async (app: TestApp) => (await app.send("GET", `/api/devices/${DEVICE}`)).json<Device>().sip;
  assert.deepEqual(await login(other), await login(api));
  assert.deepEqual(other.store.members.unitsOf(USER), [house.unit402.id]);
  const again = (await other.send("GET", `/api/sites/${house.site.id}/backup`)).json<Backup>();
  const content = ({ madeAtMs: _madeAtMs, checksum: _checksum, ...rest }: Backup) => rest;
  assert.deepEqual(content(again), content(backup));
});

test("no password is in a backup", async () => {
  const text = JSON.stringify(await take());
  assert.equal(text.includes(house.door.account.password), false);
  assert.doesNotMatch(text, /password/i);
});

test("a site that is here already, or a file that was changed or cut, is refused and nothing is written", async () => {
  const backup = await take();
  assert.equal((await put(api, backup)).code, "SITE_EXISTS");
  const changed = { ...backup, units: backup.units.slice(1) };
  const torn = { ...backup, rules: backup.rules.map((rule) => ({ ...rule, unitId: null, doorId: null })) };
  for (const bad of [changed, torn, { ...backup, checksum: "0".repeat(64) }]) {
    assert.equal((await put(other, bad)).code, "BACKUP_DAMAGED");
  }
  assert.equal((await put(other, { ...backup, formatVersion: 2 })).code, "INVALID_REQUEST");
  assert.deepEqual([other.store.sites.list(), other.store.units.list({})], [[], []]);
});

test("a tool that writes the same file with its keys in another order does it no harm", async () => {
  const backup = await take();
  const reversed = Object.fromEntries(Object.entries(backup).toReversed());
  assert.equal((await put(other, reversed, true)).status, 200);
});
