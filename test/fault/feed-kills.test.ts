/**
 * kill -9 of each part while a door rings and while people talk: the call goes on or ends, the log has it once with
 * the right outcome, and every event is on the broker, each id once, in order.
 */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Call, CallPage } from "../../bridge/src/api/call.ts";
import type { CallEventPayload } from "../../bridge/src/mqtt/announcer.ts";
import { type SampleAgents, sampleAgents } from "../door/sample-agents.ts";
import { around } from "../lab/around.ts";
import { DOMAIN, type Lab, startLab } from "../lab/lab.ts";
import type { MqttListener } from "../lab/mosquitto.ts";
import type { Call as SipCall } from "../lab/sip/call.ts";
import { until } from "../lab/until.ts";

const TOPIC = `neolia/${DOMAIN}`;
let lab: Lab;
let agents: SampleAgents;
let broker: MqttListener;
/** Events heard before the present test. */
let heardBefore: number;

around(
  async () => {
    lab = await startLab();
    agents = await sampleAgents(lab);
    agents.first.policy = { final: null };
    agents.second.policy = { final: null };
    broker = await lab.broker.listen(`${TOPIC}/#`);
    heardBefore = 0;
  },
  async () => {
    await broker?.close();
    agents?.close();
    await lab?.stop();
  },
);
afterEach(() => {
  heardBefore = broker.events(`${TOPIC}/unit401/event`).length;
});

/** Kills a part at once; returns what brings it back. */
const kill = {
  bridge: async () => {
    await lab.bridge.kill();
    return () => lab.bridge.start();
  },
  control: async () => {
    await lab.control.stop("SIGKILL");
    return () => lab.control.start();
  },
  Mosquitto: async () => {
    await lab.broker.stop("SIGKILL");
    return () => lab.broker.start();
  },
  Kamailio: async () => {
    await lab.edge.killKamailio();
    return () => lab.edge.startKamailio();
  },
} as const;
type Part = keyof typeof kill;

/** The events of the flat since the test began: ids once, in the order in which each came first. */
function events(): CallEventPayload[] {
  const all = broker.events<CallEventPayload>(`${TOPIC}/unit401/event`).slice(heardBefore);
  return [...new Map(all.map((event) => [event.id, event])).values()];
}
const types = (): string[] => events().map(({ event_type }) => event_type);
const heard = (...expected: string[]): Promise<true> =>
  until(() => types().length >= expected.length && assert.deepEqual(types(), expected) === undefined, {
    timeoutMs: 60_000,
    what: `the events ${expected.join()}; heard so far: ${types().join()}`,
  });

async function logged(): Promise<Call> {
  const callId = events()[0]?.call_id;
  return await until(
    async () => {
      const { calls } = await lab.api.get<CallPage>("/api/calls?limit=50");
      const same = calls.filter((call) => call.callId === callId);
      assert.equal(same.length, 1, "once in the log");
      return same[0]?.endedAtMs ? same[0] : null;
    },
    { what: "the call's end in the log" },
  );
}

/** The door rings; the first device's end of the call comes along. */
async function ring(): Promise<{ door: SipCall; device: SipCall }> {
  const before = agents.first.incoming.length;
  const door = await agents.door.call("unit401");
  const device = await until(() => agents.first.incoming[before], { what: "the ring at the device" });
  await heard("ringing");
  return { door, device };
}

for (const part of ["bridge", "control", "Mosquitto"] as const satisfies Part[]) {
  test(`${part} is killed while the door rings: the call is answered, and nothing of it is lost or doubled`, async () => {
    const { door, device } = await ring();
    const revive = await kill[part]();
    device.answer(200);
    assert.equal((await door.final).status, 200);
    await revive();
    assert.equal((await door.hangup()).status, 200);
    await heard("ringing", "answered", "ended");
    const call = await logged();
    assert.deepEqual([call.status, call.answeredBy?.name], ["completed", agents.first.user]);
  });

  test(`${part} is killed while people talk: the end that it slept through is told afterwards`, async () => {
    const { door, device } = await ring();
    device.answer(200);
    assert.equal((await door.final).status, 200);
    await heard("ringing", "answered");
    const revive = await kill[part]();
    assert.equal((await door.hangup()).status, 200);
    await revive();
    await heard("ringing", "answered", "ended");
    assert.equal((await logged()).status, "completed");
  });
}

test("Kamailio is killed while the door rings: the call ends as failed, and the next one rings", async () => {
  await ring();
  const revive = await kill.Kamailio();
  await revive();
  await heard("ringing", "missed");
  assert.equal((await logged()).reason, "failed");
  heardBefore = broker.events(`${TOPIC}/unit401/event`).length;
  await agents.registerAll();
  const { door } = await ring();
  await door.cancel();
  await heard("ringing", "missed");
  assert.equal((await logged()).reason, "cancelled");
});

test("Kamailio is killed while people talk: the hang-up afterwards is heard and told", async () => {
  const { door, device } = await ring();
  device.answer(200);
  assert.equal((await door.final).status, 200);
  await heard("ringing", "answered");
  const revive = await kill.Kamailio();
  await revive();
  assert.equal((await door.hangup()).status, 200);
  await heard("ringing", "answered", "ended");
  assert.equal((await logged()).status, "completed");
});

test("every part but Kamailio is killed at once while the door rings: all is told after their return", async () => {
  const { door } = await ring();
  const revivals = await Promise.all([kill.bridge(), kill.control(), kill.Mosquitto()]);
  await door.cancel();
  await door.final;
  for (const revive of revivals.toReversed()) await revive();
  await heard("ringing", "missed");
  assert.equal((await logged()).reason, "cancelled");
});

test("a killed bridge is offline within 10 s by its last will, one that hangs within 15 s, and both come back", async () => {
  const availability = (wanted: string, timeoutMs = 10_000): Promise<true> =>
    until(() => broker.last(`${TOPIC}/availability`) === wanted, { timeoutMs, what: wanted });
  await availability("online");
  await lab.bridge.kill();
  await availability("offline");
  await lab.bridge.start();
  await availability("online");
  lab.bridge.signal("SIGSTOP");
  await availability("offline", 15_000);
  lab.bridge.signal("SIGCONT");
  await availability("online");
});
