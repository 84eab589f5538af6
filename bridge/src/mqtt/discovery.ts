/**
 * What Home Assistant is told so that it makes Neolia's devices and entities by itself: MQTT device discovery, as pure
 * functions from a site's directory to retained messages.
 *
 * Ids are those of the directory, so that renaming a flat renames its device and keeps its history; entity ids are only
 * suggested (`default_entity_id`) and belong to the user afterwards. The topics are those of `topics.ts`.
 */
import type {
  DiscoveryAccount,
  DiscoveryDevice,
  DiscoveryDoor,
  DiscoveryPlace,
  DiscoverySite,
} from "./discovery-model.ts";
import { type NameLanguage, nameIn } from "./entity-names.ts";
import { lineComponents } from "./line-discovery.ts";
import { dishSwitches, menuId, menuTopics } from "./menu-discovery.ts";
import {
  availabilityTopic,
  couldRingTopic,
  doNotDisturbCommandTopic,
  doNotDisturbTopic,
  lastCallerTopic,
  pressTopic,
  registeredTopic,
  sitePrefix,
  stateTopic,
} from "./topics.ts";

/** Topic → payload, all to be published retained with QoS 1. An empty payload takes the device away. */
export type DiscoveryMessages = Map<string, string>;

interface Component {
  platform: string;
  [key: string]: unknown;
}

interface DiscoveryConfig {
  device: Record<string, unknown>;
  origin: { name: string; sw_version: string };
  components: Record<string, Component>;
  [key: string]: unknown;
}

/** What a unit's and a line's event entity tells; also the subtypes of their device triggers. */
const CALL_EVENTS = ["ringing", "answered", "missed", "ended"] as const;

/**
 * QoS 1 may deliver an event again when the broker's confirmation was lost: within a call, one that is not further than
 * what the entity has told already becomes an empty object, which Home Assistant ignores.
 */
const ONCE = `{% set order = ${JSON.stringify(CALL_EVENTS)} %}{% set told = this.attributes %}
{%- if value_json.call_id == told.get('call_id') and told.get('event_type') in order
  and order.index(value_json.event_type) <= order.index(told.get('event_type')) %}{}{% else %}{{ value }}{% endif %}`;

/** What Home Assistant's discovery topics start with unless its MQTT settings say otherwise. */
const PREFIX = "homeassistant";

/** Where Home Assistant says `online` after each of its starts. */
export const BIRTH_TOPIC = `${PREFIX}/status`;

/** A topic of its own for each site, so that what lies there is known to be the site's. `id` may be a wildcard. */
export function discoveryTopic(domain: string, id: string): string {
  // Discovery takes letters, digits, - and _ only (node_id); a domain has no _ of its own.
  return `${PREFIX}/device/neolia_${domain.replaceAll(".", "_")}/${id}/config`;
}

/** Key → platform of each component of some payloads, as text in one order: what must be known to take it back. */
export function componentsOf(...payloads: (string | undefined)[]): string {
  const components = payloads.flatMap((payload) => Object.entries(parseComponents(payload ?? "")));
  const platforms = components.map(([key, { platform }]) => [key, platform] as const);
  return JSON.stringify(Object.fromEntries(platforms.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** A payload that stands for one with these components (see `componentsOf`), of which nothing else is known. */
export function payloadOf(components: string): string {
  const platforms = Object.entries(JSON.parse(components) as Record<string, string>);
  return JSON.stringify({ components: Object.fromEntries(platforms.map(([key, platform]) => [key, { platform }])) });
}

/**
 * All discovery messages of a site, one by one, as all of a large site's take a second. `version` is Neolia's own; the labels of `site`
 * are in `language` already.
 */
export function* discoveryMessages(
  site: DiscoverySite,
  version: string,
  language: NameLanguage = "en",
): Generator<[topic: string, payload: string]> {
  /** The components' names as they are. */
  const plain = (id: string, config: Omit<DiscoveryConfig, "origin">): [string, string] => [
    discoveryTopic(site.domain, id),
    JSON.stringify({ origin: { name: "Neolia", sw_version: version }, qos: 1, ...config }),
  ];
  const message = (id: string, config: Omit<DiscoveryConfig, "origin">): [string, string] =>
    plain(id, { ...config, components: namedIn(language, config.components as Record<string, Component>) });
  const device = (id: string, name: string, model: string, more: Record<string, string>): Record<string, unknown> => ({
    ...{ identifiers: [deviceId(id)], name, manufacturer: "Neolia", model: nameIn(language, model) },
    ...more,
  });
  const available = { availability_topic: availabilityTopic(site.domain) };
  const via = { via_device: deviceId(site.id) };

  yield message(site.id, {
    device: device(site.id, site.name, "Site", { sw_version: version }),
    components: siteComponents(site),
  });
  for (const door of site.doors) {
    yield message(door.id, {
      device: device(door.id, door.label, "Door", via),
      ...available,
      components: doorComponents(site, door),
    });
  }
  for (const unit of site.units) {
    yield message(unit.id, {
      device: device(unit.id, unit.label, "Unit", via),
      ...available,
      components: unitComponents(site, unit),
    });
  }
  for (const line of site.lines) {
    yield message(line.id, {
      device: device(line.id, line.label, "Line", via),
      ...available,
      components: { ...callComponents(site, line), ...lineComponents(site.domain, line) },
    });
    if (line.dishes.length === 0) continue;
    const menu = menuId(line.id);
    yield plain(menu, {
      device: device(menu, `${line.label}: ${nameIn(language, "menu")}`, "Menu", { via_device: deviceId(line.id) }),
      ...available,
      ...menuTopics(site.domain, line),
      components: dishSwitches(line),
    });
  }
  for (const one of site.devices) {
    const at = { via_device: deviceId(one.unitId ?? site.id) };
    yield message(one.id, {
      device: device(one.id, one.label, one.kind, at),
      ...available,
      components: deviceComponents(site, one),
    });
  }
}

function namedIn(language: NameLanguage, components: Record<string, Component>): Record<string, Component> {
  const named = ({ name, ...rest }: Component): Component =>
    typeof name === "string" ? { ...rest, name: nameIn(language, name) } : rest;
  return Object.fromEntries(Object.entries(components).map(([key, component]) => [key, named(component)]));
}

/**
 * What must be published, in order, to get from what the broker holds to what it should hold: devices that are gone are
 * emptied; an entity that is gone from a device is named once with nothing but its platform (Home Assistant deletes it
 * then), before the device is published without it, and before any other device that may have the entity now.
 */
export function discoveryChanges(
  before: DiscoveryMessages,
  after: DiscoveryMessages,
): [topic: string, payload: string][] {
  const changed = [...after].filter(([topic, payload]) => before.get(topic) !== payload);
  return [
    ...[...before.keys()].filter((topic) => !after.has(topic)).map((topic): [string, string] => [topic, ""]),
    ...changed.flatMap(([topic, payload]): [string, string][] => {
      const farewell = withFarewells(before.get(topic) ?? "", payload);
      return farewell === null ? [] : [[topic, farewell]];
    }),
    ...changed,
  ];
}

/** The new configuration with the components that it no longer has reduced to their platform; null if it has them all. */
function withFarewells(old: string, payload: string): string | null {
  const was = parseComponents(old);
  const config = JSON.parse(payload) as DiscoveryConfig;
  const gone = Object.entries(was).filter(([key]) => !(key in config.components));
  if (gone.length === 0) return null;
  const farewells = Object.fromEntries(gone.map(([key, { platform }]) => [key, { platform }]));
  return JSON.stringify({ ...config, components: { ...config.components, ...farewells } });
}

/** Whatever lies on the broker: something that is not ours to read has no components. */
function parseComponents(payload: string): Record<string, Component> {
  try {
    return (JSON.parse(payload) as Partial<DiscoveryConfig>).components ?? {};
  } catch {
    return {};
  }
}

function siteComponents(site: DiscoverySite): Record<string, Component> {
  return {
    // Without availability of its own: it is the entity that says whether Neolia is there.
    connected: {
      platform: "binary_sensor",
      unique_id: uniqueId(site.id, "connected"),
      default_entity_id: `binary_sensor.${slug(site.name)}_connected`,
      name: "Connected",
      device_class: "connectivity",
      entity_category: "diagnostic",
      state_topic: availabilityTopic(site.domain),
      payload_on: "online",
      payload_off: "offline",
    },
  };
}

/** A press of the door's bell, whomever it is for, and whether somebody talks there. */
function doorComponents(site: DiscoverySite, door: DiscoveryDoor): Record<string, Component> {
  return {
    ring: doorbell(door, "Ring", pressTopic(site.domain, door.name), "value_json.event_type == 'pressed'"),
    state: callState(site, door),
    trigger_ring: deviceTrigger(pressTopic(site.domain, door.name), "pressed", "ring"),
    ...Object.fromEntries(door.stations.map((station) => [`could_ring_${station.id}`, couldRing(site, station)])),
  };
}

/** A unit has a bell of its own: the doors ring it among others, and its people want to hear only theirs. */
function unitComponents(site: DiscoverySite, unit: DiscoveryPlace): Record<string, Component> {
  return {
    ring: doorbell(
      unit,
      "Doorbell",
      eventTopic(site.domain, unit.name),
      "value_json.event_type == 'ringing' and value_json.door",
    ),
    ...callComponents(site, unit),
    do_not_disturb: {
      platform: "switch",
      unique_id: uniqueId(unit.id, "do_not_disturb"),
      default_entity_id: `switch.${slug(unit.name)}_do_not_disturb`,
      name: "Do not disturb",
      icon: "mdi:bell-off",
      state_topic: doNotDisturbTopic(site.domain, unit.name),
      command_topic: doNotDisturbCommandTopic(site.domain, unit.name),
      // With its time: what Home Assistant kept while the broker was away comes too late (commands.ts).
      command_template: '{"state":"{{ value }}","at":"{{ utcnow().isoformat() }}"}',
      payload_on: "on",
      payload_off: "off",
    },
  };
}

function callComponents(site: DiscoverySite, place: DiscoveryPlace): Record<string, Component> {
  return {
    calls: {
      platform: "event",
      unique_id: uniqueId(place.id, "calls"),
      default_entity_id: `event.${slug(place.name)}_calls`,
      name: "Calls",
      icon: "mdi:phone-log",
      event_types: CALL_EVENTS,
      state_topic: eventTopic(site.domain, place.name),
      value_template: ONCE,
    },
    state: callState(site, place),
    last_caller: {
      platform: "sensor",
      unique_id: uniqueId(place.id, "last_caller"),
      default_entity_id: `sensor.${slug(place.name)}_last_caller`,
      name: "Last caller",
      icon: "mdi:account-arrow-left",
      state_topic: lastCallerTopic(site.domain, place.name),
      value_template: "{{ value_json.caller }}",
      json_attributes_topic: lastCallerTopic(site.domain, place.name),
    },
    ...Object.fromEntries(
      CALL_EVENTS.map((what) => [`trigger_${what}`, deviceTrigger(eventTopic(site.domain, place.name), what, what)]),
    ),
  };
}

function deviceComponents(site: DiscoverySite, device: DiscoveryDevice): Record<string, Component> {
  return {
    could_ring: couldRing(site, device),
    // A mobile phone sleeps, and is rung all the same once it wakes: that is no problem to report.
    ...(device.kind === "Panel" && { registered: registration(site, device) }),
  };
}

function registration(site: DiscoverySite, panel: DiscoveryAccount): Component {
  return {
    platform: "binary_sensor",
    unique_id: uniqueId(panel.id, "registered"),
    default_entity_id: `binary_sensor.${slug(panel.username)}_registration`,
    name: "Registration",
    // On means trouble: a panel that is not registered does not ring.
    device_class: "problem",
    entity_category: "diagnostic",
    state_topic: registeredTopic(site.domain, panel.username),
    payload_on: "off",
    payload_off: "on",
  };
}

/** On means trouble: it would not ring now, and the attributes say why. */
function couldRing(site: DiscoverySite, { id, username }: DiscoveryAccount): Component {
  const topic = couldRingTopic(site.domain, username);
  return {
    platform: "binary_sensor",
    unique_id: uniqueId(id, "could_ring"),
    default_entity_id: `binary_sensor.${slug(username)}_ring_check`,
    name: "Ring check",
    device_class: "problem",
    entity_category: "diagnostic",
    state_topic: topic,
    // Home Assistant's word for unknown.
    value_template: "{{ 'None' if value_json.state == 'unknown' else value_json.state }}",
    payload_on: "problem",
    payload_off: "ok",
    json_attributes_topic: topic,
    json_attributes_template: "{{ dict(problems=value_json.problems, warnings=value_json.warnings) | to_json }}",
  };
}

/**
 * An event entity with device class doorbell, which must offer the type `ring`. Our events have words of their own; what does not
 * meet the condition becomes an empty object, which Home Assistant ignores.
 */
function doorbell(place: DiscoveryPlace, name: string, topic: string, condition: string): Component {
  return {
    platform: "event",
    unique_id: uniqueId(place.id, "ring"),
    default_entity_id: `event.${slug(place.name)}_${slug(name)}`,
    name,
    device_class: "doorbell",
    event_types: ["ring"],
    state_topic: topic,
    value_template: `{% if ${condition} and value_json.id != this.attributes.get('id') %}{{ dict(value_json, event_type='ring') | to_json }}{% else %}{}{% endif %}`,
  };
}

function callState(site: DiscoverySite, place: DiscoveryPlace): Component {
  return {
    platform: "sensor",
    unique_id: uniqueId(place.id, "state"),
    default_entity_id: `sensor.${slug(place.name)}_call_state`,
    name: "Call state",
    icon: "mdi:phone",
    device_class: "enum",
    options: ["idle", "ringing", "in-call"],
    state_topic: stateTopic(site.domain, place.name),
  };
}

/** @param what the event on the topic; `subtype` is what the person who makes an automation sees */
function deviceTrigger(topic: string, what: string, subtype: string): Component {
  return {
    platform: "device_automation",
    automation_type: "trigger",
    type: "call",
    subtype,
    topic,
    value_template: "{{ value_json.event_type }}",
    payload: what,
  };
}

const deviceId = (id: string): string => `neolia_${id}`;
const uniqueId = (id: string, entity: string): string => `neolia_${id}_${entity}`;

const eventTopic = (domain: string, name: string): string => `${sitePrefix(domain)}${name}/event`;

/** A name as entity ids allow it. */
function slug(name: string): string {
  return name
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "");
}
