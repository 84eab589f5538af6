/**
 * Between the bridge and a voice service: passes everything on, keeps a recording of each session, and ends all of them when the
 * budget is spent. The service's key is here and not in the bridge.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { costOf, type Usage } from "../../../bridge/src/voice/realtime/prices.ts";
import { type RecordedEvent, redacted, writeRecording } from "./recording.ts";

export interface RecorderOptions {
  /** http: or https: address of the service, as the bridge would have it. */
  upstream: string;
  apiKey: string;
  folder: string;
  /** By the bridge's own prices (prices.ts); what runs when it is spent is cut off. */
  budgetCents: number;
  /** What the session with these instructions is called; null: it is not kept. */
  nameOf(instructions: string): string | null;
}

/** Payment Required: the bridge takes it for a service that is away, and people get the call. */
const SPENT_STATUS = 402;

export class Recorder {
  /** Files that were written. */
  readonly files: string[] = [];
  private readonly options: RecorderOptions;
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: 16 * 2 ** 20 });
  private readonly links = new Set<WebSocket>();
  private millicents = 0;
  private stopping: Promise<void> | null = null;

  private constructor(options: RecorderOptions, server: Server) {
    this.options = options;
    this.server = server;
    server.on("upgrade", (request, socket, head) => this.connect(request, socket, head));
  }

  static async start(options: RecorderOptions): Promise<Recorder> {
    const server = createServer((_request, reply) => reply.writeHead(404).end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Recorder(options, server);
  }

  /** What the bridge gets for the service's address. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  get spentCents(): number {
    return this.millicents / 1000;
  }

  get spent(): boolean {
    return this.spentCents >= this.options.budgetCents;
  }

  /** Ends what runs; every recording is written then. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    for (const link of this.links) link.terminate();
    this.server.close();
    await once(this.server, "close");
  }

  private connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { upstream, apiKey } = this.options;
    socket.on("error", () => {});
    if (this.spent) {
      refuse(socket, SPENT_STATUS);
      return;
    }
    const { search, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const service = new WebSocket(`${upstream.replace(/^http/, "ws")}/realtime${search}`, {
      headers: { authorization: `Bearer ${apiKey}` },
      perMessageDeflate: false,
    });
    service.on("error", () => refuse(socket, 503));
    service.on("unexpected-response", (_request, reply) => refuse(socket, reply.statusCode ?? 503));
    const early: RawData[] = [];
    service.on("message", (data) => early.push(data));
    service.once("open", () => {
      this.sockets.handleUpgrade(request, socket, head, (bridge) => {
        service.removeAllListeners("message");
        this.join(bridge, service, searchParams.get("model") ?? "", early);
      });
    });
    socket.once("close", () => service.terminate());
  }

  private join(bridge: WebSocket, service: WebSocket, model: string, early: readonly RawData[]): void {
    const began = performance.now();
    const entries: RecordedEvent[] = [];
    let name: string | null = null;
    const keep = (from: RecordedEvent["from"], data: RawData): void => {
      const value: unknown = JSON.parse(String(data));
      if (from === "client") name ??= this.nameOf(value);
      else this.count(model, value);
      const event = redacted(from, value);
      if (event) entries.push({ atMs: Math.round(performance.now() - began), from, event });
    };
    const pass = (from: RecordedEvent["from"], to: WebSocket) => (data: RawData) => {
      keep(from, data);
      if (to.readyState === WebSocket.OPEN) to.send(String(data));
      if (this.spent) for (const link of this.links) link.terminate();
    };
    for (const data of early) pass("service", bridge)(data);
    service.on("message", pass("service", bridge));
    bridge.on("message", pass("client", service));
    for (const [link, other] of [
      [bridge, service],
      [service, bridge],
    ] as const) {
      this.links.add(link);
      link.on("error", () => {});
      link.on("close", () => {
        this.links.delete(link);
        other.terminate();
      });
    }
    bridge.once("close", () => {
      if (name !== null) this.files.push(writeRecording(this.options.folder, name, entries));
    });
  }

  private nameOf(value: unknown): string | null {
    const { type, session } = value as { type?: unknown; session?: { instructions?: unknown } };
    return type === "session.update" && typeof session?.instructions === "string"
      ? this.options.nameOf(session.instructions)
      : null;
  }

  private count(model: string, value: unknown): void {
    const { type, response } = value as { type?: unknown; response?: { usage?: Usage | null } };
    if (type === "response.done" && response?.usage) this.millicents += costOf(model, response.usage);
  }
}

function refuse(socket: Duplex, status: number): void {
  if (socket.writable) socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
