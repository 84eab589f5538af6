/** How a call that was never answered ended: SIP's final status, translated once for people and for the call log. */
import type { CallEndReason, CallStatus } from "../api/call.ts";

/** The status of a call that is over. */
export type FinalStatus = Exclude<CallStatus, "ringing" | "in-progress">;

export interface Outcome {
  status: FinalStatus;
  reason: CallEndReason;
}

/**
 * The end of an answered call, as the log keeps it. Who looks at it decides between here and elsewhere
 * (`seenBy` in live.ts).
 */
export const ANSWERED: Outcome = { status: "completed", reason: "answered-elsewhere" };
/** The end never came, or something of ours broke. */
export const FAILED: Outcome = { status: "failed", reason: "failed" };

const UNREACHABLE: Outcome = { status: "failed", reason: "unreachable" };
const BUSY: Outcome = { status: "busy", reason: "busy" };

/** RFC 3261 section 21. What is not listed is a failure. */
const BY_SIP_STATUS: ReadonlyMap<number, Outcome> = new Map([
  [403, { status: "failed", reason: "forbidden" }],
  [404, UNREACHABLE],
  [408, { status: "no-answer", reason: "no-answer" }],
  [410, UNREACHABLE],
  [480, UNREACHABLE],
  [484, UNREACHABLE],
  [486, BUSY],
  [487, { status: "cancelled", reason: "cancelled" }],
  [600, BUSY],
  // Telephone APIs count a declined call as busy; the reason says what happened.
  [603, { status: "busy", reason: "declined" }],
  [604, UNREACHABLE],
  [607, { status: "busy", reason: "declined" }],
]);

/** Status and reason of a call that ended unanswered with this SIP status. */
export function outcomeOf(sipStatus: number): Outcome {
  return BY_SIP_STATUS.get(sipStatus) ?? FAILED;
}

/**
 * Whether people should hear of this end as a missed call: somebody wanted the unit, and nobody there took it or
 * refused it. A visitor at a door whose call no rule takes was missed too; another caller that the rules keep out was not.
 */
export function isMissed(outcome: Outcome, pressed: boolean): boolean {
  switch (outcome.reason) {
    case "cancelled":
    case "no-answer":
    case "busy":
    case "unreachable":
    case "failed":
      return true;
    case "answered-here":
    case "answered-elsewhere":
    case "declined":
      return false;
    case "forbidden":
      return pressed;
  }
}
