/**
 * Random edits on a real Mosquitto: what is told row by row leaves on the broker what going through the whole site would leave there, and
 * Home Assistant never sees an entity at two devices.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DOMAIN, DOOR, SITE, UNIT_401 } from "../../../test/fakes/stored-site.ts";
import { broker, bus, given, listener, onBroker, site, start, TOPIC, take } from "../../../test/lab/mqtt-house.ts";
import { until } from "../../../test/lab/until.ts";
import type { Line } from "../api/line.ts";
import { VERSION } from "../version.ts";
import { DiscoveredSite } from "./discovered-site.ts";
import { discoveryMessages, discoveryTopic } from "./discovery.ts";
import { accountsInPieces, unitsInPieces } from "./site-state.ts";

onBroker({ forgetful: true });

/** Few, so that many have one name. */
const LABELS = ["1", "2", "Chez Luigi", "chez luigi", "Unit 1"];
const ROUNDS = 60;
const MOST_EDITS = 4;
/** Leaves `EditedRows` nothing to do but say "all". */
const TOO_MANY = 201;

function randomOf(seed: number) {
  let state = seed;
  const below = (many: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * many);
  };
  return {
    below,
    one: <T>(of: readonly T[]): T => of[below(of.length)] ?? assert.fail("nothing to choose from"),
  };
}

/** What going through the whole site would say. */
function wanted(): Map<string, string> {
  const { store } = site;
  const registered = new Set(given.registered);
  const facts = { isRegistered: (id: string) => registered.has(id), health: () => null };
  const found = new DiscoveredSite(store, SITE, "en");
  for (const _piece of found.readNames());
  return new Map([
    ...[...accountsInPieces(store, SITE, facts), ...unitsInPieces(store, SITE)].flat(),
    ...[...found.pieces()].flatMap((piece) => [...discoveryMessages(piece, VERSION, "en")]),
  ]);
}

const isOurs = (topic: string): boolean =>
  topic.startsWith(discoveryTopic(DOMAIN, "").replace("/config", "")) ||
  /\/(state|do-not-disturb|last-caller|registered|could-ring)$/.test(topic.replace(`${TOPIC}/`, "/"));

/** What a listener has of it that heard everything. */
function held(): Map<string, string> {
  const heard = new Map<string, string>();
  for (const { topic, payload } of listener.messages) {
    if (!isOurs(topic) || topic.includes("other.example.com")) continue;
    if (payload === "") heard.delete(topic);
    else heard.set(topic, payload);
  }
  return heard;
}

const sorted = (topics: Map<string, string>) => [...topics].toSorted(([a], [b]) => (a < b ? -1 : 1));
const isSame = (): boolean => JSON.stringify(sorted(held())) === JSON.stringify(sorted(wanted()));

/** Throws where something is said twice, or an entity of one device comes to another one before the first is without it. */
function judge(): void {
  const last = new Map<string, string>();
  const ownerOf = new Map<string, string>();
  for (const { topic, payload } of listener.messages) {
    if (!isOurs(topic)) continue;
    assert.notEqual(payload, last.get(topic) ?? "", `${topic} was told twice`);
    last.set(topic, payload);
    if (!topic.startsWith("homeassistant/")) continue;
    for (const [entity, owner] of ownerOf) if (owner === topic) ownerOf.delete(entity);
    const { components = {} } = JSON.parse(payload || "{}") as { components?: Record<string, Record<string, string>> };
    for (const { unique_id, default_entity_id } of Object.values(components)) {
      for (const entity of [unique_id, default_entity_id].filter((one) => one !== undefined)) {
        assert.equal(ownerOf.get(entity), undefined, `${entity} is at ${topic} as well`);
        ownerOf.set(entity, topic);
      }
    }
  }
}

function edits(seed: number) {
  const { store } = site;
  const { below, one } = randomOf(seed);
  const buildingId = store.units.get(UNIT_401)?.buildingId ?? "";
  let made = 0;
  const newName = (start: string) => `${start}${++made}`;
  const units = () => store.units.list({ siteId: SITE });
  const flats = () => units().filter(({ kind }) => kind === "residential");
  const doors = () => units().filter(({ kind }) => kind === "door");
  const accounts = () => store.accounts.list({ siteId: SITE });
  const buildings = () => store.buildings.list(SITE);
  const makeUnit = (kind: "residential" | "door", label: string) => {
    const name = newName(kind === "door" ? "door" : "unit");
    store.units.insert({ id: `U${name}`, siteId: SITE, buildingId: one(buildings()).id, kind, name, label });
  };
  const makeAccount = (type: "panel" | "mobile" | "door" | "gateway", unitId: string | null) => {
    const username = newName(type);
    store.accounts.insert({
      ...{ id: `A${username}`, siteId: SITE, unitId, username, type, label: one(LABELS) },
      ...{ ha1: "0".repeat(32), enabled: true, createdAtMs: 0 },
    });
  };
  const edit = {
    makeUnit: () => makeUnit("residential", one(LABELS)),
    makeDoor: () => makeUnit("door", one(LABELS)),
    renameUnit: () => store.units.update({ ...one(units()), label: one(LABELS) }),
    moveUnit: () => store.units.update({ ...one(units()), buildingId: one(buildings()).id }),
    disturb: () => store.units.setDoNotDisturb({ ...one(flats()), doNotDisturb: below(2) === 0 }),
    removeUnit: () => units().length > 6 && store.units.remove(one(units().filter(({ id }) => id !== UNIT_401)).id),
    makeDevice: () => makeAccount(one(["panel", "mobile"]), one(flats()).id),
    makeStation: () => doors().length > 0 && makeAccount("door", one(doors()).id),
    makeGateway: () => makeAccount("gateway", null),
    renameAccount: () => store.accounts.update({ ...one(accounts()), label: one(LABELS) }),
    enable: () => store.accounts.update({ ...one(accounts()), enabled: below(3) > 0 }),
    moveAccount: () => {
      const account = one(accounts());
      const places = account.type === "door" ? doors() : account.unitId === null ? [] : flats();
      if (places.length > 0) store.accounts.update({ ...account, unitId: one(places).id });
    },
    removeAccount: () => accounts().length > 6 && store.accounts.remove(one(accounts()).id),
    makeLine: () => {
      const { id: unitId } = one(flats());
      if (store.lines.byUnit(unitId)) return;
      const settings = {} as Line["settings"];
      const line = { id: newName("L"), siteId: SITE, unitId, gatewayAccountId: null, settings, pausedUntilMs: null };
      store.lines.insert(line);
    },
    removeLine: () => {
      for (const { id } of store.lines.list(SITE).slice(0, 1)) store.lines.remove(id);
    },
    renameBuilding: () => store.buildings.update({ ...one(buildings()), name: newName("Building") }),
    anotherSite: () => {
      const id = "another";
      if (store.sites.get(id)) store.sites.remove(id);
      else store.sites.insert({ id, name: one([DOMAIN, "Elsewhere"]), address: "", domain: id, timeZone: "Etc/UTC" });
    },
    sameNameAgain: () => {
      const { id, ...account } = one(accounts());
      store.accounts.remove(id);
      store.accounts.insert({ ...account, id: newName("A") });
    },
    many: () => {
      if (below(4) > 0) return;
      for (let n = 0; n < TOO_MANY; n++) store.units.setDoNotDisturb({ ...one(flats()), doNotDisturb: n % 2 === 0 });
    },
  };
  store.buildings.insert({ id: "second", siteId: SITE, name: "B" });
  assert.ok(buildings().some(({ id }) => id === buildingId));
  return { one, below, edit, kinds: Object.keys(edit) as (keyof typeof edit)[] };
}

for (const seed of [1, Date.now() >>> 0]) {
  test(`edits are told row by row as the whole site would be (seed ${seed})`, async () => {
    const { one, below, edit, kinds } = edits(seed);
    await start();
    await until(isSame, { what: "the whole site" });
    const done: string[] = [];
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const some = Array.from({ length: 1 + below(MOST_EDITS) }, () => one(kinds));
        done.push(some.join(" "));
        site.store.transaction(() => {
          for (const kind of some) edit[kind]();
        });
        bus.emit("directoryChanged", { siteId: SITE });
        if (round % 10 === 5) take(round, "ringing", { callId: `${round}`.padStart(32, "0") });
        // Some edits come while those before are still being told.
        if (below(3) > 0) await until(isSame, { what: "what going through it would say" });
      }
      await until(isSame, { what: "the end" });
      judge();
      const newcomer = await broker.listen(`${TOPIC}/#`, discoveryTopic(DOMAIN, "+"));
      await until(() => newcomer.messages.filter(({ topic }) => isOurs(topic)).length === wanted().size, {
        what: "all that the broker keeps",
      });
      await newcomer.close();
    } catch (error) {
      console.error(`seed ${seed}, edits:\n${done.slice(-8).join("\n")}`);
      const [has, should] = [held(), wanted()];
      for (const topic of new Set([...has.keys(), ...should.keys()])) {
        if (has.get(topic) !== should.get(topic))
          console.error(topic, "\n has", has.get(topic), "\n not", should.get(topic));
      }
      throw error;
    }
  });
}

test("what a flat says of a door that is gone goes with it", async () => {
  await start();
  await until(isSame, { what: "the whole site" });
  take(1, "ringing");
  take(2, "failed", { code: 487 });
  const door = (): string | null | undefined =>
    listener.events<{ door: string | null }>(`${TOPIC}/unit401/last-caller`).at(-1)?.door;
  await until(() => door() === "intercom-entrance", { what: "the door that rang" });
  site.store.units.remove(DOOR);
  bus.emit("directoryChanged", { siteId: SITE });
  await until(() => door() === null, { what: "a last caller without a door" });
  await until(isSame, { what: "the site without its door" });
});
