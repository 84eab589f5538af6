/** Why a call that has ended, ended: SIP's words in ours. The only table of its kind in the panel. */
import type { EndReason } from "./call-machine.ts";

/** What the SIP stack tells of an end: the final status of the INVITE, or the Reason header of a CANCEL (RFC 3326). */
export interface SipEnd {
  /** This end and the other had a call: an answer went out, or came. */
  established: boolean;
  /** The caller confirmed our answer (ACK), or we theirs. */
  confirmed: boolean;
  /** Status of the response that ended it; null for CANCEL, BYE and local failures. */
  status: number | null;
  /** Value of the request's `Reason` header. */
  reason: string | null;
  /** The other end sent CANCEL or BYE. */
  byPeer: boolean;
  /** Our connection broke. */
  connectionLost: boolean;
}

export function endReasonOf(end: SipEnd): EndReason {
  const cause = /^\s*SIP\b.*;\s*cause\s*=\s*(\d{3})/i.exec(end.reason ?? "")?.[1];
  // Two devices answered in the same moment, and the other one was first: our answer reached nobody.
  if (end.established && !end.confirmed && end.byPeer && cause === "200") return "answered-elsewhere";
  if (end.established) return "answered-here";
  if (end.connectionLost) return "connection-lost";
  if (end.status !== null) return reasonOfStatus(end.status);
  if (!end.byPeer) return "failed";
  if (cause === "200") return "answered-elsewhere";
  if (cause === "603" || cause === "600") return "declined";
  return "cancelled";
}

function reasonOfStatus(status: number): EndReason {
  switch (status) {
    case 403:
    case 407:
      return "forbidden";
    case 404:
    case 410:
    case 480:
      return "unreachable";
    case 408:
      return "no-answer";
    case 486:
    case 600:
      return "busy";
    case 487:
      return "cancelled";
    case 603:
      return "declined";
    default:
      return "failed";
  }
}
