/** What a line's retained topics say at this moment. */
import type { LineFacts } from "../ordering/board.ts";
import { lineTopic } from "./topics.ts";

/** Topic → payload of every retained topic of a line. */
export function lineState(domain: string, facts: LineFacts): Map<string, string> {
  const { name, state: open, assistantProblem, printer, queue, today, alarm, soldOut } = facts;
  const state = new Map<string, string>();
  const say = (topic: Parameters<typeof lineTopic>[2], payload: unknown): void => {
    state.set(lineTopic(domain, name, topic), typeof payload === "string" ? payload : JSON.stringify(payload));
  };
  const { oldestNewAtMs, ...counts } = queue;
  say("state", open);
  say("pause", open === "paused" ? "on" : "off");
  say("assistant", { problem: assistantProblem });
  say("printer", { state: printer });
  say("queue", {
    ...counts,
    waiting: queue.new + queue.accepted,
    oldest_new_at: oldestNewAtMs === null ? null : new Date(oldestNewAtMs).toISOString(),
  });
  say("today", {
    orders: today.orders,
    turnover_cents: today.turnoverCents,
    turnover: today.turnoverCents / 100,
    since: new Date(today.sinceMs).toISOString(),
  });
  say("alarm", alarm ? "on" : "off");
  say("sold-out", { count: soldOut.length, items: soldOut });
  return state;
}
