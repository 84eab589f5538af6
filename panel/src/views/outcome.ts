/** What became of a call, in one line for whoever looks at this device. */
import type { IconName } from "../components/icon.ts";
import type { Call, CallSummary } from "../data/calls.ts";
import { duration, type Localizer } from "../localize/localize.ts";
import type { PanelState } from "../model.ts";
import { partyName } from "./names.ts";

/** `username`: SIP name of this device. */
export function outcomeText(
  call: Call,
  summary: CallSummary,
  username: string,
  panel: PanelState,
  t: Localizer,
): string {
  if (call.endedAtMs === null) return t(call.answeredAtMs === null ? "log.ringing" : "log.inProgress");
  if (call.answeredAtMs !== null) {
    const length = duration(call.endedAtMs - call.answeredAtMs);
    return `${answeredText(call, summary, username, panel, t)} · ${length}`;
  }
  if (summary.direction === "outbound") return outgoingText(call, t);
  if (call.reason === "declined") return t("log.declined");
  return t("log.missed");
}

export function markOf(summary: CallSummary): IconName {
  if (summary.missed) return "missed";
  return summary.direction === "inbound" ? "inbound" : "outbound";
}

function answeredText(call: Call, summary: CallSummary, username: string, panel: PanelState, t: Localizer): string {
  if (summary.direction === "outbound") return t("log.outgoingAnswered");
  if (call.answeredBy === null || call.answeredBy.name === username) return t("log.answered");
  return t("log.answeredBy", { name: partyName(call.answeredBy, panel, t) });
}

function outgoingText(call: Call, t: Localizer): string {
  switch (call.reason) {
    case "no-answer":
    case "busy":
    case "declined":
    case "cancelled":
      return t(`log.outgoing.${call.reason}`);
    case "answered-here":
    case "answered-elsewhere":
    case "forbidden":
    case "unreachable":
    case "failed":
    case null:
      return t("log.outgoing.failed");
  }
}
