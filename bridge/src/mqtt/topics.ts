/**
 * Every topic of Neolia on the broker. `<site>` is the site's SIP domain; `<name>` is the SIP name of a flat or door.
 *
 *     neolia/<site>/availability                    online | offline       retained, last will
 *     neolia/<site>/<name>/event                    call events (JSON)     never retained
 *     neolia/<site>/<door>/called                   the same for calls *to* a door, which are no press of its bell
 *     neolia/<site>/<name>/state                    idle | ringing | in-call   retained
 *     neolia/<site>/account/<username>/registered   on | off               retained
 *
 * Beside them `homeassistant/device/neolia_<site>/<id>/config`, retained, for Home Assistant (discovery.ts).
 */
import type { CallRow } from "../store/call-store.ts";
import type { Store } from "../store/store.ts";

/** A level without wildcards and separators (MQTT 3.1.1 section 4.7.1); SIP names and domains pass unchanged. */
function level(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, "_");
}

const siteTopic = (domain: string): string => `neolia/${level(domain)}`;

/** What all topics of a site start with. */
export const sitePrefix = (domain: string): string => `${siteTopic(domain)}/`;

export const availabilityTopic = (domain: string): string => `${siteTopic(domain)}/availability`;

export const stateTopic = (domain: string, name: string): string => `${siteTopic(domain)}/${level(name)}/state`;

export const registeredTopic = (domain: string, username: string): string =>
  `${siteTopic(domain)}/account/${level(username)}/registered`;

/** Filters that match every retained topic of a site but its availability. */
export const retainedFilters = (domain: string): string[] => [stateTopicFilter(domain), registeredTopicFilter(domain)];

const stateTopicFilter = (domain: string): string => `${siteTopic(domain)}/+/state`;
const registeredTopicFilter = (domain: string): string => `${siteTopic(domain)}/account/+/registered`;

/** Where the events of a call go: to the flat that is called, to the door that calls, to the door that is called. */
export function eventTopics(store: Pick<Store, "sites" | "units">, call: CallRow): string[] {
  const domain = store.sites.get(call.siteId)?.domain;
  if (domain === undefined) return [];
  const topics: string[] = [];
  const unit = call.unitId === null ? null : store.units.get(call.unitId);
  if (unit) topics.push(`${siteTopic(domain)}/${level(unit.name)}/event`);
  const door = call.doorId === null ? null : store.units.get(call.doorId);
  if (door) topics.push(`${siteTopic(domain)}/${level(door.name)}/${call.caller.kind === "door" ? "event" : "called"}`);
  return topics;
}
