/**
 * Several sites in one app. What joins two rows joins rows of one site; and whoever manages one site from elsewhere gets
 * to its things alone: the table of routes says which routes there are for them, real requests prove each.
 */
import assert from "node:assert/strict";
import { text as readText } from "node:stream/consumers";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { Backup } from "../../bridge/src/api/backup.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { Visitor } from "../../bridge/src/directory/remote/grant-door.ts";
import type { Ask } from "../../bridge/src/directory/remote/messages.ts";
import { visitsTo } from "../../bridge/src/http/visits.ts";
import { deskRequests, makeDesk } from "../ordering/desk-requests.ts";
import { type TestApp, testApp, USER } from "./app.ts";
import { type House, makeHouse } from "./house.ts";
import { goodRequests } from "./requests.ts";

let api: TestApp;
let a: House;
let b: House;

beforeEach(async () => {
  api = await testApp();
  a = await makeHouse(api);
  b = await makeHouse(api, { name: "Beta", address: "2 Beta Road", domain: "beta.sip.example.com" });
});
afterEach(() => api.close());

const visitor = (backups = false): Visitor => ({
  ...{ grantId: a.grant.id, siteId: a.site.id, name: "Ann (Dupont)", from: "Dupont", backups },
});

async function visit(method: string, path: string, body?: unknown, who = visitor()) {
  const ask: Ask = {
    ...{ type: "ask", round: "", by: "Ann", version: "0.0.0", method: method as Ask["method"], path },
    ifMatch: ["PATCH", "DELETE"].includes(method) ? "*" : null,
    body: body === undefined ? null : JSON.stringify(body),
  };
  const reply = await visitsTo(api.app)(who, ask);
  const text = await readText(reply.body);
  const { status } = reply;
  return { status, text, code: status >= 400 ? (JSON.parse(text) as ErrorReply).error.code : "ok" };
}

/** Everything that is stored of a site. */
const stored = async ({ site }: House) => {
  const file = await api.directory.backups.make(site.id, "test", "directory");
  const { checksum: _checksum, madeAtMs: _madeAtMs, ...content } = JSON.parse(await readText(file.content())) as Backup;
  return JSON.stringify(content);
};
const requestsOf = (house: House) =>
  goodRequests(house, api.store.rules.list({ unitId: house.unit402.id })[0]?.id ?? "", api.token);
const elsewhere = () =>
  new Map(api.routes.map(({ method, url, elsewhere: how }) => [`${method} ${url}`, how] as const));

/** Every id and text by which site B could be known. */
const tracesOfB = () => [b.site.id, b.building.id, b.unit401.id, b.door.id, b.door.account.id, "Beta", "beta.sip"];

describe("within one app", () => {
  const mixed: [string, () => [string, string, unknown]][] = [
    ["a unit in another site's building", () => ["PATCH", `/api/units/${a.unit401.id}`, { buildingId: b.building.id }]],
    ["a door in another site's building", () => ["PATCH", `/api/doors/${a.door.id}`, { buildingId: b.building.id }]],
    [
      "a device in another site's unit",
      () => ["POST", "/api/accounts", { siteId: a.site.id, type: "panel", label: "Wall", unitId: b.unit401.id }],
    ],
    [
      "a pairing for another site's account",
      () => [
        "POST",
        "/api/pairings",
        { kind: "panel", unitId: a.unit401.id, label: "x", accountId: b.door.account.id },
      ],
    ],
    [
      "a test ring of another site's device",
      () => ["POST", "/api/test-rings", { siteId: a.site.id, accountIds: [b.door.account.id] }],
    ],
  ];
  for (const [what, request] of mixed) {
    test(`nobody makes ${what}`, async () => {
      const before = [await stored(a), await stored(b)];
      const [method, url, body] = request();
      const reply = await api.send(method, url, body);
      assert.ok(reply.status >= 400 && reply.status < 500, `${reply.status} ${reply.text}`);
      assert.deepEqual([await stored(a), await stored(b)], before);
    });
  }

  test("both sites have a unit 401, and each list shows its own", async () => {
    for (const list of [
      "units",
      "units/page",
      "doors",
      "buildings",
      "accounts",
      "accounts/page",
      "rules",
      "pairings",
    ]) {
      const { text } = await api.send("GET", `/api/${list}?siteId=${a.site.id}`);
      assert.ok(text.includes(a.site.id), list);
      for (const trace of tracesOfB()) assert.ok(!text.includes(trace), `${list} shows ${trace}`);
    }
    const { text } = await api.send("GET", `/api/audit?siteId=${a.site.id}&limit=500`);
    for (const trace of tracesOfB()) assert.ok(!text.includes(trace), `audit shows ${trace}`);
    for (const file of [
      `exports/units?siteId=${a.site.id}`,
      `exports/accounts?siteId=${a.site.id}`,
      `site-health?siteId=${a.site.id}`,
    ]) {
      assert.ok(!(await api.send("GET", `/api/${file}`)).text.includes("Beta"), file);
    }
  });
});

describe("from elsewhere, with a grant for site A,", () => {
  test("every route that does not say so is refused, whatever is asked", async () => {
    const desk = await makeDesk(api, a);
    const refused: string[] = [];
    for (const { method, route, url, body } of [...requestsOf(a), ...deskRequests(desk)]) {
      if (elsewhere().get(`${method} ${route}`) !== null) continue;
      const { code } = await visit(method, url, body);
      assert.equal(code, "NOT_FROM_ELSEWHERE", `${method} ${url}`);
      refused.push(route);
    }
    for (const route of [
      "/api/grants",
      "/api/members",
      "/api/lines",
      "/api/calls",
      "/api/backups/restore",
      "/api/sites",
    ]) {
      assert.ok(refused.includes(route), `${route} is not among those refused`);
    }
    assert.equal((await visit("GET", "/api/ws")).code, "NOT_FROM_ELSEWHERE");
  });

  test("everything else is done within site A", async () => {
    const mine = requestsOf(a).filter(({ method, route }) => elsewhere().get(`${method} ${route}`) === "yes");
    assert.ok(mine.length > 45, `only ${mine.length} routes`);
    for (const { method, url, body } of mine) {
      const { code, status } = await visit(method, url, body);
      assert.equal(code, "ok", `${method} ${url}: ${status}`);
    }
  });

  test("the same with ids of site B is not there, changes nothing and tells nothing", async () => {
    const before = await stored(b);
    let asked = 0;
    for (const { method, route, url, body } of requestsOf(b)) {
      if (elsewhere().get(`${method} ${route}`) !== "yes") continue;
      const namesB = tracesOfB().some((trace) => `${url} ${JSON.stringify(body ?? "")}`.includes(trace));
      const { code, text, status } = await visit(method, url, body);
      const ownId =
        [b.pairing.id, b.testId, b.jobId].some((id) => url.includes(id)) || /\/rules\/[0-9A-Z]{26}/.test(url);
      if (namesB || ownId) {
        assert.match(code, /^UNKNOWN_/, `${method} ${url}: ${status} ${text}`);
        assert.equal(status, 404);
        asked++;
      }
      for (const trace of tracesOfB().slice(5)) assert.ok(!text.includes(trace), `${method} ${url} tells ${trace}`);
    }
    assert.ok(asked > 35, `only ${asked} requests named site B`);
    assert.equal(await stored(b), before);
  });

  test("a list that names no site is the one of site A; one that names B is not there", async () => {
    for (const [list, key] of [
      ["sites", a.site.id],
      ["buildings", a.site.id],
      ["units", a.site.id],
      ["doors", a.site.id],
      ["accounts", a.site.id],
      ["rules", a.site.id],
      ["pairings", a.site.id],
      ["provisioning", a.site.id],
      ["audit", a.site.id],
      ["units/page", a.site.id],
      ["accounts/page", a.site.id],
    ] as const) {
      const { text, code } = await visit("GET", `/api/${list}`);
      assert.equal(code, "ok", list);
      assert.ok(text.includes(key), `${list}: ${text}`);
      for (const trace of tracesOfB()) assert.ok(!text.includes(trace), `${list} shows ${trace}`);
    }
    for (const list of [
      "buildings",
      "units",
      "doors",
      "accounts",
      "rules",
      "pairings",
      "audit",
      "audit/export",
      "site-health",
      "exports/units",
    ]) {
      assert.equal((await visit("GET", `/api/${list}?siteId=${b.site.id}`)).code, "UNKNOWN_SITE", list);
      assert.equal(
        (await visit("GET", `/api/${list}?siteId=${b.site.id}&siteId=${a.site.id}`)).status >= 400,
        true,
        list,
      );
    }
  });

  test("a thing of site A is not moved to site B, nor a thing of B named beside one of A", async () => {
    const before = [await stored(a), await stored(b)];
    const smuggled: [string, string, unknown][] = [
      ["PATCH", `/api/units/${a.unit401.id}`, { buildingId: b.building.id }],
      ["PATCH", `/api/accounts/${a.door.account.id}`, { unitId: b.unit401.id }],
      ["POST", "/api/accounts", { siteId: a.site.id, type: "panel", label: "x", unitId: b.unit401.id }],
      ["POST", "/api/pairings", { kind: "panel", unitId: a.unit401.id, label: "x", accountId: b.door.account.id }],
      ["POST", "/api/test-rings", { siteId: a.site.id, accountIds: [a.door.account.id, b.door.account.id] }],
      [
        "POST",
        "/api/device-files",
        { model: "akuvox-door", accountIds: [a.door.account.id, b.door.account.id], dtmfCode: "1234" },
      ],
    ];
    for (const [method, url, body] of smuggled)
      assert.match((await visit(method, url, body)).code, /^UNKNOWN_|INVALID/, url);
    assert.deepEqual([await stored(a), await stored(b)], before);
  });

  test("logins leave the site only where its administrator allowed it", async () => {
    const paths = [`/api/sites/${a.site.id}/backup`, `/api/exports/accounts?siteId=${a.site.id}&logins=1`];
    for (const path of paths) {
      assert.equal((await visit("GET", path)).code, "NOT_FROM_ELSEWHERE", path);
      assert.equal((await visit("GET", path, undefined, visitor(true))).code, "ok", path);
    }
    await makeDesk(api, a);
    await api.send("PUT", `/api/members/${USER}`, { unitIds: [a.unit401.id] }, { "if-match": "*" });
    const { members, extras, accounts } = JSON.parse(
      (await visit("GET", paths[0] ?? "", undefined, visitor(true))).text,
    ) as Backup;
    assert.deepEqual([members, extras], [[], {}], "residents, calls and the restaurant are in it");
    assert.ok(accounts.length > 0);
    assert.equal((await visit("GET", `/api/sites/${b.site.id}/backup`, undefined, visitor(true))).code, "UNKNOWN_SITE");
    const everything = await Promise.all(
      requestsOf(a)
        .filter(({ method, route }) => method === "GET" && elsewhere().get(`GET ${route}`) === "yes")
        .map(({ url }) => visit("GET", url)),
    );
    const ha1s = api.store.accounts.list({}).map(({ ha1 }) => ha1);
    for (const { text } of everything) for (const ha1 of ha1s) assert.ok(!text.includes(ha1));
  });

  test("what is done stands in the site's log under the visitor's name", async () => {
    await visit("POST", "/api/units", { buildingId: a.building.id, number: "777" });
    const { entries } = await api.directory.audit.list({ siteId: a.site.id, search: "777" });
    assert.deepEqual(
      entries.map(({ who, from, userId, verb }) => ({ who, from, userId, verb })),
      [{ who: "Ann (Dupont)", from: "Dupont", userId: null, verb: "added" }],
    );
  });

  test("the log tells what was done to the things of site A, and nothing of who lives or works there", async () => {
    await api.send("PUT", `/api/members/${USER}`, { unitIds: [a.unit401.id] }, { "if-match": "*" });
    await makeDesk(api, a);
    api.stage.resident = { unitIds: [a.unit401.id], userId: USER };
    await api.send("PUT", `/api/units/${a.unit401.id}/do-not-disturb`, { on: true });
    await api.send("PUT", "/api/devices/d0000000-0000-4000-8000-000000000001", { unitId: a.unit401.id, label: "Hall" });
    api.stage.resident = null;
    await visit("POST", "/api/units", { buildingId: a.building.id, number: "777" });
    const own = (await api.send("GET", `/api/audit?siteId=${a.site.id}`)).text;
    for (const word of [USER, "Resident", "127.0.0.1", '"member"', '"line"'])
      assert.ok(own.includes(word), `${word} was not noted`);
    for (const path of ["audit", "audit/export", "audit?noun=unit"]) {
      const { text } = await visit("GET", `/api/${path}`);
      assert.match(text, /777/, path);
      assert.match(text, /doNotDisturb/, path);
      assert.match(text, /Ann \(Dupont\)/, path);
      for (const word of [USER, "Resident", "127.0.0.1", "member", '"line"'])
        assert.ok(!text.includes(word), `${path}: ${word}`);
    }
    const found = async (query: string) =>
      (JSON.parse((await visit("GET", `/api/audit?${query}`)).text) as AuditPage).entries.length;
    assert.deepEqual(
      [await found("noun=member"), await found("search=resident"), await found("search=127.0.0.1")],
      [0, 0, 0],
    );
    assert.ok((await found("search=dupont+777")) > 0);
    assert.ok((await found("search=hall")) > 0);
  });

  test("nothing that comes over the network can pass for a visit", async () => {
    const forged = { "x-neolia-visit": a.grant.id, "x-remote-user-id": a.grant.id, cookie: null };
    assert.equal((await api.send("GET", "/api/units", undefined, forged)).code, "NOT_SIGNED_IN");
  });
});
