import assert from "node:assert/strict";
import { test } from "node:test";
import { discoveryChanges, discoveryMessages } from "../../bridge/src/mqtt/discovery.ts";
import { DOMAIN } from "../fakes/stored-site.ts";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { CoreSocket } from "./core-socket.ts";
import { startEchoApp } from "./echo-app.ts";
import { Home } from "./home.ts";
import { DISCOVERED, Intercom } from "./intercom.ts";

let home: Home;
let intercom: Intercom;
let socket: CoreSocket;

around(
  async () => {
    home = await Home.start({ startApp: startEchoApp });
    intercom = await Intercom.start(home);
    socket = await CoreSocket.open(home.core.url, home.ownerToken);
  },
  async () => {
    socket?.close();
    await intercom?.stop();
    await home?.stop();
  },
);

interface Device {
  id: string;
  name: string;
  model: string;
  manufacturer: string;
  identifiers: [string, string][];
  via_device_id: string | null;
}

async function devices(): Promise<Device[]> {
  const all = await socket.command<Device[]>("config/device_registry/list");
  return all.filter(({ manufacturer }) => manufacturer === "Neolia");
}

test("Core makes a device for the site and each door, unit and panel, one behind the other", async () => {
  const found = await devices();
  const nameOf = (id: string | null) => found.find((device) => device.id === id)?.name ?? null;
  assert.deepEqual(found.map(({ name, model, via_device_id: via }) => [name, model, nameOf(via)]).toSorted(), [
    ["Entrance", "Door", "Sample house"],
    ["Hall panel", "Panel", "Unit 401"],
    ["Sample house", "Site", null],
    ["Unit 401", "Unit", "Sample house"],
    ["Unit 402", "Unit", "Sample house"],
  ]);
});

test("the entities have the names and ids that a person expects", async () => {
  const states = await socket.command<{ entity_id: string; attributes: { friendly_name?: string } }[]>("get_states");
  const names = states
    .filter(({ entity_id: id }) => /unit401|entrance|hall_panel|panel401|sample_house/.test(id))
    .map(({ entity_id: id, attributes }) => [id, attributes.friendly_name]);
  assert.deepEqual(Object.fromEntries(names), {
    "binary_sensor.panel401_registration": "Hall panel Registration",
    "binary_sensor.sample_house_connected": "Sample house Connected",
    "event.intercom_entrance_ring": "Entrance Ring",
    "event.unit401_calls": "Unit 401 Calls",
    "event.unit401_doorbell": "Unit 401 Doorbell",
    "sensor.intercom_entrance_call_state": "Entrance Call state",
    "sensor.unit401_call_state": "Unit 401 Call state",
    "sensor.unit401_last_caller": "Unit 401 Last caller",
    "switch.unit401_do_not_disturb": "Unit 401 Do not disturb",
  });
});

test("a door call rings the door and its unit, is answered and ends, with its id on every event", async () => {
  const call = intercom.ring();
  await intercom.state("sensor.unit401_call_state", "ringing");
  for (const id of ["event.intercom_entrance_ring", "event.unit401_doorbell"]) {
    const { attributes } = await intercom.heard(id, "ring", call);
    assert.equal(attributes.device_class, "doorbell");
  }
  await intercom.heard("event.unit401_calls", "ringing", call);
  assert.equal((await intercom.state("sensor.unit401_last_caller", "Entrance")).state, "Entrance");
  assert.equal((await intercom.look("event.unit402_doorbell"))?.state, "unknown");

  intercom.tell(call, "answered");
  await intercom.state("sensor.unit401_call_state", "in-call");
  await intercom.state("sensor.intercom_entrance_call_state", "in-call");
  intercom.tell(call, "ended");
  await intercom.state("sensor.unit401_call_state", "idle");
  await intercom.heard("event.unit401_calls", "ended", call);
  assert.equal((await intercom.state("event.unit401_doorbell")).attributes.event_type, "ring");
});

test("a call that nobody answers is a missed one", async () => {
  const call = intercom.ring();
  intercom.tell(call, "failed", { code: 487 });
  await intercom.heard("event.unit401_calls", "missed", call);
});

test("a panel that loses its registration is a problem", async () => {
  await intercom.state("binary_sensor.panel401_registration", "off");
  intercom.setRegistered([]);
  const { attributes } = await intercom.state("binary_sensor.panel401_registration", "on");
  assert.equal(attributes.device_class, "problem");
  intercom.setRegistered(["panel401"]);
  await intercom.state("binary_sensor.panel401_registration", "off");
});

test("an automation finds device triggers for every kind of call event", async () => {
  const unit = (await devices()).find(({ name }) => name === "Unit 401");
  const triggers = await socket.command<{ domain: string; type: string; subtype: string }[]>(
    "device_automation/trigger/list",
    { device_id: unit?.id },
  );
  const ours = triggers.filter(({ domain }) => domain === "mqtt").map(({ type, subtype }) => `${type} ${subtype}`);
  assert.deepEqual(ours.toSorted(), ["call answered", "call ended", "call missed", "call ringing"]);
});

test("the switch sends its command and shows only what Neolia confirms", async () => {
  const commands: string[] = [];
  const topic = `neolia/${DOMAIN}/unit401/do-not-disturb`;
  intercom.client.on("message", (heard, payload) => {
    if (heard === `${topic}/set`) commands.push(String(payload));
  });
  await intercom.client.subscribeAsync(`${topic}/set`);
  await socket.command("call_service", {
    domain: "switch",
    service: "turn_on",
    target: { entity_id: "switch.unit401_do_not_disturb" },
  });
  await until(() => commands.length > 0, { what: "the command" });
  assert.deepEqual(commands, ["on"]);
  assert.equal((await intercom.look("switch.unit401_do_not_disturb"))?.state, "unknown");
  await intercom.publish(topic, "on");
  await intercom.state("switch.unit401_do_not_disturb", "on");
});

test("a restart of Core brings every entity back, and no old ring with them", async () => {
  const before = (await intercom.state("event.unit401_doorbell")).state;
  await home.restartCore();
  socket = await CoreSocket.open(home.core.url, home.ownerToken);
  await intercom.state("sensor.unit401_call_state", "idle");
  // Core itself forgets the last event if the broker's connection ended before it wrote its states down.
  const { state } = await intercom.state("event.unit401_doorbell");
  assert.ok([before, "unknown"].includes(state), state);
});

test("a renamed unit keeps its entities under their ids, with the new name", async () => {
  const [unit401, ...others] = DISCOVERED.units;
  assert.ok(unit401);
  await intercom.discover({ ...DISCOVERED, units: [{ ...unit401, label: "Reception" }, ...others] });
  await until(
    async () => (await intercom.look("event.unit401_doorbell"))?.attributes.friendly_name === "Reception Doorbell",
    { what: "the new name" },
  );
  await intercom.discover();
});

test("a unit that was deleted takes its device and entities along", async () => {
  const without = { ...DISCOVERED, units: DISCOVERED.units.filter(({ name }) => name !== "unit402") };
  const changes = discoveryChanges(discoveryMessages(DISCOVERED, "0.1.0"), discoveryMessages(without, "0.1.0"));
  for (const [topic, payload] of changes) await intercom.publish(topic, payload);
  await until(async () => (await intercom.look("event.unit402_doorbell")) === null, { what: "the entity to be gone" });
  assert.equal(
    (await devices()).some(({ name }) => name === "Unit 402"),
    false,
  );
  await intercom.discover();
  await intercom.state("sensor.unit402_call_state", "idle");
});

test("when the bridge is gone everything but the site's own sensor is unavailable", async () => {
  await intercom.state("binary_sensor.sample_house_connected", "on");
  await intercom.stopBridge();
  await intercom.state("binary_sensor.sample_house_connected", "off");
  await intercom.state("event.unit401_doorbell", "unavailable");
  await intercom.state("sensor.unit401_call_state", "unavailable");
});

test("Core found nothing wrong with any of it", () => {
  const complaints = home.core
    .log()
    .split("\n")
    .filter((line) => /(WARNING|ERROR)/.test(line) && /mqtt/.test(line));
  assert.deepEqual(complaints, []);
});
