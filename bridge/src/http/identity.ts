/**
 * Who is asking: the one place that every request and every WebSocket message goes through. Each way of running the
 * bridge brings its own `Identity`: the standalone page a session cookie, Home Assistant its ingress headers.
 */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Session } from "../api/session.ts";
import { actingAs, NOBODY } from "../directory/audit.ts";
import type { Directory } from "../directory/directory.ts";
import type { Visitor } from "../directory/remote/grant-door.ts";
import { AppError } from "../events/errors.ts";
import type { App } from "./app-type.ts";
import { confine, type Elsewhere, refuseElsewhere } from "./confine.ts";
import { visitorOf } from "./visits.ts";

export interface Asker {
  role: "admin" | "resident";
  /** Home Assistant's id of the user; null on the standalone page, which knows no users. */
  userId: string | null;
  /** For people. */
  name: string;
  /** The flats whose things may be seen; null: everything (an administrator). */
  unitIds: readonly string[] | null;
  /** Works at the restaurant's desk: lines, menus, orders. Says nothing of the building. Administrators always do. */
  desk: boolean;
  /** Manages one site from elsewhere, and sees and changes nothing else; left out: is here. */
  visit?: Visitor;
}

export interface Identity {
  /** Refuses requests that were not meant for this bridge (foreign Host or Origin). Throws FOREIGN_ORIGIN. */
  guard(request: IncomingMessage): void;
  /** null: nobody we know. Rights may change at any time, so nobody keeps the answer. */
  whoAsks(request: FastifyRequest): Asker | null;
  /** The same person later on, as they stand then: also when their connection is gone. */
  later(request: FastifyRequest): () => Asker | null;
  /** Signs a browser in as the panel that it has become, if this way of running can. */
  signInDevice?(reply: FastifyReply, deviceId: string): void;
  /** Adds the routes of signing in and out, if this way of running has them. */
  routes?(api: App, sessionOf: (asker: Asker) => Session): void;
}

/** Who may use a route. What does not say is for administrators, who may use all of them. */
export type Access = "anyone" | "resident" | "desk" | "admin";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    /** Whether it can be used from elsewhere; left out: no. */
    elsewhere?: Elsewhere;
    /** The body is the JSON as it came: so large that nobody shall wait while it is parsed and checked. */
    unparsed?: boolean;
  }
  interface FastifySchema {
    /** One sentence for the API's description. */
    summary?: string;
  }
  interface FastifyRequest {
    /** Set on every /api request; null only where `access` is "anyone". */
    asker: Asker | null;
    /** Whether whoever asked might still ask this, for work that goes on after the reply. */
    stillMay: () => boolean;
  }
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Asks who it is and refuses whoever may not; every /api route stands behind it. */
export function controlAccess(api: App, identity: Identity, directory: Directory): void {
  api.decorateRequest("asker", null);
  api.decorateRequest("stillMay", () => false);
  api.addHook("onRequest", async (request) => {
    if (!SAFE_METHODS.has(request.method)) refuseForged(request);
    const visitor = visitorOf(request.raw);
    request.asker = visitor ? visiting(visitor) : identity.whoAsks(request);
    if (visitor) refuseElsewhere(request, visitor);
    const access = request.routeOptions.config.access ?? "admin";
    if (access === "anyone") return;
    if (!request.asker) {
      // A panel whose site is about to be restored here is not told that it is none any more.
      const details = directory.sites.list().length === 0 ? { details: { empty: true } } : {};
      throw new AppError("NOT_SIGNED_IN", "there is no valid session", details);
    }
    refuseWithoutRights(request.asker, access);
    const later = visitor ? null : identity.later(request);
    request.stillMay = () => (visitor ? directory.grants.holds(visitor.grantId) : mayUse(later?.() ?? null, access));
  });
  api.addHook("preHandler", async (request) => {
    const visitor = request.asker?.visit;
    if (!visitor) return;
    // Right before it is done: the grant may have ended while the request was read.
    if (!directory.grants.holds(visitor.grantId)) throw new AppError("GRANT_ENDED", "this permission is over");
    confine(request, directory, visitor);
  });
  // With a callback, so that everything the handler does is done in the actor's name.
  api.addHook("preHandler", (request, _reply, done) => {
    const { asker } = request;
    const from = asker?.visit ? asker.visit.from : originOf(request);
    actingAs({ who: asker?.name ?? NOBODY, userId: asker?.userId ?? null, from }, done);
  });
}

/** An administrator of the one site; who they are there, the other Neolia says. */
function visiting(visit: Visitor): Asker {
  return { role: "admin", userId: null, name: visit.name, unitIds: null, desk: false, visit };
}

/**
 * Where the browser is. Each hop adds who spoke to it, the Supervisor at last Core: the one before is whom Core saw. Core
 * takes more than that only from a reverse proxy that it was told to trust, and then the one before is whom the proxy saw.
 * What stands further ahead a browser may have made up.
 */
function originOf({ headers, ip }: FastifyRequest): string {
  if (headers["x-ingress-path"] === undefined) return ip;
  const hops = String(headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((hop) => hop.trim());
  const seen = hops.at(-3) ?? hops.at(-2) ?? "";
  return isIP(seen) === 0 ? ip : seen;
}

function refuseWithoutRights({ role, desk }: Asker, access: Exclude<Access, "anyone">): void {
  switch (access) {
    case "resident":
      return;
    case "desk":
      if (!desk) throw new AppError("FORBIDDEN", "only the staff of the restaurant's desk may do this");
      return;
    case "admin":
      if (role !== "admin") throw new AppError("FORBIDDEN", "only an administrator may do this");
  }
}

function mayUse(asker: Asker | null, access: Exclude<Access, "anyone">): boolean {
  try {
    if (asker) refuseWithoutRights(asker, access);
    return asker !== null;
  } catch {
    return false;
  }
}

/** The asker of a request behind `controlAccess`. */
export function askerOf(request: FastifyRequest): Asker {
  if (!request.asker) throw new AppError("NOT_SIGNED_IN", "there is no valid session");
  return request.asker;
}

/**
 * A foreign page can make a browser send forms and plain requests with our cookie, but neither this header nor this
 * content type without asking us first (CORS), and we never agree.
 */
function refuseForged(request: FastifyRequest): void {
  if (request.headers["x-neolia"] !== "1") {
    throw new AppError("CSRF_HEADER_MISSING", "every change carries the header X-Neolia: 1");
  }
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
    throw new AppError("UNSUPPORTED_CONTENT_TYPE", "every change carries Content-Type: application/json");
  }
}
