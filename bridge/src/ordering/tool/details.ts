/** Whose the order is, when it is collected, and what is to be known about it. */
import { localTime, nextAt, pickupProblem, pickupSlots, type SiteClock } from "../opening.ts";
import type { OrderData } from "../order-machine.ts";
import { tidy } from "../speech/one-line.ts";
import type { ToolResult, ToolRun } from "./tool-run.ts";
import type { ToolArgs } from "./tools.ts";

/** Times of collection that are offered at once. */
export const MOST_SLOTS = 4;

export function setDetails(run: ToolRun, { name, pickup_time, note }: ToolArgs<"set_details">): ToolResult {
  let pickup: OrderData["pickup"] | undefined;
  if (pickup_time !== undefined) {
    const found = findPickup(run, pickup_time);
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

function findPickup(run: ToolRun, wanted: string): { atMs: number; asap: boolean } | ToolResult {
  const slots = pickupSlots(run.context, MOST_SLOTS);
  const soonest = slots[0];
  if (soonest === undefined) return run.refuse("no_pickup_time", run.say.noSlots);
  if (wanted === "asap") return { atMs: soonest, asap: true };
  const [hour, minute] = wanted.split(":").map(Number);
  const atMs = nextAt((hour ?? 0) * 60 + (minute ?? 0), run.context.nowMs, run.context.clock);
  const problem = atMs === null ? "closed_then" : pickupProblem(run.context, atMs);
  if (atMs === null || problem) {
    const info = { offered: slots.map((at) => clockOf(at, run.context.clock)) };
    return run.refuse(problem ?? "closed_then", notThen(run, slots), info);
  }
  return { atMs, asap: false };
}

export function pickupTimes(run: ToolRun): ToolResult {
  const slots = pickupSlots(run.context, MOST_SLOTS);
  if (slots.length === 0) return run.refuse("no_pickup_time", run.say.noSlots);
  return run.done(run.say.slots(run.times(slots)), { times: slots.map((at) => clockOf(at, run.context.clock)) });
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
