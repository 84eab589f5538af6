/** A site of four hundred flats on a real Mosquitto: what one call changes is all that is looked at, and no ring waits for the rest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { accountId, DOOR, SITE, UNIT_401 } from "../../../test/fakes/stored-site.ts";
import {
  broker,
  bus,
  given,
  listener,
  mqtt,
  onBroker,
  site,
  start,
  TOPIC,
  take,
  types,
  unitEvents,
} from "../../../test/lab/mqtt-house.ts";
import { until } from "../../../test/lab/until.ts";
import { accountsInPieces, unitsInPieces } from "./site-state.ts";

onBroker({ forgetful: true });

/** Of more topics Mosquitto, which queues a thousand messages for a listener, would tell the listener only some. */
const FLATS = 400;

async function begin(): Promise<void> {
  const { store } = site;
  const buildingId = store.units.get(UNIT_401)?.buildingId ?? "";
  store.transaction(() => {
    for (let n = 0; n < FLATS; n++) {
      const id = `many${n}`;
      store.units.insert({ id, siteId: SITE, buildingId, kind: "residential", name: id, label: `${n}` });
    }
  });
  await start();
}

const toldAll = async (): Promise<void> => {
  await until(async () => (await retained()).size === wanted().size, { what: "all of the site on the broker" });
};

/** Devices come last, by name. */
const toldHome = async (): Promise<void> => {
  const last = `homeassistant/device/neolia_sip_example_com/${accountId("panel402")}/config`;
  await until(() => listener.last(last) !== undefined, { what: "its discovery" });
};

/** From now on: by which ways more than a row of units or accounts is read. */
function whatIsRead(): string[] {
  const read: string[] = [];
  for (const noun of ["units", "accounts"] as const) {
    const table = site.store[noun] as object as Record<string, (...args: unknown[]) => unknown>;
    for (const method of ["some", "list", "names", "enabledNames", "count"]) {
      const own = table[method];
      if (!own) continue;
      table[method] = (...args) => {
        const [filter] = args as [{ unitId?: string }];
        if (filter?.unitId === undefined) read.push(`${noun}.${method}`);
        return own(...args);
      };
    }
  }
  return read;
}

/** What the broker keeps of the site, but its availability, by topic. */
async function retained(): Promise<Map<string, string>> {
  const newcomer = await broker.listen(`${TOPIC}/#`);
  try {
    // A broker sends what it keeps in one go, and then what comes.
    await newcomer.say(`${TOPIC}/echo-of-the-test`, "here");
    await until(() => newcomer.last(`${TOPIC}/echo-of-the-test`) !== undefined, { what: "all that is kept" });
    const kept = newcomer.messages.filter((message) => message.retained && !message.topic.endsWith("/availability"));
    return new Map(kept.map(({ topic, payload }) => [topic, payload]));
  } finally {
    await newcomer.close();
  }
}

function wanted(): Map<string, string> {
  const registered = new Set(given.registered);
  const facts = { isRegistered: (id: string) => registered.has(id), health: () => null };
  return new Map([...accountsInPieces(site.store, SITE, facts), ...unitsInPieces(site.store, SITE)].flat());
}

test("a ring is told while the site is still being told, and in the end the broker keeps what is so", async () => {
  await begin();
  await until(() => listener.messages.some(({ topic }) => topic.endsWith("/state")), { what: "the first state" });
  take(1, "invited");
  take(2, "ringing");
  take(3, "answered");
  given.registered = [];
  bus.emit("registrationsChanged", { siteId: SITE });
  await until(() => types().includes("ringing"), { what: "the ring" });
  const statesBefore = listener.messages.filter(({ topic }) => /many\d+\/state$/.test(topic)).length;
  assert.ok(statesBefore < FLATS, `all ${statesBefore} states were told before the ring`);
  // Its state went out before it.
  const topics = listener.messages.map(({ topic, payload }) => `${topic} ${payload}`);
  assert.ok(topics.some((one) => /unit401\/state (ringing|in-call)$/.test(one)));
  await toldAll();
  assert.deepEqual(await retained(), wanted());
  take(4, "ended");
  await until(() => types().includes("ended"), { what: "its end" });
  await until(() => listener.last(`${TOPIC}/unit401/state`) === "idle", { what: "idle" });
  assert.deepEqual(await retained(), wanted());
});

test("for a call and for a device that comes or goes nothing else of the site is read", async () => {
  await begin();
  await toldAll();
  await toldHome();
  const { store } = site;
  const read = whatIsRead();
  const heardBefore = listener.messages.length;
  take(1, "invited");
  take(2, "ringing");
  take(3, "ended");
  await until(() => unitEvents().length === 2, { what: "two events" });
  given.registered = [accountId("panel402")];
  bus.emit("registrationsChanged", { siteId: SITE });
  await until(() => listener.last(`${TOPIC}/account/panel402/registered`) === "on", { what: "panel 402" });
  await until(() => listener.last(`${TOPIC}/account/panel401/registered`) === "off", { what: "panel 401" });
  assert.deepEqual(read, []);
  const topics = new Set(listener.messages.slice(heardBefore).map(({ topic }) => topic.replace(`${TOPIC}/`, "")));
  const door = store.units.get(DOOR)?.name;
  for (const topic of topics) assert.match(topic, new RegExp(`^(unit401|${door}|account/panel40[12]|echo)\\b`));
  assert.equal(mqtt.state().link, "up");
});

test("for an edit of a flat and of a device nothing else of the site is read or told", async () => {
  await begin();
  await toldAll();
  await toldHome();
  const { store } = site;
  const read = whatIsRead();
  const heardBefore = listener.messages.length;
  const unit = store.units.get("many7") ?? assert.fail();
  const panel = store.accounts.get(accountId("panel402")) ?? assert.fail();
  store.units.update({ ...unit, label: "7 garden" });
  store.accounts.update({ ...panel, enabled: false });
  bus.emit("directoryChanged", { siteId: SITE });
  const config = (id: string) => `homeassistant/device/neolia_sip_example_com/${id}/config`;
  await until(() => listener.last(config("many7"))?.includes("7 garden"), { what: "its new name" });
  await until(() => listener.last(config(accountId("panel402"))) === "", { what: "the device that is gone" });
  await until(() => listener.last(`${TOPIC}/many7/state`) === "idle", { what: "its state" });
  assert.deepEqual(read, []);
  const told = new Set(listener.messages.slice(heardBefore).map(({ topic }) => topic));
  assert.deepEqual([...told].toSorted(), [config("account-panel402"), config("many7")].toSorted());
});

test("a broker that forgot everything is told everything again, with the call that is on first", async () => {
  await begin();
  await toldAll();
  await broker.stop("SIGKILL");
  await until(() => mqtt.state().link === "down", { what: "the lost link" });
  take(1, "ringing");
  await broker.start();
  await until(() => mqtt.state().link === "up", { what: "the link" });
  await toldAll();
  const kept = await retained();
  assert.equal(kept.get(`${TOPIC}/unit401/state`), "ringing");
  assert.deepEqual(kept, wanted());
});
