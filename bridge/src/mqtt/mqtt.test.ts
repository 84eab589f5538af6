/** What the broker is told and what is taken from it, on a real Mosquitto; see told-once.test.ts for what gets lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { callEvent } from "../../../test/fakes/call-events.ts";
import { accountId, DOMAIN, DOOR, OTHER_SITE, SITE, UNIT_401, UNIT_402 } from "../../../test/fakes/stored-site.ts";
import { cuttable } from "../../../test/lab/cuttable.ts";
import {
  broker,
  bus,
  calls,
  given,
  listener,
  mqtt,
  onBroker,
  run,
  site,
  start,
  TOPIC,
  take,
  types,
  unitEvents,
} from "../../../test/lab/mqtt-house.ts";
import { startWatch } from "../../../test/lab/stopwatch.ts";
import { until } from "../../../test/lab/until.ts";
import type { CallEventPayload } from "./announcer.ts";
import type { LastCaller } from "./site-state.ts";

onBroker();

const configOf = (id: string): string => `homeassistant/device/neolia_sip_example_com/${id}/config`;
const configs = (id: string): string[] =>
  listener.messages.filter(({ topic }) => topic === configOf(id)).map(({ payload }) => payload);

test("a call is heard as ringing, answered and ended on the flat's and the door's topic, never retained", async () => {
  await start();
  take(1, "invited");
  take(2, "ringing");
  take(3, "answered");
  take(4, "ended");
  await until(() => unitEvents().length === 3, { what: "three events" });
  assert.deepEqual(types(), ["ringing", "answered", "ended"]);
  const doorEvents = (): unknown[] => listener.events(`${TOPIC}/intercom-entrance/event`);
  await until(() => doorEvents().length === 3, { what: "three events of the door" });
  assert.deepEqual(doorEvents(), unitEvents());
  const [press, ...more] = listener.events<CallEventPayload>(`${TOPIC}/intercom-entrance/press`);
  assert.deepEqual([press?.event_type, press?.call_id, more], ["pressed", "c".repeat(32), []]);
  const { at, ...ended } = unitEvents()[2] ?? assert.fail();
  assert.deepEqual(ended, {
    event_type: "ended",
    id: `${"c".repeat(32)}-ended`,
    call_id: "c".repeat(32),
    unit: "unit401",
    door: "intercom-entrance",
    caller: "Entrance",
    callee: "401",
    answered_by: "Label of panel401",
    status: "completed",
    reason: "answered-elsewhere",
  });
  assert.match(at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  await until(() => site.store.outbox.count() === 0, { what: "an empty outbox" });

  const latecomer = await broker.listen("neolia/#");
  await until(() => latecomer.messages.length >= 8, { what: "the retained topics" });
  assert.deepEqual(
    latecomer.messages.filter(({ topic }) => topic.endsWith("/event")),
    [],
  );
  await latecomer.close();
});

test("the retained state of flat and door follows the call, and only the accounts with a contact are on", async () => {
  await start();
  const states = (): Array<string | undefined> =>
    ["unit401", "intercom-entrance", "unit402"].map((name) => listener.last(`${TOPIC}/${name}/state`));
  const become = (...wanted: string[]): Promise<true> =>
    until(() => states().join() === wanted.join(), { what: wanted.join() });
  await become("idle", "idle", "idle");
  take(1, "ringing");
  await become("ringing", "ringing", "idle");
  take(2, "answered");
  await become("in-call", "in-call", "idle");
  take(3, "ended");
  await become("idle", "idle", "idle");
  assert.equal(listener.last(`${TOPIC}/account/panel401/registered`), "on");
  assert.equal(listener.last(`${TOPIC}/account/panel402/registered`), "off");
  given.registered = [];
  bus.emit("registrationsChanged", { siteId: SITE });
  await until(() => listener.last(`${TOPIC}/account/panel401/registered`) === "off", { what: "off" });
});

test("a stopped bridge says offline, and online at each start, and a newcomer hears the last of it", async () => {
  await start();
  const availability = (): string | undefined => listener.last(`${TOPIC}/availability`);
  await until(() => availability() === "online", { what: "online" });
  await mqtt.stop();
  await until(() => availability() === "offline", { what: "offline" });
  await start();
  await until(() => availability() === "online", { what: "online again" });
  const newcomer = await broker.listen(`${TOPIC}/availability`);
  const retained = await until(() => newcomer.messages[0], { what: "the retained availability" });
  assert.deepEqual([retained.payload, retained.retained], ["online", true]);
  await newcomer.close();
});

test("within 10 s of the broker's crash and return it knows again that we are online, and what goes on", async () => {
  await start();
  await broker.stop("SIGKILL");
  await until(() => mqtt.state().code === "MQTT_UNREACHABLE", { what: "the lost link" });
  take(1, "ringing");
  await broker.start();
  const sinceBack = startWatch();
  await until(() => mqtt.state().link === "up", { what: "the link" });
  const tookMs = sinceBack.stop();
  assert.ok(tookMs < 10_000, `${tookMs} ms`);
  const newcomer = await broker.listen("neolia/#");
  await until(() => newcomer.last(`${TOPIC}/unit401/state`) === "ringing", { what: "the state of now" });
  await until(() => newcomer.last(`${TOPIC}/availability`) === "online", { what: "online" });
  await newcomer.close();
});

test("a phone number is in the call log and not on the broker", async () => {
  await start();
  take(1, "failed", { code: 487, caller: "line1", callerNumber: "+33100000000" });
  await until(() => unitEvents().length === 1, { what: "the event" });
  assert.equal(unitEvents()[0]?.caller, "line1");
  assert.ok(listener.messages.every(({ payload }) => !payload.includes("33100000000")));
});

test("a call to a door is no press of its bell", async () => {
  await start();
  take(1, "ringing", { caller: "panel401", callee: "intercom-entrance", unit: "intercom-entrance" });
  const called = `${TOPIC}/intercom-entrance/called`;
  await until(() => listener.events(called).length === 1, { what: "the event" });
  assert.deepEqual(listener.events(`${TOPIC}/intercom-entrance/event`), []);
  assert.deepEqual(listener.events(`${TOPIC}/intercom-entrance/press`), []);
});

test("what is left on the broker of a flat that is gone is taken away", async () => {
  await start();
  await until(() => listener.last(`${TOPIC}/unit402/state`) === "idle", { what: "the flat's state" });
  site.store.units.remove(UNIT_402);
  bus.emit("directoryChanged", { siteId: SITE });
  await until(() => listener.last(`${TOPIC}/unit402/state`) === "", { what: "the state's removal" });
  await mqtt.stop();

  site.store.accounts.remove(accountId("panel401"));
  await start();
  await until(() => listener.last(`${TOPIC}/account/panel401/registered`) === "", { what: "removal after a restart" });
});

test("a removed site leaves nothing on the broker", async () => {
  await start();
  await until(() => listener.last(`${TOPIC}/unit402/state`) === "idle", { what: "the flat's state" });
  await until(() => listener.last(configOf(SITE)), { what: "discovery" });
  site.store.sites.remove(SITE);
  bus.emit("directoryChanged", { siteId: SITE });
  await until(() => listener.last(`${TOPIC}/availability`) === "", { what: "the removal" });
  await mqtt.stop();
  await until(() => listener.last(`${TOPIC}/unit402/state`) === "", { what: "the state's removal" });
  await until(() => listener.last(configOf(SITE)) === "", { what: "the removal of what Home Assistant was told" });
  // No last will either, which the broker would tell after all this.
  assert.equal(listener.last(`${TOPIC}/availability`), "");
});

test("Home Assistant is told of every flat, door and device, and again when it has started anew", async () => {
  await start();
  const accounts = ["panel401", "panel402", "mobile401", "line1"].map(accountId);
  const told = [SITE, UNIT_401, UNIT_402, DOOR, ...accounts];
  await until(() => told.every((id) => configs(id).length === 1), { what: "discovery" });
  assert.equal(
    (JSON.parse(configs(UNIT_401)[0] ?? "") as { device: { name: string } }).device.name,
    "Unit 401 (sip.example.com)",
  );
  await listener.say("homeassistant/status", "offline");
  await listener.say("homeassistant/status", "online");
  await until(() => told.every((id) => configs(id).length === 2), { what: "discovery again" });
});

test("births without end do not keep it from being told", async () => {
  await start();
  await until(() => configs(SITE).length === 1, { what: "discovery" });
  const flood = setInterval(() => void listener.say("homeassistant/status", "online"), 200);
  try {
    await until(() => configs(SITE).length > 1, { what: "discovery again" });
  } finally {
    clearInterval(flood);
  }
});

test("what Home Assistant was told of a flat that is gone, or of an entity that is gone, is taken back after a restart", async () => {
  await start();
  await until(() => configs(UNIT_402).length === 1 && configs(UNIT_401).length === 1, { what: "discovery" });
  await mqtt.stop();
  const config = JSON.parse(configs(UNIT_401)[0] ?? "") as { components: Record<string, object> };
  config.components.lamp = { platform: "light", unique_id: "lamp", command_topic: "lamp" };
  await listener.say(configOf(UNIT_401), JSON.stringify(config), true);
  site.store.units.remove(UNIT_402);
  await start();
  await until(() => configs(UNIT_402).at(-1) === "", { what: "the flat's removal" });
  await until(() => configs(UNIT_401).length === 4, { what: "the entity's removal" });
  const lamps = configs(UNIT_401).map((one) => (JSON.parse(one) as typeof config).components.lamp);
  assert.deepEqual(lamps.slice(2), [{ platform: "light" }, undefined]);
});

test("another site's discovery on the same broker is left alone", async () => {
  const foreign = "homeassistant/device/neolia_elsewhere_example_com/unit/config";
  await listener.say(foreign, "{}", true);
  await until(() => listener.last(foreign) === "{}", { what: "the other site's" });
  await start();
  await until(() => configs(UNIT_401).length === 1, { what: "discovery" });
  assert.equal(listener.last(foreign), "{}");
  await listener.say(foreign, "", true);
});

test("a refused password, a missing broker and no configuration are told apart", async () => {
  await start("wrong");
  await until(() => mqtt.state().code === "MQTT_UNAUTHORIZED", { what: "the refusal" });
  await mqtt.stop();
  await broker.stop();
  await start("wrong");
  await until(() => mqtt.state().code === "MQTT_UNREACHABLE", { what: "no broker" });
  await mqtt.stop();
  given.source = async () => null;
  run();
  await until(() => mqtt.state().link === "not-configured", { what: "no configuration" });
  assert.equal(mqtt.state().code, "MQTT_NOT_CONFIGURED");
});

test("a broker that is installed after the start, or is given another password, is found without a restart", async () => {
  given.source = async () => null;
  run();
  await until(() => mqtt.state().link === "not-configured", { what: "no broker" });
  given.source = async () => ({ url: broker.url, username: "neolia", password: "of before" });
  await until(() => mqtt.state().code === "MQTT_UNAUTHORIZED", { what: "the refusal" });
  given.source = async () => ({ url: broker.url, username: "neolia", password: "s3cret" });
  await until(() => mqtt.state().link === "up", { what: "the link" });
  await until(() => listener.last(`${TOPIC}/availability`) === "online", { what: "online" });
});

test("do-not-disturb of a flat is told, retained, and commanded by its own topic alone", async () => {
  await start();
  const state = (): string | undefined => listener.last(`${TOPIC}/unit401/do-not-disturb`);
  await until(() => state() === "off", { what: "off" });
  assert.equal(listener.last(`${TOPIC}/intercom-entrance/do-not-disturb`), undefined);
  const unit = site.store.units.get(UNIT_401) ?? assert.fail();
  site.store.units.setDoNotDisturb({ ...unit, doNotDisturb: true });
  bus.emit("directoryChanged", { siteId: SITE });
  await until(() => state() === "on", { what: "on" });

  await listener.say(`${TOPIC}/unit401/do-not-disturb`, "off");
  await listener.say(`${TOPIC}/unit401/open/set`, "on");
  await listener.say(`${TOPIC}/unit401/state/set`, "on");
  await listener.say("neolia/other.example.com/unit402/do-not-disturb/set", "on");
  await listener.say(`${TOPIC}/unit402/do-not-disturb/set`, "nonsense");
  await listener.say(
    `${TOPIC}/unit402/do-not-disturb/set`,
    JSON.stringify({ state: "on", at: "2020-01-01T00:00:00Z" }),
  );
  await listener.say(`${TOPIC}/unit401/do-not-disturb/set`, "off");
  // The other site has a session of its own, which may be faster.
  const ours = () => given.commands.filter(([siteId]) => siteId === SITE);
  await until(() => ours().length > 0, { what: "the command" });
  assert.deepEqual(ours(), [[SITE, { kind: "do-not-disturb", unit: "unit401", on: false }]]);
});

test("a command that lies on the broker, or was published while we were away, is not obeyed", async () => {
  const topic = `${TOPIC}/unit401/do-not-disturb/set`;
  await listener.say(topic, "on", true);
  await start();
  await mqtt.stop();
  await listener.say(topic, "on");
  await start();
  await until(() => listener.last(`${TOPIC}/availability`) === "online", { what: "online" });
  await listener.say(`${TOPIC}/unit402/do-not-disturb/set`, "on");
  await until(() => given.commands.length > 0, { what: "the command of now" });
  assert.deepEqual(
    given.commands.map(([, { unit }]) => unit),
    ["unit402"],
  );
  await listener.say(topic, "", true);
});

test("the last caller of a flat stays on the broker, without a telephone number", async () => {
  await start();
  const lastCaller = (): LastCaller | undefined => listener.events<LastCaller>(`${TOPIC}/unit401/last-caller`).at(-1);
  take(1, "ringing");
  await until(() => lastCaller()?.caller === "Entrance", { what: "the door" });
  const { at, ...told } = lastCaller() ?? assert.fail();
  assert.deepEqual(told, { caller: "Entrance", call_id: "c".repeat(32), door: "intercom-entrance" });
  assert.match(at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  take(2, "failed", { callId: "d".repeat(32), code: 480, caller: "line1", callerNumber: "+33100000000" });
  await until(() => lastCaller()?.caller === "line1", { what: "the telephone line" });
  take(3, "failed", { callId: "e".repeat(32), code: 403 });
  const newcomer = await broker.listen(`${TOPIC}/#`);
  await until(() => newcomer.last(`${TOPIC}/unit402/state`), { what: "the retained topics" });
  assert.equal((JSON.parse(newcomer.last(`${TOPIC}/unit401/last-caller`) ?? "") as LastCaller).caller, "line1");
  assert.equal(newcomer.last(`${TOPIC}/unit402/last-caller`), undefined);
  await newcomer.close();
});

/** Until discovery is on the broker; an earlier test may have left the same there. */
const told = (): Promise<true> => until(() => site.store.discovered.list(DOMAIN).length === 8, { what: "discovery" });

test("what was deleted while a broker was away that forgot everything is taken back all the same", async () => {
  await start();
  await told();
  await broker.stop();
  site.store.units.remove(UNIT_402);
  bus.emit("directoryChanged", { siteId: SITE });
  await mqtt.stop();
  broker.forget();
  await broker.start();
  const newcomer = await broker.listen("homeassistant/device/#");
  await start();
  await until(() => newcomer.last(configOf(UNIT_402)) === "", { what: "the flat's removal" });
  await until(() => newcomer.last(configOf(UNIT_401)), { what: "the other flat, told anew" });
  await newcomer.close();
});

test("a site that was removed while the broker and we were away leaves nothing behind", async () => {
  await start();
  await told();
  await mqtt.stop();
  site.store.sites.remove(SITE);
  await start().catch(() => undefined);
  await until(() => site.store.discovered.domains().every((domain) => domain !== DOMAIN), { what: "the removal" });
  for (const topic of [configOf(SITE), configOf(UNIT_401), `${TOPIC}/unit401/state`, `${TOPIC}/availability`]) {
    await until(() => listener.last(topic) === "", { what: topic });
  }
});

test("a removed site is not called away for ever by the last will of a connection that broke while it left", async (t) => {
  const line = await cuttable(broker.port);
  t.after(() => line.close());
  given.source = async () => ({ url: `mqtt://127.0.0.1:${line.port}`, username: "neolia", password: "s3cret" });
  run();
  await told();
  const leaving = line.silenceAfter(/availability/);
  site.store.sites.remove(SITE);
  bus.emit("directoryChanged", { siteId: SITE });
  await leaving;
  line.cut();
  await until(() => site.store.discovered.domains().every((domain) => domain !== DOMAIN), { what: "the removal" });
  const newcomer = await broker.listen(`${TOPIC}/#`);
  await newcomer.say(`${TOPIC}/lab`, "over");
  await until(() => newcomer.last(`${TOPIC}/lab`), { what: "all that is retained" });
  assert.deepEqual(
    newcomer.messages.map(({ topic }) => topic),
    [`${TOPIC}/lab`],
  );
  await newcomer.close();
});

test("two sites with the same flat and panel are two worlds: calls, states, devices and commands of one say nothing of the other", async () => {
  const OTHER = "neolia/other.example.com";
  await start();
  await until(
    () => listener.last(`${OTHER}/unit401/state`) === "idle" && listener.last(`${TOPIC}/unit401/state`) === "idle",
    {
      what: "both sites",
    },
  );
  // The site is part of what a call id is made of: no two sites have the same.
  calls.take(OTHER_SITE, callEvent(1, "ringing", { callId: "f".repeat(32) }), 0);
  await until(() => listener.last(`${OTHER}/unit401/state`) === "ringing", { what: "the call over there" });
  take(1, "ringing");
  take(2, "answered");
  await until(() => listener.last(`${TOPIC}/unit401/state`) === "in-call", { what: "our call" });
  assert.equal(listener.last(`${OTHER}/unit401/state`), "ringing");
  // What is told of the state comes first.
  await until(() => types().length === 2, { what: "two events" });
  assert.deepEqual(types(), ["ringing", "answered"]);
  assert.equal(listener.last(`${TOPIC}/account/panel401/registered`), "on");
  assert.equal(listener.last(`${OTHER}/account/panel401/registered`), "off");
  await listener.say(`${OTHER}/unit401/do-not-disturb/set`, "on");
  await until(() => given.commands.length > 0, { what: "the command" });
  assert.deepEqual(given.commands, [[OTHER_SITE, { kind: "do-not-disturb", unit: "unit401", on: true }]]);
  const theirs = listener.messages.filter(({ topic }) =>
    topic.startsWith("homeassistant/device/neolia_other_example_com/"),
  );
  assert.ok(theirs.length > 0);
  for (const { payload } of theirs) assert.ok(!payload.includes(`${TOPIC}/`), payload.slice(0, 200));
});
