/**
 * Who asks through Home Assistant's ingress: the user id in the Supervisor's header, and nothing else. Other apps share
 * our network and could send the same headers, so they count only on a connection from the Supervisor itself.
 */
import type { IncomingHttpHeaders } from "node:http";
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
  headers: IncomingHttpHeaders;
  socket: { remoteAddress?: string | undefined };
}

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
  const id = request.headers["x-remote-user-id"];
  if (typeof id !== "string" || id === "") return { kind: "nameless" };
  const user = find(id);
  if (user === "not-ready") return { kind: user };
  return user ? { kind: "user", user } : { kind: "unknown" };
}
