/**
 * Who may use which route. The table states it, the bridge's own route table says which rows there must be, and real
 * requests prove each field: a route that nobody thought about fails here.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type DeskSample, deskRequests, makeDesk } from "../ordering/desk-requests.ts";
import { HOST, type TestApp, testApp } from "./app.ts";
import { DEVICE, type House, makeHouse } from "./house.ts";
import { goodRequests } from "./requests.ts";

/** Each asks for things of unit 401. */
const PEOPLE = {
  administrator: null,
  "staff of the desk": { unitIds: [], desk: true },
  "resident of the unit": { unitIds: ["unit401"] },
  "resident of another unit": { unitIds: ["unit402"] },
  nobody: null,
} as const;
type Person = keyof typeof PEOPLE;
const people = Object.keys(PEOPLE) as Person[];

/** In the order of PEOPLE: `ok` is any 2xx, else the error's code. */
type Row = readonly [string, string, string, string, string];

const ANYONE: Row = ["ok", "ok", "ok", "ok", "ok"];
/** Everybody of the house; what is in the reply is theirs only, see api-access.test.ts. */
const SIGNED_IN: Row = ["ok", "ok", "ok", "ok", "NOT_SIGNED_IN"];
const ADMIN: Row = ["ok", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "NOT_SIGNED_IN"];
/** The restaurant's staff. */
const DESK: Row = ["ok", "ok", "FORBIDDEN", "FORBIDDEN", "NOT_SIGNED_IN"];
/** An administrator gets as far as that there is no such site elsewhere. */
const ELSEWHERE: Row = ["UNKNOWN_REMOTE_SITE", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "NOT_SIGNED_IN"];
/** Others are told the same as if there were no such thing. */
const OWN = (code: string): Row => ["ok", code, "ok", code, "NOT_SIGNED_IN"];

/** The door rings every flat of the house; the desk has none. */
const SEEN_DOOR: Row = ["ok", "UNKNOWN_DOOR", "ok", "ok", "NOT_SIGNED_IN"];

const EXPECTED: Readonly<Record<string, Row>> = {
  "GET /api/health": ANYONE,
  "POST /api/session": ANYONE,
  "DELETE /api/session": ANYONE,
  "GET /api/session": SIGNED_IN,
  "GET /api/openapi.json": ADMIN,

  "GET /api/state": SIGNED_IN,
  "GET /api/ws": SIGNED_IN,
  "GET /api/calls": SIGNED_IN,
  "GET /api/devices/:deviceId": SIGNED_IN,
  "PUT /api/devices/:deviceId": ["ok", "DEVICE_UNKNOWN", "ok", "DEVICE_UNKNOWN", "NOT_SIGNED_IN"],
  "POST /api/devices/:deviceId/ice": OWN("DEVICE_UNKNOWN"),

  "GET /api/sites": SIGNED_IN,
  "POST /api/sites": ADMIN,
  "GET /api/sites/:id": ADMIN,
  "PATCH /api/sites/:id": ADMIN,
  "PUT /api/sites/:id/token": ADMIN,
  // It still holds a house.
  "DELETE /api/sites/:id": ["SITE_IN_USE", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "NOT_SIGNED_IN"],
  "GET /api/buildings": SIGNED_IN,
  "POST /api/buildings": ADMIN,
  "GET /api/buildings/:id": ADMIN,
  "PATCH /api/buildings/:id": ADMIN,
  "GET /api/buildings/:id/removal": ADMIN,
  "DELETE /api/buildings/:id": ADMIN,
  "GET /api/units": SIGNED_IN,
  "POST /api/units": ADMIN,
  "GET /api/units/:id": ADMIN,
  "PATCH /api/units/:id": ADMIN,
  "PUT /api/units/:id/do-not-disturb": OWN("UNKNOWN_UNIT"),
  "GET /api/units/:id/removal": ADMIN,
  "DELETE /api/units/:id": ADMIN,
  "GET /api/doors": SIGNED_IN,
  "POST /api/doors": ADMIN,
  "GET /api/doors/:id": ADMIN,
  "PATCH /api/doors/:id": ADMIN,
  "GET /api/doors/:id/removal": ADMIN,
  "POST /api/doors/:id/video": SEEN_DOOR,
  "DELETE /api/doors/:id/video/:videoId": SEEN_DOOR,
  "DELETE /api/doors/:id": ADMIN,
  "GET /api/accounts": ADMIN,
  "POST /api/accounts": ADMIN,
  "GET /api/accounts/:id": ADMIN,
  "PATCH /api/accounts/:id": ADMIN,
  "POST /api/accounts/:id/password": ADMIN,
  "GET /api/accounts/:id/removal": ADMIN,
  "DELETE /api/accounts/:id": ADMIN,
  "GET /api/rules": ADMIN,
  "POST /api/rules": ADMIN,
  "GET /api/rules/:id": ADMIN,
  "PATCH /api/rules/:id": ADMIN,
  "DELETE /api/rules/:id": ADMIN,
  "POST /api/rules/evaluate": ADMIN,
  "GET /api/units/page": ADMIN,
  "POST /api/units/range": ADMIN,
  "GET /api/accounts/page": ADMIN,
  "GET /api/rules/warnings": ADMIN,
  "POST /api/names/check": ADMIN,
  "POST /api/imports": ADMIN,
  "GET /api/jobs": ADMIN,
  "GET /api/jobs/:id": ADMIN,
  "DELETE /api/jobs/:id": ADMIN,
  "GET /api/exports/:kind": ADMIN,
  "GET /api/provisioning": ADMIN,
  "POST /api/provisioning/:id/retry": ADMIN,
  "GET /api/audit": ADMIN,
  "GET /api/audit/export": ADMIN,
  "GET /api/pairings": ADMIN,
  "POST /api/pairings": ADMIN,
  "POST /api/pairings/claim": ANYONE,
  "DELETE /api/pairings/:id": ADMIN,
  "GET /api/sites/:id/backup": ADMIN,
  "GET /api/backups/restore": ADMIN,
  "POST /api/backups/restore": ["SITE_EXISTS", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "NOT_SIGNED_IN"],
  "GET /api/site-health": ADMIN,
  "POST /api/devices/:deviceId/report": OWN("DEVICE_UNKNOWN"),
  "POST /api/devices/:deviceId/test-result": OWN("DEVICE_UNKNOWN"),
  // An administrator may look before a device is set up.
  "POST /api/devices/:deviceId/server-check": OWN("DEVICE_UNKNOWN"),
  "POST /api/devices/:deviceId/test-ring": OWN("DEVICE_UNKNOWN"),
  // The test of the house began before this device was set up.
  "GET /api/devices/:deviceId/test-rings/:testId": [
    "UNKNOWN_TEST",
    "DEVICE_UNKNOWN",
    "UNKNOWN_TEST",
    "DEVICE_UNKNOWN",
    "NOT_SIGNED_IN",
  ],
  "POST /api/test-rings": ADMIN,
  "GET /api/test-rings/:id": ADMIN,
  "DELETE /api/test-rings/:id": ADMIN,
  "POST /api/device-files": ADMIN,
  "GET /api/docs": ADMIN,
  "GET /api/docs.css": ADMIN,
  "GET /api/grants": ADMIN,
  "POST /api/grants": ADMIN,
  "DELETE /api/grants/:id": ADMIN,
  "GET /api/visit": ["UNKNOWN_GRANT", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "NOT_SIGNED_IN"],
  "GET /api/remote-sites": ADMIN,
  "POST /api/remote-sites": ["INVITATION_MALFORMED", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "NOT_SIGNED_IN"],
  "DELETE /api/remote-sites/:id": ELSEWHERE,
  "GET /api/remote-sites/:id/at/*": ELSEWHERE,
  "POST /api/remote-sites/:id/at/*": ELSEWHERE,
  "PUT /api/remote-sites/:id/at/*": ELSEWHERE,
  "PATCH /api/remote-sites/:id/at/*": ELSEWHERE,
  "DELETE /api/remote-sites/:id/at/*": ELSEWHERE,
  "GET /api/members": ADMIN,
  "PUT /api/members/:userId": ADMIN,

  "GET /api/lines": DESK,
  "POST /api/lines": ADMIN,
  "GET /api/lines/:id": DESK,
  "PATCH /api/lines/:id": DESK,
  "DELETE /api/lines/:id": ADMIN,
  "PUT /api/lines/:id/pause": DESK,
  "GET /api/lines/:id/board": DESK,
  "GET /api/lines/:id/ws": DESK,
  "GET /api/lines/:id/history": DESK,
  "POST /api/lines/:id/history": DESK,
  "GET /api/lines/:id/menu": DESK,
  "PUT /api/lines/:id/menu": DESK,
  "POST /api/lines/:id/menu/import": DESK,
  "POST /api/lines/:id/menu/sample": DESK,
  "GET /api/lines/:id/menu/export": DESK,
  "PUT /api/lines/:id/stock/:menuId": DESK,
  "PUT /api/orders/:id/stage": DESK,
  "GET /api/order-calls/:callId": DESK,
  "GET /api/order-calls/:callId/message": DESK,
  "POST /api/order-calls/:callId/draft": DESK,
  "POST /api/order-calls/:callId/command": DESK,
  "POST /api/callers/export": ADMIN,
  "POST /api/callers/erase": ADMIN,
};

/** Let in; after `ok`, refused for another reason. */
const PAST_THE_DOOR = new Set([
  "ok",
  "SITE_IN_USE",
  "SITE_EXISTS",
  "INVITATION_MALFORMED",
  "UNKNOWN_REMOTE_SITE",
  "UNKNOWN_GRANT",
  "UNKNOWN_TEST",
]);

let api: TestApp;
let house: House;
let desk: DeskSample;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
  desk = await makeDesk(api, house);
  await api.send("PUT", `/api/devices/${DEVICE}`, { unitId: house.unit401.id, label: "Wall" });
});
afterEach(() => api.close());

test("every route has a row that says who may use it, and every row has a route", () => {
  assert.deepEqual(
    api.routes.map(({ method, url }) => `${method} ${url}`).toSorted(),
    Object.keys(EXPECTED).toSorted(),
    "state in EXPECTED who may use the route",
  );
});

test("the word that a route says of itself fits its row", () => {
  const words = { anyone: [0, 1, 2, 3, 4], resident: [0, 2], desk: [0, 1], admin: [0] };
  for (const { method, url, access } of api.routes) {
    const row = EXPECTED[`${method} ${url}`] ?? [];
    for (const [column, outcome] of row.entries()) {
      const gotIn = PAST_THE_DOOR.has(outcome);
      if (words[access].includes(column)) assert.ok(gotIn, `${method} ${url} as ${people[column]}`);
      else if (access === "admin" || access === "desk") assert.ok(!gotIn, `${method} ${url} as ${people[column]}`);
    }
  }
});

describe("each route as", () => {
  for (const [column, person] of people.entries()) {
    test(person, async () => {
      const rule = api.store.rules.list({ unitId: house.unit402.id })[0];
      const requests = [...deskRequests(desk), ...goodRequests(house, rule?.id ?? "", api.token)];
      const seen: Record<string, string> = {
        "GET /api/ws": await openSocket(person, "/api/ws"),
        "GET /api/lines/:id/ws": await openSocket(person, `/api/lines/${desk.lineId}/ws`),
      };
      for (const { method, route, url, body } of requests) {
        const before = everything();
        const reply = await as(person, method, url, body);
        seen[`${method} ${route}`] = reply.code ?? "ok";
        if (reply.status >= 400)
          assert.equal(everything(), before, `${method} ${url} was refused and changed something`);
      }
      const wanted = Object.entries(EXPECTED).map(([route, row]) => [route, row[column]]);
      assert.deepEqual(seen, Object.fromEntries(wanted));
    });
  }
});

function take(person: Person): Record<string, string | null> {
  const resident = PEOPLE[person];
  const units = { unit401: house.unit401.id, unit402: house.unit402.id };
  api.stage.resident = resident && { ...resident, unitIds: resident.unitIds.map((name) => units[name]) };
  return { cookie: person === "nobody" ? null : api.cookie };
}

async function as(person: Person, method: string, url: string, body: unknown) {
  return api.send(method, url, body, take(person));
}

async function openSocket(person: Person, path: string): Promise<string> {
  const { cookie } = take(person);
  try {
    const socket = await api.app.injectWS(path, { headers: { host: HOST, ...(cookie && { cookie }) } });
    socket.terminate();
    return "ok";
  } catch (error) {
    return String(error).includes("401")
      ? "NOT_SIGNED_IN"
      : String(error).includes("403")
        ? "FORBIDDEN"
        : String(error);
  }
}

/** The site as it stands, to see that a refused request changed nothing. */
function everything(): string {
  const { directory, store } = api;
  const tables = [store.units, store.accounts, store.rules].map((table) => table.list({}));
  return JSON.stringify([
    directory.sites.list(),
    tables,
    store.members.list(),
    store.members.desk(),
    store.lines
      .list()
      .map(({ id, ...line }) => [
        id,
        line,
        store.lines.menu(id),
        store.lines.soldOut(id),
        store.orderCalls.history(id, { edge: null, fromMs: 0, toMs: Date.now() + 1, outcome: null }, 99),
        store.orders.history(id, Date.now() + 1, 99),
      ]),
  ]);
}
