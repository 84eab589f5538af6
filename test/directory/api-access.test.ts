/** What residents are shown, requests that are not our page's, and sessions. Who may use which route: api-rights. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { CallPage } from "../../bridge/src/api/call.ts";
import type { Building, Door, Site, Unit } from "../../bridge/src/api/directory.ts";
import type { LiveState } from "../../bridge/src/api/live.ts";
import type { Member } from "../../bridge/src/api/member.ts";
import type { Device, Session } from "../../bridge/src/api/session.ts";
import { siteSnapshot } from "../../bridge/src/directory/snapshot.ts";
import { deskRequests, makeDesk } from "../ordering/desk-requests.ts";
import { loggedCall } from "../panel/desk.ts";
import { type HeaderChanges, HOST, type Reply, type TestApp, testApp, USER } from "./app.ts";
import { DEVICE, type House, makeHouse, OTHER_DEVICE } from "./house.ts";
import { type GoodRequest, goodRequests } from "./requests.ts";

let api: TestApp;
let house: House;
let requests: GoodRequest[];

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
  const rule = api.store.rules.list({ unitId: house.unit402.id })[0];
  requests = [...deskRequests(await makeDesk(api, house)), ...goodRequests(house, rule?.id ?? "", api.token)];
  await api.send("PUT", `/api/devices/${DEVICE}`, { unitId: house.unit401.id, label: "Wall" });
});
afterEach(() => api.close());

const accessOf = ({ method, route }: GoodRequest) =>
  api.routes.find((entry) => entry.method === method && entry.url === route)?.access;
/** The site as it stands, to see that a refused request changed nothing. */
const everything = () =>
  JSON.stringify([
    api.directory.sites.list(),
    api.store.units.list({}),
    api.store.accounts.list({}),
    api.store.rules.list({}),
    api.store.members.list(),
    api.store.provisioning.list(),
  ]);

test("every route of the bridge is in these tests", () => {
  const known = new Set(requests.map(({ method, route }) => `${method} ${route}`));
  const missing = api.routes.map(({ method, url }) => `${method} ${url}`).filter((line) => !known.has(line));
  assert.deepEqual(missing.toSorted(), ["GET /api/lines/:id/ws", "GET /api/ws"]);
});

test("a resident sees their own flats and what is around them, and of another house nothing", async () => {
  const other = await makeHouse(api, { domain: "other.sip.example.com" });
  api.stage.resident = { unitIds: [house.unit401.id] };
  const list = async <T extends { id: string }>(noun: string) =>
    (await api.send("GET", `/api/${noun}`)).json<T[]>().map(({ id }) => id);
  assert.deepEqual(await list<Site>("sites"), [house.site.id]);
  assert.deepEqual(await list<Building>("buildings"), [house.building.id]);
  assert.deepEqual(await list<Unit>("units"), [house.unit401.id]);
  assert.deepEqual(await list<Door>("doors"), [house.door.id]);
  assert.deepEqual((await api.send("GET", `/api/units?siteId=${other.site.id}`)).json<Unit[]>(), []);
  const state = (await api.send("GET", "/api/state")).json<LiveState>();
  // Their own device, and the station of the door that rings them.
  assert.equal(state.registered.length, 2);
  assert.ok(state.registered.some((id) => id === house.door.accountId));
  assert.deepEqual(state.provisioning, []);
  assert.deepEqual((await api.send("GET", "/api/session")).json<Session>().notices, []);
});

test("a resident of another flat gets nothing of this one by any route", async () => {
  api.stage.resident = { unitIds: [house.unit402.id] };
  const rings = api.store.rules.list({ unitId: house.unit402.id });
  for (const rule of rings) api.store.rules.update({ ...rule, enabled: false });
  const before = everything();
  for (const request of requests.filter((one) => accessOf(one) === "resident")) {
    const { text } = await api.send(request.method, request.url, request.body);
    for (const secret of [house.unit401.id, house.unit401.name, house.door.id, house.door.name]) {
      assert.equal(text.includes(secret), false, `${request.method} ${request.url}: ${text}`);
    }
  }
  assert.equal(everything(), before);
});

test("a resident gets a call of their flat by its id, and of another flat's not even that there is one", async () => {
  const call = loggedCall(1, Date.now(), { siteId: house.site.id, unitId: house.unit401.id, doorId: house.door.id });
  api.store.calls.upsertCall({ ...call, callerUnitId: null });
  const seen = async () => (await api.send("GET", `/api/calls?callId=${call.callId}`)).json<CallPage>().calls.length;
  api.stage.resident = { unitIds: [house.unit401.id] };
  assert.equal(await seen(), 1);
  api.stage.resident = { unitIds: [house.unit402.id] };
  assert.equal(await seen(), 0);
  assert.equal((await api.send("GET", "/api/calls?callId=1")).status, 400);
});

test("a resident sees the doors that may ring them, wherever in the site they are, and no others", async () => {
  api.stage.resident = { unitIds: [house.unit401.id] };
  const doors = async () => (await api.send("GET", "/api/doors")).json<Door[]>().map(({ id }) => id);
  assert.deepEqual(await doors(), [house.door.id]);
  const [rule] = api.store.rules.list({ unitId: house.unit401.id });
  assert.ok(rule);
  api.store.rules.update({ ...rule, sourcePattern: "gate-*" });
  assert.deepEqual(await doors(), []);
  api.store.rules.update({ ...rule, sourcePattern: "intercom-*" });
  assert.deepEqual(await doors(), [house.door.id]);
  api.store.rules.update({ ...rule, enabled: false });
  assert.deepEqual(await doors(), []);
});

test("an administrator says who lives where, and a flat that is gone is nobody's", async () => {
  const put = (unitIds: string[]) => api.send("PUT", `/api/members/${USER}`, { unitIds });
  const units = [house.unit401.id, house.unit402.id];
  const before = api.store.provisioning.get(house.site.id)?.revision;
  api.events.length = 0;
  const made = (await put([...units, house.unit401.id])).json<Member>();
  assert.deepEqual(made, { userId: USER, name: null, administrator: false, desk: false, unitIds: units, version: 1 });
  assert.deepEqual((await api.send("GET", "/api/members")).json<Member[]>(), [made]);
  // The panels hear of it, the VPS does not.
  assert.deepEqual(api.events, [`directoryChanged ${house.site.id}`]);
  assert.equal(api.store.provisioning.get(house.site.id)?.revision, before);
  for (const unknown of [house.door.id, "01J00000000000000000000009"]) {
    assert.equal((await put([house.unit401.id, unknown])).code, "UNKNOWN_UNIT");
  }
  assert.deepEqual(api.directory.members.unitsOf(USER), units);
  await api.send("DELETE", `/api/units/${house.unit401.id}`);
  assert.deepEqual(api.directory.members.unitsOf(USER), [house.unit402.id]);
  assert.deepEqual((await put([])).json<Member>().unitIds, []);
  assert.deepEqual((await api.send("GET", "/api/members")).json<Member[]>(), []);
  assert.equal((await api.send("PUT", "/api/members/somebody", { unitIds: [] })).status, 400);
});

test("an administrator says who works at the desk, and saying where they live leaves that alone", async () => {
  const put = async (body: object) => (await api.send("PUT", `/api/members/${USER}`, body)).json<Member>();
  const nobody = { userId: USER, name: null, administrator: false, desk: false, unitIds: [] };
  assert.deepEqual(await put({ unitIds: [], desk: true }), { ...nobody, desk: true, version: 1 });
  api.events.length = 0;
  assert.equal((await put({ unitIds: [house.unit401.id] })).desk, true);
  assert.equal(api.directory.members.worksAtDesk(USER), true);
  assert.deepEqual(await put({ unitIds: [], desk: false }), { ...nobody, version: 3 });
  assert.deepEqual((await api.send("GET", "/api/members")).json<Member[]>(), []);
  // The panels hear of each, though it is no matter of a site.
  assert.deepEqual(api.events, Array(2).fill(`directoryChanged ${house.site.id}`));
});

test("who works at the desk and lives nowhere sees nothing of the building", async () => {
  api.stage.resident = { unitIds: [], desk: true };
  assert.equal((await api.send("GET", "/api/session")).json<Session>().desk, true);
  for (const noun of ["sites", "buildings", "units", "doors"]) {
    assert.deepEqual((await api.send("GET", `/api/${noun}`)).json<unknown[]>(), [], noun);
  }
  const state = (await api.send("GET", "/api/state")).json<LiveState>();
  assert.deepEqual([state.registered, state.calls, state.provisioning], [[], [], []]);
  assert.equal((await api.send("GET", "/api/members")).code, "FORBIDDEN");
});

test("a resident lets their own flat not be disturbed, the VPS is told, and another edit is not in the way", async () => {
  api.stage.resident = { unitIds: [house.unit401.id] };
  const put = (on: unknown) => api.send("PUT", `/api/units/${house.unit401.id}/do-not-disturb`, { on });
  const snapshotUnits = () => siteSnapshot(api.store, house.site.id, 0).units;
  const before = api.store.provisioning.get(house.site.id)?.revision ?? 0;
  api.events.length = 0;
  assert.deepEqual((await put(true)).json<Unit>(), { ...house.unit401, doNotDisturb: true, revision: before + 1 });
  assert.deepEqual(api.events, [`directoryChanged ${house.site.id}`, `provisioningChanged ${house.site.id}`]);
  assert.deepEqual(
    snapshotUnits().filter(({ doNotDisturb }) => doNotDisturb),
    [{ name: "unit401", kind: "residential", doNotDisturb: true }],
  );
  assert.equal((await api.send("GET", "/api/units")).json<Unit[]>()[0]?.doNotDisturb, true);
  await put(true);
  assert.equal(api.store.provisioning.get(house.site.id)?.revision, before + 1);
  assert.equal((await put(false)).json<Unit>().doNotDisturb, false);
  // As before there was such a thing: an older VPS takes it.
  assert.equal(JSON.stringify(snapshotUnits()).includes("doNotDisturb"), false);
  assert.equal((await put("yes")).status, 400);
  api.stage.resident = null;
  assert.equal(
    (await api.send("PUT", `/api/units/${house.door.id}/do-not-disturb`, { on: true })).code,
    "UNKNOWN_UNIT",
  );
});

test("a resident's device goes with the flat or the person, an installer's panel stays", async () => {
  const accounts = () =>
    api.store.accounts
      .list({})
      .map(({ unitId, label }) => `${label} in ${unitId}`)
      .toSorted();
  const others = accounts();
  const put = async (deviceId: string, unitId: string, label: string) => {
    assert.equal((await api.send("PUT", `/api/devices/${deviceId}`, { unitId, label })).status, 200);
  };
  const home = async (...units: string[]) => {
    api.stage.resident = null;
    assert.equal((await api.send("PUT", `/api/members/${USER}`, { unitIds: units })).status, 200);
    api.stage.resident = { unitIds: units };
  };
  const { unit401, unit402, site } = house;
  await home(unit401.id, unit402.id);
  await put(OTHER_DEVICE, unit401.id, "Phone");
  await home(unit401.id);
  assert.deepEqual(accounts(), [...others, `Phone in ${unit401.id}`].toSorted());
  const revision = api.store.provisioning.get(site.id)?.revision ?? 0;
  await home(unit402.id);
  assert.deepEqual(accounts(), others);
  // The VPS is told: it ends the registration and the call.
  assert.ok((api.store.provisioning.get(site.id)?.revision ?? 0) > revision);
  assert.equal((await api.send("GET", `/api/devices/${OTHER_DEVICE}`)).status, 204);

  await put(OTHER_DEVICE, unit402.id, "Phone");
  await home(unit401.id, unit402.id);
  await put(OTHER_DEVICE, unit401.id, "Phone");
  api.directory.devices.keepOnlyOf(new Set([USER]));
  assert.deepEqual(accounts(), [...others, `Phone in ${unit401.id}`].toSorted());
  api.directory.devices.keepOnlyOf(new Set(["somebody else"]));
  assert.deepEqual(accounts(), others);
  const [entry] = (await api.directory.audit.list({ noun: "device" })).entries;
  assert.equal(entry?.verb, "removed");
});

test("a resident's device lives in their own flats and they get no other device's login", async () => {
  api.stage.resident = { unitIds: [house.unit402.id] };
  const put = (deviceId: string, unitId: string) =>
    api.send("PUT", `/api/devices/${deviceId}`, { unitId, label: "Mine" });
  assert.equal((await put(OTHER_DEVICE, house.unit401.id)).code, "UNKNOWN_UNIT");
  assert.equal((await put(DEVICE, house.unit402.id)).code, "DEVICE_UNKNOWN");
  assert.equal((await api.send("GET", `/api/devices/${DEVICE}`)).status, 204);
  assert.equal((await api.send("POST", `/api/devices/${DEVICE}/ice`, {})).code, "DEVICE_UNKNOWN");
  const made = (await put(OTHER_DEVICE, house.unit402.id)).json<Device>();
  assert.deepEqual((await api.send("GET", `/api/devices/${OTHER_DEVICE}`)).json<Device>(), made);
});

test("a resident's call log holds the calls of their flats only", async () => {
  for (const [callId, unitId] of Object.entries({ mine: house.unit401.id, theirs: house.unit402.id })) {
    const party = { name: "x", label: "X", kind: "door" as const };
    api.store.calls.upsertCall({
      callId,
      siteId: house.site.id,
      unitId,
      callerUnitId: null,
      doorId: house.door.id,
      caller: party,
      callee: party,
      status: "completed",
      reason: "answered-elsewhere",
      answeredBy: party,
      startedAtMs: 1,
      ringingAtMs: null,
      answeredAtMs: 2,
      endedAtMs: 3,
    });
  }
  const log = async () => (await api.send("GET", "/api/calls")).json<CallPage>().calls.map(({ callId }) => callId);
  assert.deepEqual((await log()).sort(), ["mine", "theirs"]);
  api.stage.resident = { unitIds: [house.unit401.id] };
  assert.deepEqual(await log(), ["mine"]);
  api.stage.resident = { unitIds: [] };
  assert.deepEqual(await log(), []);
});

const forged: Record<string, { headers: HeaderChanges; status: number; code: string }> = {
  "without the X-Neolia header": { headers: { "x-neolia": null }, status: 403, code: "CSRF_HEADER_MISSING" },
  "with another X-Neolia header": { headers: { "x-neolia": "true" }, status: 403, code: "CSRF_HEADER_MISSING" },
  "as a form": {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 415,
    code: "UNSUPPORTED_CONTENT_TYPE",
  },
  "as plain text": { headers: { "content-type": "text/plain" }, status: 415, code: "UNSUPPORTED_CONTENT_TYPE" },
  "as something like JSON": {
    headers: { "content-type": "application/jsonp" },
    status: 415,
    code: "UNSUPPORTED_CONTENT_TYPE",
  },
  "from a foreign page": { headers: { origin: "https://evil.example.com" }, status: 403, code: "FOREIGN_ORIGIN" },
  "from another port of this machine": {
    headers: { origin: "http://localhost:9999" },
    status: 403,
    code: "FOREIGN_ORIGIN",
  },
  "from a page without an origin": { headers: { origin: "null" }, status: 403, code: "FOREIGN_ORIGIN" },
  "from a host name that leads here": {
    headers: { host: "evil.example.com:8099" },
    status: 403,
    code: "FOREIGN_ORIGIN",
  },
  "to our name on another port": { headers: { host: "localhost:80" }, status: 403, code: "FOREIGN_ORIGIN" },
  "to a name that ends like ours": { headers: { host: "evil-localhost:8099" }, status: 403, code: "FOREIGN_ORIGIN" },
};

for (const [name, { headers, status, code }] of Object.entries(forged)) {
  test(`a change that comes ${name} is refused on every route and changes nothing`, async () => {
    const before = everything();
    for (const { method, url, body } of requests.filter((request) => request.method !== "GET")) {
      const reply = await api.send(method, url, body, headers);
      assert.deepEqual([reply.status, reply.code], [status, code], `${method} ${url}`);
      assert.equal(reply.headers["access-control-allow-origin"], undefined);
    }
    assert.equal(everything(), before);
  });
}

test("a foreign page or a rebound name cannot read either, nor open the page", async () => {
  for (const headers of [{ host: "evil.example.com" }, { origin: "https://evil.example.com" }]) {
    for (const url of ["/api/sites", "/api/health", "/api/session", "/"]) {
      assert.equal((await api.send("GET", url, undefined, headers)).code, "FOREIGN_ORIGIN");
    }
  }
});

test("our own page is not foreign", async () => {
  for (const host of [HOST, "127.0.0.1:8099", "[::1]:8099"]) {
    assert.equal((await api.send("GET", "/api/sites", undefined, { host, origin: `http://${host}` })).status, 200);
  }
});

test("the token opens a session of 30 days in a cookie that scripts and other sites never get", async () => {
  const reply = await api.send("POST", "/api/session", { token: api.token }, { cookie: null });
  const cookie = String(reply.headers["set-cookie"]);
  const [pair = "", ...attributes] = cookie.split("; ");
  assert.match(pair, /^neolia_session_8099=\S+$/);
  assert.deepEqual(attributes.toSorted(), ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Strict"]);
  assert.deepEqual(reply.json<Session>(), {
    role: "admin",
    name: "admin",
    desk: true,
    version: "0.0.0",
    notices: ["Restored.", "No VPS."],
    empty: false,
  });
  const session = (value: string) => api.send("GET", "/api/session", undefined, { cookie: value });
  const value = cookie.split(";")[0] ?? "";
  assert.equal((await session(`other=1; ${value}`)).status, 200);
  for (const bad of ["", `${value}x`, value.replace(/=./, "=."), value.replace(/\..*/, ""), "neolia_session_8099=."]) {
    assert.equal((await session(bad)).status, 401, bad);
  }
  api.stage.nowMs += 30 * 86_400_000;
  assert.equal((await session(value)).status, 401);
});

test("wrong tokens are counted, and after ten of them a minute nobody gets in", async () => {
  const tryWith = (token: string) => api.send("POST", "/api/session", { token }, { cookie: null });
  for (let i = 0; i < 10; i++) assert.equal((await tryWith(`${api.token.slice(0, -1)}${i}`)).code, "WRONG_TOKEN");
  const limited = await tryWith(api.token);
  assert.deepEqual([limited.status, limited.code, limited.headers["retry-after"]], [429, "TOO_MANY_ATTEMPTS", "60"]);
  api.stage.nowMs += 60_001;
  assert.equal((await tryWith(api.token)).status, 200);
});

test("signing out takes the cookie away and voids every copy of it, and no other session", async () => {
  const cookieOf = (reply: Reply) => String(reply.headers["set-cookie"]).split(";")[0] ?? "";
  const other = cookieOf(await api.send("POST", "/api/session", { token: api.token }, { cookie: null }));
  const reply = await api.send("DELETE", "/api/session");
  assert.match(String(reply.headers["set-cookie"]), /neolia_session_8099=; .*Max-Age=0/);
  assert.equal((await api.send("GET", "/api/session")).status, 401, "the copy");
  assert.equal((await api.send("GET", "/api/session", undefined, { cookie: other })).status, 200);
  const again = await api.send("DELETE", "/api/session", undefined, { cookie: `${other}x` });
  assert.equal(again.status, 204, "whoever has no session is signed out already");
});

test("every reply has the headers that keep other pages out", async () => {
  for (const url of ["/", "/api/health", "/api/sites", "/api/nothing"]) {
    const { headers } = await api.send("GET", url);
    const policy = String(headers["content-security-policy"]);
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /connect-src 'self' wss:\/\/sip\.example\.com:8443;/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
    if (url.startsWith("/api")) assert.equal(headers["cache-control"], "no-store");
  }
});
