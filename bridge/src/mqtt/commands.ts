/**
 * What the broker may ask of us: do-not-disturb of a unit, and nothing else. MQTT says nothing about who is asking, so
 * whoever may publish (in Home Assistant: everybody who may use the switch) speaks for the household.
 *
 * Only what is meant now counts. A command is ignored that was retained (it lies there since nobody knows when), or that
 * carries the time of its making and is older, or further ahead, than `STALE_MS`; Home Assistant's switch sends that time,
 * because Home Assistant keeps commands while the broker is away. Plain `on` and `off` carry no time: what the broker kept
 * while we were away never comes here (own-echo.ts).
 */
import { Type } from "typebox";
import { Value } from "typebox/value";
import { type Actor, actingAs } from "../directory/audit.ts";
import type { Directory } from "../directory/directory.ts";
import type { Log } from "../links/log.ts";
import type { Store } from "../store/store.ts";
import { doNotDisturbCommandUnit } from "./topics.ts";

export interface Command {
  kind: "do-not-disturb";
  /** SIP name of the unit. */
  unit: string;
  on: boolean;
}

export type Refusal = "retained" | "stale" | "malformed";

export interface IncomingMessage {
  topic: string;
  payload: string;
  retained: boolean;
}

/** Nothing that is longer is a command, and nobody reads it. */
export const LONGEST_PAYLOAD = 200;

/** Whoever may publish on the broker: it does not say who that is. */
export const BROKER: Actor = { who: "MQTT", userId: null, from: "" };

/** Room for clocks that differ. */
export const STALE_MS = 30_000;

const TimedSwitch = Type.Object({
  state: Type.Union([Type.Literal("on"), Type.Literal("off")]),
  /** When the command was given, ISO 8601. */
  at: Type.String({ maxLength: 40 }),
});

/** The command that a message is, or why it is none that counts; null: it is on no topic of commands. */
export function commandOf(domain: string, message: IncomingMessage, nowMs: number): Command | Refusal | null {
  const unit = doNotDisturbCommandUnit(domain, message.topic);
  if (unit === null) return null;
  if (message.retained) return "retained";
  const wanted = wantedState(message.payload, nowMs);
  return wanted === "malformed" || wanted === "stale" ? wanted : { kind: "do-not-disturb", unit, on: wanted === "on" };
}

/** `on` and `off`, plain or with the time of their making; see above for what is stale. */
export function wantedState(payload: string, nowMs: number): "on" | "off" | "stale" | "malformed" {
  if (payload === "on" || payload === "off") return payload;
  const timed = payload.length > LONGEST_PAYLOAD ? null : parse(payload);
  if (!Value.Check(TimedSwitch, timed)) return "malformed";
  const atMs = Date.parse(timed.at);
  if (Number.isNaN(atMs)) return "malformed";
  return Math.abs(nowMs - atMs) > STALE_MS ? "stale" : timed.state;
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

interface Obeying {
  store: Pick<Store, "units">;
  directory: Pick<Directory, "units">;
  log: Log;
}

/** Carries commands out; in the audit log they are the broker's. One for a unit that there is not is told to the log. */
export function obeying({ store, directory, log }: Obeying): (siteId: string, command: Command) => void {
  return (siteId, { unit: name, on }) => {
    const unit = store.units.byName(siteId, name);
    if (unit?.kind !== "residential") {
      log.warn({ reason: "unknown unit", unit: name }, "a command from the broker was ignored");
      return;
    }
    try {
      actingAs(BROKER, () => directory.units.setDoNotDisturb(unit.id, on));
    } catch (error) {
      log.error({ error: String(error) }, "a command from the broker could not be carried out");
    }
  };
}
