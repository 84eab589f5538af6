/**
 * Every topic of Neolia on the broker. `<site>` is the site's SIP domain; `<name>` is the SIP name of a flat or door.
 *
 *     neolia/<site>/availability                    online | offline       retained, last will
 *     neolia/<site>/echo                            our own word, to hear what lies before it (own-echo.ts)
 *     neolia/<site>/<name>/event                    call events (JSON)     never retained
 *     neolia/<site>/<door>/press                    somebody presses its bell (JSON), also when nobody is rung
 *     neolia/<site>/<door>/called                   the same for calls *to* a door, which are no press of its bell
 *     neolia/<site>/<name>/state                    idle | ringing | in-call   retained
 *     neolia/<site>/<unit>/last-caller              JSON, see LastCaller   retained
 *     neolia/<site>/<unit>/do-not-disturb           on | off               retained
 *     neolia/<site>/<unit>/do-not-disturb/set       a command (commands.ts), never retained
 *     neolia/<site>/account/<username>/registered   on | off               retained
 *     neolia/<site>/account/<username>/could-ring   JSON, see RingCheck    retained
 *     neolia/<site>/<line>/line/state               open | closed | paused     retained
 *     neolia/<site>/<line>/line/assistant           why it answers no calls, or null (JSON)   retained
 *     neolia/<site>/<line>/line/pause               on | off                   retained; command …/pause/set
 *     neolia/<site>/<line>/line/queue               orders and drafts (JSON)   retained
 *     neolia/<site>/<line>/line/today               orders, turnover (JSON)    retained
 *     neolia/<site>/<line>/line/alarm               on | off: an order waits   retained
 *     neolia/<site>/<line>/line/sold-out            items (JSON)               retained; command …/stock/set
 *     neolia/<site>/<line>/line/order               order events (JSON)        never retained
 *
 * `<line>` is the SIP name of the line's unit. A command that is retained, or comes with the subscription, is no command.
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

export const echoTopic = (domain: string): string => `${siteTopic(domain)}/echo`;

export const stateTopic = (domain: string, name: string): string => `${siteTopic(domain)}/${level(name)}/state`;

export const registeredTopic = (domain: string, username: string): string =>
  `${siteTopic(domain)}/account/${level(username)}/registered`;

export const couldRingTopic = (domain: string, username: string): string =>
  `${siteTopic(domain)}/account/${level(username)}/could-ring`;

export const lastCallerTopic = (domain: string, name: string): string =>
  `${siteTopic(domain)}/${level(name)}/last-caller`;

export const doNotDisturbTopic = (domain: string, name: string): string =>
  `${siteTopic(domain)}/${level(name)}/do-not-disturb`;

export const doNotDisturbCommandTopic = (domain: string, name: string): string =>
  `${doNotDisturbTopic(domain, name)}/set`;

/** Every retained topic that a flat or door of this name can have, but those of a line. */
export const unitTopics = (domain: string, name: string): string[] =>
  [stateTopic, doNotDisturbTopic, lastCallerTopic].map((topic) => topic(domain, name));

/** Every retained topic that an account of this name can have. */
export const accountTopics = (domain: string, username: string): string[] =>
  [registeredTopic, couldRingTopic].map((topic) => topic(domain, username));

/** Filters that match every retained topic of a site but its availability. */
export const retainedFilters = (domain: string): string[] => [
  ...["state", "last-caller", "do-not-disturb"].map((leaf) => `${siteTopic(domain)}/+/${leaf}`),
  ...["registered", "could-ring"].map((leaf) => `${siteTopic(domain)}/account/+/${leaf}`),
  `${siteTopic(domain)}/+/line/+`,
];

/** Filters that match every topic of events of a site, but those of orders, which are among `retainedFilters`. */
export const eventFilters = (domain: string): string[] =>
  ["event", "press", "called"].map((leaf) => `${siteTopic(domain)}/+/${leaf}`);

/** The filter that matches every topic of commands of a site. */
export const commandFilter = (domain: string): string => `${siteTopic(domain)}/+/do-not-disturb/set`;

/** SIP name of the unit whose do-not-disturb a topic commands; null when it is no such topic of the site. */
export function doNotDisturbCommandUnit(domain: string, topic: string): string | null {
  const [site, name, ...rest] = topic.startsWith("neolia/") ? topic.slice("neolia/".length).split("/") : [];
  if (site !== level(domain) || name === undefined || rest.join("/") !== "do-not-disturb/set") return null;
  return name;
}

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

/** Where a press of a door's bell goes. */
export const pressTopic = (domain: string, door: string): string => `${siteTopic(domain)}/${level(door)}/press`;

/** The same for the door that a call comes from. */
export function pressTopics(store: Pick<Store, "sites" | "units">, call: CallRow): string[] {
  const domain = store.sites.get(call.siteId)?.domain;
  const door = call.doorId === null ? null : store.units.get(call.doorId);
  return domain !== undefined && door ? [pressTopic(domain, door.name)] : [];
}

type LineTopic = "state" | "assistant" | "printer" | "pause" | "queue" | "today" | "alarm" | "sold-out";

/** Retained topics of a line. */
export const lineTopic = (domain: string, name: string, what: LineTopic): string =>
  `${siteTopic(domain)}/${level(name)}/line/${what}`;

/** Order events of a line, never retained. */
export const orderTopic = (domain: string, name: string): string => `${siteTopic(domain)}/${level(name)}/line/order`;

/** Whether a topic is one of order events. */
export const isOrderTopic = (topic: string): boolean => topic.endsWith("/line/order");

export const lineCommandTopic = (domain: string, name: string, what: "pause" | "stock"): string =>
  `${siteTopic(domain)}/${level(name)}/line/${what}/set`;

/** Filter of all commands to a site's lines. */
export const lineCommandFilter = (domain: string): string => `${siteTopic(domain)}/+/line/+/set`;

/** The line's name and what is asked of it; null: no command to a line of this site. */
export function lineCommandOf(domain: string, topic: string): { name: string; what: string } | null {
  if (!topic.startsWith(sitePrefix(domain))) return null;
  const match = /^([^/]+)\/line\/([^/]+)\/set$/.exec(topic.slice(sitePrefix(domain).length));
  return match ? { name: match[1] ?? "", what: match[2] ?? "" } : null;
}
