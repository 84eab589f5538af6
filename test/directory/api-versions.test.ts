/** Two people at one row: the second is told, and nothing is overwritten. Who did what is in the log. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { AuditEntry, AuditPage } from "../../bridge/src/api/audit.ts";
import type { Rule, Unit } from "../../bridge/src/api/directory.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { Member } from "../../bridge/src/api/member.ts";
import { makeDesk } from "../ordering/desk-requests.ts";
import type { Reply, TestApp } from "./app.ts";
import { testApp, USER } from "./app.ts";
import { DEVICE, type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
});
afterEach(() => api.close());

const rows = (): { url: string; patch: object }[] => {
  const { site, building, unit401, door } = house;
  const rule = api.store.rules.list({ unitId: unit401.id })[0]?.id ?? "";
  return [
    { url: `/api/sites/${site.id}`, patch: { name: "House" } },
    { url: `/api/buildings/${building.id}`, patch: { name: "C" } },
    { url: `/api/units/${unit401.id}`, patch: { number: "401a" } },
    { url: `/api/doors/${door.id}`, patch: { label: "Gate" } },
    { url: `/api/accounts/${door.account.id}`, patch: { label: "Station" } },
    { url: `/api/rules/${rule}`, patch: { ringSeconds: 12 } },
  ];
};
const current = (reply: Reply) => reply.json<ErrorReply>().error.details?.current;

test("the second of two editors is told how the row stands now, and overwrites nothing", async () => {
  for (const { url, patch } of rows()) {
    const seen = await api.send("GET", url);
    const tag = String(seen.headers.etag);
    assert.equal(tag, `"${seen.json<Unit>().version}"`);
    const first = await api.send("PATCH", url, patch, { "if-match": tag });
    assert.equal(first.status, 200, first.text);
    assert.equal(first.json<Unit>().version, seen.json<Unit>().version + 1);
    assert.equal(first.headers.etag, `"${first.json<Unit>().version}"`);
    const second = await api.send("PATCH", url, patch, { "if-match": tag });
    assert.deepEqual([second.status, second.code], [412, "EDITED_MEANWHILE"], url);
    assert.deepEqual(current(second), first.json());
    const removal = await api.send("DELETE", url, undefined, { "if-match": tag });
    assert.deepEqual([removal.status, removal.code], [412, "EDITED_MEANWHILE"], url);
    assert.deepEqual((await api.send("GET", url)).json(), first.json());
  }
});

test("a change that does not say what its sender has seen is refused", async () => {
  for (const { url, patch } of rows()) {
    for (const method of ["PATCH", "DELETE"]) {
      const reply = await api.send(method, url, method === "PATCH" ? patch : undefined, { "if-match": null });
      assert.deepEqual([reply.status, reply.code], [428, "PRECONDITION_MISSING"], `${method} ${url}`);
    }
    for (const odd of ['"1", "2"', "abc", '"-1"', "1e3"]) {
      assert.equal((await api.send("PATCH", url, patch, { "if-match": odd })).code, "INVALID_REQUEST", odd);
    }
    for (const fine of ['W/"1"', "1", "*"]) {
      const reply = await api.send("PATCH", url, patch, { "if-match": fine });
      assert.ok([200, 412].includes(reply.status), fine);
    }
  }
});

test("where a resident lives is a row as any other: the second of two editors is told, and nothing is overwritten", async () => {
  const url = `/api/members/${USER}`;
  const put = (unitIds: string[], seen: string | null) => api.send("PUT", url, { unitIds }, { "if-match": seen });
  const first = await put([house.unit401.id], '"0"');
  assert.deepEqual([first.status, first.json<Member>().version], [200, 1]);
  const second = await put([house.unit402.id], '"0"');
  assert.deepEqual([second.status, second.code], [412, "EDITED_MEANWHILE"]);
  assert.deepEqual(current(second), { userId: USER, version: 1, unitIds: [house.unit401.id], desk: false });
  assert.deepEqual(api.directory.members.unitsOf(USER), [house.unit401.id]);
  assert.equal((await put([], null)).code, "PRECONDITION_MISSING");
  const [member] = (await api.send("GET", "/api/members")).json<Member[]>();
  assert.equal(member?.version, 1);
  assert.equal((await put([], '"1"')).json<Member>().version, 2);
  // Also when nothing is left to be listed, the next editor starts where the last one ended.
  assert.equal((await put([house.unit401.id], '"0"')).code, "EDITED_MEANWHILE");
});

test("a phone line's settings are a row as any other; a pause is no edit of it", async () => {
  const { lineId } = await makeDesk(api, house);
  const url = `/api/lines/${lineId}`;
  const seen = await api.send("GET", url);
  const tag = String(seen.headers.etag);
  assert.equal((await api.send("PATCH", url, { label: "Luigi" }, { "if-match": null })).code, "PRECONDITION_MISSING");
  await api.send("PUT", `${url}/pause`, { paused: true });
  const first = await api.send("PATCH", url, { settings: { maxLines: 7 } }, { "if-match": tag });
  assert.equal(first.status, 200, first.text);
  assert.notEqual(first.headers.etag, tag);
  for (const method of ["PATCH", "DELETE"]) {
    const body = method === "PATCH" ? { settings: { maxLines: 8 } } : undefined;
    const second = await api.send(method, url, body, { "if-match": tag });
    assert.deepEqual([second.status, second.code], [412, "EDITED_MEANWHILE"], method);
    assert.deepEqual(current(second), first.json());
  }
  assert.deepEqual((await api.send("GET", url)).json(), first.json());
});

test("a row that somebody removed is neither changed nor removed once more, and does not come back", async () => {
  const { spareLineId } = await makeDesk(api, house);
  await api.send("DELETE", `/api/lines/${spareLineId}`);
  const gone = rows().reverse();
  for (const { url, patch } of [...gone, { url: `/api/lines/${spareLineId}`, patch: { label: "x" } }]) {
    const seen = await api.send("GET", url);
    if (seen.status === 200) {
      const removed = await api.send("DELETE", url, undefined, { "if-match": String(seen.headers.etag) });
      if (removed.code === "SITE_IN_USE") continue;
      assert.ok(removed.status < 300, `${url} ${removed.text}`);
    }
    for (const method of ["PATCH", "DELETE"]) {
      const late = await api.send(method, url, method === "PATCH" ? patch : undefined, { "if-match": '"1"' });
      assert.equal(late.status, 404, `${method} ${url} ${late.text}`);
    }
  }
});

test("two editors at the same moment: exactly one gets through", async () => {
  const url = `/api/units/${house.unit401.id}`;
  const replies = await Promise.all(
    ["a", "b", "c", "d"].map((number) => api.send("PATCH", url, { number }, { "if-match": '"1"' })),
  );
  assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 412, 412, 412]);
  const winner = replies.find(({ status }) => status === 200);
  assert.deepEqual((await api.send("GET", url)).json(), winner?.json());
});

test("a row names the revision that its last edit made, so that its way to the VPS can be followed", async () => {
  const before = api.store.provisioning.get(house.site.id)?.revision ?? 0;
  const made = (await api.send("POST", "/api/units", { buildingId: house.building.id, number: "9" })).json<Unit>();
  assert.equal(made.revision, before + 1);
  const changed = (await api.send("PATCH", `/api/units/${made.id}`, { number: "10" })).json<Unit>();
  assert.equal(changed.revision, before + 2);
  assert.equal(api.store.provisioning.get(house.site.id)?.revision, before + 2);
});

test("a unit moves to another building of its site and to no other site's", async () => {
  const b = (await api.send("POST", "/api/buildings", { siteId: house.site.id, name: "B" })).json<Unit>();
  const other = await makeHouse(api, { domain: "other.sip.example.com" });
  const url = `/api/units/${house.unit401.id}`;
  assert.equal((await api.send("PATCH", url, { buildingId: b.id })).json<Unit>().buildingId, b.id);
  const refused = await api.send("PATCH", url, { buildingId: other.building.id });
  assert.equal(refused.code, "UNKNOWN_BUILDING");
  assert.deepEqual(refused.json<ErrorReply>().error.fields, { buildingId: "NOT_ALLOWED" });
});

const NAMES: [string, string][] = [
  ["", "REQUIRED"],
  ["two words", "NAME_SPACE"],
  ["a/b", "NAME_MQTT"],
  ["a+b", "NAME_MQTT"],
  ["a#", "NAME_MQTT"],
  ["a@b", "NAME_SIP"],
  ["a;b", "NAME_SIP"],
  ["é", "NAME_ASCII"],
  ["-a", "NAME_START"],
  ["a\u0000", "CONTROL_CHARACTERS"],
  ["x".repeat(41), "TOO_LONG"],
];

test("a SIP name that SIP, MQTT or Home Assistant would not take is refused with the reason at its field", async () => {
  for (const [name, code] of NAMES) {
    const check = await api.send("POST", "/api/names/check", { siteId: house.site.id, noun: "unit", name });
    const { ok, suggestion, ...answer } = check.json<{ ok: boolean; code: string; suggestion: string }>();
    assert.deepEqual([ok, answer.code], [false, code], name);
    assert.match(suggestion, /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/);
    const made = await api.send("POST", "/api/units", { buildingId: house.building.id, number: "1", name });
    assert.equal(made.status, 400);
    assert.deepEqual(made.json<ErrorReply>().error.fields, { name: code });
  }
  const ask = async (noun: string, name: string, rowId?: string) =>
    (await api.send("POST", "/api/names/check", { siteId: house.site.id, noun, name, rowId })).json();
  assert.deepEqual(await ask("unit", "unit401"), { ok: false, code: "NAME_TAKEN", suggestion: "unit401-2" });
  assert.deepEqual(await ask("unit", "unit401", house.unit401.id), { ok: true, code: null, suggestion: null });
  assert.deepEqual(await ask("account", "0639980178"), {
    ok: false,
    code: "NAME_RESERVED",
    suggestion: "unit0639980178",
  });
  assert.deepEqual(await ask("account", "lobby"), { ok: true, code: null, suggestion: null });
});

test("an error names each field with a code of its own", async () => {
  const fields = async (method: string, url: string, body: unknown) =>
    (await api.send(method, url, body)).json<ErrorReply>().error.fields;
  const { building, site } = house;
  assert.deepEqual(await fields("POST", "/api/units", { number: "", extra: 1 }), {
    buildingId: "REQUIRED",
    number: "BLANK",
    extra: "UNKNOWN_FIELD",
  });
  assert.deepEqual(await fields("POST", "/api/buildings", { siteId: site.id, name: building.name }), {
    name: "NAME_TAKEN",
  });
  const rule: Partial<Rule> = { sourcePattern: "*", action: "forward", targetSipUri: null, ringSeconds: 2 };
  assert.deepEqual(
    await fields("POST", "/api/rules", { ...rule, schedule: [{ fromMinute: -1, toMinute: 5 }], enabled: 1 }),
    {
      ringSeconds: "TOO_SMALL",
      "schedule.0.fromMinute": "TOO_SMALL",
      enabled: "WRONG_TYPE",
    },
  );
  assert.deepEqual(await fields("PATCH", `/api/sites/${site.id}`, { timeZone: "Moon/Base" }), {
    timeZone: "TIME_ZONE",
  });
});

const log = async (query = "") => (await api.send("GET", `/api/audit${query}`)).json<AuditPage>();
const brief = ({ noun, verb, label }: AuditEntry) => `${noun} ${verb} ${label}`;

test("every change is in the audit log with who, what, when and from where, and no secret", async () => {
  const startedMs = Date.now();
  const { door, unit401 } = house;
  await api.send("PATCH", `/api/units/${unit401.id}`, { number: "401a" });
  await api.send("PATCH", `/api/units/${unit401.id}`, { number: "401a" });
  const { password } = (await api.send("POST", `/api/accounts/${door.account.id}/password`, {})).json<{
    password: string;
  }>();
  await api.send("PUT", `/api/devices/${DEVICE}`, { unitId: unit401.id, label: "Wall" });
  await api.send("PUT", `/api/members/${USER}`, { unitIds: [unit401.id] });
  await api.send("DELETE", `/api/units/${unit401.id}`);
  const { entries, keptDays } = await log();
  assert.equal(keptDays, 365);
  assert.deepEqual(
    entries.map((entry) => brief(entry).replace(/panel-\w+/, "panel")),
    [
      "unit removed 401a",
      `member changed ${USER}`,
      "device added Wall (panel)",
      "account password-renewed Entrance (intercom-entrance)",
      "unit changed 401a",
      "test-ring started Home",
      "grant added Dupont",
      "backup exported Home",
      "door added Entrance",
      "unit added 402",
      "pairing added Hall (panel)",
      "unit added 401",
      "building added A",
      "site added Home",
    ],
  );
  const change = entries.find(({ verb, noun }) => verb === "changed" && noun === "unit");
  assert.deepEqual(change?.changes, { number: { from: "401", to: "401a" } });
  assert.deepEqual([change.who, change.from, change.rowId], ["admin", "127.0.0.1", unit401.id]);
  assert.ok(change.atMs >= startedMs && change.atMs <= Date.now());
  const secrets = [password, house.door.account.password, ...api.store.accounts.list({}).map(({ ha1 }) => ha1)];
  for (const secret of secrets) assert.equal(JSON.stringify(entries).includes(secret), false);
});

test("what was refused is not in the log", async () => {
  const before = await log();
  await api.send("PATCH", `/api/units/${house.unit401.id}`, { number: "x" }, { "if-match": '"9"' });
  await api.send("POST", "/api/units", { buildingId: house.building.id, number: "1", name: "unit402" });
  assert.deepEqual(await log(), before);
});

test("the log is filtered, read by pages, exported, and kept for its days", async () => {
  for (let i = 0; i < 5; i++) await api.send("PATCH", `/api/units/${house.unit402.id}`, { number: `n${i}` });
  assert.equal((await log("?noun=door")).entries.length, 1);
  assert.equal((await log("?search=CHANGED+N3")).entries.length, 1);
  assert.equal((await log(`?fromMs=${Date.now() + 60_000}`)).entries.length, 0);
  assert.equal((await log("?siteId=01J00000000000000000000009")).entries.length, 0);
  const all = (await log()).entries;
  const first = await log("?limit=4");
  const rest = await log(`?before=${first.next}`);
  assert.deepEqual([...first.entries, ...rest.entries], all);
  assert.equal(rest.next, null);
  await api.send("PATCH", `/api/units/${house.unit402.id}`, { number: "=cmd|' /C calc'!A0" });
  const csv = await api.send("GET", "/api/audit/export?limit=1");
  assert.match(String(csv.headers["content-type"]), /^text\/csv/);
  assert.match(csv.text, /,'=cmd\|/);
  // That it went out is noted, and was not in it.
  const [noted] = (await log("?limit=1")).entries;
  assert.deepEqual([noted?.who, noted?.noun, noted?.verb], ["admin", "audit", "exported"]);
  assert.ok(!csv.text.includes("audit,exported"));
  // All of it goes out, however long it is, the newest first and none twice.
  const many = api.store.audit;
  api.store.transaction(() => {
    const entry = { siteId: house.site.id, who: "A", userId: null, from: "", noun: "unit", verb: "changed" };
    for (let n = 0; n < 60_000; n++) many.add({ ...entry, atMs: 1, rowId: null, label: `entry ${n}`, changes: {} });
  });
  const lines = (await api.send("GET", "/api/audit/export")).text.trimEnd().split("\r\n");
  assert.equal(lines.length, 1 + 60_000 + all.length + 2);
  assert.match(lines[0] ?? "", /^\ufefftime,site,/);
  assert.match(lines[1] ?? "", /,entry 59999,/);
  assert.equal(new Set(lines.filter((line) => line.includes(",entry "))).size, 60_000);
  const found = (await api.send("GET", "/api/audit/export?search=entry+777")).text.trimEnd().split("\r\n");
  assert.equal(found.length, 1 + lines.filter((line) => /,entry \d*777\d*,/.test(line)).length);
  many.trim(2);
  api.directory.audit.trim();
  // The change of a name, and three exports.
  assert.equal((await log()).entries.length, all.length + 4);
  api.store.audit.trim(Date.now() + 1);
  assert.equal((await log()).entries.length, 0);
});
