import type { CallEvent } from "../../infra/control/src/wire.ts";

/** A call event of the feed: entrance calls unit 401 and panel401 is the device, unless told otherwise. */
export function callEvent(id: number, kind: CallEvent["kind"], more: Partial<CallEvent> = {}): CallEvent {
  return {
    id,
    atMs: id * 1_000,
    callId: "c".repeat(32),
    kind,
    caller: "intercom-entrance",
    callerNumber: "",
    callee: "unit401",
    unit: "unit401",
    account: kind === "ringing" || kind === "answered" ? "panel401" : "",
    endedBy: kind === "ended" ? "caller" : "",
    code: 0,
    ...more,
  };
}
