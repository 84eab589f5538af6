import assert from "node:assert/strict";
import { test } from "node:test";
import { discoveryChanges, discoveryMessages } from "./discovery.ts";
import type { DiscoveryDish, DiscoverySite } from "./discovery-model.ts";

const SITE: DiscoverySite = {
  id: "SITE1",
  domain: "home.sip.example.com",
  name: "Home",
  doors: [
    { id: "DOOR1", name: "intercom-entrance", label: "Entrance", stations: [{ id: "STATION1", username: "entrance" }] },
  ],
  units: [{ id: "UNIT401", name: "unit401", label: "Unit 401" }],
  lines: [{ id: "LINE1", name: "line1", label: "Restaurant", dishes: [] }],
  devices: [
    { id: "PANEL1", kind: "Panel", username: "panel401", label: "Hall panel", unitId: "UNIT401" },
    { id: "PHONE1", kind: "Phone", username: "mobile401", label: "Rosa's phone", unitId: "UNIT401" },
  ],
};

interface Config {
  device: Record<string, unknown>;
  origin: Record<string, unknown>;
  availability_topic?: string;
  components: Record<string, Record<string, unknown>>;
}

const messagesOf = (site: DiscoverySite, language: "en" | "fr" = "en") =>
  new Map(discoveryMessages(site, "1.2.3", language));
const topic = (id: string) => `homeassistant/device/neolia_home_sip_example_com/${id}/config`;
const configs = (site: DiscoverySite = SITE) =>
  new Map([...messagesOf(site)].map(([key, payload]) => [key, JSON.parse(payload) as Config]));
const component = (id: string, key: string) => configs().get(topic(id))?.components[key];

test("site, doors, units, lines and what rings are devices of their own, told apart by the directory's ids", () => {
  assert.deepEqual([...configs().keys()], ["SITE1", "DOOR1", "UNIT401", "LINE1", "PANEL1", "PHONE1"].map(topic));
  assert.deepEqual(configs().get(topic("DOOR1"))?.device, {
    identifiers: ["neolia_DOOR1"],
    name: "Entrance",
    manufacturer: "Neolia",
    model: "Door",
    via_device: "neolia_SITE1",
  });
  assert.equal(configs().get(topic("PANEL1"))?.device.via_device, "neolia_UNIT401");
});

test("every device names its origin, which discovery requires", () => {
  for (const { origin } of configs().values()) assert.deepEqual(origin, { name: "Neolia", sw_version: "1.2.3" });
});

test("all but the site itself become unavailable with the site", () => {
  for (const [key, { availability_topic: available }] of configs()) {
    assert.equal(available, key === topic("SITE1") ? undefined : "neolia/home.sip.example.com/availability");
  }
  assert.equal(component("SITE1", "connected")?.state_topic, "neolia/home.sip.example.com/availability");
});

test("unique ids are unique over all devices and survive renaming", () => {
  const ids = (site: DiscoverySite) =>
    [...configs(site).values()].flatMap(({ components }) =>
      Object.values(components).flatMap(({ unique_id: id }) => (id === undefined ? [] : [String(id)])),
    );
  assert.equal(new Set(ids(SITE)).size, ids(SITE).length);
  const renamed = { ...SITE, units: [{ id: "UNIT401", name: "flat-9", label: "Flat 9" }] };
  assert.deepEqual(ids(renamed), ids(SITE));
});

test("doorbells are event entities that offer ring, which Home Assistant requires", () => {
  for (const id of ["DOOR1", "UNIT401"]) {
    const ring = component(id, "ring");
    assert.equal(ring?.platform, "event");
    assert.equal(ring?.device_class, "doorbell");
    assert.deepEqual(ring?.event_types, ["ring"]);
  }
});

test("every suggested entity id carries its domain and only characters that entity ids have", () => {
  for (const { components } of configs().values()) {
    for (const { platform, default_entity_id: id } of Object.values(components)) {
      if (id !== undefined) assert.match(String(id), new RegExp(`^${platform}\\.[a-z0-9_]+$`));
    }
  }
});

test("no component uses object_id, which Home Assistant no longer reads", () => {
  for (const payload of messagesOf(SITE).values()) assert.doesNotMatch(payload, /"object_id"/);
});

test("a panel that is not registered is a problem", () => {
  const { device_class: kind, payload_on: on, payload_off: off } = component("PANEL1", "registered") ?? {};
  assert.deepEqual([kind, on, off], ["problem", "off", "on"]);
});

test("every panel, phone and station says whether it could ring, and only a panel's registration is a problem of its own", () => {
  const keys = ["DOOR1", "PANEL1", "PHONE1"].map((id) => Object.keys(configs().get(topic(id))?.components ?? {}));
  assert.deepEqual(keys, [
    ["ring", "state", "trigger_ring", "could_ring_STATION1"],
    ["could_ring", "registered"],
    ["could_ring"],
  ]);
  const { device_class: kind, payload_on: on, state_topic: from } = component("PHONE1", "could_ring") ?? {};
  assert.deepEqual(
    [kind, on, from],
    ["problem", "problem", "neolia/home.sip.example.com/account/mobile401/could-ring"],
  );
});

const withDishes = (...dishes: DiscoveryDish[]): DiscoverySite => ({
  ...SITE,
  lines: [{ id: "LINE1", name: "line1", label: "Restaurant", dishes }],
});

test("a line's menu is a device behind it with a switch for each dish that is off by default; a dish keeps its name in every language", () => {
  const site = withDishes({ id: "soupe-7", label: "Door" });
  for (const language of ["en", "fr"] as const) {
    const menu = JSON.parse(messagesOf(site, language).get(topic("LINE1_menu")) ?? "") as Config;
    assert.deepEqual(
      [menu.device.name, menu.device.via_device],
      [language === "en" ? "Restaurant: menu" : "Restaurant: carte", "neolia_LINE1"],
    );
    const { "dish_soupe-7": dish } = menu.components;
    assert.deepEqual(
      [dish?.name, dish?.default_entity_id, dish?.enabled_by_default],
      ["Door", "switch.line1_dish_soupe_7", false],
    );
  }
  assert.ok(!configs().has(topic("LINE1_menu")));
});

test("a dish that is new, renamed or gone changes nothing but its line's menu", () => {
  const soup = { id: "soup", label: "Soup" };
  const before = messagesOf(withDishes(soup));
  for (const dishes of [[soup, { id: "salad", label: "Salad" }], [{ ...soup, label: "Broth" }], []]) {
    const changes = discoveryChanges(before, messagesOf(withDishes(...dishes)));
    assert.deepEqual([...new Set(changes.map(([key]) => key))], [topic("LINE1_menu")]);
  }
});

test("nothing that has not changed is published again", () => {
  const messages = messagesOf(SITE);
  assert.deepEqual(discoveryChanges(messages, messagesOf(SITE)), []);
  assert.deepEqual(
    discoveryChanges(messages, messagesOf({ ...SITE, name: "House" })).map(([key]) => key),
    [topic("SITE1")],
  );
});

test("what was deleted is taken off the broker", () => {
  const without = messagesOf({ ...SITE, doors: [] });
  assert.deepEqual(discoveryChanges(messagesOf(SITE), without), [[topic("DOOR1"), ""]]);
});

test("an entity that a device no longer has is named once with its platform, then left out", () => {
  const after = messagesOf(SITE);
  const config = JSON.parse(after.get(topic("PANEL1")) ?? "") as Config;
  config.components.battery = { platform: "sensor", unique_id: "neolia_PANEL1_battery", state_topic: "x" };
  const before = new Map(after).set(topic("PANEL1"), JSON.stringify(config));
  const changes = discoveryChanges(before, after);
  assert.deepEqual(
    changes.map(([key]) => key),
    [topic("PANEL1"), topic("PANEL1")],
  );
  const farewell = JSON.parse(changes[0]?.[1] ?? "") as Config;
  assert.deepEqual(farewell.components.battery, { platform: "sensor" });
  assert.ok(farewell.components.registered?.unique_id);
  assert.equal(changes[1]?.[1], after.get(topic("PANEL1")));
});

test("whatever else lies on a discovery topic is simply replaced", () => {
  const after = messagesOf(SITE);
  const before = new Map(after).set(topic("SITE1"), "not ours");
  assert.deepEqual(discoveryChanges(before, after), [[topic("SITE1"), after.get(topic("SITE1"))]]);
});

test("in French every name is French, and nothing but names and models is different", () => {
  const lines = configs().get(topic("LINE1"))?.components ?? {};
  const english = messagesOf(SITE);
  const french = messagesOf(SITE, "fr");
  const plain = (messages: Map<string, string>) =>
    [...messages].map(([key, payload]) => {
      const { device, components, ...rest } = JSON.parse(payload) as Config;
      const parts = Object.entries(components).map(([part, { name: _name, ...more }]) => [part, more]);
      return [key, { ...device, model: "" }, parts, rest];
    });
  assert.deepEqual(plain(french), plain(english));
  const names = (messages: Map<string, string>) =>
    [...messages.values()].flatMap((payload) =>
      Object.values((JSON.parse(payload) as Config).components).flatMap(({ name }) =>
        name === undefined ? [] : [name],
      ),
    );
  assert.ok(Object.keys(lines).length > 5);
  for (const [index, name] of names(french).entries()) assert.notEqual(name, names(english)[index]);
  assert.ok(names(french).includes("Ne pas déranger"));
});
