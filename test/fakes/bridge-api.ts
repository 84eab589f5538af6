/**
 * The bridge's HTTP and WebSocket side for tests of the panel: its schemas, no store, no VPS. Tests set what it knows
 * and push what it would push. Every reply is checked against the schema of the real API.
 */
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import websocket from "@fastify/websocket";
import Fastify, { type FastifyInstance } from "fastify";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import type { WebSocket } from "ws";
import { type Call, CallPage } from "../../bridge/src/api/call.ts";
import { OwnTestRing, ServerCheck, ServerLook } from "../../bridge/src/api/device-test.ts";
import { Building, DoNotDisturbPut, Door, Site, Unit } from "../../bridge/src/api/directory.ts";
import { type LiveState, PanelMessage } from "../../bridge/src/api/live.ts";
import { Device, type DevicePut, IceServers, Session } from "../../bridge/src/api/session.ts";
import { DeviceReport, TestCallResult } from "../../bridge/src/api/site-health.ts";
import { VideoAnswer, VideoOffer } from "../../bridge/src/api/video.ts";
import { AppError } from "../../bridge/src/events/errors.ts";
import { errorReply } from "../../bridge/src/http/error-reply.ts";
import { serverCheck } from "../../bridge/src/links/server-check.ts";
import { cameras } from "../../bridge/src/video/cameras.ts";

export interface BridgeContent {
  sites: Site[];
  buildings: Building[];
  units: Unit[];
  doors: Door[];
  calls: Call[];
  live: LiveState;
  iceServers: IceServers;
  /** The call server that the bridge looks at when a device asks. */
  server: { sipUri: string | null; caFile?: string };
}

export interface BridgeFakeOptions {
  /** The built panel. */
  folder: string;
  token: string;
  content: BridgeContent;
  /** SIP login for a browser that sets itself up. */
  sip: (deviceId: string) => Device["sip"];
  /** Sent with every page, e.g. Permissions-Policy. */
  headers?: Record<string, string>;
  /** Where it listens. Default: loopback. */
  address?: string;
}

const ID = "01J00000000000000000000009";
const COOKIE = "neolia=signed-in";
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export class BridgeFake {
  readonly content: BridgeContent;
  /** Devices by id. */
  readonly devices = new Map<string, Device>();
  /** What devices told of themselves, and of test calls. */
  readonly reports: DeviceReport[] = [];
  readonly testResults: TestCallResult[] = [];
  port = 0;
  private readonly options: BridgeFakeOptions;
  private readonly sockets = new Set<WebSocket>();
  private app: FastifyInstance | null = null;

  constructor(options: BridgeFakeOptions) {
    this.options = options;
    this.content = options.content;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Serves on the port it had before, or on a free one. */
  async start(): Promise<void> {
    this.app = await this.build();
    await this.app.listen({ port: this.port, host: this.options.address ?? "127.0.0.1" });
    this.port = (this.app.server.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await this.app?.close();
    this.app = null;
  }

  /** How many panels are connected. */
  get connected(): number {
    return this.sockets.size;
  }

  push(message: PanelMessage): void {
    const text = JSON.stringify(checked(PanelMessage, message));
    for (const socket of this.sockets) socket.send(text);
  }

  /** Changes the live state and tells everyone. */
  setLive(change: Partial<LiveState>): void {
    this.content.live = { ...this.content.live, ...change };
    this.push({ type: "state", state: this.content.live });
  }

  private async build(): Promise<FastifyInstance> {
    const { token, folder, headers = {} } = this.options;
    const app = Fastify({ forceCloseConnections: true });
    await app.register(websocket);
    app.get<{ Params: { "*": string } }>("/*", async (request, reply) => {
      const file = request.params["*"] === "" ? "index.html" : request.params["*"];
      return reply
        .headers(headers)
        .type(TYPES[extname(file)] ?? "text/plain")
        .send(readFileSync(join(folder, file)));
    });
    app.addHook("onRequest", async (request, reply) => {
      const signingIn = request.method === "POST" && request.url === "/api/session";
      if (!request.url.startsWith("/api/") || signingIn) return;
      if (request.headers.cookie !== COOKIE) await reply.code(401).send(failure("NOT_SIGNED_IN"));
    });
    app.post<{ Body: { token: string } }>("/api/session", async (request, reply) => {
      if (request.headers["x-neolia"] !== "1") return reply.code(403).send(failure("FORBIDDEN"));
      if (request.body.token !== token) return reply.code(401).send(failure("WRONG_TOKEN"));
      reply.header("set-cookie", `${COOKIE}; Path=/; HttpOnly; SameSite=Strict`);
      return this.session();
    });
    app.get("/api/session", async () => this.session());
    this.lists(app);
    this.deviceRoutes(app);
    this.doNotDisturb(app);
    this.video(app);
    app.get("/api/ws", { websocket: true }, (socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
      const hello = { type: "hello", version: "0.1.0", nowMs: Date.now(), state: this.content.live } as const;
      socket.send(JSON.stringify(checked(PanelMessage, hello)));
    });
    return app;
  }

  private lists(app: FastifyInstance): void {
    app.get("/api/sites", async () => checked(Type.Array(Site), this.content.sites));
    app.get("/api/buildings", async () => checked(Type.Array(Building), this.content.buildings));
    app.get("/api/units", async () => checked(Type.Array(Unit), this.content.units));
    app.get("/api/doors", async () => checked(Type.Array(Door), this.content.doors));
    app.get<{ Querystring: { before?: string; limit: string } }>("/api/calls", async (request) => {
      const before = Number(request.query.before ?? Number.MAX_SAFE_INTEGER);
      const limit = Number(request.query.limit);
      const calls = this.content.calls.filter((call) => call.startedAtMs < before).slice(0, limit);
      const last = calls.length === limit ? calls.at(-1) : undefined;
      return checked(CallPage, { calls, nextBefore: last?.startedAtMs ?? null });
    });
  }

  private doNotDisturb(app: FastifyInstance): void {
    type Route = { Params: { id: string }; Body: DoNotDisturbPut };
    app.put<Route>("/api/units/:id/do-not-disturb", async (request, reply) => {
      const unit = this.content.units.find(({ id }) => id === request.params.id);
      if (unit === undefined) return reply.code(404).send(failure("UNKNOWN_UNIT"));
      unit.doNotDisturb = checked(DoNotDisturbPut, request.body).on;
      this.push({ type: "directory", siteId: unit.siteId });
      return checked(Unit, unit);
    });
  }

  /** The real way to the camera. */
  private video(app: FastifyInstance): void {
    const watched = cameras({ urlOf: (id) => this.content.doors.find((door) => door.id === id)?.videoUrl ?? "" });
    type Route = { Params: { id: string; videoId: string }; Body: VideoOffer };
    app.post<Route>("/api/doors/:id/video", async (request, reply) => {
      try {
        const answer = await watched.watch(request.params.id, checked(VideoOffer, request.body).sdp);
        return reply.code(201).send(checked(VideoAnswer, answer));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return reply.code(error.status).send(errorReply(error));
      }
    });
    app.delete<Route>("/api/doors/:id/video/:videoId", async (request, reply) => {
      await watched.leave(request.params.id, request.params.videoId);
      return reply.code(204).send();
    });
    app.addHook("onClose", async () => watched.stop());
  }

  private deviceRoutes(app: FastifyInstance): void {
    type Route = { Params: { id: string }; Body: DevicePut };
    app.get<Route>("/api/devices/:id", async (request, reply) => {
      const device = this.devices.get(request.params.id);
      return device === undefined ? reply.code(204).send() : checked(Device, device);
    });
    app.put<Route>("/api/devices/:id", async (request, reply) => {
      const unit = this.content.units.find((known) => known.id === request.body.unitId);
      if (unit === undefined) return reply.code(404).send(failure("UNKNOWN_UNIT"));
      const device: Device = {
        deviceId: request.params.id,
        label: request.body.label,
        siteId: unit.siteId,
        unitId: unit.id,
        unitNumber: unit.number,
        sip: this.options.sip(request.params.id),
      };
      this.devices.set(device.deviceId, device);
      return checked(Device, device);
    });
    app.post<{ Body: DeviceReport }>("/api/devices/:id/report", async (request, reply) => {
      this.reports.push(checked(DeviceReport, request.body));
      return reply.code(204).send();
    });
    app.post<{ Body: TestCallResult }>("/api/devices/:id/test-result", async (request, reply) => {
      this.testResults.push(checked(TestCallResult, request.body));
      return reply.code(204).send();
    });
    // The real look.
    app.post<{ Body: ServerCheck }>("/api/devices/:id/server-check", async (request) => {
      const { link } = checked(ServerCheck, request.body);
      return checked(ServerLook, await serverCheck(this.content.server).look(link));
    });
    // Nobody calls: there is no phone in it.
    app.post<Route>("/api/devices/:id/test-ring", async (_request, reply) => {
      const device = { accountId: ID, state: "skipped", failedStep: null, ringMs: null, answerMs: null, atMs: null };
      return reply.code(202).send(checked(OwnTestRing, { testId: ID, device: device as OwnTestRing["device"] }));
    });
    app.post("/api/devices/:id/ice", async () => checked(IceServers, this.content.iceServers));
  }

  private session(): Session {
    return checked(Session, {
      role: "admin",
      name: "Resident",
      desk: true,
      version: "0.1.0",
      notices: [],
      empty: false,
    });
  }
}

function checked<Schema extends TSchema>(schema: Schema, value: Static<Schema>): Static<Schema> {
  if (!Value.Check(schema, value))
    throw new Error(`not what the API says: ${JSON.stringify(Value.Errors(schema, value))}`);
  return value;
}

function failure(code: string): object {
  return { error: { code, message: code, retryable: false } };
}
