/** The whole site into another app: devices work on, nothing is typed again. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import Sqlite from "better-sqlite3";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { Backup, RestoreReply } from "../../bridge/src/api/backup.ts";
import type { Device } from "../../bridge/src/api/session.ts";
import { writeWav } from "../../bridge/src/audio/wav.ts";
import { checksumOf } from "../../bridge/src/directory/backup-checksum.ts";
import { siteSnapshot } from "../../bridge/src/directory/snapshot.ts";
import { openStore, type Store } from "../../bridge/src/store/store.ts";
import { labFolder } from "../lab/folder.ts";
import { makeDesk } from "../ordering/desk-requests.ts";
import { loggedCall } from "../panel/desk.ts";
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
const bodyOf = (backup: Backup) => JSON.stringify({ backup, dryRun: false });
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
  const directory = { buildings: 1, units: 2, doors: 1, accounts: 2, rules: 3, members: 1 };
  assert.deepEqual(counts, { ...directory, calls: 0, orders: 0, clips: 0 });
  assert.deepEqual(forVps(other), forVps(api));
  const login = async (app: TestApp) => (await app.send("GET", `/api/devices/${DEVICE}`)).json<Device>().sip;
  assert.deepEqual(await login(other), await login(api));
  assert.deepEqual(other.store.members.unitsOf(USER), [house.unit402.id]);
  const again = (await other.send("GET", `/api/sites/${house.site.id}/backup`)).json<Backup>();
  const content = ({ madeAtMs: _madeAtMs, checksum: _checksum, extras, ...rest }: Backup) => {
    // That it was saved and restored stands in the log.
    const edits = extras.audit?.filter(({ noun }) => noun !== "backup");
    return { ...rest, extras: { ...extras, audit: edits } };
  };
  assert.deepEqual(content(again), content(backup));
});

test("whose a device is comes along where people are the same, so that who moves out later takes no bell along", async () => {
  const account = api.store.devices.accountId(DEVICE) ?? assert.fail();
  api.store.devices.setUser(DEVICE, USER);
  const seen = { accountId: account, lastSeenMs: 7, userAgent: "JsSIP", address: "192.0.2.7", transport: "wss" };
  api.store.seen.put(seen);
  const backup = await take();
  const owner = (app: TestApp) => app.store.devices.list().map(({ userId }) => userId);
  // Another Home Assistant has other ids: the device works on, and is the house's.
  const third = await testApp();
  try {
    await third.directory.restores.restore(Buffer.from(bodyOf(backup)), ["f".repeat(32)]);
    assert.deepEqual(owner(third), [null]);
    third.directory.devices.keepOnlyOf(new Set(["f".repeat(32)]));
    assert.equal(third.directory.devices.get(DEVICE)?.unitId, house.unit401.id);
  } finally {
    await third.close();
  }
  await other.directory.restores.restore(Buffer.from(bodyOf(backup)), [USER]);
  assert.deepEqual(owner(other), [USER]);
  assert.deepEqual(other.store.seen.get(account), seen);
  await other.send("PUT", `/api/members/${USER}`, { unitIds: [house.unit402.id] });
  assert.equal(other.directory.devices.get(DEVICE), null);
});

test("codes, links, grants and tokens are in no backup, nor anything that they could be tried against", async () => {
  const at = { siteId: house.site.id, unitId: house.unit401.id };
  api.stage.turn = { username: "1:x", password: "turn-pass", ttlS: 60, uris: ["turn:sip.example.com:3478"] } as never;
  api.stage.turn = { urls: ["turn:sip.example.com:3478"], username: "1:x", credential: "secret", expiresAtMs: 5 };
  const phone = await api.send("POST", "/api/pairings", { kind: "phone", unitId: at.unitId, label: "Ana" });
  assert.equal(phone.status, 201, phone.text);
  api.store.siteTokens.put(at.siteId, `neolia_${"t".repeat(43)}`);
  const db = new Sqlite(join(api.folder, "neolia.db"), { readonly: true });
  const secrets: Buffer[] = [];
  for (const [table, columns] of Object.entries({
    pairing: ["token_hash", "code_hash", "document_id"],
    site_grant: ["secret"],
    site_token: ["token"],
  })) {
    for (const column of columns) {
      const found = db.prepare<[], unknown>(`SELECT ${column} FROM ${table} WHERE ${column} IS NOT NULL`).pluck().all();
      assert.ok(found.length > 0, `${table}.${column} is tried`);
      secrets.push(...found.map((value) => Buffer.from(value as string)));
    }
  }
  db.close();
  const { code, fragment } = house.pairing;
  secrets.push(...[code, fragment?.split("=")[1], house.grant.code].map((secret) => Buffer.from(secret ?? "")));
  const text = JSON.stringify(await take());
  for (const secret of secrets) {
    const forms = [secret.toString(), secret.toString("hex"), secret.toString("base64"), secret.toString("base64url")];
    for (const form of forms) assert.equal(text.includes(form), false, form);
  }
  // Another table of the store is another question: whoever adds one to the file answers it here.
  const tables = [
    "account_seen",
    "audit",
    "call",
    "customer_order",
    "desk_member",
    "line",
    "menu",
    "order_call",
    "sold_out",
  ];
  assert.deepEqual(Object.keys((await take()).extras).toSorted(), tables);
});

test("beside a site of the same names a restored one is whole, and a browser that is that one's panel stays it", async () => {
  const there = await makeHouse(other, { domain: "other.sip.example.com" });
  await other.send("PUT", `/api/devices/${DEVICE}`, { unitId: there.unit402.id, label: "Moved" });
  const reply = await put(other, await take());
  assert.equal(reply.status, 201, reply.text);
  assert.deepEqual(forVps(other), forVps(api));
  const { siteId, label } = (await other.send("GET", `/api/devices/${DEVICE}`)).json<Device>();
  assert.deepEqual([siteId, label], [there.site.id, "Moved"]);
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
  assert.equal((await put(other, { ...backup, formatVersion: 2 })).code, "BACKUP_NEWER");
  assert.deepEqual([other.store.sites.list(), other.store.units.list({})], [[], []]);
});

test("a tool that writes the same file with its keys in another order does it no harm", async () => {
  const backup = await take();
  const reversed = Object.fromEntries(Object.entries(backup).toReversed());
  assert.equal((await put(other, reversed, true)).status, 200);
});

test("orders, drafts, the call log, the desk's people, cameras and the audit log come along", async () => {
  const { lineId, draftCallId } = await makeDesk(api, house);
  await api.send("PUT", `/api/members/${USER}`, { unitIds: [house.unit402.id], desk: true });
  const call = loggedCall(1, 1_700_000_000_000, { siteId: house.site.id, unitId: house.unit401.id });
  api.store.calls.upsertCall({ ...call, callerUnitId: null });
  const reply = await put(other, await take());
  assert.equal(reply.status, 201, reply.text);
  const { calls, orders } = reply.json<RestoreReply>().counts;
  assert.deepEqual([calls, orders], [1, 1]);
  assert.deepEqual(other.store.calls.getCall(call.callId), api.store.calls.getCall(call.callId));
  assert.equal(other.directory.members.worksAtDesk(USER), true);
  assert.equal(other.directory.doors.get(house.door.id).videoUrl, house.door.videoUrl);
  const board = (app: TestApp) => app.ordering.boards.board(lineId);
  assert.deepEqual(board(other).orders, board(api).orders);
  assert.deepEqual(
    board(other).drafts.map((draft) => ({ ...draft, hasMessage: true })),
    board(api).drafts,
  );
  const order = other.ordering.boards.draftToOrder(draftCallId);
  assert.equal(other.store.orders.get(order.id)?.totalCents, 330);
  const log = (await other.send("GET", `/api/audit?siteId=${house.site.id}`)).json<AuditPage>();
  assert.ok(log.entries.some(({ noun, verb }) => noun === "unit" && verb === "added"));
  assert.equal(log.entries[0]?.verb, "restored");
});

test("what callers said is in no backup, nor who they were once nobody has to get back to them", async () => {
  const { orderId, draftCallId } = await makeDesk(api, house);
  const gateway = { name: "ht841_restaurant1", label: "+33639980178", kind: "gateway" } as const;
  const call = loggedCall(1, 1_700_000_000_000, { siteId: house.site.id, unitId: null, caller: gateway });
  api.store.calls.upsertCall({ ...call, callerUnitId: null });
  const personal = async () => /Paul|un tiramisu|\+33639980178|RIFF|UklGRg/g.exec(JSON.stringify(await take()))?.[0];
  assert.ok(JSON.stringify(await take()).includes("Paul"), "an order that waits has its name");
  for (const [from, to] of [
    ["new", "accepted"],
    ["accepted", "ready"],
    ["ready", "gone"],
  ] as const) {
    api.ordering.boards.move(orderId, from, to);
  }
  api.ordering.boards.dismissDraft(draftCallId);
  assert.equal(await personal(), undefined);
  assert.equal((await take()).extras.customer_order?.[0]?.total_cents, 650);
});

test("a backup that reaches into another site, or whose columns are no JSON, is refused", async () => {
  await makeDesk(api, house);
  const elsewhere = await makeHouse(other, { domain: "other.sip.example.com" });
  const { checksum: _checksum, ...backup } = await take();
  const change = (table: string, column: string, value: string) => ({
    ...backup,
    extras: { ...backup.extras, [table]: backup.extras[table]?.map((row) => ({ ...row, [column]: value })) ?? [] },
  });
  for (const bad of [
    change("audit", "site_id", elsewhere.site.id),
    change("customer_order", "line_id", "01J00000000000000000000009"),
    change("customer_order", "lines", "{"),
    change("line", "settings", "no JSON"),
  ]) {
    const reply = await put(other, { ...bad, checksum: checksumOf(bad) });
    assert.deepEqual([reply.status, reply.code], [400, "BACKUP_DAMAGED"]);
  }
  assert.deepEqual(
    other.directory.sites.list().map(({ id }) => id),
    [elsewhere.site.id],
  );
});

test("a backup edited by hand gives nobody a flat of another site, no device a place that it cannot have, and no rule without sense", async () => {
  const elsewhere = await makeHouse(other, { domain: "other.sip.example.com" });
  const { checksum: _checksum, ...whole } = await take();
  const foreign = elsewhere.unit401.id;
  const rows = () =>
    JSON.stringify([
      other.store.sites.list(),
      other.store.units.list({}),
      other.store.accounts.list({}),
      other.store.rules.list({}),
      other.store.members.list(),
    ]);
  const before = rows();
  const [account] = whole.accounts.filter(({ type }) => type === "panel");
  const [doorAccount] = whole.accounts.filter(({ type }) => type === "door");
  const [unit, otherUnit] = whole.units;
  const [door] = whole.doors;
  const [rule] = whole.rules;
  const [building] = whole.buildings;
  assert.ok(building && account && doorAccount && unit && otherUnit && door && rule);
  const others = whole.accounts.filter((one) => one !== account);
  const withRule = (change: object) => ({ ...whole, rules: [{ ...rule, ...change }, ...whole.rules.slice(1)] });
  const wrong: Record<string, Omit<Backup, "checksum">> = {
    "a resident of another site's flat": { ...whole, members: [{ userId: USER, unitId: foreign }] },
    "a resident of a door": { ...whole, members: [{ userId: USER, unitId: door.id }] },
    "a unit in another site's building": { ...whole, units: [{ ...unit, buildingId: elsewhere.building.id }] },
    "a unit of another site": { ...whole, units: [{ ...unit, siteId: elsewhere.site.id }, otherUnit] },
    "an account in another site's flat": { ...whole, accounts: [...others, { ...account, unitId: foreign }] },
    "a wall panel in a door": { ...whole, accounts: [...others, { ...account, unitId: null, doorId: door.id }] },
    "a gateway in a flat": { ...whole, accounts: [...others, { ...account, type: "gateway" }] },
    "a door station in a flat": {
      ...whole,
      accounts: [account, { ...doorAccount, doorId: null, unitId: unit.id }],
    },
    "an account in two places": { ...whole, accounts: [...others, { ...account, doorId: door.id }] },
    "a device that is two accounts": {
      ...whole,
      accounts: whole.accounts.map((one) => ({ ...one, deviceIds: [DEVICE] })),
    },
    "a rule of another site's flat": withRule({ unitId: foreign }),
    "a rule that forwards nowhere": withRule({ action: "forward", targetSipUri: null }),
    "a rule that rings and forwards": withRule({ action: "ring", targetSipUri: "sip:x@example.com" }),
    "a time that ends before it begins": withRule({ schedule: [{ fromMinute: 600, toMinute: 500 }] }),
    "two units of one name": { ...whole, units: [unit, { ...otherUnit, name: unit.name }] },
    "two rows of one id": { ...whole, units: [unit, { ...otherUnit, id: unit.id }] },
    "two buildings of one name": {
      ...whole,
      buildings: [...whole.buildings, { ...building, id: "01J00000000000000000000009" }],
    },
    "an account named like a flat": { ...whole, accounts: [...others, { ...account, username: otherUnit.name }] },
    "an account named like a telephone number": {
      ...whole,
      accounts: [...others, { ...account, username: "33123456789" }],
    },
  };
  for (const [what, bad] of Object.entries(wrong)) {
    const reply = await put(other, { ...bad, checksum: checksumOf(bad) });
    assert.equal(reply.status, 400, `${what}: ${reply.status} ${reply.text.slice(0, 200)}`);
    assert.equal(rows(), before, what);
  }
  // Nested deeper than anything that is meant, and names that would be code elsewhere, stop nothing.
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const bomb = await other.send("POST", "/api/backups/restore", `{"backup":${deep},"dryRun":false}`);
  assert.ok([400, 413].includes(bomb.status), bomb.text.slice(0, 200));
  const proto = JSON.stringify({ backup: whole, dryRun: false }).replace(
    '"extras":{',
    '"extras":{"__proto__":[{"a":1}],',
  );
  assert.ok([400].includes((await other.send("POST", "/api/backups/restore", proto)).status));
  assert.equal(rows(), before);
  const html = "<img src=x onerror=alert(1)>";
  const named = { ...whole, units: [{ ...unit, number: html }, otherUnit] };
  assert.equal((await put(other, { ...named, checksum: checksumOf(named) })).status, 201);
  assert.equal(other.store.units.get(unit.id)?.label, html);
});

const wav = (seconds: number) => writeWav(new Int16Array(seconds * 8_000).fill(7));
function record(app: TestApp, name: string, content: Buffer): void {
  const path = join(app.folder, "clips", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
const played = (app: TestApp, name: string) => {
  const path = join(app.folder, "clips", name);
  return existsSync(path) ? readFileSync(path) : null;
};

test("recordings of one's own come along with a site that has a phone line; one that is there already stays", async () => {
  record(api, "fr/notice.wav", wav(1));
  record(api, "en/notice.wav", wav(2));
  assert.equal((await take()).clips, undefined, "nobody calls this site");
  await makeDesk(api, house);
  record(api, "en/goodbye-silent.wav", wav(200));
  record(api, "fr/notes.txt", Buffer.from("mine"));
  symlinkSync("/etc/hostname", join(api.folder, "clips/fr/correction.wav"));
  record(other, "en/notice.wav", wav(3));
  const backup = await take();
  assert.deepEqual(
    backup.clips?.map(({ name }) => name),
    ["en/notice.wav", "fr/notice.wav"],
  );
  assert.deepEqual(backup.clipsLeftOut, ["en/goodbye-silent.wav"]);
  assert.equal((await put(other, backup, true)).json<RestoreReply>().counts.clips, 2);
  assert.equal(played(other, "fr/notice.wav"), null, "a look writes nothing");
  assert.equal((await put(other, backup)).status, 201);
  assert.deepEqual(played(other, "fr/notice.wav"), wav(1));
  assert.deepEqual(played(other, "en/notice.wav"), wav(3));
});

test("recordings that are too many for one file are named, and the file is one that can be restored", async () => {
  await makeDesk(api, house);
  const names = Array.from("abcdefghi", (letter) => `en/${letter}.wav`);
  for (const name of names) record(api, name, wav(190));
  const backup = await take();
  assert.deepEqual([backup.clips?.length, backup.clipsLeftOut], [8, ["en/i.wav"]]);
  assert.equal((await put(other, backup)).status, 201);
  assert.deepEqual(played(other, "en/h.wav"), wav(190));
});

test("a backup whose recordings are none, or lead elsewhere, is refused; one that fails leaves none behind", async () => {
  record(api, "fr/notice.wav", wav(1));
  await makeDesk(api, house);
  const { checksum: _checksum, ...backup } = await take();
  const [clip] = backup.clips ?? [];
  const signed = (content: object) => ({ ...content, checksum: checksumOf(content as Omit<Backup, "checksum">) });
  const withClip = (change: object) => signed({ ...backup, clips: [{ ...clip, ...change }] });
  assert.equal((await put(other, withClip({ wav: Buffer.from("MZ").toString("base64") }))).code, "BACKUP_DAMAGED");
  for (const name of [
    "../neolia.db",
    "fr/../../x.wav",
    "/etc/x.wav",
    "fr/a/b.wav",
    "fr/.wav",
    "de/notice.wav",
    "fr/x.wav\n",
  ]) {
    assert.equal((await put(other, withClip({ name }))).code, "INVALID_REQUEST", name);
  }
  const torn = { ...backup, rules: backup.rules.map((rule) => ({ ...rule, unitId: null, doorId: null })) };
  assert.equal((await put(other, signed(torn))).code, "BACKUP_DAMAGED");
  assert.equal(played(other, "fr/notice.wav"), null);
  assert.deepEqual(other.store.sites.list(), []);
});

test("recordings of a restore that was cut short are played if its site is there, and are gone if it is not", () => {
  const folder = labFolder("cut-short");
  const at = (path: string) => existsSync(join(folder.path, path));
  const clips = [{ name: "fr/notice.wav", content: wav(1) }];
  const startAgain = (store: Store) => {
    store.close();
    return openStore({ folder: folder.path });
  };
  let store = openStore({ folder: folder.path });
  try {
    // Killed before its rows were on the disk.
    store.clips.stage(house.site.id, clips);
    assert.deepEqual([at("clips/fr/notice.wav"), at(`clips.restored/${house.site.id}`)], [false, true]);
    store = startAgain(store);
    assert.deepEqual([at("clips/fr/notice.wav"), at(`clips.restored/${house.site.id}`)], [false, false]);
    // Killed just after.
    store.clips.stage(house.site.id, clips);
    store.sites.insert(house.site);
    store = startAgain(store);
    assert.deepEqual([at("clips/fr/notice.wav"), at(`clips.restored/${house.site.id}`)], [true, false]);
    assert.deepEqual(store.clips.list().clips, clips);
  } finally {
    store.close();
    folder.remove();
  }
});

test("where the disk refuses the recordings nothing is restored, and it is said why", async () => {
  record(api, "fr/notice.wav", wav(1));
  await makeDesk(api, house);
  const backup = await take();
  // As a full disk does, it refuses to make what is asked for.
  writeFileSync(join(other.folder, "clips.restored"), "");
  const reply = await put(other, backup);
  assert.deepEqual([reply.status, reply.code], [503, "STORE_UNAVAILABLE"], reply.text);
  assert.doesNotMatch(reply.text, /restored\//, "no path in it");
  assert.deepEqual([other.store.sites.list(), other.store.units.list({})], [[], []]);
  rmSync(join(other.folder, "clips.restored"));
  assert.equal((await put(other, backup)).status, 201);
});
