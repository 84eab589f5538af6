/**
 * What JsSIP leaves open of a call that comes in: it takes one that requires what it does not know, refreshes sessions (RFC 4028) of all
 * calls or of none, and remembers an INVITE that it refused.
 */
import type { RTCSession } from "jssip/lib/RTCSession.js";
import type { IncomingRequest } from "jssip/lib/SIPMessage.js";

const KNOWN = new Set(["timer", "replaces"]);
/** Lower is no session timer (RFC 4028 section 4). */
const SHORTEST_S = 90;
/** For who requires a timer and names none. */
const USUAL_S = 1_800;

type Invite = IncomingRequest & { session_expires?: number; session_expires_refresher?: string };
interface Transaction {
  ua: { destroyTransaction(transaction: Transaction): void };
}
interface Timed {
  _sessionTimers: { enabled: boolean; refreshMethod: string };
}

/** Option tags that the caller requires and we do not have: to be refused with 420, which names them (RFC 3261 section 8.2.2.3). */
export function unsupported(invite: IncomingRequest): string[] {
  return tags(invite, "Require").filter((tag) => !KNOWN.has(tag));
}

/**
 * Keeps a session timer with a caller who asks for one. Who asked refreshes, unless they leave it to us. Gives header
 * lines for our 200.
 */
export function keepTimer(session: RTCSession, invite: Invite): string[] {
  const required = tags(invite, "Require").includes("timer");
  if (!required && !tags(invite, "Supported").includes("timer")) return [];
  if (required) invite.session_expires ??= USUAL_S;
  if ((invite.session_expires ?? 0) < SHORTEST_S) return [];
  invite.session_expires_refresher ??= "uac";
  const timers = (session as unknown as Timed)._sessionTimers;
  timers.enabled = true;
  timers.refreshMethod = /\bUPDATE\b/.test(list(invite, "Allow").join(",")) ? "UPDATE" : "INVITE";
  return ["Supported: timer", ...(invite.session_expires_refresher === "uac" ? ["Require: timer"] : [])];
}

/**
 * Forgets an INVITE that was refused. Remembered until its ACK is here and a timer has run, one of the same call that comes before would
 * be refused as merged (RFC 3261 section 8.2.2.2), and the edge sends it at once when a rule brings the call back here. On a stream
 * nothing is repeated, so that nothing else needs the transaction.
 */
export function forget(invite: IncomingRequest): void {
  const { server_transaction: transaction } = invite as unknown as { server_transaction: Transaction };
  transaction.ua.destroyTransaction(transaction);
}

function tags(invite: IncomingRequest, name: string): string[] {
  return list(invite, name).map((tag) => tag.toLowerCase());
}

function list(invite: IncomingRequest, name: string): string[] {
  const lines: string[] = invite.getHeaders(name) ?? [];
  return lines.flatMap((line) => line.split(",").map((part) => part.trim())).filter((part) => part !== "");
}
