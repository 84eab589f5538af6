import assert from "node:assert/strict";
import { test } from "node:test";
import { DOOR, UNIT_401, UNIT_402 } from "../fakes/stored-site.ts";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { CoreSocket } from "./core-socket.ts";
import { startEchoApp } from "./echo-app.ts";
import { Home } from "./home.ts";
import { type EntityState, Intercom } from "./intercom.ts";
import { post } from "./onboarding.ts";

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
  const found = await until(async () => (await devices()).length >= 8 && devices(), { what: "the devices" });
  const nameOf = (id: string | null) => found.find((device) => device.id === id)?.name ?? null;
  assert.deepEqual(found.map(({ name, model, via_device_id: via }) => [name, model, nameOf(via)]).toSorted(), [
    ["Entrance", "Door", "Sample house"],
    ["Hall panel", "Panel", "Unit 401"],
    ["Label of line1", "Gateway", "Sample house"],
    ["Label of mobile401", "Phone", "Unit 401"],
    ["Label of panel402", "Panel", "Unit 402"],
    ["Sample house", "Site", null],
    ["Unit 401", "Unit", "Sample house"],
    ["Unit 402", "Unit", "Sample house"],
  ]);
});

test("the entities have the names and ids that a person expects", async () => {
  type States = { entity_id: string; attributes: { friendly_name?: string } }[];
  const names = async () =>
    (await socket.command<States>("get_states"))
      .filter(({ entity_id: id }) => /unit401|entrance|hall_panel|panel401|sample_house/.test(id))
      .map(({ entity_id: id, attributes }) => [id, attributes.friendly_name]);
  // Core makes them one after the other.
  const all = await until(async () => (await names()).length >= 11 && names(), { what: "the entities" });
  assert.deepEqual(Object.fromEntries(all), {
    "binary_sensor.intercom_entrance_ring_check": "Entrance Ring check",
    "binary_sensor.panel401_registration": "Hall panel Registration",
    "binary_sensor.panel401_ring_check": "Hall panel Ring check",
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

test("the bell of a door is heard though no rule lets its call through, and its unit missed a call", async () => {
  const call = intercom.press("unit402", 403);
  const { attributes } = await intercom.heard("event.intercom_entrance_ring", "ring", call);
  assert.equal(attributes.reason, "forbidden");
  await intercom.heard("event.unit402_calls", "missed", call);
});

test("the same event twice, as QoS 1 may deliver it, is one event in Core", async () => {
  const heard: string[] = [];
  await socket.subscribe("subscribe_events", { event_type: "state_changed" }, (event) => {
    const { entity_id: id, new_state: state } = (event as { data: { entity_id: string; new_state: EntityState } }).data;
    if (id.startsWith("event.unit401")) heard.push(`${id} ${state.attributes.event_type}`);
  });
  const payloads: [string, string][] = [];
  const listener = await intercom.broker.listen("neolia/+/unit401/event");
  const call = intercom.ring();
  intercom.tell(call, "answered");
  await intercom.heard("event.unit401_calls", "answered", call);
  await until(() => listener.messages.length >= 2, { what: "both on the broker" });
  for (const { topic, payload } of listener.messages) payloads.push([topic, payload]);
  await listener.close();
  assert.equal(payloads.length, 2);
  for (const [topic, payload] of payloads) await intercom.client.publishAsync(topic, payload, { qos: 1 });
  intercom.tell(call, "ended");
  await until(() => heard.includes("event.unit401_calls ended"), { what: "the end" });
  assert.deepEqual(heard.toSorted(), [
    "event.unit401_calls answered",
    "event.unit401_calls ended",
    "event.unit401_calls ringing",
    "event.unit401_doorbell ring",
  ]);
});

test("the switch for do-not-disturb shows what the bridge holds, and commands it", async () => {
  const id = "switch.unit401_do_not_disturb";
  const held = () => intercom.directory.units.get(UNIT_401).doNotDisturb;
  const turn = (service: "turn_on" | "turn_off") =>
    socket.command("call_service", { domain: "switch", service, target: { entity_id: id } });
  await intercom.state(id, "off");
  await turn("turn_on");
  await intercom.state(id, "on");
  assert.equal(held(), true);
  const [entry] = (await intercom.directory.audit.list({})).entries;
  assert.deepEqual([entry?.who, entry?.changes], ["MQTT", { doNotDisturb: { from: false, to: true } }]);
  // Somebody in the panel.
  intercom.directory.units.setDoNotDisturb(UNIT_401, false);
  await intercom.state(id, "off");
  // A command from long ago: the switch shows that nothing came of it.
  const topic = "neolia/sip.example.com/unit401/do-not-disturb/set";
  await intercom.client.publishAsync(topic, JSON.stringify({ state: "on", at: "2026-01-01T00:00:00+00:00" }));
  await intercom.client.publishAsync("neolia/sip.example.com/unit402/do-not-disturb/set", "on");
  await intercom.state("switch.unit402_do_not_disturb", "on");
  assert.equal(held(), false);
});

test("a panel that loses its registration is a problem", async () => {
  await intercom.state("binary_sensor.panel401_registration", "off");
  intercom.setRegistered([]);
  const { attributes } = await intercom.state("binary_sensor.panel401_registration", "on");
  assert.equal(attributes.device_class, "problem");
  intercom.setRegistered(["panel401"]);
  await intercom.state("binary_sensor.panel401_registration", "off");
});

test("every device says whether it could ring now, with what is wrong, and nobody can say while the VPS is away", async () => {
  const panel = "binary_sensor.panel401_ring_check";
  intercom.setRegistered(["panel401", "intercom-entrance"]);
  await intercom.state(panel, "off");
  await intercom.state("binary_sensor.intercom_entrance_ring_check", "off");
  intercom.setRegistered(["intercom-entrance"]);
  const { attributes } = await intercom.state(panel, "on");
  assert.deepEqual([attributes.device_class, attributes.problems], ["problem", ["DEVICE_NOT_REGISTERED"]]);
  // A phone sleeps: no problem of the house.
  await intercom.state("binary_sensor.mobile401_ring_check", "off");
  intercom.setRegistered(null);
  await intercom.state(panel, "unknown");
  intercom.setRegistered(["panel401"]);
  await intercom.state(panel, "off");
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

test("names with quotes, markup, templates and emoji arrive in Core as they were written", async () => {
  const name = `"O'Neill" <b>&amp;</b> {{ 1 + 1 }} {% raw %} \\n 🦊 ${"ü".repeat(30)}`;
  const call = (label: string) =>
    intercom.edit(({ units }) => {
      const door = units.get(DOOR);
      if (door) units.update({ ...door, label });
    });
  call(name);
  await until(
    async () => (await intercom.look("event.intercom_entrance_ring"))?.attributes.friendly_name === `${name} Ring`,
    { what: "the door's name" },
  );
  const rung = intercom.ring();
  const { attributes } = await intercom.heard("event.unit401_calls", "ringing", rung);
  assert.equal(attributes.caller, name);
  await intercom.state("sensor.unit401_last_caller", name);
  intercom.tell(rung, "failed", { code: 487 });
  await intercom.heard("event.unit401_calls", "missed", rung);
  call("Entrance");
  const last = intercom.ring();
  intercom.tell(last, "failed", { code: 487 });
  await intercom.state("sensor.unit401_last_caller", "Entrance");
  await intercom.heard("event.unit401_calls", "missed", last);
});

test("automations on the device triggers of a unit go on when it is renamed, each event once", async () => {
  const unit = (await devices()).find(({ name }) => name === "Unit 401");
  const triggers = await socket.command<Record<string, unknown>[]>("device_automation/trigger/list", {
    device_id: unit?.id,
  });
  const trigger = triggers.find(({ domain, subtype }) => domain === "mqtt" && subtype === "missed");
  const automation = { alias: "missed", triggers: [trigger], actions: [{ event: "lab_missed" }] };
  await post(home.core, "/api/config/automation/config/missed", automation, home.ownerToken);
  await intercom.state("automation.missed", "on");
  let fired = 0;
  await socket.subscribe("subscribe_events", { event_type: "lab_missed" }, () => {
    fired += 1;
  });
  const rename = (label: string) =>
    intercom.edit(({ units }) => {
      const row = units.get(UNIT_401);
      if (row) units.update({ ...row, label });
    });
  for (const [index, label] of ["Flat 9", "401"].entries()) {
    rename(label);
    await until(async () => (await devices()).some(({ name }) => name === `Unit ${label}`), { what: label });
    const call = intercom.ring();
    await intercom.heard("event.unit401_doorbell", "ring", call);
    intercom.tell(call, "failed", { code: 487 });
    await intercom.heard("event.unit401_calls", "missed", call);
    await until(() => fired === index + 1, { what: "the automation" });
  }
});

test("a restart of Core brings every entity back, and no old ring with them", async () => {
  const before = (await intercom.state("event.unit401_doorbell")).state;
  await home.restartCore();
  socket = await CoreSocket.open(home.core.url, home.ownerToken);
  await intercom.state("sensor.unit401_call_state", "idle");
  const { attributes } = await intercom.state("sensor.unit401_last_caller", "Entrance");
  assert.equal(attributes.door, "intercom-entrance");
  await intercom.state("switch.unit401_do_not_disturb", "off");
  // Core itself forgets the last event if the broker's connection ended before it wrote its states down.
  const { state } = await intercom.state("event.unit401_doorbell");
  assert.ok([before, "unknown"].includes(state), state);
});

test("a renamed unit keeps its entities under their ids, with the new name", async () => {
  const rename = (label: string) =>
    intercom.edit(({ units }) => {
      const unit = units.get(UNIT_401);
      if (unit) units.update({ ...unit, label });
    });
  const named = (name: string) =>
    until(async () => (await intercom.look("event.unit401_doorbell"))?.attributes.friendly_name === name, {
      what: name,
    });
  rename("Reception");
  await named("Unit Reception Doorbell");
  rename("401");
  await named("Unit 401 Doorbell");
});

test("a device that was removed by hand comes back when Core starts again", async () => {
  const panel = (await devices()).find(({ name }) => name === "Hall panel");
  const [entry] = await socket.command<{ entry_id: string }[]>("config_entries/get", { domain: "mqtt" });
  await socket.command("config/device_registry/remove_config_entry", {
    device_id: panel?.id,
    config_entry_id: entry?.entry_id,
  });
  const isThere = async () => (await devices()).some(({ name }) => name === "Hall panel");
  await until(async () => !(await isThere()), { what: "the device to be gone" });
  await intercom.client.publishAsync("homeassistant/status", "online");
  await until(isThere, { what: "the device" });
});

test("a unit that was deleted takes its device and entities along", async () => {
  intercom.edit(({ units }) => units.remove(UNIT_402));
  await until(async () => (await intercom.look("event.unit402_doorbell")) === null, { what: "the entity to be gone" });
  await until(async () => !(await devices()).some(({ name }) => /402/.test(name)), { what: "its devices to be gone" });
  const ringCheck = () => intercom.look("binary_sensor.panel402_ring_check");
  await until(async () => (await ringCheck()) === null, { what: "the panel's entities to be gone" });
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
    .filter((line) => /(WARNING|ERROR)/.test(line) && /mqtt/.test(line))
    // Core empties the topic of a device that is removed by hand, and then wonders at its own message.
    .filter((line) => !/No device components to cleanup for account-panel401/.test(line));
  assert.deepEqual(complaints, []);
});
