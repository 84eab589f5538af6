/** The call log, and what a logged call means to the one who reads it. */
import type { Call, CallPage, Party } from "../../../bridge/src/api/call.ts";
import type { Api } from "./api.ts";

export type { Call, CallPage };

const PAGE = 50;

/** Newest first, as this device sees them; `before` is the `nextBefore` of the page above. */
export function fetchCalls(api: Api, deviceId: string, before: number | null = null): Promise<CallPage> {
  const query = new URLSearchParams({ limit: String(PAGE), device: deviceId });
  if (before !== null) query.set("before", String(before));
  return api.get(`api/calls?${query}`);
}

/** One call; null when there is none with this id, or it is not this viewer's. */
export async function fetchCall(api: Api, deviceId: string, callId: string): Promise<Call | null> {
  const { calls } = await api.get<CallPage>(`api/calls?${new URLSearchParams({ callId, device: deviceId })}`);
  return calls[0] ?? null;
}

export type CallSummary = {
  direction: "inbound" | "outbound";
  peer: Party;
  /** Nobody of ours took it. */
  missed: boolean;
};

/** Seen from the device with this SIP name. */
export function summarize(call: Call, username: string): CallSummary {
  const outbound = call.caller.name === username;
  const missed = !outbound && call.endedAtMs !== null && call.answeredAtMs === null && call.reason !== "declined";
  return { direction: outbound ? "outbound" : "inbound", peer: outbound ? call.callee : call.caller, missed };
}
