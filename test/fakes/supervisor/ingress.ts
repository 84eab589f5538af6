/** The Supervisor's ingress: sessions, and the proxy from `/ingress/<token>/…` to the app, WebSocket included. */
import { randomBytes } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { body, refused } from "./reply.ts";

export interface CoreUser {
  id: string;
  username: string | null;
  name: string | null;
}

const SESSION_MS = 15 * 60_000;
const MAX_MESSAGE = 16 * 1024 * 1024;
/** The Supervisor answers 400 to a path or query that looks like an attack, whatever it is meant for. */
const SUSPICIOUS =
  /proc\/self\/environ|(<|%3C).*script.*(>|%3E)|(\.\.\/\/?)+|[a-zA-Z0-9_]=\/([a-z0-9_.]\/\/?)+|union.*select.*\(|union.*all.*select.*|concat.*\(/i;
/** Never passed on: what belongs to one hop. */
const HOP = new Set([
  "content-length",
  "content-encoding",
  "transfer-encoding",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
  "sec-websocket-version",
  "sec-websocket-key",
]);
/**
 * Names that only the Supervisor itself may set. It compares them letter by letter: the same name in small letters is
 * passed on, beside its own.
 */
const OWN = new Set([
  "X-Supervisor-Token",
  "X-Hassio-Key",
  "X-Remote-User-Id",
  "X-Remote-User-Name",
  "X-Remote-User-Display-Name",
]);

interface Session {
  validUntil: number;
  user: CoreUser | null;
}

export class Ingress {
  readonly sessions = new Map<string, Session>();
  /** How often `POST /ingress/validate_session` was asked. */
  validations = 0;
  private readonly token: string;
  private readonly appUrl: string;
  private readonly users: () => Promise<CoreUser[] | null>;
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    handleProtocols: (offered) => offered.values().next().value ?? false,
  });

  /** @param users Core's users, null when Core cannot be asked: the session then carries no user at all. */
  constructor(token: string, appUrl: string, users: () => Promise<CoreUser[] | null>) {
    this.token = token;
    this.appUrl = appUrl;
    this.users = users;
  }

  owns(path: string): boolean {
    return (
      path.startsWith("/ingress/") &&
      !["/ingress/session", "/ingress/validate_session", "/ingress/panels"].includes(path)
    );
  }

  async createSession(wanted: Record<string, unknown>): Promise<string> {
    const users = typeof wanted.user_id === "string" ? await this.users() : null;
    const user = users?.find((candidate) => candidate.id === wanted.user_id) ?? null;
    const session = randomBytes(64).toString("hex");
    this.sessions.set(session, { validUntil: Date.now() + SESSION_MS, user });
    return session;
  }

  /** Whether the session is good; each time that it is asked adds to its life. */
  validate(wanted: Record<string, unknown>): boolean {
    const session = this.sessions.get(String(wanted.session));
    if (!session || session.validUntil < Date.now()) return false;
    session.validUntil += SESSION_MS;
    return true;
  }

  /** Makes every session invalid, as the Supervisor's restart without saved sessions would. */
  forgetSessions(): void {
    this.sessions.clear();
  }

  async request(request: IncomingMessage, reply: ServerResponse, url: URL): Promise<void> {
    const content = await body(request);
    const session = this.sessionOf(request);
    if (suspicious(url)) return refused(reply, 400, "Bad Request");
    if (!session) return refused(reply, 401, "Unauthorized");
    const path = this.appPath(url);
    if (path === null) return refused(reply, 503, "Service Unavailable");
    const headers = { ...this.headers(request, session), "Content-Length": String(content.length) };
    const upstream = httpRequest(`${this.appUrl}${path}`, { method: request.method, headers }, (answer) => {
      const passed = Object.entries(answer.headers).filter(([name]) => !HOP.has(name));
      reply.writeHead(answer.statusCode ?? 502, Object.fromEntries(passed) as IncomingHttpHeaders);
      answer.pipe(reply);
    });
    upstream.on("error", () => (reply.headersSent ? reply.destroy() : refused(reply, 502, "Bad Gateway")));
    upstream.end(content);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? "/", "http://supervisor");
    const session = this.sessionOf(request);
    const path = this.appPath(url);
    if (!session || path === null || suspicious(url)) {
      socket.end(`HTTP/1.1 ${session ? "400 Bad Request" : "401 Unauthorized"}\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.server.handleUpgrade(request, socket, head, (browser) => {
      const offered = request.headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim()) ?? [];
      const app = new WebSocket(`${this.appUrl.replace(/^http/, "ws")}${path}`, offered, {
        headers: this.headers(request, session) as Record<string, string>,
        maxPayload: MAX_MESSAGE,
      });
      join(browser, app);
    });
  }

  closeAll(): void {
    for (const socket of this.server.clients) socket.terminate();
  }

  private sessionOf(request: IncomingMessage): Session | null {
    const cookie = /(?:^|;\s*)ingress_session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
    if (!cookie || !this.validate({ session: cookie })) return null;
    return this.sessions.get(cookie) ?? null;
  }

  /** Path and query for the app; null when the token is not this app's. */
  private appPath(url: URL): string | null {
    const prefix = `/ingress/${this.token}`;
    if (!url.pathname.startsWith(`${prefix}/`)) return null;
    return url.pathname.slice(prefix.length) + url.search;
  }

  /** As they are sent on: each name in its first spelling, with all its values. */
  private headers(request: IncomingMessage, { user }: Session): IncomingHttpHeaders {
    const headers = new Map<string, { name: string; values: string[] }>();
    const add = (name: string, value: string): void => {
      const key = name.toLowerCase();
      const known = headers.get(key);
      if (known) known.values.push(value);
      else headers.set(key, { name, values: [value] });
    };
    if (user) {
      add("X-Remote-User-Id", user.id);
      if (user.username !== null) add("X-Remote-User-Name", user.username);
      if (user.name !== null) add("X-Remote-User-Display-Name", user.name);
    }
    const { rawHeaders } = request;
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
      if (!OWN.has(name) && !HOP.has(name.toLowerCase())) add(name, value);
    }
    const forwarded = `${request.headers["x-forwarded-for"]}, ${request.socket.remoteAddress}`;
    headers.set("x-forwarded-for", { name: "X-Forwarded-For", values: [forwarded] });
    const sent = [...headers.values()].map(({ name, values }) => [name, values.length > 1 ? values : values[0]]);
    return Object.fromEntries(sent) as IncomingHttpHeaders;
  }
}

function suspicious(url: URL): boolean {
  return [url.pathname, url.search].some((part) => SUSPICIOUS.test(decodeURIComponent(part)));
}

/** Forwards both ways; messages that come before the other side is open wait for it. */
function join(browser: WebSocket, app: WebSocket): void {
  const early: [RawData, boolean][] = [];
  browser.on("message", (content, binary) => {
    if (app.readyState === WebSocket.OPEN) app.send(content, { binary });
    else early.push([content, binary]);
  });
  app.on("open", () => {
    for (const [content, binary] of early) app.send(content, { binary });
  });
  app.on("message", (content, binary) => browser.send(content, { binary }));
  closeTogether(browser, app);
}

/** Closes one socket with the other; a code that may not be sent becomes a plain close. */
export function closeTogether(one: WebSocket, other: WebSocket): void {
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.on("close", (code) => {
      if (peer.readyState > WebSocket.OPEN) return;
      if (code >= 1000 && code !== 1005 && code !== 1006 && code !== 1015) peer.close(code);
      else peer.close();
    });
    socket.on("error", () => peer.terminate());
  }
}
