/**
 * Stand-in for the Home Assistant Supervisor, written from its published API (home-assistant/supervisor 2026.08, commit
 * 090ef31): what Core asks of it for ingress, and what an app may ask of it. Core's own ingress proxy and WebSocket
 * commands are real; only what lies behind them is this file.
 *
 * What it cannot show, and no test may claim: AppArmor and Docker's isolation, the network 172.30.32.0/23 and the
 * Supervisor's real address in it, installing, updating, the watchdog, backups, the app store, image signatures,
 * sessions that survive the Supervisor's restart, and how Home Assistant OS behaves. It listens on loopback, speaks to
 * Core with an administrator's token instead of the Supervisor's own socket, and never becomes "ready" as a whole: Core
 * keeps its `hassio` entry waiting, which is why the sidebar entry is pushed anew after each start of Core.
 *
 * Of ingress it has `POST /ingress/session`, `POST /ingress/validate_session`, `GET /ingress/panels` and the proxy, with
 * the Supervisor's rules: 15 minutes a session, 15 more with each use, the user looked up once when it is made, no user
 * at all when Core cannot be asked. It has one app; that a session opens every app of a house it cannot show, nor how
 * the Supervisor's own 502 pages look while an app starts, nor its limits on the size of a body.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { parse } from "yaml";
import { type AppInfo, appInfo, type Manifest } from "./supervisor/app-info.ts";
import { CoreProxy } from "./supervisor/core-proxy.ts";
import { Ingress } from "./supervisor/ingress.ts";
import { body, data, failed, json, refused } from "./supervisor/reply.ts";

export interface StandInOptions {
  /** Port on loopback. */
  port: number;
  /** Where the app listens, e.g. http://127.0.0.1:8099. */
  appUrl: string;
  /** What the installer has set under Configuration; the manifest's defaults when left out. */
  options?: Record<string, unknown>;
}

/** What an app gets from `GET /services/mqtt`. */
export interface MqttService {
  host: string;
  port: number;
  ssl: boolean;
  username: string;
  password: string;
}

/** The slug that an app from a local repository has. */
const SLUG = "local_neolia";

export class SupervisorStandIn {
  readonly slug = SLUG;
  /** host:port, as Core wants it in SUPERVISOR. */
  readonly address: string;
  /** Core's token, in Core's SUPERVISOR_TOKEN. */
  readonly coreToken = randomBytes(16).toString("hex");
  /** The app's token, in the app's SUPERVISOR_TOKEN. */
  readonly appToken = randomBytes(16).toString("hex");
  readonly ingress: Ingress;
  /** Paths that were asked and are not answered here. */
  readonly unanswered = new Set<string>();
  /** How often the app has changed something about itself, by what it sent. */
  readonly changes: unknown[] = [];
  mqtt: MqttService | null = null;
  private readonly info: AppInfo;
  private readonly server: Server;
  private readonly core = new CoreProxy(() => this.appToken);

  private constructor(options: StandInOptions) {
    this.address = `127.0.0.1:${options.port}`;
    const manifest = parse(readFileSync(join(import.meta.dirname, "../../addon/config.yaml"), "utf8")) as Manifest;
    const token = randomBytes(32).toString("base64url");
    this.info = appInfo(manifest, this.slug, token, options.options ?? {});
    this.ingress = new Ingress(token, options.appUrl, () => this.core.users());
    // As long as the Supervisor's own: Core lets go of a connection after 15 s. One that ends just as Core asks by it for a
    // session makes Home Assistant say "Unable to create an ingress session".
    this.server = createServer({ keepAliveTimeout: 75_000 }, (request, reply) => void this.serve(request, reply));
    this.server.on("upgrade", (request, socket, head) => this.upgrade(request, socket, head));
  }

  static async start(options: StandInOptions): Promise<SupervisorStandIn> {
    const standIn = new SupervisorStandIn(options);
    standIn.server.listen(options.port, "127.0.0.1");
    await once(standIn.server, "listening");
    return standIn;
  }

  /** Where Core is and an administrator's token for it; null while Core is away. */
  connectCore(core: { url: string; token: string } | null): void {
    this.core.target = core;
  }

  /** The app's own path under Core, as `ingress_url` gives it. */
  get ingressUrl(): string {
    return this.info.ingress_url;
  }

  get panelShown(): boolean {
    return this.info.ingress_panel;
  }

  /** Switches the sidebar entry, as an administrator does on the app's page, or tells Core about it again. */
  async showPanel(shown: boolean): Promise<void> {
    this.info.ingress_panel = shown;
    await this.core.pushPanel(this.slug, shown);
  }

  async stop(): Promise<void> {
    this.core.closeAll();
    this.ingress.closeAll();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  private async serve(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? "/", "http://supervisor");
      if (url.pathname.startsWith("/ingress/") && this.ingress.owns(url.pathname)) {
        return await this.ingress.request(request, reply, url);
      }
      if (/^\/core\/(api|stream)/.test(url.pathname)) return await this.core.request(request, reply, url);
      const token = request.headers.authorization?.split(" ").at(-1) ?? request.headers["x-supervisor-token"];
      if (token === this.coreToken) return await this.answerCore(request, reply, url.pathname);
      if (token === this.appToken) return await this.answerApp(request, reply, url.pathname);
      refused(reply, 401, "");
    } catch (error) {
      if (!reply.headersSent) failed(reply, 500, (error as Error).message);
      else reply.destroy();
    }
  }

  private async answerCore(request: IncomingMessage, reply: ServerResponse, path: string): Promise<void> {
    switch (`${request.method} ${path}`) {
      case "GET /supervisor/ping":
        return data(reply, {});
      case "POST /supervisor/update":
        return failed(reply, 400, "No supervisor update available");
      case "GET /discovery":
        return data(reply, { discovery: [], services: {} });
      case "GET /mounts":
        return data(reply, { default_backup_mount: null, mounts: [] });
      case "POST /ingress/session":
        return data(reply, { session: await this.ingress.createSession(await json(request)) });
      case "POST /ingress/validate_session":
        this.ingress.validations += 1;
        return this.ingress.validate(await json(request)) ? data(reply, {}) : refused(reply, 401, "");
      case "GET /ingress/panels":
        return data(reply, { panels: { [this.slug]: this.panel() } });
      case `GET /addons/${this.slug}/info`:
        return data(reply, this.info);
      default:
        return this.unknown(request, reply, path);
    }
  }

  private async answerApp(request: IncomingMessage, reply: ServerResponse, path: string): Promise<void> {
    switch (`${request.method} ${path}`) {
      case "GET /addons/self/info":
      case `GET /addons/${this.slug}/info`:
        return data(reply, this.info);
      case "POST /addons/self/options":
        return await this.change(await json(request), reply);
      case "GET /addons/self/options/config":
        return data(reply, this.info.options);
      case "GET /services/mqtt":
        if (!this.mqtt) return failed(reply, 400, "Service not enabled");
        return data(reply, { addon: "core_mosquitto", protocol: "3.1.1", ...this.mqtt });
      default:
        // hassio_role "default": reading the info of others is all that is left.
        if (/\/info$/.test(path)) return this.unknown(request, reply, path);
        return refused(reply, 403, "");
    }
  }

  /** `POST /addons/self/options`: only the keys that the Supervisor knows. */
  private async change(wanted: Record<string, unknown>, reply: ServerResponse): Promise<void> {
    const known = [
      "options",
      "boot",
      "auto_update",
      "network",
      "audio_input",
      "audio_output",
      "ingress_panel",
      "watchdog",
    ];
    const stray = Object.keys(wanted).find((key) => !known.includes(key));
    if (stray) return failed(reply, 400, `extra keys not allowed @ data['${stray}']`);
    this.changes.push(wanted);
    if (typeof wanted.ingress_panel === "boolean") await this.showPanel(wanted.ingress_panel);
    return data(reply, {});
  }

  private panel(): object {
    const { name, panel_icon: icon, panel_admin: admin, ingress_panel: enable } = this.info;
    return { title: name, icon, admin, enable };
  }

  private async unknown(request: IncomingMessage, reply: ServerResponse, path: string): Promise<void> {
    await body(request);
    this.unanswered.add(`${request.method} ${path}`);
    refused(reply, 404, "");
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname } = new URL(request.url ?? "/", "http://supervisor");
    if (this.ingress.owns(pathname)) this.ingress.upgrade(request, socket, head);
    else if (pathname === "/core/websocket" || pathname === "/core/api/websocket") {
      this.core.upgrade(request, socket, head);
    } else socket.destroy();
  }
}
