/**
 * In Home Assistant: who asks is whoever the Supervisor names on a connection of its own. Administrators of Home
 * Assistant are administrators here; everybody else is a resident of the flats that an administrator gave them.
 */
import type { IncomingMessage } from "node:http";
import { AppError } from "../events/errors.ts";
import type { Asker, Identity } from "./identity.ts";

/** What of a request says who asks. */
interface IngressRequest {
  /** Names and values in turn, as they were sent. */
  rawHeaders: string[];
  socket: { remoteAddress?: string | undefined };
}

export interface IngressIdentityOptions {
  /** Who the Supervisor says it is; asked anew each time. */
  userOf(request: IngressRequest): IngressUser;
  /** Ids of a resident's flats. */
  unitsOf(userId: string): readonly string[];
  /** Whether a user works at the restaurant's desk. */
  worksAtDesk(userId: string): boolean;
}

type IngressUser =
  | { kind: "user"; user: { id: string; name: string; administrator: boolean } }
  /** Not from the Supervisor, not named by it, not known to Home Assistant; or the users are not known yet. */
  | { kind: "foreign" | "nameless" | "unknown" | "not-ready" };

export interface IngressIdentity extends Identity {
  whoAsks(request: { raw: IncomingMessage }): Asker | null;
  later(request: { raw: IncomingMessage }): () => Asker | null;
}

export function ingressIdentity({ userOf, unitsOf, worksAtDesk }: IngressIdentityOptions): IngressIdentity {
  const askerOf = (request: IngressRequest): Asker | null => {
    const asking = userOf(request);
    if (asking.kind !== "user") return null;
    const { id, name, administrator } = asking.user;
    if (administrator) return { role: "admin", userId: id, name, unitIds: null, desk: true };
    return { role: "resident", userId: id, name, unitIds: unitsOf(id), desk: worksAtDesk(id) };
  };
  return {
    guard: (request) => {
      switch (userOf(request).kind) {
        case "user":
          return;
        case "foreign":
          if (isHealthCheck(request)) return;
          throw new AppError("FOREIGN_ORIGIN", "the bridge answers only Home Assistant's Supervisor");
        case "nameless":
          if (isHealthCheck(request)) return;
          throw new AppError("NOT_SIGNED_IN", "the Supervisor did not say who is asking");
        case "unknown":
          throw new AppError("FORBIDDEN", "Home Assistant does not know this user");
        case "not-ready":
          // The page itself is no secret; it asks again.
          if (!request.url?.startsWith("/api/")) return;
          throw new AppError("HOME_NOT_READY", "Home Assistant has not said yet who its users are");
      }
    },
    whoAsks: ({ raw }) => askerOf(raw),
    later: ({ raw: { rawHeaders, socket } }) => {
      // Once the connection is closed, it has forgotten whose it was.
      const { remoteAddress } = socket;
      return () => askerOf({ rawHeaders, socket: { remoteAddress } });
    },
  };
}

/** The image's own HEALTHCHECK runs inside the container. */
function isHealthCheck({ method, url, socket }: IncomingMessage): boolean {
  return method === "GET" && url === "/api/health" && /^(::ffff:)?127\.|^::1$/i.test(socket.remoteAddress ?? "");
}
