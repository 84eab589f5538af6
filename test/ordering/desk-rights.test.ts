/** What the staff of the desk may do with what they see: the routes let them in, and these say how far. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Board, PastCallDetails } from "../../bridge/src/api/board.ts";
import type { Line } from "../../bridge/src/api/line.ts";
import type { Order } from "../../bridge/src/api/order.ts";
import { type TestApp, testApp } from "../directory/app.ts";
import { makeHouse } from "../directory/house.ts";
import { type DeskSample, deskRequests, makeDesk } from "./desk-requests.ts";

const HOUR_MS = 3_600_000;
let api: TestApp;
let desk: DeskSample;

beforeEach(async () => {
  api = await testApp();
  desk = await makeDesk(api, await makeHouse(api));
});
afterEach(() => api.close());

/** From here on whoever asks works at the desk and lives nowhere. */
function asStaff(): void {
  api.stage.resident = { unitIds: [], desk: true };
}

const line = async (): Promise<Line> => (await api.send("GET", `/api/lines/${desk.lineId}`)).json<Line>();

test("printer and backup are an administrator's, to set and to take away", async () => {
  const set = { printer: { host: "192.0.2.9", port: 9100 }, backupNumber: null };
  assert.equal((await api.send("PATCH", `/api/lines/${desk.lineId}`, { settings: set })).status, 200);
  asStaff();
  for (const settings of [{ printer: null }, { printer: null, maxQuantity: 9 }, { backupNumber: null }, set]) {
    const reply = await api.send("PATCH", `/api/lines/${desk.lineId}`, { settings });
    assert.equal(reply.status, 403, JSON.stringify(settings));
  }
  assert.deepEqual((await line()).settings.printer, set.printer);
});

test("an order that left long ago, or a call that ended long ago, does not come back to the board with its number", async () => {
  asStaff();
  const stage = (from: string, to: string) => api.send("PUT", `/api/orders/${desk.orderId}/stage`, { from, to });
  const draft = (outcome: string) => api.send("POST", `/api/order-calls/${desk.draftCallId}/draft`, { outcome });
  assert.equal((await stage("new", "gone")).status, 200);
  assert.equal((await stage("gone", "ready")).status, 200, "what has just left can be taken back");
  assert.equal((await stage("ready", "gone")).status, 200);
  assert.equal((await draft("dismiss")).status, 200);
  assert.equal((await draft("restore")).status, 200, "and what was just put aside");
  assert.equal((await draft("dismiss")).status, 200);

  api.stage.laterMs = 30 * HOUR_MS;
  const moved = await stage("gone", "ready");
  assert.deepEqual([moved.status, moved.code], [409, "ORDER_OVER"]);
  const restored = await draft("restore");
  assert.deepEqual([restored.status, restored.code], [409, "ORDER_OVER"]);
  const board = (await api.send("GET", `/api/lines/${desk.lineId}/board`)).json<Board>();
  assert.deepEqual([board.orders, board.drafts], [[], []]);
  const details = (await api.send("GET", `/api/order-calls/${desk.draftCallId}`)).json<PastCallDetails>();
  assert.equal(details.call.callerNumber, "33 •• •• •• 78");
});

test("a cancelled order can be taken back for an evening, and not for ever", async () => {
  asStaff();
  const stage = (from: string, to: string) => api.send("PUT", `/api/orders/${desk.orderId}/stage`, { from, to });
  assert.equal((await stage("new", "cancelled")).status, 200);
  assert.equal((await stage("cancelled", "new")).status, 200);
  assert.equal((await stage("new", "cancelled")).status, 200);
  api.stage.laterMs = 30 * HOUR_MS;
  assert.equal((await stage("cancelled", "new")).code, "ORDER_OVER");
});

test("no reply to staff holds anything of the building but the line's own", async () => {
  asStaff();
  const secrets = ["unit401", "unit402", "Entrance", "entrance", "panel-"];
  for (const { method, url, body } of deskRequests(desk)) {
    if (method !== "GET") continue;
    const text = (await api.send(method, url, body)).text;
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in ${method} ${url}`);
  }
  for (const url of ["/api/sites", "/api/buildings", "/api/units", "/api/doors", "/api/calls", "/api/state"]) {
    const reply = await api.send("GET", url);
    for (const secret of secrets) assert.ok(!reply.text.includes(secret), `${secret} in ${url}: ${reply.text}`);
  }
});

const board = async (): Promise<Board> => (await api.send("GET", `/api/lines/${desk.lineId}/board`)).json<Board>();

test("a cancelled order stays on the board, its number masked, as long as somebody may look for it", async () => {
  asStaff();
  assert.equal(
    (await api.send("PUT", `/api/orders/${desk.orderId}/stage`, { from: "new", to: "cancelled" })).status,
    200,
  );
  const [order] = (await board()).orders;
  assert.deepEqual([order?.stage, order?.callerNumber], ["cancelled", "33 •• •• •• 78"]);
  api.stage.laterMs = 5 * HOUR_MS;
  assert.deepEqual((await board()).orders, []);
});

test("an order that staff made of a draft is taken back, made again with its number, and safe once somebody cooks it", async () => {
  asStaff();
  const draft = async (outcome: string) => api.send("POST", `/api/order-calls/${desk.draftCallId}/draft`, { outcome });
  const stages = async () => {
    const { drafts, orders } = await board();
    return [drafts.length, orders.filter(({ callId }) => callId === desk.draftCallId).map(({ stage }) => stage)];
  };
  const made = (await draft("order")).json<{ order: Order }>().order;
  assert.deepEqual(await stages(), [0, ["new"]]);
  assert.equal((await draft("restore")).status, 200);
  assert.deepEqual(await stages(), [1, ["cancelled"]]);
  const again = (await draft("order")).json<{ order: Order }>().order;
  assert.deepEqual([again.id, again.number, again.stage], [made.id, made.number, "new"]);
  assert.deepEqual(await stages(), [0, ["new"]]);

  assert.equal((await draft("restore")).status, 200);
  const stage = (from: string, to: string) => api.send("PUT", `/api/orders/${made.id}/stage`, { from, to });
  assert.equal((await stage("cancelled", "new")).status, 200);
  assert.deepEqual(await stages(), [0, ["new"]], "taken back on the board, the draft is dealt with");

  assert.equal((await stage("new", "accepted")).status, 200);
  assert.equal((await draft("restore")).code, "DRAFT_UNUSABLE");
  assert.deepEqual(await stages(), [0, ["accepted"]]);
});
