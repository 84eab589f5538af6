/** The WebSocket of panels: who gets in, what they are told, and what ends it. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { WebSocket } from "ws";
import type { PanelMessage } from "../../bridge/src/api/live.ts";
import type { CallRow } from "../../bridge/src/store/call-store.ts";
import { until } from "../lab/until.ts";
import { HOST, type TestApp, testApp } from "./app.ts";
import { DEVICE, type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;
const open: WebSocket[] = [];

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate();
  await api.close();
});

interface Panel {
  socket: WebSocket;
  messages: PanelMessage[];
  closeCode(): number | null;
  /** Waits for a message of this type. */
  heard<T extends PanelMessage["type"]>(type: T): Promise<Extract<PanelMessage, { type: T }>>;
}

async function connect(query = "", headers: Record<string, string> = { cookie: api.cookie }): Promise<Panel> {
  const messages: PanelMessage[] = [];
  let closeCode: number | null = null;
  const socket = await api.app.injectWS(
    `/api/ws${query}`,
    { headers: { host: HOST, ...headers } },
    {
      onInit: (early) => {
        early.on("message", (data) => messages.push(JSON.parse(String(data)) as PanelMessage));
        early.on("close", (code) => {
          closeCode = code;
        });
      },
    },
  );
  open.push(socket);
  const heard = async <T extends PanelMessage["type"]>(type: T) =>
    await until(
      () => messages.find((message): message is Extract<PanelMessage, { type: T }> => message.type === type),
      { what: `a message ${type}` },
    );
  return { socket, messages, closeCode: () => closeCode, heard };
}

/** A call to flat 401 that an event of the VPS brought. */
function ring(more: Partial<CallRow> = {}): void {
  const call: CallRow = {
    callId: "c1",
    siteId: house.site.id,
    unitId: house.unit401.id,
    doorId: house.door.id,
    callerUnitId: house.door.id,
    caller: { name: "intercom-entrance", label: "Entrance", kind: "door" },
    callee: { name: "unit401", label: "401", kind: "unit" },
    status: "ringing",
    reason: null,
    answeredBy: null,
    startedAtMs: 1,
    ringingAtMs: 2,
    answeredAtMs: null,
    endedAtMs: null,
    ...more,
  };
  api.store.calls.upsertCall(call);
  api.bus.emit("callChanged", { callId: call.callId, siteId: call.siteId, fresh: true });
}

test("a panel is greeted with the state and hears of calls and edits", async () => {
  const panel = await connect(`?device=${DEVICE}`);
  assert.equal((await panel.heard("hello")).state.calls.length, 0);
  ring();
  assert.equal((await panel.heard("call")).call.callId, "c1");
  await api.send("PATCH", `/api/units/${house.unit401.id}`, { number: "401a" });
  assert.equal((await panel.heard("directory")).siteId, house.site.id);
  const { state } = await panel.heard("state");
  assert.equal(state.calls[0]?.callId, "c1");
  assert.equal(JSON.stringify(panel.messages).includes("callerUnitId"), false);
});

for (const [who, headers] of Object.entries<Record<string, string>>({
  "without a session": {},
  "with a wrong session": { cookie: "neolia_session_8099=9999999999999.x" },
  "from a foreign page": { cookie: "", origin: "https://evil.example.com" },
  "over a foreign host name": { host: "evil.example.com" },
})) {
  test(`nobody gets in ${who}`, async () => {
    const withSession = headers.cookie === undefined && who !== "without a session";
    await assert.rejects(connect("", { ...(withSession && { cookie: api.cookie }), ...headers }), /40[13]/);
  });
}

test("a foreign page gets in with no session of ours either", async () => {
  await assert.rejects(connect("", { cookie: api.cookie, origin: "https://evil.example.com" }), /403/);
});

test("a device id that is none is refused", async () => {
  await assert.rejects(connect("?device=' OR 1=1"), /400/);
});

test("a resident hears of the calls of their flats only", async () => {
  api.stage.resident = { unitIds: [house.unit402.id] };
  const panel = await connect("", {});
  await panel.heard("hello");
  ring();
  ring({ callId: "c2", unitId: house.unit402.id });
  assert.equal((await panel.heard("call")).call.callId, "c2");
  assert.equal(panel.messages.filter(({ type }) => type === "call").length, 1);
});

test("rights are looked at for every message: a flat taken away is silent at once", async () => {
  api.stage.resident = { unitIds: [house.unit401.id] };
  const panel = await connect("", {});
  await panel.heard("hello");
  api.stage.resident = { unitIds: [] };
  ring();
  api.bus.emit("linkChanged", { link: "vps" });
  assert.deepEqual((await panel.heard("state")).state.calls, []);
  assert.equal(
    panel.messages.some(({ type }) => type === "call"),
    false,
  );
});

test("a session that ended hears nothing more and is told why", async () => {
  const panel = await connect();
  await panel.heard("hello");
  api.stage.nowMs += 31 * 86_400_000;
  ring();
  await until(() => panel.closeCode() !== null, { what: "the close" });
  assert.equal(panel.closeCode(), 4401);
  // Home Assistant's proxy hides the close code: the last message says it too.
  assert.deepEqual(panel.messages.slice(1), [
    { type: "error", error: { code: "NOT_SIGNED_IN", message: "session over", retryable: false } },
  ]);
});

test("who is no administrator any more, or is one now, is told and starts anew as what they are", async () => {
  const before = await connect();
  await before.heard("hello");
  api.stage.resident = { unitIds: [] };
  ring();
  assert.equal((await before.heard("error")).error.code, "FORBIDDEN");
  await until(() => before.closeCode() === 4403, { what: "the close" });
  const after = await connect("", {});
  assert.deepEqual((await after.heard("hello")).state.calls, []);
  api.stage.resident = null;
  api.bus.emit("rightsChanged", {});
  await until(() => after.closeCode() !== null, { what: "the close" });
});

test("whatever a panel says is answered with an error, and it hears on; who goes on talking or shouts is sent away", async () => {
  const other = await connect();
  const panel = await connect();
  await panel.heard("hello");
  const words = ["{", '{"type":"hello"}', "\u0000", "[".repeat(4_000), "null", ""];
  for (const word of words) panel.socket.send(word);
  const errors = () => panel.messages.filter(({ type }) => type === "error");
  await until(() => errors().length === words.length, { what: "an answer to each" });
  for (const error of errors()) {
    assert.equal(error.type === "error" && error.error.code, "INVALID_REQUEST");
    assert.doesNotMatch(JSON.stringify(error), /node_modules|\.ts:|at Object/);
  }
  ring();
  await panel.heard("call");
  assert.equal(panel.closeCode(), null);
  for (let n = 0; n < 20; n++) panel.socket.send("{");
  await until(() => panel.closeCode() === 1008, { what: "the end of a chatterbox" });
  const loud = await connect();
  await loud.heard("hello");
  loud.socket.send("x".repeat(100_000));
  await until(() => loud.closeCode() === 1009, { what: "the end of a shout" });
  await other.heard("call");
});

test("a socket that is gone leaves no listener behind", async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  for (let i = 0; i < 5; i++) {
    const panel = await connect();
    await panel.heard("hello");
    panel.socket.terminate();
  }
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  await until(() => timers() <= before, { what: "the pings to stop" });
  ring();
});
