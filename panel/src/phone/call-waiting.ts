/**
 * The call at this device and the one that waits behind it: a second door may ring while somebody talks. Pure, like the
 * machine of one call, which it hands everything else to. One waits at most; a third is refused as busy.
 *
 *                 invite                         the call ends
 *   (call, none) ───────► (call, waiting) ─────────────────────────► (the waiting one rings, none)
 *        ▲                   │    │ take-waiting: hang up, answer     └► (it is answered, none)
 *        └───────────────────┘    └──────────────────────────────────────►
 *          declined, cancelled, answered elsewhere, connection lost
 */
import { type CallEffect, type CallEvent, type CallInfo, type CallState, transition } from "./call-machine.ts";

export interface Calls {
  call: CallState;
  /** Rings here while `call` is on. */
  waiting: CallInfo | null;
}

export type CallsEvent =
  | CallEvent
  /** The person ends the call and answers the one that waits. */
  | { type: "take-waiting"; nowMs: number }
  | { type: "decline-waiting" };

type Step = { calls: Calls; effects: CallEffect[] };

/** The next state, and what is to be done about it. An event that does not fit the state changes nothing. */
export function takeEvent(calls: Calls, event: CallsEvent): Step {
  const { call, waiting } = calls;
  switch (event.type) {
    case "invite":
      if (isOn(call) && waiting === null) return { calls: { call, waiting: event.call }, effects: [] };
      return pass(calls, event);
    case "terminated":
      if (event.key === waiting?.key) return { calls: { call, waiting: null }, effects: [] };
      return pass(calls, event);
    case "socket-closed": {
      // An unanswered INVITE dies with its connection: it must not ring once the call is over.
      const lost: CallEffect[] = waiting === null ? [] : [{ type: "terminate", key: waiting.key }];
      const rest = pass({ call, waiting: null }, event);
      return { calls: rest.calls, effects: [...lost, ...rest.effects] };
    }
    case "take-waiting": {
      if (waiting === null) return { calls, effects: [] };
      const over = pass(calls, { type: "hang-up", nowMs: event.nowMs });
      const taken = pass(over.calls, { type: "answer" });
      return { calls: taken.calls, effects: [...over.effects, ...taken.effects] };
    }
    case "decline-waiting":
      if (waiting === null) return { calls, effects: [] };
      // 603, as for a call that rings alone: nobody else of the unit need come.
      return { calls: { call, waiting: null }, effects: [{ type: "reject", key: waiting.key, code: 603 }] };
    default:
      return pass(calls, event);
  }
}

/** What the machine of one call makes of it; once that one has ended, the waiting one rings. */
function pass({ call, waiting }: Calls, event: CallEvent): Step {
  const { state, effects } = transition(call, event);
  if (waiting === null || isOn(state)) return { calls: { call: state, waiting }, effects };
  const next = transition(state, { type: "invite", call: waiting, fresh: true });
  return { calls: { call: next.state, waiting: null }, effects: [...effects, ...next.effects] };
}

function isOn(call: CallState): boolean {
  return call.phase !== "idle" && call.phase !== "ended";
}
