/**
 * Core and the broker come, go and come back in mid-call: the whole house, with a real door station and a real phone in
 * the flat. What Home Assistant does has no say in a call.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import type { CallPage } from "../../bridge/src/api/call.ts";
import type { Account, AccountWithPassword, Unit } from "../../bridge/src/api/directory.ts";
import type { LiveState, PanelMessage } from "../../bridge/src/api/live.ts";
import type { Session } from "../../bridge/src/api/session.ts";
import { around } from "../lab/around.ts";
import { findTone } from "../lab/audio.ts";
import { type Mosquitto, startMosquitto } from "../lab/mosquitto.ts";
import { SipPhone } from "../lab/sip-phone.ts";
import { holds, until } from "../lab/until.ts";
import { CoreSocket } from "./core-socket.ts";
import { DOMAIN, DOOR_HZ, DoorHouse } from "./door-house.ts";
import { addMqtt, post } from "./onboarding.ts";
import { Visit } from "./visit.ts";

const SWITCH = "switch.unit401_do_not_disturb";
const CALL_STATE = "sensor.unit401_call_state";

let house: DoorHouse;
let broker: Mosquitto;
let phone: SipPhone;

around(
  async () => {
    house = await DoorHouse.start();
    const { home } = house;
    // Installed after the app's start, as an installer does who reads the documentation late.
    broker = await startMosquitto({ port: home.ports.base + 30, folder: house.folder });
    await addMqtt(home.core, home.ownerToken, broker.port);
    home.supervisor.mqtt = { host: "127.0.0.1", port: broker.port, ssl: false, username: "", password: "" };
    const owner = await house.owner();
    const { siteId, id: unitId } = house.units["401"];
    const account = await owner.post<AccountWithPassword>("api/accounts", {
      siteId,
      unitId,
      type: "mobile",
      label: "Phone",
    });
    await house.live();
    phone = await SipPhone.start({
      username: account.username,
      domain: DOMAIN,
      password: account.password,
      server: `127.0.0.1:${house.edge.values.sipPort}`,
      folder: `${house.folder}/phone`,
      port: home.ports.base + 50,
      sound: house.toneFile(1000),
    });
  },
  async () => {
    await phone?.stop();
    await broker?.stop();
    await house?.stop();
  },
);

/** The state of an entity in Core; null while it has none. */
async function look(entityId: string): Promise<string | null> {
  const { core, ownerToken } = house.home;
  const headers = { authorization: `Bearer ${ownerToken}` };
  const reply = await fetch(`${core.url}/api/states/${entityId}`, { headers }).catch(() => null);
  return reply?.ok ? ((await reply.json()) as { state: string }).state : null;
}
async function become(entityId: string, wanted: string, timeoutMs = 30_000): Promise<void> {
  await until(async () => (await look(entityId)) === wanted, { timeoutMs, what: `${entityId} to be ${wanted}` });
}

/** The door calls unit 401; whoever is rung there answers. */
async function talk(): Promise<void> {
  phone.mark();
  house.door.mark();
  await house.door.dial("unit401");
  await phone.waitFor("CALL_INCOMING");
  await phone.accept();
  await house.door.waitFor("CALL_ESTABLISHED");
}

/**
 * What an event entity fires from now on, of one call or of all. An event's time is the entity's state, and an entity that comes back
 * (the broker, Core) shows its last event again under the same time: that is no second one.
 */
async function firedEvents(socket: CoreSocket, entityId: string): Promise<(callId?: string) => string[]> {
  interface State {
    state: string;
    attributes: { event_type?: string; call_id?: string };
  }
  const byTime = new Map<string, State["attributes"]>();
  await socket.subscribe("subscribe_events", { event_type: "state_changed" }, (event) => {
    const { entity_id: id, new_state: state } = (event as { data: { entity_id: string; new_state: State | null } })
      .data;
    if (id === entityId && state?.attributes.event_type) byTime.set(state.state, state.attributes);
  });
  return (callId) =>
    [...byTime.values()].flatMap((one) =>
      callId === undefined || one.call_id === callId ? (one.event_type ?? []) : [],
    );
}

async function hangUp(): Promise<void> {
  await phone.hangUp();
  await house.door.waitFor("CALL_CLOSED");
}

test("a broker that is installed after the app's start is found by itself, and Core has its entities", async () => {
  await become(CALL_STATE, "idle", 60_000);
  await become(SWITCH, "off");
  await become("binary_sensor.rue_du_lac_4_connected", "on");
});

test("a resident turns do-not-disturb on in Home Assistant: the door's call does not ring, and after turning it off it does", async () => {
  const turn = (service: string) =>
    post(
      house.home.core,
      `/api/services/switch/${service}`,
      { entity_id: SWITCH },
      house.home.rosa.tokens.access_token,
    );
  await turn("turn_on");
  await become(SWITCH, "on");
  await house.live();
  const rosa = await Visit.of(house.home, house.home.rosa);
  assert.equal((await rosa.get<Unit[]>("api/units"))[0]?.doNotDisturb, true);
  const socket = await CoreSocket.open(house.home.core.url, house.home.ownerToken);
  const bell = await firedEvents(socket, "event.entrance_ring");
  const rung = phone.events.filter(({ type }) => type === "CALL_INCOMING").length;
  house.door.mark();
  await house.door.dial("unit401");
  assert.match((await house.door.waitFor("CALL_CLOSED")).param, /^480/);
  assert.equal(phone.events.filter(({ type }) => type === "CALL_INCOMING").length, rung);
  // The bell was pressed, for whatever the house has in its hall; and whoever was missed is known all the same.
  await until(() => bell().length === 1, { what: "the bell of the door" });
  socket.close();
  await become("sensor.unit401_last_caller", "Entrance");

  const { id } = house.units["401"];
  await rosa.put(`api/units/${id}/do-not-disturb`, { on: false });
  await become(SWITCH, "off");
  await house.live();
  await talk();
  await hangUp();
  await become(CALL_STATE, "idle");
});

test("Core is stopped and started in mid-call: the call goes on, panel and entities are back and know of it", async () => {
  const { home } = house;
  await talk();
  await become(CALL_STATE, "in-call");
  const { closed, messages } = (await house.owner()).live();
  await until(() => messages.length > 0, { what: "the panel's connection" });
  await home.restartCore();
  // The panel's connection goes through Core, which would wait 20 s for its end before it cuts it off (1006).
  assert.equal(await closed, 1000);

  const again = await house.owner();
  await until(async () => (await again.get<Session>("api/session")).role === "admin", { what: "the list of users" });
  const back = new WebSocket(`${again.url.replace(/^http/, "ws")}api/ws`, { headers: { cookie: again.cookie } });
  const hello = await new Promise<PanelMessage>((resolve, reject) => {
    back.once("message", (data) => resolve(JSON.parse(String(data)) as PanelMessage));
    back.once("error", reject);
  });
  back.terminate();
  assert.deepEqual(hello.type === "hello" && hello.state.calls.map(({ status }) => status), ["in-progress"]);
  await become(CALL_STATE, "in-call");

  const isOver = [phone, house.door].some((one) => one.events.at(-1)?.type === "CALL_CLOSED");
  assert.equal(isOver, false);
  await hangUp();
  const heard = findTone(phone.heard(), DOOR_HZ);
  assert.ok(heard.found, `the flat hears the door for ${heard.heardMs} of ${heard.lengthMs} ms`);
  await become(CALL_STATE, "idle");
});

test("the app is stopped in mid-call: the call goes on, the next one rings, Home Assistant knows that the app is gone, and its return tells all", async () => {
  const { app } = house;
  await talk();
  await become(CALL_STATE, "in-call");
  const listener = await broker.listen(`neolia/${DOMAIN}/availability`);
  await app.stop();
  await until(() => listener.last(`neolia/${DOMAIN}/availability`) === "offline", { what: "the broker to know" });
  await listener.close();
  for (const id of [CALL_STATE, SWITCH, "event.unit401_doorbell"]) await become(id, "unavailable");
  await become("binary_sensor.rue_du_lac_4_connected", "off");
  const goesOn = () => [phone, house.door].every((one) => one.events.at(-1)?.type !== "CALL_CLOSED");
  await holds(goesOn, 1_500, "the call");
  await hangUp();
  const heard = findTone(phone.heard(), DOOR_HZ);
  assert.ok(heard.found, `the flat hears the door for ${heard.heardMs} of ${heard.lengthMs} ms`);
  // Nobody of the app's is there, and the house rings all the same.
  await talk();
  await app.start();
  await become(CALL_STATE, "in-call");
  await become("binary_sensor.rue_du_lac_4_connected", "on");
  await hangUp();
  await become(CALL_STATE, "idle");
  const owner = await house.owner();
  const { calls } = await owner.get<CallPage>("api/calls?limit=2");
  assert.deepEqual(
    calls.map(({ status }) => status),
    ["completed", "completed"],
  );
});

test("the broker restarts without its memory, together with Core: everything is there again, with the states of now", async () => {
  await talk();
  await broker.stop("SIGKILL");
  broker.forget();
  const core = house.home.restartCore();
  await broker.start();
  await core;
  await become(CALL_STATE, "in-call", 60_000);
  await become(SWITCH, "off");
  await hangUp();
  await become(CALL_STATE, "idle");
});

test("the broker alone restarts in mid-call: Core hears the end of it, once", async () => {
  await become(CALL_STATE, "idle");
  const socket = await CoreSocket.open(house.home.core.url, house.home.ownerToken);
  const fired = await firedEvents(socket, "event.unit401_calls");
  await talk();
  const owner = await house.owner();
  const { callId } = await until(async () => (await owner.get<LiveState>("api/state")).calls[0], { what: "the call" });
  const told = () => fired(callId);
  await until(() => told().includes("answered"), { what: "the answer" });
  await broker.stop("SIGKILL");
  await become(CALL_STATE, "unavailable");
  await hangUp();
  await broker.start();
  await until(() => told().includes("ended"), { timeoutMs: 40_000, what: "the end" });
  await become(CALL_STATE, "idle");
  assert.deepEqual(told(), ["ringing", "answered", "ended"]);
  socket.close();
});

test("a resident's device loses its account when Home Assistant deactivates the resident", async () => {
  const { home } = house;
  const rosa = await Visit.of(home, home.rosa);
  const device = "7b0e3c9e-8f5c-4d1e-9a55-0123456789ab";
  await rosa.put(`api/devices/${device}`, { unitId: house.units["401"].id, label: "Rosa's tablet" });
  const owner = await house.owner();
  const isThere = async () =>
    (await owner.get<Account[]>("api/accounts")).some(({ label }) => label === "Rosa's tablet");
  assert.equal(await isThere(), true);
  const socket = await CoreSocket.open(home.core.url, home.ownerToken);
  await socket.command("config/auth/update", { user_id: home.rosa.id, is_active: false });
  socket.close();
  await until(async () => !(await isThere()), { timeoutMs: 60_000, what: "the account to be gone" });
  // The VPS knows: its registration and its calls are over.
  await house.live();
});
