import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { CoreSocket } from "./core-socket.ts";
import { startEchoApp } from "./echo-app.ts";
import { Home } from "./home.ts";
import { Intercom } from "./intercom.ts";
import { post } from "./onboarding.ts";
import { Phone } from "./phone.ts";

const folder = join(import.meta.dirname, "../../addon/blueprints");
const DOORBELL = "event.unit401_doorbell";

interface ServiceCall {
  data: { domain: string; service: string; service_data: Record<string, unknown> };
}

let home: Home;
let intercom: Intercom;
let socket: CoreSocket;
let phone: Phone;
let phoneId: string;
let shelf: Server;
const called: ServiceCall["data"][] = [];

around(
  async () => {
    home = await Home.start({
      startApp: startEchoApp,
      configuration: `mobile_app:
tts:
media_player:
  - platform: universal
    name: Kitchen
input_boolean:
  door_lock:
    name: Door lock
`,
    });
    intercom = await Intercom.start(home);
    socket = await CoreSocket.open(home.core.url, home.ownerToken);
    await socket.subscribe("subscribe_events", { event_type: "call_service" }, (event) => {
      called.push((event as ServiceCall).data);
    });
    phone = await Phone.start(home.core, home.ownerToken, "Rosa phone", home.ports.base + 20);
    const devices = await socket.command<{ id: string; name: string }[]>("config/device_registry/list");
    phoneId = devices.find(({ name }) => name === "Rosa phone")?.id ?? "";
    await addLampAndCamera();
    shelf = createServer((request, reply) => {
      reply.end(readFileSync(join(folder, decodeURIComponent(request.url ?? "").slice(1))));
    });
    shelf.listen(home.ports.base + 21, "127.0.0.1");
    await once(shelf, "listening");
  },
  async () => {
    shelf?.closeAllConnections();
    shelf?.close();
    await phone?.stop();
    socket?.close();
    await intercom?.stop();
    await home?.stop();
  },
);

/** A lamp and a camera on the broker, so that light.toggle has something to toggle, and a picture somewhere to come from. */
async function addLampAndCamera(): Promise<void> {
  const lamp = { platform: "light", unique_id: "lamp", name: "Lamp", command_topic: "lab/lamp", optimistic: true };
  const camera = { platform: "camera", unique_id: "camera", name: "Entrance", topic: "lab/picture" };
  const components = {
    lamp: { ...lamp, default_entity_id: "light.lamp" },
    camera: { ...camera, default_entity_id: "camera.entrance" },
  };
  const config = { device: { identifiers: ["lab"], name: "Lab" }, origin: { name: "lab" }, components };
  await intercom.client.publishAsync("homeassistant/device/lab/config", JSON.stringify(config), { retain: true });
  await intercom.state("light.lamp");
  await intercom.state("camera.entrance");
}

/** Imports a blueprint from an address, as the `my` link does, and saves it. */
async function importBlueprint(name: string): Promise<string> {
  const url = `http://127.0.0.1:${home.ports.base + 21}/${name}.yaml`;
  const found = await socket.command<{ raw_data: string; validation_errors: string[] | null }>("blueprint/import", {
    url,
  });
  assert.equal(found.validation_errors, null);
  const path = `neolia/${name}.yaml`;
  await socket.command("blueprint/save", {
    domain: "automation",
    path,
    yaml: found.raw_data,
    source_url: url,
    allow_override: true,
  });
  return path;
}

/** When the newest automation was made: Core keeps the runs of earlier ones of its name. */
let automatedAtMs = 0;

/** Makes an automation from a blueprint and waits until it is loaded. Returns its entity id. */
async function automate(name: string, input: Record<string, unknown>): Promise<string> {
  const id = name.replaceAll("-", "_");
  const path = await importBlueprint(name);
  const automation = { alias: id, use_blueprint: { path, input } };
  automatedAtMs = Date.now();
  await post(home.core, `/api/config/automation/config/${id}`, automation, home.ownerToken);
  await intercom.state(`automation.${id}`, "on");
  return `automation.${id}`;
}

/** Takes an automation away and waits until Core has forgotten it: the next one of its name is not taken for it. */
async function dropAutomation(name: string): Promise<void> {
  const { core, ownerToken } = home;
  const id = name.replaceAll("-", "_");
  await fetch(`${core.url}/api/config/automation/config/${id}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${ownerToken}` },
  });
  await until(async () => (await intercom.look(`automation.${id}`)) === null, { what: `${id} to be gone` });
}

const calls = (domain: string, service: string) =>
  called.filter((call) => call.domain === domain && call.service === service).map((call) => call.service_data);

test("there are three blueprints, each on the doorbell trigger and for the Core that has it", () => {
  const names = readdirSync(folder).toSorted();
  assert.deepEqual(names, ["door-lights-and-speaker.yaml", "door-phone-notification.yaml", "missed-call.yaml"]);
  for (const name of names) {
    const text = readFileSync(join(folder, name), "utf8");
    assert.match(text, /- trigger: doorbell\.rang/, name);
    assert.match(text, /min_version: 2026\.11\.0/, name);
  }
});

test("a ring flashes the lights, leaves them as they were, and is announced with the door's name", async () => {
  const name = "door-lights-and-speaker";
  await automate(name, {
    doorbell: [DOORBELL],
    lights: ["light.lamp"],
    speakers: ["media_player.kitchen"],
    voice: "tts.lab",
  });
  const before = (await intercom.state("light.lamp")).state;
  const call = intercom.ring();
  await until(() => calls("tts", "speak").length === 1, { what: "the announcement" });
  assert.deepEqual(calls("tts", "speak")[0], {
    entity_id: ["tts.lab"],
    media_player_entity_id: ["media_player.kitchen"],
    message: "Somebody is at the door: Entrance",
  });
  await until(() => calls("light", "toggle").length === 6, { what: "six toggles" });
  await intercom.state("light.lamp", before === "on" ? "on" : "off");
  intercom.tell(call, "failed", { code: 487 });
  await dropAutomation(name);
});

test("a ring notifies the phone, Open opens while the call is on, and the notification goes away", async () => {
  const name = "door-phone-notification";
  await automate(name, {
    doorbell: [DOORBELL],
    phones: [phoneId],
    page: "/app/local_neolia",
    camera: "camera.entrance",
    open: [{ action: "input_boolean.turn_on", target: { entity_id: "input_boolean.door_lock" } }],
  });
  const call = intercom.ring();
  const { title, data } = await phone.notified("the notification", (push) => push.data?.tag === `neolia-${call}`);
  assert.equal(title, "Entrance");
  assert.equal(data?.image, "/api/camera_proxy/camera.entrance");
  assert.deepEqual(data?.actions, [
    { action: "URI", title: "Answer", uri: `/app/local_neolia/call/${call}` },
    { action: `NEOLIA_OPEN_${call}`, title: "Open", authenticationRequired: true },
  ]);
  assert.equal((await intercom.state("input_boolean.door_lock")).state, "off");
  const tapped = { action: `NEOLIA_OPEN_${call}` };
  await post(home.core, "/api/events/mobile_app_notification_action", tapped, home.ownerToken);
  await intercom.state("input_boolean.door_lock", "on");
  intercom.tell(call, "failed", { code: 487 });
  await phone.notified("the notification to go", ({ message, data: about }) => {
    return message === "clear_notification" && about?.tag === `neolia-${call}`;
  });
});

test("a call that somebody answered takes the notification off the phones and opens nothing", async () => {
  await socket.command("call_service", {
    domain: "input_boolean",
    service: "turn_off",
    target: { entity_id: "input_boolean.door_lock" },
  });
  const call = intercom.ring();
  await phone.notified("the notification", (push) => push.data?.tag === `neolia-${call}` && push.title === "Entrance");
  intercom.tell(call, "answered");
  await phone.notified("the notification to go", ({ message, data }) => {
    return message === "clear_notification" && data?.tag === `neolia-${call}`;
  });
  const late = { action: `NEOLIA_OPEN_${call}` };
  await post(home.core, "/api/events/mobile_app_notification_action", late, home.ownerToken);
  intercom.tell(call, "ended");
  await intercom.state("sensor.unit401_call_state", "idle");
  assert.equal((await intercom.state("input_boolean.door_lock")).state, "off");
  await dropAutomation("door-phone-notification");
});

test("the bell of a door rings phones as well, whoever it is for", async () => {
  const name = "door-phone-notification";
  await automate(name, { doorbell: ["event.intercom_entrance_ring"], phones: [phoneId], page: "/app/local_neolia" });
  const call = intercom.ring();
  const { data } = await phone.notified("the notification", (push) => push.data?.tag === `neolia-${call}`);
  assert.deepEqual(data?.actions, [{ action: "URI", title: "Answer", uri: `/app/local_neolia/call/${call}` }]);
  assert.equal(data?.image, undefined);
  intercom.tell(call, "failed", { code: 487 });
  await dropAutomation(name);
});

test("a missed call is told on the phone, an answered one is not", async () => {
  const name = "missed-call";
  await automate(name, { doorbell: [DOORBELL], phones: [phoneId], page: "/app/local_neolia/" });
  const answered = intercom.ring();
  await intercom.heard(DOORBELL, "ring", answered);
  intercom.tell(answered, "answered");
  intercom.tell(answered, "ended");
  await intercom.state("sensor.unit401_call_state", "idle");
  const missed = intercom.ring();
  await intercom.heard(DOORBELL, "ring", missed);
  intercom.tell(missed, "failed", { code: 487 });
  const { message, data } = await phone.notified("the missed call", (push) => push.title === "Missed call");
  assert.equal(data?.url, `/app/local_neolia/call/${missed}`);
  assert.match(message, /^Nobody answered Entrance at \d\d:\d\d\.$/);
  assert.equal(phone.pushes.filter(({ title }) => title === "Missed call").length, 1);
  await dropAutomation(name);
});

test("without a phone Home Assistant itself tells of the missed call", async () => {
  await automate("missed-call", { doorbell: [DOORBELL] });
  const call = intercom.ring();
  await intercom.heard(DOORBELL, "ring", call);
  intercom.tell(call, "failed", { code: 487 });
  await until(() => calls("persistent_notification", "create").length === 1, { what: "the notification" });
  assert.equal(calls("persistent_notification", "create")[0]?.notification_id, `neolia_${call}`);
  await dropAutomation("missed-call");
});

test("a visitor for whom no device rang is told as well, and one for whom one rang is told once", async () => {
  await automate("missed-call", { doorbell: [DOORBELL], calls: ["event.unit401_calls"] });
  const told = () => calls("persistent_notification", "create").map(({ notification_id: id }) => id);
  const refused = intercom.press("unit401", 480);
  await until(() => told().includes(`neolia_${refused}`), { what: "the visitor who was not rung for" });
  const missed = intercom.ring();
  await intercom.heard(DOORBELL, "ring", missed);
  intercom.tell(missed, "failed", { code: 487 });
  await until(() => told().includes(`neolia_${missed}`), { what: "the missed call" });
  const later = intercom.press("unit401", 480);
  await until(() => told().includes(`neolia_${later}`), { what: "the next one" });
  assert.equal(told().filter((id) => [refused, missed, later].some((call) => id === `neolia_${call}`)).length, 3);
  await dropAutomation("missed-call");
});

interface Trace {
  state: string;
  timestamp: { start: string };
  script_execution: string | null;
  error?: string;
}

/** The newest run of an automation came to its end, and did not break off. */
async function ranClean(name: string): Promise<void> {
  const fields = { domain: "automation", item_id: name.replaceAll("-", "_") };
  const { script_execution: end, error } = await until(
    async () => {
      const traces = await socket.command<Trace[]>("trace/list", fields);
      const own = traces.filter(({ timestamp }) => Date.parse(timestamp.start) >= automatedAtMs);
      const newest = own.toSorted((one, other) => (one.timestamp.start < other.timestamp.start ? 1 : -1))[0];
      return newest?.state === "stopped" ? newest : null;
    },
    { everyMs: 100, what: "the end of the automation" },
  );
  assert.deepEqual([end, error], ["finished", undefined]);
}

const reminders = () =>
  calls("persistent_notification", "create").filter(({ notification_id: id }) =>
    String(id).startsWith("neolia_automation."),
  );

test("speakers without a voice: the lights flash all the same, and Home Assistant says what is missing, once", async () => {
  const name = "door-lights-and-speaker";
  await automate(name, { doorbell: [DOORBELL], lights: ["light.lamp"], speakers: ["media_player.kitchen"] });
  const [toggles, spoken] = [calls("light", "toggle").length, calls("tts", "speak").length];
  const call = intercom.ring();
  await until(() => calls("light", "toggle").length === toggles + 6, { what: "six toggles" });
  intercom.tell(call, "failed", { code: 487 });
  await ranClean(name);
  assert.equal(calls("tts", "speak").length, spoken);
  assert.equal(reminders().at(-1)?.title, "The door is not announced");
  assert.match(String(reminders().at(-1)?.message), /door_lights_and_speaker/);
  await dropAutomation(name);
});

test("a lamp, a speaker and a voice that are gone keep nothing else from happening", async () => {
  const name = "door-lights-and-speaker";
  await automate(name, {
    doorbell: [DOORBELL],
    lights: ["light.gone", "light.lamp"],
    speakers: ["media_player.gone", "media_player.kitchen"],
    voice: "tts.gone",
  });
  const [toggles, spoken] = [calls("light", "toggle").length, calls("tts", "speak").length];
  const call = intercom.ring();
  await until(() => calls("tts", "speak").length === spoken + 1, { what: "the announcement" });
  await until(() => calls("light", "toggle").length === toggles + 6, { what: "six toggles" });
  intercom.tell(call, "failed", { code: 487 });
  await ranClean(name);
  await dropAutomation(name);
});

test("nothing chosen at all: the automation runs to its end and does nothing", async () => {
  const name = "door-lights-and-speaker";
  await automate(name, { doorbell: [DOORBELL] });
  const before = called.length;
  const call = intercom.ring();
  await ranClean(name);
  intercom.tell(call, "failed", { code: 487 });
  // Making the automation has Core load its automations, and tells of it late.
  const done = called.slice(before).filter(({ domain }) => domain !== "automation");
  assert.deepEqual(done, []);
  await dropAutomation(name);
});

test("of two phones one is gone, the camera as well, and the page is a whole address: the other phone rings, and it is said", async () => {
  const name = "door-phone-notification";
  await automate(name, {
    doorbell: [DOORBELL],
    phones: ["0123456789abcdef0123456789abcdef", phoneId],
    page: "https://home.example.com/app/local_neolia/?a=b#c",
    camera: "camera.gone",
    open: [{ action: "lock.unlock", target: { entity_id: "lock.gone" } }],
  });
  const call = intercom.ring();
  const { data } = await phone.notified("the notification", (push) => push.data?.tag === `neolia-${call}`);
  assert.equal(data?.actions?.[0]?.uri, `/app/local_neolia/call/${call}`);
  assert.equal(data?.image, undefined);
  const tapped = { action: `NEOLIA_OPEN_${call}` };
  await post(home.core, "/api/events/mobile_app_notification_action", tapped, home.ownerToken);
  intercom.tell(call, "failed", { code: 487 });
  await phone.notified("the notification to go", ({ message, data: about }) => {
    return message === "clear_notification" && about?.tag === `neolia-${call}`;
  });
  await until(() => reminders().at(-1)?.title === "The door does not ring a phone", { what: "the word on it" });
  await dropAutomation(name);
});

test("a phone whose notifications are gone keeps the other from nothing, and an empty page leads to Home Assistant", async () => {
  const name = "door-phone-notification";
  // It never said where it is to be reached: Home Assistant has no notify action for it.
  const { id } = await addDeviceOfApp("Mute phone");
  await automate(name, { doorbell: [DOORBELL], phones: [id, phoneId], page: "", camera: "" });
  const call = intercom.ring();
  const { data } = await phone.notified("the notification", (push) => push.data?.tag === `neolia-${call}`);
  assert.deepEqual(data?.actions, [{ action: "URI", title: "Answer", uri: "/" }]);
  intercom.tell(call, "failed", { code: 487 });
  await phone.notified("the notification to go", ({ message, data: about }) => {
    return message === "clear_notification" && about?.tag === `neolia-${call}`;
  });
  await dropAutomation(name);
});

/** A device of the companion app that was registered without notifications. */
async function addDeviceOfApp(name: string): Promise<{ id: string }> {
  const about = {
    app_id: "io.example.mute",
    app_name: "Lab phone",
    app_version: "1",
    device_name: name,
    device_id: name,
  };
  const maker = { manufacturer: "Lab", model: "Phone", os_name: "Lab", os_version: "1", supports_encryption: false };
  await post(home.core, "/api/mobile_app/registrations", { ...about, ...maker }, home.ownerToken);
  return await until(
    async () => {
      const devices = await socket.command<{ id: string; name: string }[]>("config/device_registry/list");
      return devices.find((device) => device.name === name);
    },
    { what: "the phone" },
  );
}

test("a missed call whose phone and camera are gone is told by Home Assistant itself", async () => {
  const name = "missed-call";
  const phones = ["0123456789abcdef0123456789abcdef"];
  await automate(name, { doorbell: [DOORBELL], phones, page: "app/local_neolia", camera: "camera.gone" });
  const call = intercom.ring();
  await intercom.heard(DOORBELL, "ring", call);
  intercom.tell(call, "failed", { code: 487 });
  const told = () => calls("persistent_notification", "create").map(({ notification_id: id }) => id);
  await until(() => told().includes(`neolia_${call}`), { what: "the missed call" });
  await ranClean(name);
  await dropAutomation(name);
});

test("Core found nothing wrong with the blueprints' own words", () => {
  const complaints = home.core
    .log()
    .split("\n")
    .filter((line) => /(WARNING|ERROR)/.test(line) && /Template|template|UndefinedError|blueprint/.test(line));
  assert.deepEqual(complaints, []);
});
