/** Call events on their way to the broker: written to the outbox in the transaction that made them true. */
import type { Party } from "../api/call.ts";
import type { Announcement } from "../calls/call-machine.ts";
import type { CallRow } from "../store/call-store.ts";
import type { Store } from "../store/store.ts";
import { eventTopics, pressTopics } from "./topics.ts";

/**
 * The payload of `…/event` and `…/press`. The same event has the same id on every topic and in every repetition (QoS 1 delivers at
 * least once), so a consumer takes each id once.
 */
export interface CallEventPayload {
  event_type: Announcement;
  id: string;
  call_id: string;
  /** ISO 8601, UTC. */
  at: string;
  /** SIP names of the flat that is called and of the door that calls or is called. */
  unit: string | null;
  door: string | null;
  caller: string;
  callee: string;
  answered_by: string | null;
  status: string;
  reason: string | null;
}

/** Older news is history: it stays in the call log and is told to nobody. */
export const OLDEST_ANNOUNCED_MS = 24 * 3_600_000;

/** The `announce` of the call log. */
export function announcer(store: Store, nowMs: () => number = Date.now) {
  return (call: CallRow, what: Announcement, atMs: number): void => {
    if (atMs < nowMs() - OLDEST_ANNOUNCED_MS) return;
    const payload = JSON.stringify(payloadOf(store, call, what, atMs));
    for (const topic of what === "pressed" ? pressTopics(store, call) : eventTopics(store, call))
      store.outbox.add(topic, payload, atMs);
  };
}

/** True when the payload announces a ring, or the press that begins it. */
export function isRing(payload: string): boolean {
  const { event_type: type } = JSON.parse(payload) as CallEventPayload;
  return type === "ringing" || type === "pressed";
}

function payloadOf(store: Store, call: CallRow, what: Announcement, atMs: number): CallEventPayload {
  return {
    event_type: what,
    id: `${call.callId}-${what}`,
    call_id: call.callId,
    at: new Date(atMs).toISOString(),
    unit: nameOf(store, call.unitId),
    door: nameOf(store, call.doorId),
    caller: publicName(call.caller),
    callee: publicName(call.callee),
    answered_by: call.answeredBy && publicName(call.answeredBy),
    status: call.status,
    reason: call.reason,
  };
}

function nameOf(store: Store, unitId: string | null): string | null {
  return unitId === null ? null : (store.units.get(unitId)?.name ?? null);
}

/** Everybody on the broker reads this: the label of a gateway's caller is a phone number and stays behind. */
export function publicName({ kind, label, name }: Party): string {
  return kind === "gateway" ? name : label;
}
