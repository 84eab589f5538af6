/** What things may be called: what SIP, MQTT, Home Assistant and people can tell apart. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Building, Unit } from "../../bridge/src/api/directory.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { NameAnswer } from "../../bridge/src/api/names.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse, NEW_SITE } from "./house.ts";

let api: TestApp;
let house: House;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
});
afterEach(() => api.close());

/** Why a request was refused: its code, then each field with its own. */
async function refused(method: string, url: string, body: unknown): Promise<unknown[]> {
  const reply = await api.send(method, url, body);
  if (reply.status < 400) return [];
  const { code, fields } = reply.json<ErrorReply>().error;
  return [code, ...Object.entries(fields ?? {}).map((field) => field.join(" "))];
}
const check = async (noun: string, name: string) =>
  (await api.send("POST", "/api/names/check", { siteId: house.site.id, noun, name })).json<NameAnswer>();

describe("a number that the building has already", () => {
  const taken = ["UNIT_EXISTS", "number NUMBER_TAKEN"];

  for (const number of ["402", " 402 ", "４０２"]) {
    test(`${JSON.stringify(number)} is refused beside its field`, async () => {
      assert.deepEqual(await refused("POST", "/api/units", { buildingId: house.building.id, number }), taken);
      assert.deepEqual(await refused("PATCH", `/api/units/${house.unit401.id}`, { number }), taken);
    });
  }

  test("is refused of a unit that is moved there, and free in another building", async () => {
    const other = (await api.send("POST", "/api/buildings", { siteId: house.site.id, name: "B" })).json<Building>();
    const moved = (await api.send("POST", "/api/units", { buildingId: other.id, number: "402" })).json<Unit>();
    assert.equal(moved.name, "unit402-2");
    assert.deepEqual(await refused("PATCH", `/api/units/${moved.id}`, { buildingId: house.building.id }), taken);
    const both = { buildingId: house.building.id, number: "403" };
    assert.deepEqual(await refused("PATCH", `/api/units/${moved.id}`, both), []);
  });

  test("is the unit's own when it is saved unchanged, or spelled otherwise", async () => {
    const { id } = house.unit401;
    assert.deepEqual(await refused("PATCH", `/api/units/${id}`, { number: "401" }), []);
    assert.deepEqual(await refused("PATCH", `/api/units/${id}`, { number: "Loge" }), []);
    assert.deepEqual(await refused("PATCH", `/api/units/${id}`, { number: "LOGE" }), []);
  });
});

test("a building is not called as another one but for case, accents, spaces and how its letters are composed", async () => {
  const taken = ["BUILDING_EXISTS", "name NAME_TAKEN"];
  const add = (name: string) => refused("POST", "/api/buildings", { siteId: house.site.id, name });
  assert.deepEqual(await add("Bâtiment 1"), []);
  for (const name of ["Ba\u0302timent 1", "bâtiment  1", " Batiment 1", "a"]) assert.deepEqual(await add(name), taken);
  assert.deepEqual(await refused("PATCH", `/api/buildings/${house.building.id}`, { name: "BÂTIMENT 1" }), taken);
  assert.deepEqual(await refused("PATCH", `/api/buildings/${house.building.id}`, { name: "a" }), []);
});

test("SIP names that differ in case alone are not given twice, by whatever way", async () => {
  const { id: buildingId } = house.building;
  const door = { buildingId, label: "Gate", name: "Intercom-Entrance" };
  assert.deepEqual(await refused("POST", "/api/doors", door), ["NAME_TAKEN", "name NAME_TAKEN"]);
  assert.deepEqual(await check("door", "INTERCOM-ENTRANCE"), {
    ...{ ok: false, code: "NAME_TAKEN", suggestion: "INTERCOM-ENTRANCE-2" },
  });
  const phone = { siteId: house.site.id, type: "mobile", label: "P", unitId: house.unit401.id, username: "Unit402" };
  assert.deepEqual(await refused("POST", "/api/accounts", phone), ["NAME_TAKEN", "username NAME_TAKEN"]);
  const unit = { buildingId, number: "Q", name: "UNIT401" };
  assert.deepEqual(await refused("POST", "/api/units", unit), ["NAME_TAKEN", "name NAME_TAKEN"]);
});

test("a door cannot be named like a telephone number: the form says so while it is typed, and beside the field", async () => {
  for (const name of ["112", "anonymous"]) {
    const door = { buildingId: house.building.id, label: "Gate", name };
    assert.deepEqual(await refused("POST", "/api/doors", door), ["NAME_RESERVED", "name NAME_RESERVED"]);
    assert.equal((await check("door", name)).code, "NAME_RESERVED");
  }
  assert.equal((await check("unit", "112")).ok, true);
});

test("nobody takes the name of the account that test rings come from", async () => {
  const unit = await api.send("POST", "/api/units", { buildingId: house.building.id, number: "Neolia Test" });
  assert.equal(unit.json<Unit>().name, "neolia-test-2");
  const door = { buildingId: house.building.id, label: "Gate", name: "Neolia-Test" };
  assert.deepEqual(await refused("POST", "/api/doors", door), ["NAME_TAKEN", "name NAME_TAKEN"]);
  assert.equal((await check("unit", "neolia-test")).code, "NAME_TAKEN");
});

test("a domain has parts that DNS can hold", async () => {
  const add = (domain: string) => refused("POST", "/api/sites", { ...NEW_SITE, domain });
  assert.deepEqual(await add(`${"a".repeat(63)}.example.com`), []);
  for (const domain of [`${"a".repeat(64)}.example.com`, "home.example.com.", "Home.example.com", "a..b", "-a.fr"]) {
    assert.deepEqual(await add(domain), ["INVALID_REQUEST", "domain DOMAIN"], domain);
  }
});
