/**
 * Standalone mode: whoever knows the token that the bridge printed is the administrator. `POST /api/session` swaps it
 * for a cookie; both come from one secret in the data folder, so they survive a restart, and deleting it voids both.
 * Signing out voids one cookie, wherever it was copied to. A paired panel's cookie comes from its own login instead: it
 * is good for as long as that is, also at a Neolia on another machine that a backup was restored into.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { NewSession, Session } from "../api/session.ts";
import { AppError } from "../events/errors.ts";
import type { Asker, Identity } from "./identity.ts";
import { SignedOut } from "./signed-out.ts";

export interface StandaloneOptions {
  /** 32 random bytes; see `standaloneKeys`. */
  secret: Buffer;
  /** Where ended sessions are kept. */
  signedOutFile: string;
  /** The port that browsers see, for Host and Origin. */
  port: number;
  now?: () => number;
  /** Name, unit and login of a browser that was paired; null: it is not, or not any more. */
  panelOf?: (deviceId: string) => { name: string; unitId: string; ha1: string } | null;
}

export interface StandaloneIdentity extends Identity {
  /** To be printed, once, for the person at the terminal. */
  token: string;
}

const SESSION_MS = 30 * 86_400_000;
/** A panel on a wall stays signed in until its account is removed; browsers keep no cookie longer. */
const PANEL_MS = 400 * 86_400_000;
const ATTEMPTS = 10;
const ATTEMPTS_WINDOW_MS = 60_000;
const COOKIE = { path: "/", httpOnly: true, sameSite: "strict" } as const;
const ADMIN: Asker = { role: "admin", userId: null, name: "admin", unitIds: null, desk: true };

export function standaloneIdentity(options: StandaloneOptions): StandaloneIdentity {
  const { port } = options;
  const now = options.now ?? Date.now;
  const sign = (text: string) => createHmac("sha256", options.secret).update(text).digest("base64url");
  const token = sign("token");
  // Cookies know no ports: two bridges on one machine must not overwrite each other's.
  const cookieName = `neolia_session_${port}`;
  const panelCookie = `neolia_panel_${port}`;
  const panelOf = options.panelOf ?? (() => null);
  const hosts = new Set([`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]);
  const attempts = attemptLimit(now);
  const signedOut = new SignedOut(options.signedOutFile, now);

  /** null: forged, over or signed out. */
  const sessionIn = ({ cookies }: FastifyRequest) => {
    const [id = "", expires = "", signature = ""] = cookies[cookieName]?.split(".") ?? [];
    const isOurs = sameText(signature, sign(`session ${id} ${expires}`));
    const expiresAtMs = Number(expires);
    return isOurs && expiresAtMs > now() && !signedOut.has(id) ? { id, expiresAtMs } : null;
  };

  const whoAsks = (request: FastifyRequest): Asker | null => {
    if (sessionIn(request)) return ADMIN;
    const [deviceId = "", signature = ""] = (request.cookies[panelCookie] ?? "").split(".");
    const panel = panelOf(deviceId);
    if (panel === null || !sameText(signature, signPanel(panel.ha1, deviceId))) return null;
    return { role: "resident", userId: null, name: panel.name, unitIds: [panel.unitId], desk: false };
  };

  return {
    token,
    guard: ({ headers }) => {
      const { host = "", origin } = headers;
      if (!hosts.has(host) || (origin !== undefined && !(origin.startsWith("http://") && hosts.has(origin.slice(7))))) {
        throw new AppError("FOREIGN_ORIGIN", "the bridge answers only its own page on localhost");
      }
    },
    whoAsks,
    later: (request) => () => whoAsks(request),
    signInDevice: (reply, deviceId) => {
      const ha1 = panelOf(deviceId)?.ha1;
      if (ha1 === undefined) return;
      const maxAge = PANEL_MS / 1000;
      void reply.setCookie(panelCookie, `${deviceId}.${signPanel(ha1, deviceId)}`, { ...COOKIE, maxAge });
    },
    routes: (api, sessionOf) => {
      api.post(
        "/session",
        {
          config: { access: "anyone" },
          schema: {
            summary: "Signs in with the token that the bridge printed; sets an HttpOnly cookie.",
            body: NewSession,
            response: { 200: Session },
          },
        },
        async (request, reply) => {
          attempts.refuseTooMany();
          if (!sameText(request.body.token, token)) {
            attempts.note();
            throw new AppError("WRONG_TOKEN", "the token is wrong");
          }
          const expiresAtMs = now() + SESSION_MS;
          const id = randomBytes(12).toString("base64url");
          const session = `${id}.${expiresAtMs}.${sign(`session ${id} ${expiresAtMs}`)}`;
          reply.setCookie(cookieName, session, { ...COOKIE, maxAge: SESSION_MS / 1000 });
          return sessionOf(ADMIN);
        },
      );
      api.delete(
        "/session",
        {
          config: { access: "anyone" },
          schema: { summary: "Signs out: the cookie is void, also a copy of it.", response: { 204: Type.Null() } },
        },
        async (request, reply) => {
          const session = sessionIn(request);
          if (session) signedOut.add(session.id, session.expiresAtMs);
          return reply
            .setCookie(cookieName, "", { ...COOKIE, maxAge: 0 })
            .code(204)
            .send(null);
        },
      );
    },
  };
}

/** What a standalone bridge keeps in its data folder to know its people by. */
export function standaloneKeys(folder: string): Pick<StandaloneOptions, "secret" | "signedOutFile"> {
  return { secret: standaloneSecret(folder), signedOutFile: join(folder, "signed-out.json") };
}

/** Reads the secret of the folder, or makes it (mode 0600) when there is none. */
function standaloneSecret(folder: string): Buffer {
  const file = join(folder, "secret");
  try {
    const secret = readFileSync(file);
    if (secret.length === 32) return secret;
  } catch {
    // The first start.
  }
  const secret = randomBytes(32);
  writeFileSync(file, secret, { mode: 0o600 });
  return secret;
}

/** Whoever has the login has the panel's calls anyway. */
function signPanel(ha1: string, deviceId: string): string {
  return createHmac("sha256", ha1).update(`panel ${deviceId}`).digest("base64url");
}

/** Constant time for texts of any length. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Counts wrong tokens of everybody together: on loopback there is one person. */
function attemptLimit(now: () => number) {
  let wrongAtMs: number[] = [];
  return {
    refuseTooMany: () => {
      wrongAtMs = wrongAtMs.filter((atMs) => now() - atMs < ATTEMPTS_WINDOW_MS);
      if (wrongAtMs.length >= ATTEMPTS) {
        throw new AppError("TOO_MANY_ATTEMPTS", "too many wrong tokens; try again in a minute", {
          details: { retryAfterS: ATTEMPTS_WINDOW_MS / 1000 },
        });
      }
    },
    note: () => {
      wrongAtMs.push(now());
    },
  };
}
