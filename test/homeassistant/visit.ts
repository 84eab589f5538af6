/** The app as a person has it: through Core's own ingress proxy, with a session of theirs. */

import { WebSocket } from "ws";
import type { PanelMessage } from "../../bridge/src/api/live.ts";
import type { Session } from "../../bridge/src/api/session.ts";
import { CoreSocket } from "./core-socket.ts";
import type { Home } from "./home.ts";
import type { Person } from "./onboarding.ts";

export interface VisitReply<T> {
  status: number;
  headers: Headers;
  body: T;
}

export class Visit {
  /** Ends with a slash. */
  readonly url: string;
  readonly cookie: string;

  private constructor(url: string, cookie: string) {
    this.url = url;
    this.cookie = cookie;
  }

  static async of(home: Home, person: Person): Promise<Visit> {
    const socket = await CoreSocket.open(home.core.url, person.tokens.access_token);
    const { slug } = home.supervisor;
    const { session } = await socket.command<{ session: string }>("supervisor/ingress/session", { slug });
    const { ingress_url: path } = await socket.command<{ ingress_url: string }>("supervisor/ingress/info", { slug });
    socket.close();
    return new Visit(`${home.core.url}${path}`, `ingress_session=${session}`);
  }

  /** Of somebody who is not logged in: the session is asked for as Core asks the Supervisor, the rest is as for anybody. */
  static async ofUser(home: Home, userId: string): Promise<Visit> {
    const session = await home.supervisor.ingress.createSession({ user_id: userId });
    return new Visit(`${home.core.url}${home.supervisor.ingressUrl}`, `ingress_session=${session}`);
  }

  /** Any request; never throws on an error reply. */
  async send<T>(method: string, path: string, body?: unknown): Promise<VisitReply<T>> {
    const reply = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        cookie: this.cookie,
        ...(method !== "GET" && { "content-type": "application/json", "x-neolia": "1", "if-match": "*" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const isJson = reply.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { status: reply.status, headers: reply.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  async session(): Promise<Session> {
    return (await this.send<Session>("GET", "api/session")).body;
  }

  /** The panel's WebSocket: what it is told from now on, and the code that it is closed with. */
  live(): { socket: WebSocket; messages: PanelMessage[]; closed: Promise<number> } {
    const socket = new WebSocket(`${this.url.replace(/^http/, "ws")}api/ws`, { headers: { cookie: this.cookie } });
    const messages: PanelMessage[] = [];
    socket.on("message", (data) => messages.push(JSON.parse(String(data)) as PanelMessage));
    socket.on("error", () => undefined);
    return { socket, messages, closed: new Promise((resolve) => socket.once("close", (code) => resolve(code))) };
  }

  /** These throw on an error reply. */
  async get<T>(path: string): Promise<T> {
    return await this.must("GET", path);
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return await this.must("POST", path, body);
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return await this.must("PUT", path, body);
  }

  private async must<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await this.send<T>(method, path, body);
    if (reply.status >= 400) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }
}
