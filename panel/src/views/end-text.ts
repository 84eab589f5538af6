/** How the end of a call reads on screen. */
import type { Key } from "../localize/localize.ts";
import type { CallState } from "../phone/call-machine.ts";

type Ended = Extract<CallState, { phase: "ended" }>;

/** The same SIP end means another thing to who called and who was called. */
export function endKey(call: Ended): Key {
  const outbound = call.call.direction === "outbound";
  if (outbound && call.reason === "declined") return "end.declinedByPeer";
  if (outbound && call.reason === "cancelled") return "end.cancelledHere";
  return `end.${call.reason}`;
}

/** Something that the person may have to see to. */
export function isTrouble(call: Ended): boolean {
  return ["no-audio", "connection-lost", "failed", "forbidden"].includes(call.reason);
}
