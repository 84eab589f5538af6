/** The way from an app to Core: `/core/api/…` and `/core/websocket`, and what the Supervisor itself asks Core. */
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import { CoreSocket } from "../../homeassistant/core-socket.ts";
import { type CoreUser, closeTogether } from "./ingress.ts";
import { body, refused } from "./reply.ts";

/** Clients choose their commands by it. */
const { homeassistant: CORE_VERSION } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../homeassistant/pins.json"), "utf8"),
) as { homeassistant: string };

/** Commands that only Home Assistant's own frontend may send (since Supervisor 2026.08). */
const DENIED = /^(supervisor|hassio)\//;

export class CoreProxy {
  /** Where Core is; null while it is away. */
  target: { url: string; token: string } | null = null;
  private readonly appToken: () => string;
  private readonly server = new WebSocketServer({ noServer: true });

  constructor(appToken: () => string) {
    this.appToken = appToken;
  }

  /** Core's users as the Supervisor reads them when a session is made; null when Core does not answer. */
  async users(): Promise<CoreUser[] | null> {
    if (!this.target) return null;
    try {
      const socket = await CoreSocket.open(this.target.url, this.target.token);
      const users = await socket.command<CoreUser[]>("config/auth/list");
      socket.close();
      return users;
    } catch {
      return null;
    }
  }

  /** Tells Core that the sidebar entry of an app is on or off. */
  async pushPanel(slug: string, shown: boolean): Promise<void> {
    if (!this.target) return;
    await fetch(`${this.target.url}/api/hassio_push/panel/${slug}`, {
      method: shown ? "POST" : "DELETE",
      headers: { authorization: `Bearer ${this.target.token}` },
    });
  }

  async request(request: IncomingMessage, reply: ServerResponse, url: URL): Promise<void> {
    const content = await body(request);
    if (request.headers.authorization !== `Bearer ${this.appToken()}`) return refused(reply, 401, "Unauthorized");
    const path = url.pathname.slice("/core/api/".length);
    if (/^hassio(\/|_)/.test(path)) return refused(reply, 403, "Forbidden");
    if (!["GET", "POST", "DELETE"].includes(request.method ?? "")) return refused(reply, 405, "Method Not Allowed");
    if (!this.target) return refused(reply, 502, "Bad Gateway");
    try {
      const answer = await fetch(`${this.target.url}/api/${path}${url.search}`, {
        method: request.method ?? "GET",
        headers: {
          authorization: `Bearer ${this.target.token}`,
          "content-type": request.headers["content-type"] ?? "application/json",
        },
        body: content.length > 0 ? new Uint8Array(content) : null,
      });
      const type = answer.headers.get("content-type") ?? "application/json";
      reply.writeHead(answer.status, { "content-type": type }).end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      refused(reply, 502, "Bad Gateway");
    }
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const target = this.target;
    if (!target) {
      socket.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n");
      return;
    }
    this.server.handleUpgrade(request, socket, head, (app) => {
      app.send(JSON.stringify({ type: "auth_required", ha_version: CORE_VERSION }));
      app.once("message", (first) => {
        const { access_token: token } = JSON.parse(String(first)) as { access_token?: string };
        if (token !== this.appToken()) {
          app.send(JSON.stringify({ type: "auth_invalid", message: "Invalid access" }));
          app.close();
          return;
        }
        app.send(JSON.stringify({ type: "auth_ok", ha_version: CORE_VERSION }));
        pipe(app, target);
      });
    });
  }

  closeAll(): void {
    for (const socket of this.server.clients) socket.terminate();
  }
}

/** Joins an app that has shown its token to Core, where the Supervisor is an administrator. */
function pipe(app: WebSocket, target: { url: string; token: string }): void {
  const core = new WebSocket(`${target.url.replace(/^http/, "ws")}/api/websocket`);
  const early: string[] = [];
  let ready = false;
  core.on("message", (content) => {
    const message = JSON.parse(String(content)) as { type?: string };
    if (message.type === "auth_required") core.send(JSON.stringify({ type: "auth", access_token: target.token }));
    else if (message.type === "auth_ok") {
      ready = true;
      for (const text of early) core.send(text);
    } else if (ready) app.send(String(content));
    else app.close();
  });
  app.on("message", (content) => {
    const text = String(content);
    const { id, type } = JSON.parse(text) as { id?: number; type?: string };
    if (type && DENIED.test(type)) {
      const error = { code: "unauthorized", message: "Unauthorized" };
      app.send(JSON.stringify({ id, type: "result", success: false, error }));
    } else if (ready) core.send(text);
    else early.push(text);
  });
  closeTogether(app, core);
}
