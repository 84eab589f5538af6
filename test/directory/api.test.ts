/** What edits of the directory do: in the reply, in the store, for the VPS and for everybody who listens. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { Value } from "typebox/value";
import type {
  Account,
  AccountWithPassword,
  Building,
  Door,
  EvaluateReply,
  Removal,
  Rule,
  Site,
  Unit,
} from "../../bridge/src/api/directory.ts";
import type { UnitPage } from "../../bridge/src/api/page.ts";
import type { Device, IceServers } from "../../bridge/src/api/session.ts";
import { siteSnapshot } from "../../bridge/src/directory/snapshot.ts";
import { findConflicts } from "../../infra/control/src/directory-check.ts";
import { DirectoryPut } from "../../infra/control/src/wire.ts";
import { type TestApp, testApp } from "./app.ts";
import { DEVICE, type House, makeHouse, NEW_SITE, OTHER_DEVICE } from "./house.ts";

let api: TestApp;
let house: House;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
  api.events.length = 0;
});
afterEach(() => api.close());

const get = async <T>(url: string): Promise<T> => {
  const reply = await api.send("GET", url);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<T>();
};
const change = async <T>(method: string, url: string, body?: unknown, status = method === "POST" ? 201 : 200) => {
  const reply = await api.send(method, url, body);
  assert.equal(reply.status, status, reply.text);
  return reply.json<T>();
};
const refused = async (method: string, url: string, body?: unknown) => (await api.send(method, url, body)).code;
const revision = () => api.store.provisioning.get(house.site.id)?.revision ?? 0;
const NOWHERE = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

test("a new unit is named after its number and everybody of the site may ring it for 30 seconds", async () => {
  assert.equal(house.unit401.name, "unit401");
  const rules = await get<Rule[]>(`/api/rules?unitId=${house.unit401.id}`);
  assert.deepEqual(
    rules.map(({ sourcePattern, action, ringSeconds, schedule, enabled, position }) => {
      return { sourcePattern, action, ringSeconds, schedule, enabled, position };
    }),
    [{ sourcePattern: "*", action: "ring", ringSeconds: 30, schedule: [], enabled: true, position: 0 }],
  );
});

test("buildings stand in the order of their numbers, in their own list and in that of units", async () => {
  for (const name of ["Tower 10", "tower 2"]) {
    const { id } = await change<{ id: string }>("POST", "/api/buildings", { siteId: house.site.id, name });
    await change("POST", "/api/units", { buildingId: id, number: name.replace(/\D/g, "") });
  }
  const names = (await get<Building[]>(`/api/buildings?siteId=${house.site.id}`)).map(({ name }) => name);
  assert.deepEqual(names, ["A", "tower 2", "Tower 10"]);
  const { rows } = await get<UnitPage>("/api/units/page?limit=10");
  assert.deepEqual([...new Set(rows.map(({ buildingName }) => buildingName))], ["A", "tower 2", "Tower 10"]);
});

test("unit names are slugs, unique over units, doors and accounts", async () => {
  const other = await change<Building>("POST", "/api/buildings", { siteId: house.site.id, name: "B" });
  const name = async (number: string, buildingId = house.building.id) =>
    (await change<Unit>("POST", "/api/units", { buildingId, number })).name;
  assert.equal(await name("401", other.id), "unit401-2");
  assert.equal(await name("Réception 2"), "reception-2");
  assert.equal(await name("Intercom Entrance"), "intercom-entrance-2");
  assert.equal(await name("郵便"), "unit");
  assert.equal(await name("3º B"), "unit3o-b");
  assert.equal((await name("x".repeat(80))).length, 40);
  assert.match(await name("x".repeat(80), other.id), /^x{38}-2$/);
});

test("a name that is taken is refused and it is told by what", async () => {
  const { id: buildingId } = house.building;
  const reply = await api.send("POST", "/api/units", { buildingId, number: "9", name: "intercom-entrance" });
  assert.equal(reply.status, 409);
  assert.deepEqual(reply.json<{ error: { details: unknown } }>().error.details, {
    name: "intercom-entrance",
    takenBy: "door",
    label: "Entrance",
  });
  const account = { siteId: house.site.id, type: "gateway", label: "Line", username: "unit401" };
  assert.equal(await refused("POST", "/api/accounts", account), "NAME_TAKEN");
  assert.equal(await refused("POST", "/api/doors", { buildingId, label: "D", name: "unit402" }), "NAME_TAKEN");
});

test("the same names are free at another site", async () => {
  const other = await makeHouse(api, { domain: "other.sip.example.com" });
  assert.equal(other.unit401.name, "unit401");
  assert.equal(other.door.account.username, "intercom-entrance");
});

test("an account must not look like a number that a gateway presents", async () => {
  for (const username of ["0639980178", "112", "anonymous"]) {
    const account = { siteId: house.site.id, type: "gateway", label: "Line", username };
    assert.equal(await refused("POST", "/api/accounts", account), "NAME_RESERVED");
  }
});

test("a door comes with its station's account, whose password is shown once", async () => {
  const { account, ...door } = house.door;
  assert.equal(account.username, "intercom-entrance");
  assert.equal(account.doorId, door.id);
  assert.match(account.password, /^[A-Za-z2-9]{20}$/);
  assert.deepEqual(await get<Door>(`/api/doors/${door.id}`), door);
  const { password: _password, card: _card, ...stored } = account;
  assert.deepEqual(await get<Account>(`/api/accounts/${account.id}`), stored);
});

test("the store holds the HA1 of the site's realm and no password anywhere in its files", async () => {
  const { account } = house.door;
  const made = await change<AccountWithPassword>("POST", `/api/accounts/${account.id}/password`, {}, 200);
  assert.notEqual(made.password, account.password);
  const ha1 = createHash("md5").update(`intercom-entrance:${NEW_SITE.domain}:${made.password}`).digest("hex");
  assert.equal(api.store.accounts.get(account.id)?.ha1, ha1);
  api.store.keepCopy();
  const files = readdirSync(api.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length >= 3);
  for (const { parentPath, name } of files) {
    const bytes = readFileSync(join(parentPath, name));
    assert.equal(bytes.includes(made.password) || bytes.includes(account.password), false, name);
  }
});

test("no reply but a device's own carries an HA1", async () => {
  await change("PUT", `/api/devices/${DEVICE}`, { unitId: house.unit401.id, label: "Wall" });
  for (const { method, url } of api.routes.filter((route) => route.method === "GET")) {
    if (url === "/api/ws" || url.startsWith("/api/devices")) continue;
    const id = url.startsWith("/api/accounts") ? house.door.account.id : house.unit401.id;
    const { text } = await api.send(method, url.replace(":id", id));
    for (const { ha1 } of api.store.accounts.list({})) assert.equal(text.includes(ha1), false, url);
  }
});

test("every edit raises the site's revision in its own transaction and is told after it", async () => {
  const { site, building, unit401, door } = house;
  const account = { siteId: site.id, type: "mobile", label: "Phone", unitId: unit401.id };
  const rule = { unitId: unit401.id, sourcePattern: "*", action: "ring", targetSipUri: null, ringSeconds: 9 };
  const edits: [string, string, unknown?][] = [
    ["PATCH", `/api/sites/${site.id}`, { name: "House" }],
    ["POST", "/api/buildings", { siteId: site.id, name: "B" }],
    ["PATCH", `/api/buildings/${building.id}`, { name: "C" }],
    ["POST", "/api/units", { buildingId: building.id, number: "403" }],
    ["PATCH", `/api/units/${unit401.id}`, { number: "401a" }],
    ["PATCH", `/api/doors/${door.id}`, { label: "Gate" }],
    ["POST", "/api/accounts", account],
    ["PATCH", `/api/accounts/${door.account.id}`, { enabled: false }],
    ["POST", `/api/accounts/${door.account.id}/password`, {}],
    ["POST", "/api/rules", { ...rule, schedule: [], enabled: true }],
    ["PUT", `/api/devices/${DEVICE}`, { unitId: unit401.id, label: "Wall" }],
    ["DELETE", `/api/units/${unit401.id}`],
    ["DELETE", `/api/doors/${door.id}`],
    ["DELETE", `/api/buildings/${building.id}`],
  ];
  for (const [method, url, body] of edits) {
    const before = revision();
    api.events.length = 0;
    const reply = await api.send(method, url, body);
    assert.ok(reply.status < 300, `${method} ${url}: ${reply.text}`);
    assert.equal(revision(), before + 1, `${method} ${url}`);
    assert.deepEqual(api.events, [`directoryChanged ${site.id}`, `provisioningChanged ${site.id}`]);
  }
});

test("an edit that is refused changes neither the directory nor the revision, and nobody hears of it", async () => {
  const before = siteSnapshot(api.store, house.site.id, 0);
  const { id: buildingId } = house.building;
  assert.equal(await refused("POST", "/api/doors", { buildingId, label: "D", name: "unit401" }), "NAME_TAKEN");
  assert.equal(await refused("POST", "/api/buildings", { siteId: house.site.id, name: "A" }), "BUILDING_EXISTS");
  assert.equal(await refused("PATCH", `/api/sites/${house.site.id}`, { timeZone: "Moon/Base" }), "UNKNOWN_TIME_ZONE");
  assert.deepEqual(siteSnapshot(api.store, house.site.id, 0), before);
  assert.deepEqual(api.events, []);
});

test("an edit and its provisioning row are one transaction", () => {
  const { raise } = api.store.provisioning;
  api.store.provisioning.raise = () => {
    throw new Error("the power went");
  };
  assert.throws(() => api.directory.units.create({ buildingId: house.building.id, number: "409" }), /power/);
  api.store.provisioning.raise = raise;
  assert.equal(api.directory.units.list({}).length, 2);
});

test("removing a building tells what goes along, before and after", async () => {
  const { site, building, unit401, door } = house;
  await change("PUT", `/api/devices/${DEVICE}`, { unitId: unit401.id, label: "Wall" });
  const other = await change<{ id: string }>("POST", "/api/buildings", { siteId: site.id, name: "B" });
  const unit = await change<Unit>("POST", "/api/units", { buildingId: other.id, number: "501" });
  const [rule] = await get<Rule[]>(`/api/rules?unitId=${unit.id}`);
  const target = `sip:unit401@${site.domain}`;
  await change("PATCH", `/api/rules/${rule?.id}`, { action: "forward", targetSipUri: target });

  const told = await get<Removal>(`/api/buildings/${building.id}/removal`);
  assert.deepEqual(told, {
    units: ["401", "402"],
    doors: ["Entrance"],
    accounts: ["Entrance", "Wall"],
    rules: 3,
    targetsLost: ["501"],
    callersLost: [],
    loggedOut: 0,
    callsEnded: 0,
    members: 0,
    pairings: 1,
    kept: [],
  });
  assert.deepEqual(await change<Removal>("DELETE", `/api/buildings/${building.id}`), told);
  assert.deepEqual(await get<Account[]>("/api/accounts"), []);
  assert.equal((await get<Rule[]>("/api/rules")).length, 1);
  assert.equal((await api.send("GET", `/api/devices/${DEVICE}`)).status, 204);
  assert.equal(await refused("GET", `/api/doors/${door.id}`), "UNKNOWN_DOOR");
});

test("a door's account can be removed and made again, once", async () => {
  const { door, site } = house;
  const gone = await change<Removal>("DELETE", `/api/accounts/${door.account.id}`);
  assert.deepEqual(gone.accounts, ["Entrance"]);
  assert.equal((await get<Door>(`/api/doors/${door.id}`)).accountId, null);
  const account = { siteId: site.id, type: "door", label: "Station", doorId: door.id };
  assert.equal((await change<Account>("POST", "/api/accounts", account)).username, "intercom-entrance");
  assert.equal(await refused("POST", "/api/accounts", { ...account, username: "second" }), "ACCOUNT_PLACE");
});

test("accounts stand where their type belongs", async () => {
  const { site, unit401, door } = house;
  const other = await makeHouse(api, { domain: "other.sip.example.com" });
  const wrong: unknown[] = [
    { type: "panel" },
    { type: "mobile", doorId: door.id },
    { type: "door", unitId: unit401.id },
    { type: "gateway", unitId: unit401.id },
    { type: "panel", unitId: unit401.id, doorId: door.id },
    { type: "panel", unitId: other.unit401.id },
  ];
  for (const place of wrong) {
    const account = { siteId: site.id, label: "X", ...(place as object) };
    assert.equal(await refused("POST", "/api/accounts", account), "ACCOUNT_PLACE", JSON.stringify(place));
  }
  const swapped = { siteId: site.id, label: "X", type: "panel", unitId: door.id };
  assert.equal(await refused("POST", "/api/accounts", swapped), "UNKNOWN_UNIT");
});

test("rules keep an order without gaps when one is put in, moved and removed", async () => {
  const { unit401 } = house;
  const rule = {
    unitId: unit401.id,
    sourcePattern: "*",
    action: "ring",
    targetSipUri: null,
    schedule: [],
    enabled: true,
  };
  const order = async () => {
    const rules = await get<Rule[]>(`/api/rules?unitId=${unit401.id}`);
    assert.deepEqual(
      rules.map(({ position }) => position),
      rules.map((_rule, i) => i),
    );
    return rules.map(({ ringSeconds }) => ringSeconds);
  };
  const last = await change<Rule>("POST", "/api/rules", { ...rule, ringSeconds: 10 });
  await change("POST", "/api/rules", { ...rule, ringSeconds: 20, position: 0 });
  await change("POST", "/api/rules", { ...rule, ringSeconds: 40, position: 9999 });
  assert.deepEqual(await order(), [20, 30, 10, 40]);
  await change("PATCH", `/api/rules/${last.id}`, { position: 0 });
  assert.deepEqual(await order(), [10, 20, 30, 40]);
  await change("PATCH", `/api/rules/${last.id}`, { position: 500, ringSeconds: 11 });
  assert.deepEqual(await order(), [20, 30, 40, 11]);
  assert.equal((await api.send("DELETE", `/api/rules/${last.id}`)).status, 204);
  assert.deepEqual(await order(), [20, 30, 40]);
});

test("rules that make no sense are refused", async () => {
  const target = `sip:unit402@${house.site.domain}`;
  const rule = { unitId: house.unit401.id, sourcePattern: "*", ringSeconds: 10, schedule: [], enabled: true };
  const ring = { ...rule, action: "ring", targetSipUri: null };
  const code = (body: unknown) => refused("POST", "/api/rules", body);
  assert.equal(await code({ ...rule, action: "forward", targetSipUri: null }), "RULE_TARGET");
  assert.equal(await code({ ...rule, action: "ring", targetSipUri: target }), "RULE_TARGET");
  assert.equal(await code({ ...ring, schedule: [{ fromMinute: 60, toMinute: 60 }] }), "RULE_SCHEDULE");
  assert.equal(await code({ ...ring, doorId: house.door.id }), "INVALID_REQUEST");
  assert.equal(await code({ ...ring, unitId: null }), "INVALID_REQUEST");
  assert.equal(await code({ ...ring, unitId: NOWHERE }), "UNKNOWN_UNIT");
  for (let i = 1; i < 50; i++) await change("POST", "/api/rules", ring);
  assert.equal(await code(ring), "TOO_MANY_RULES");
});

test("a site is removed only when it is empty and the VPS knows", async () => {
  const { site, building } = house;
  const url = `/api/sites/${site.id}`;
  assert.equal(await refused("DELETE", url), "SITE_IN_USE");
  await change("DELETE", `/api/buildings/${building.id}`);
  api.store.provisioning.setLive(site.id, revision() - 1, 0);
  assert.equal(await refused("DELETE", url), "SITE_IN_USE");
  api.store.provisioning.setLive(site.id, revision(), 0);
  assert.equal((await api.send("DELETE", url)).status, 204);
  assert.deepEqual(await get<Site[]>("/api/sites"), []);
  assert.equal(await refused("POST", "/api/buildings", { siteId: site.id, name: "A" }), "UNKNOWN_SITE");
});

test("an emptied site is not held by the account of its test rings, which goes with the last of it", async () => {
  const { site, building } = house;
  const gateway = { siteId: site.id, type: "gateway", label: "Line" };
  const { id } = await change<Account>("POST", "/api/accounts", gateway);
  api.directory.testAccountOf(site.id);
  await change("DELETE", `/api/buildings/${building.id}`);
  const names = () => api.store.accounts.list({ siteId: site.id }).map(({ type }) => type);
  assert.deepEqual(names().toSorted(), ["bridge", "gateway"]);
  await change("DELETE", `/api/accounts/${id}`);
  assert.deepEqual(names(), []);
  api.store.provisioning.setLive(site.id, revision(), 0);
  assert.equal((await api.send("DELETE", `/api/sites/${site.id}`)).status, 204);
});

test("two sites never share a domain, and a domain is never changed", async () => {
  assert.equal(await refused("POST", "/api/sites", NEW_SITE), "DOMAIN_TAKEN");
  assert.equal(await refused("PATCH", `/api/sites/${house.site.id}`, { domain: "new.example.com" }), "INVALID_REQUEST");
});

test("a device keeps its login when it is renamed or moved, and gets a new one at another site", async () => {
  const url = `/api/devices/${DEVICE}`;
  assert.equal((await api.send("GET", url)).status, 204);
  const first = await change<Device>("PUT", url, { unitId: house.unit401.id, label: "Wall" });
  assert.match(first.sip.username, /^panel-[a-z2-9]{6}$/);
  assert.match(first.sip.ha1, /^[0-9a-f]{32}$/);
  assert.equal(first.sip.uri, "wss://sip.example.com:8443");
  const before = revision();
  assert.deepEqual(await change<Device>("PUT", url, { unitId: house.unit401.id, label: "Wall" }), first);
  assert.equal(revision(), before);
  assert.deepEqual(await get<Device>(url), first);
  const moved = await change<Device>("PUT", url, { unitId: house.unit402.id, label: "Hall" });
  assert.deepEqual(moved.sip, first.sip);
  assert.equal(moved.unitNumber, "402");
  const other = await makeHouse(api, { domain: "other.sip.example.com" });
  const abroad = await change<Device>("PUT", url, { unitId: other.unit401.id, label: "Hall" });
  assert.notEqual(abroad.sip.ha1, first.sip.ha1);
  assert.equal(abroad.sip.domain, "other.sip.example.com");
  assert.equal(api.store.accounts.byUsername(house.site.id, first.sip.username), null);
});

test("a device whose account was removed is set up anew", async () => {
  const url = `/api/devices/${DEVICE}`;
  const { sip } = await change<Device>("PUT", url, { unitId: house.unit401.id, label: "Wall" });
  const account = api.store.accounts.byUsername(house.site.id, sip.username);
  await change("DELETE", `/api/accounts/${account?.id}`);
  assert.equal((await api.send("GET", url)).status, 204);
  const anew = await change<Device>("PUT", url, { unitId: house.unit401.id, label: "Wall" });
  assert.notEqual(anew.sip.username, sip.username);
});

test("TURN servers come from the VPS, and a call goes on without them", async () => {
  const url = `/api/devices/${DEVICE}/ice`;
  assert.equal(await refused("POST", url, {}), "DEVICE_UNKNOWN");
  await change("PUT", `/api/devices/${DEVICE}`, { unitId: house.unit401.id, label: "Wall" });
  assert.deepEqual(await change<IceServers>("POST", url, {}, 200), { iceServers: [], expiresAtMs: 0 });
  const login = { urls: ["turn:sip.example.com:3478"], username: "1:panel", credential: "c" };
  api.stage.turn = { ...login, expiresAtMs: 5 };
  assert.deepEqual(await change<IceServers>("POST", url, undefined, 200), { iceServers: [login], expiresAtMs: 5 });
  assert.equal(await refused("POST", `/api/devices/${OTHER_DEVICE}/ice`, {}), "DEVICE_UNKNOWN");
});

test("what would happen is answered from the rules as they stand", async () => {
  const { site, unit401, unit402 } = house;
  await change("PUT", `/api/devices/${DEVICE}`, { unitId: unit401.id, label: "Wall" });
  const [rule] = await get<Rule[]>(`/api/rules?unitId=${unit401.id}`);
  // Sunday 2026-03-29 03:30 in Paris, half an hour into summer time.
  const atMs = Date.parse("2026-03-29T01:30:00Z");
  const minute = 6 * 1440 + 3 * 60 + 30;
  await change("PATCH", `/api/rules/${rule?.id}`, { schedule: [{ fromMinute: minute, toMinute: minute + 1 }] });
  const ask = (caller: string, callee: string, at = atMs) =>
    change<EvaluateReply>("POST", "/api/rules/evaluate", { siteId: site.id, caller, callee, atMs: at }, 200);
  const before = revision();
  const { code, steps } = await ask("intercom-entrance", "unit401");
  assert.equal(code, 200);
  assert.equal(steps[0]?.ruleId, rule?.id);
  assert.match(steps[0]?.accounts.join() ?? "", /^panel-/);
  assert.equal((await ask("intercom-entrance", "unit401", atMs + 60_000)).code, 403);
  assert.equal((await ask("+33199006789", "unit402")).code, 401, "there is no gateway");
  assert.equal((await ask("intercom-entrance", "nobody")).code, 404);
  assert.deepEqual((await ask("intercom-entrance", unit402.name)).steps[0]?.accounts, []);
  assert.equal(revision(), before);
});

test("the snapshot for the VPS fits the wire, without conflicts, whatever the directory holds", async () => {
  const { site, unit401, door } = house;
  await change("PUT", `/api/devices/${DEVICE}`, { unitId: unit401.id, label: "Wall" });
  await change("POST", "/api/accounts", { siteId: site.id, type: "gateway", label: "Line", username: "line-1" });
  await change("POST", "/api/rules", {
    doorId: door.id,
    sourcePattern: "[^a-z]*",
    action: "voicemail",
    targetSipUri: `sip:unit402@${site.domain}`,
    ringSeconds: 3,
    schedule: [{ fromMinute: 0, toMinute: 10_080 }],
    enabled: false,
  });
  const put = siteSnapshot(api.store, site.id, Date.now());
  assert.deepEqual([...Value.Errors(DirectoryPut, put)], []);
  assert.deepEqual(findConflicts(put), []);
  assert.equal(put.revision, revision());
  assert.deepEqual(put.accounts.map(({ type, unit }) => [type, unit]).sort(), [
    ["door", "intercom-entrance"],
    ["gateway", null],
    ["panel", "unit401"],
  ]);
});

test("nothing under an id is a 404 that says what was looked for", async () => {
  for (const [noun, code] of Object.entries({
    sites: "UNKNOWN_SITE",
    buildings: "UNKNOWN_BUILDING",
    units: "UNKNOWN_UNIT",
    doors: "UNKNOWN_DOOR",
    accounts: "UNKNOWN_ACCOUNT",
    rules: "UNKNOWN_RULE",
  })) {
    assert.equal(await refused("GET", `/api/${noun}/${NOWHERE}`), code);
    assert.equal(
      await refused(
        "PATCH",
        `/api/${noun}/${NOWHERE}`,
        noun === "doors" ? { label: "x" } : noun === "buildings" ? { name: "x" } : {},
      ),
      code,
    );
    assert.equal(await refused("DELETE", `/api/${noun}/${NOWHERE}`), code);
  }
  assert.equal(await refused("GET", `/api/units/${house.door.id}`), "UNKNOWN_UNIT");
  assert.equal(await refused("DELETE", `/api/doors/${house.unit401.id}`), "UNKNOWN_DOOR");
});
