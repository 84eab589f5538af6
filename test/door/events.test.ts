/** A SIP call through the real edge becomes call log, MQTT events and WebSocket messages. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Call, CallPage } from "../../bridge/src/api/call.ts";
import type { Device } from "../../bridge/src/api/session.ts";
import { around } from "../lab/around.ts";
import { DOMAIN, DOOR, type Lab, startLab } from "../lab/lab.ts";
import type { MqttListener } from "../lab/mosquitto.ts";
import type { Call as SipCall } from "../lab/sip/call.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { PanelSocket } from "./panel-socket.ts";
import { type SampleAgents, sampleAgents } from "./sample-agents.ts";

const TOPIC = `neolia/${DOMAIN}`;
let lab: Lab;
let agents: SampleAgents;
let panel: PanelSocket;
let broker: MqttListener;

around(
  async () => {
    lab = await startLab();
    agents = await sampleAgents(lab);
    panel = await PanelSocket.open(lab.bridge, lab.api);
    broker = await lab.broker.listen(`${TOPIC}/#`);
  },
  async () => {
    panel?.close();
    await broker?.close();
    agents?.close();
    await lab?.stop();
  },
);

/** The newest call in the log once it is over. */
async function logged(callee = "unit401"): Promise<Call> {
  return await until(
    async () => {
      const { calls } = await lab.api.get<CallPage>("/api/calls?limit=1");
      const [call] = calls;
      return call && call.callee.name === callee && call.endedAtMs !== null && !seen.has(call.callId) ? call : null;
    },
    { what: `the call of ${callee} to be over in the log` },
  );
}
/** Calls that earlier tests have looked at. */
const seen = new Set<string>();

/** The door calls unit 401 and a device rings; until then nothing else goes on there. */
async function ring(): Promise<SipCall> {
  const state = (wanted: string): Promise<true> =>
    until(() => broker.last(`${TOPIC}/unit401/state`) === wanted, { what: `the flat to be ${wanted}` });
  await state("idle");
  const door = await agents.door.call("unit401");
  await state("ringing");
  return door;
}

/** Log, broker and panel tell the same story of the call that ends now. */
async function assertStory(
  expected: { status: string; reason: string; events: string[]; messages: string[] },
  callee = "unit401",
): Promise<Call> {
  const call = await logged(callee);
  seen.add(call.callId);
  assert.deepEqual([call.status, call.reason], [expected.status, expected.reason]);
  const name = callee === DOOR ? DOOR : callee;
  const topic = callee === DOOR ? "called" : "event";
  const types = (): string[] =>
    broker
      .events<{ event_type: string; call_id: string }>(`${TOPIC}/${name}/${topic}`)
      .filter(({ call_id }) => call_id === call.callId)
      .map(({ event_type }) => event_type);
  await until(() => types().length >= expected.events.length, { what: `the events ${expected.events.join()}` });
  assert.deepEqual(types(), expected.events);
  await until(() => panel.story(call.callId).length >= expected.messages.length, { what: "the messages" });
  assert.deepEqual([...new Set(panel.story(call.callId))], expected.messages);
  return call;
}

test("a door call that is answered and hung up is ringing, answered and ended everywhere", async () => {
  agents.first.policy = { final: 200, afterMs: 300 };
  agents.second.policy = { final: null };
  const door = await agents.door.call("unit401");
  assert.equal((await door.final).status, 200);
  await until(() => broker.last(`${TOPIC}/unit401/state`) === "in-call", { what: "the flat to be in the call" });
  await door.hangup();
  const call = await assertStory({
    status: "completed",
    reason: "answered-elsewhere",
    events: ["ringing", "answered", "ended"],
    messages: ["ringing/null", "in-progress/null", "completed/answered-elsewhere"],
  });
  assert.equal(call.caller.label, "Entrance");
  assert.deepEqual([call.callee.label, call.answeredBy?.name], ["401", agents.first.user]);
  assert.equal(call.unitId, lab.unit("401").id);
  assert.equal(call.doorId, lab.house.door.id);
  const { startedAtMs, ringingAtMs, answeredAtMs, endedAtMs } = call;
  const times = [startedAtMs, ringingAtMs ?? 0, answeredAtMs ?? 0, endedAtMs ?? 0];
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  await until(() => broker.last(`${TOPIC}/unit401/state`) === "idle", { what: "the flat to be idle" });
});

test("the bell is heard on the broker and by the panel within a second of the press", async () => {
  agents.first.policy = { final: null };
  agents.second.policy = { final: null };
  const heard = broker.messages.length;
  const sincePressed = startWatch();
  const door = await agents.door.call("unit401");
  const told = () => broker.messages.slice(heard).some(({ topic }) => topic === `${TOPIC}/${DOOR}/event`);
  await until(told, { what: "the ring" });
  const tookMs = sincePressed.stop();
  assert.ok(tookMs < 1_000, `${tookMs} ms`);
  // Devices are asked by now, and may not ring yet.
  await until(() => broker.last(`${TOPIC}/unit401/state`) === "ringing", { what: "the flat to be ringing" });
  await door.cancel();
  // To its end: what comes late of it would be taken for the next call's.
  await assertStory({
    status: "cancelled",
    reason: "cancelled",
    events: ["ringing", "missed"],
    messages: ["ringing/null", "cancelled/cancelled"],
  });
});

test("a visitor who gives up makes a cancelled, missed call", async () => {
  agents.first.policy = { final: null };
  agents.second.policy = { final: null };
  const door = await ring();
  await door.cancel();
  assert.equal((await door.final).status, 487);
  await assertStory({
    status: "cancelled",
    reason: "cancelled",
    events: ["ringing", "missed"],
    messages: ["ringing/null", "cancelled/cancelled"],
  });
});

test("one device that declines ends the call for all, as declined", async () => {
  agents.first.policy = { final: 603, afterMs: 300 };
  agents.second.policy = { final: null };
  const door = await agents.door.call("unit401");
  assert.equal((await door.final).status, 603);
  await assertStory({
    status: "busy",
    reason: "declined",
    events: ["ringing", "ended"],
    messages: ["ringing/null", "busy/declined"],
  });
});

test("a flat whose devices are all in other calls is busy", async () => {
  agents.first.policy = { ring: false, final: 486 };
  agents.second.policy = { ring: false, final: 486 };
  const door = await agents.door.call("unit401");
  assert.equal((await door.final).status, 486);
  await assertStory({ status: "busy", reason: "busy", events: ["missed"], messages: ["ringing/null", "busy/busy"] });
});

test("a call that nobody takes in time is a missed call without an answer", async () => {
  const [rule] = await lab.api.get<Array<{ id: string }>>(`/api/rules?unitId=${lab.unit("401").id}`);
  await lab.api.patch(`/api/rules/${rule?.id}`, { ringSeconds: 3 });
  await lab.directoryLive();
  agents.first.policy = { final: null };
  agents.second.policy = { final: null };
  const door = await agents.door.call("unit401");
  assert.equal((await door.final).status, 408);
  await assertStory({
    status: "no-answer",
    reason: "no-answer",
    events: ["ringing", "missed"],
    messages: ["ringing/null", "no-answer/no-answer"],
  });
});

test("a visitor whom no rule lets through is forbidden: nobody is rung, and the flat missed a call", async () => {
  const [rule] = await lab.api.get<Array<{ id: string }>>(`/api/rules?unitId=${lab.unit("402").id}`);
  await lab.api.patch(`/api/rules/${rule?.id}`, { enabled: false });
  await lab.directoryLive();
  const door = await agents.door.call("unit402");
  assert.equal((await door.final).status, 403);
  await assertStory(
    { status: "failed", reason: "forbidden", events: ["missed"], messages: ["failed/forbidden"] },
    "unit402",
  );
  await lab.api.patch(`/api/rules/${rule?.id}`, { enabled: true });
  await lab.directoryLive();
});

test("a flat with no device at hand cannot be reached, and that is a missed call", async () => {
  await agents.neighbour.register(0);
  const door = await agents.door.call("unit402");
  assert.equal((await door.final).status, 480);
  await assertStory(
    { status: "failed", reason: "unreachable", events: ["missed"], messages: ["failed/unreachable"] },
    "unit402",
  );
  await agents.neighbour.register();
});

test("a panel that calls the door is in the log, and the bell is not heard", async () => {
  agents.door.policy = { final: 200, afterMs: 200 };
  const bells = broker.events(`${TOPIC}/${DOOR}/event`).length;
  const call = await agents.first.call(DOOR);
  assert.equal((await call.final).status, 200);
  await call.hangup();
  const { callee, doorId } = await assertStory(
    {
      status: "completed",
      reason: "answered-elsewhere",
      events: ["ringing", "answered", "ended"],
      messages: ["ringing/null", "in-progress/null", "completed/answered-elsewhere"],
    },
    DOOR,
  );
  assert.deepEqual([callee.kind, doorId], ["door", lab.house.door.id]);
  assert.equal(broker.events(`${TOPIC}/${DOOR}/event`).length, bells);
});

test("to the browser that answered it was answered here, to the other one of the flat elsewhere", async (t) => {
  agents.first.policy = { final: null };
  agents.second.policy = { final: null };
  const browsers = [randomUUID(), randomUUID()] as const;
  const devices = await Promise.all(
    browsers.map((id) => lab.api.put<Device>(`/api/devices/${id}`, { unitId: lab.unit("401").id, label: "Browser" })),
  );
  await lab.directoryLive();
  const [answering, other] = await Promise.all(browsers.map((id) => PanelSocket.open(lab.bridge, lab.api, id)));
  const { username, ha1 } = devices[0]?.sip ?? assert.fail();
  const browser = await SipAgent.open({ port: lab.edge.values.sipPort, user: username, domain: DOMAIN, ha1 });
  t.after(() => {
    browser.close();
    answering?.close();
    other?.close();
  });
  assert.equal((await browser.register()).status, 200);
  browser.policy = { final: 200, afterMs: 200 };

  const door = await agents.door.call("unit401");
  assert.equal((await door.final).status, 200);
  await door.hangup();
  const { callId } = await logged();
  seen.add(callId);
  const end = (panel: PanelSocket | undefined): Promise<string | undefined> =>
    until(() => panel?.story(callId).find((told) => told.startsWith("completed")), { what: "the call's end" });
  assert.equal(await end(answering), "completed/answered-here");
  assert.equal(await end(other), "completed/answered-elsewhere");
  await browser.register(0);
});

test("registered devices are shown within seconds, and gone ones too", async () => {
  const id = agents.accountIds.get(agents.neighbour.user) ?? assert.fail();
  const shown = (): boolean => panel.state()?.registered.includes(id) ?? false;
  const topic = `${TOPIC}/account/${agents.neighbour.user}/registered`;
  await until(() => shown() && broker.last(topic) === "on", { what: "the registration" });
  await agents.neighbour.register(0);
  await until(() => !shown() && broker.last(topic) === "off", { what: "its end" });
  await agents.neighbour.register();
});
