/** Whose the order is, when it is collected, and what is to be known about it. */
import { atOn, localTime, nextAt, pickupProblem, pickupSlots, type SiteClock } from "../opening.ts";
import type { OrderData } from "../order-machine.ts";
import { tidy } from "../speech/one-line.ts";
import type { ToolResult, ToolRun } from "./tool-run.ts";
import { type ToolArgs, WEEKDAYS } from "./tools.ts";

/** Times of collection that are offered at once. */
export const MOST_SLOTS = 4;
/** "In half an hour" means no exact minute. */
const IN_FULL_MS = 5 * 60_000;

export function setDetails(run: ToolRun, { name, pickup_time, pickup_day, note }: ToolArgs<"set_details">): ToolResult {
  let pickup: OrderData["pickup"] | undefined;
  if (pickup_time !== undefined || pickup_day !== undefined) {
    const found = findPickup(run, pickup_time ?? null, pickup_day ?? null);
    if ("problem" in found) return found;
    pickup = found;
  }
  run.apply({
    type: "details-set",
    ...(name !== undefined && { name: tidy(name) }),
    ...(note !== undefined && { note: tidy(note) }),
    ...(pickup && { pickup }),
  });
  return run.done(`${run.say.detailsNoted} ${run.question() ?? missingDetail(run) ?? run.say.anythingElse}`);
}

/** `time` null: the one that is known, on another day. */
function findPickup(
  run: ToolRun,
  time: string | null,
  day: string | null,
): { atMs: number; asap: boolean } | ToolResult {
  const { context, data } = run;
  const { nowMs, clock } = context;
  const slots = slotsOn(run, day);
  const soonest = slots[0];
  if (soonest === undefined) return run.refuse("no_pickup_time", run.say.noSlots);
  const known = time ?? (data.pickup ? clockOf(data.pickup.atMs, clock) : null);
  if (known === null) return run.refuse("pickup_missing", run.say.askPickup);
  // What is to be as soon as possible moves on with the time, but not from another day to this one.
  if (known === "asap") return { atMs: soonest, asap: day === null || day === "today" };
  const atMs = momentOf(known, day, nowMs, clock);
  const problem = atMs === null ? "closed_then" : pickupProblem(context, atMs);
  if (atMs === null || problem) {
    const info = { offered: slots.map((at) => clockOf(at, clock)) };
    return run.refuse(problem ?? "closed_then", notThen(run, slots), info);
  }
  return { atMs, asap: false };
}

function momentOf(time: string, day: string | null, nowMs: number, clock: SiteClock): number | null {
  if (time.startsWith("+")) return Math.ceil((nowMs + Number(time) * 60_000) / IN_FULL_MS) * IN_FULL_MS;
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const minuteOfDay = hour * 60 + minute;
  return day === null
    ? nextAt(minuteOfDay, nowMs, clock)
    : atOn(daysAway(day, nowMs, clock), minuteOfDay, nowMs, clock);
}

function daysAway(day: string, nowMs: number, clock: SiteClock): number {
  const relative = ["today", "tomorrow", "day_after_tomorrow"].indexOf(day);
  if (relative >= 0) return relative;
  const today = Math.floor(localTime(nowMs, clock).minuteOfWeek / 1440);
  return ((WEEKDAYS as readonly string[]).indexOf(day) - today + 7) % 7;
}

/** Free times of collection, soonest first; of that day, when one is named. */
function slotsOn({ context }: ToolRun, day: string | null): number[] {
  if (day === null) return pickupSlots(context, MOST_SLOTS);
  const { nowMs, clock } = context;
  const fromMs = atOn(daysAway(day, nowMs, clock), 0, nowMs, clock) ?? nowMs;
  const { date } = localTime(fromMs, clock);
  return pickupSlots(context, MOST_SLOTS, fromMs).filter((atMs) => localTime(atMs, clock).date === date);
}

export function pickupTimes(run: ToolRun, { pickup_day }: ToolArgs<"pickup_times">): ToolResult {
  const slots = slotsOn(run, pickup_day ?? null);
  if (slots.length === 0) return run.refuse("no_pickup_time", run.say.noSlots);
  return run.answer(run.say.slots(run.times(slots)), { times: slots.map((at) => clockOf(at, run.context.clock)) });
}

/** What is said of a time that is not possible: others, if there are any. */
export function notThen(run: ToolRun, slots: readonly number[]): string {
  return slots.length === 0 ? run.say.noSlots : run.say.notThen(run.times(slots));
}

export function missingDetail({ data, say }: ToolRun): string | null {
  if (data.lines.length === 0) return null;
  return data.name === "" ? say.askName : data.pickup === null ? say.askPickup : null;
}

function clockOf(atMs: number, clock: SiteClock): string {
  const { minuteOfDay } = localTime(atMs, clock);
  return `${String(Math.floor(minuteOfDay / 60)).padStart(2, "0")}:${String(minuteOfDay % 60).padStart(2, "0")}`;
}
