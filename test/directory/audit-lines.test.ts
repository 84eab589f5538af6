/** Who changed what of a restaurant stands in the audit log too: lines, pauses, menus, what is sold out. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { AuditEntry, AuditPage } from "../../bridge/src/api/audit.ts";
import type { Line } from "../../bridge/src/api/line.ts";
import type { StoredMenu } from "../../bridge/src/api/menu.ts";
import { lineCommands } from "../../bridge/src/mqtt/line-commands.ts";
import { makeDesk } from "../ordering/desk-requests.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;
let line: Line;
beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
  const { lineId } = await makeDesk(api, house);
  line = (await api.send("GET", `/api/lines/${lineId}`)).json<Line>();
});
afterEach(() => api.close());

/** The newest entry. */
async function newest(): Promise<AuditEntry> {
  const { entries } = (await api.send("GET", `/api/audit?siteId=${house.site.id}&limit=1`)).json<AuditPage>();
  return entries[0] ?? assert.fail("the log is empty");
}
const told = ({ who, noun, verb, label, changes }: AuditEntry) => ({ who, noun, verb, label, changes });

test("a line's settings and its pause, with what they were and became", async () => {
  const settings = { preparationMinutes: 35, hours: [{ fromMinute: 600, toMinute: 900 }] };
  assert.equal((await api.send("PATCH", `/api/lines/${line.id}`, { settings })).status, 200);
  const edit = await newest();
  assert.deepEqual(told(edit), {
    ...{ who: "admin", noun: "line", verb: "changed", label: line.label },
    changes: {
      preparationMinutes: { from: line.settings.preparationMinutes, to: 35 },
      openingHours: { from: line.settings.hours, to: settings.hours },
    },
  });
  assert.equal(edit.from, "127.0.0.1");
  await api.send("PUT", `/api/lines/${line.id}/pause`, { paused: true, minutes: 30 });
  assert.deepEqual((await newest()).changes, { paused: { from: false, to: true } });
});

test("dishes that are new, changed, gone or sold out, by name", async () => {
  const { menu, revision } = (await api.send("GET", `/api/lines/${line.id}/menu`)).json<StoredMenu>();
  const [first, second, ...others] = menu.items;
  assert.ok(first && second);
  const items = [
    { ...first, priceCents: first.priceCents + 50 },
    { ...second, id: "new-dish", name: "Nougat" },
    ...others,
  ];
  const reply = await api.send("PUT", `/api/lines/${line.id}/menu`, { revision, menu: { ...menu, items } });
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(told(await newest()), {
    ...{ who: "admin", noun: "menu", verb: "changed", label: line.label },
    changes: {
      added: { from: null, to: "Nougat" },
      changed: { from: null, to: first.name },
      removed: { from: null, to: second.name },
    },
  });
  await api.send("PUT", `/api/lines/${line.id}/stock/${first.id}`, { soldOut: true });
  const stock = await newest();
  assert.deepEqual(
    [stock.label, stock.changes],
    [`${line.label}: ${first.name}`, { soldOut: { from: false, to: true } }],
  );
});

test("what the broker asks for is the broker's, and what changes nothing is no entry", async () => {
  const command = lineCommands(api.store, api.ordering);
  assert.ok(command(house.site.id, line.name, "pause", "on"));
  const pause = await newest();
  assert.deepEqual([pause.who, pause.noun, pause.changes], ["MQTT", "line", { paused: { from: false, to: true } }]);
  assert.ok(command(house.site.id, line.name, "pause", "on"));
  assert.equal((await newest()).id, pause.id);
});

test("a line that is made and removed", async () => {
  const made = { buildingId: house.building.id, label: "Takeaway", gateway: "ht841_takeaway" };
  const { id } = (await api.send("POST", "/api/lines", made)).json<Line>();
  const removed = await api.send("DELETE", `/api/lines/${id}`, {});
  assert.equal(removed.status, 204, removed.text);
  const { entries } = (await api.send("GET", `/api/audit?siteId=${house.site.id}&noun=line&limit=2`)).json<AuditPage>();
  assert.deepEqual(
    entries.map(({ verb, label, rowId }) => [verb, label, rowId]),
    [
      ["removed", "Takeaway", id],
      ["added", "Takeaway", id],
    ],
  );
});
