/**
 * Who asks through Home Assistant's ingress: the user id in the Supervisor's header, and nothing else. Other apps share
 * our network and could send the same headers, so they count only on a connection from the Supervisor itself.
 *
 * The Supervisor takes a header of this name from what a browser sends only if it is spelled exactly as its own
 * (supervisor/api/ingress.py, `_init_header`, 2026.08): `x-remote-user-id` would come through, beside its own or, for a
 * session whose user it could not find out, alone. So only the Supervisor's spelling counts, and only if it stands alone.
 */
import type { HomeUser } from "./users.ts";

export type IngressUser =
  | { kind: "user"; user: HomeUser }
  /** Not from the Supervisor: to be refused before anything is read. */
  | { kind: "foreign" }
  /** The Supervisor could not tell who it is (401). */
  | { kind: "nameless" }
  /** Home Assistant does not know this user, or has deactivated it (403). */
  | { kind: "unknown" }
  /** Nobody knows yet who the users are: to be asked again (503). */
  | { kind: "not-ready" };

export interface IngressRequest {
  /** Names and values in turn, as they were sent. */
  rawHeaders: string[];
  socket: { remoteAddress?: string | undefined };
}

/** As the Supervisor spells it. */
const USER_ID = "X-Remote-User-Id";

/**
 * @param find the user of an id, as `HomeUsers.find` gives it
 * @param supervisor the only address that is believed
 */
export function ingressUser(
  request: IngressRequest,
  find: (id: string) => HomeUser | null | "not-ready",
  supervisor: string,
): IngressUser {
  // A socket that listens for both families shows IPv4 addresses in their IPv6 form (RFC 4291 section 2.5.5.2).
  const peer = request.socket.remoteAddress?.replace(/^::ffff:/i, "");
  if (peer !== supervisor) return { kind: "foreign" };
  const named = headersLike(request.rawHeaders, USER_ID);
  if (named.length > 1) return { kind: "unknown" };
  const [name, id] = named[0] ?? ["", ""];
  if (name !== USER_ID || id === "") return { kind: "nameless" };
  const user = find(id);
  if (user === "not-ready") return { kind: user };
  return user ? { kind: "user", user } : { kind: "unknown" };
}

function headersLike(rawHeaders: readonly string[], name: string): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [sent = "", value = ""] = rawHeaders.slice(at, at + 2);
    if (sent.toLowerCase() === name.toLowerCase()) found.push([sent, value.trim()]);
  }
  return found;
}
