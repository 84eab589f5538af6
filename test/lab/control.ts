/** Starts the real control service beside an edge, and speaks to it as a site does. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { WebSocket } from "ws";
import type { FeedMessage } from "../../infra/control/src/wire.ts";
import type { EdgeValues } from "../../infra/values.ts";
import { Program } from "./process.ts";
import { until } from "./until.ts";

const SOURCE = join(import.meta.dirname, "../../infra/control/src");

export interface ControlLabOptions {
  values: EdgeValues;
  /** The CA that signed the certificate, PEM. null: plain HTTP, as the demo needs it. */
  caFile: string | null;
}

export interface ControlReply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The parsed body; a test knows what to expect in it. */
  json<T>(): T;
}

export interface ControlRequest {
  token?: string;
  /** Sent as JSON; a string or Buffer goes out as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export class Control {
  readonly values: EdgeValues;
  readonly url: string;
  readonly logFile: string;
  private readonly ca: Buffer | undefined;
  private readonly valuesFile: string;
  private program: Program | null = null;

  constructor({ values, caFile }: ControlLabOptions) {
    this.values = values;
    this.ca = caFile === null ? undefined : readFileSync(caFile);
    this.url = `${this.ca ? "https" : "http"}://127.0.0.1:${values.controlPort}`;
    this.logFile = join(values.runFolder, "control.log");
    this.valuesFile = join(values.runFolder, "edge.json");
    writeFileSync(this.valuesFile, JSON.stringify(values), { mode: 0o600 });
  }

  async start(): Promise<void> {
    this.program = await Program.start({
      command: process.execPath,
      args: [join(SOURCE, "main.ts"), "--values", this.valuesFile],
      logFile: this.logFile,
      env: { NODE_NO_WARNINGS: "1", ...(this.ca ? {} : { NEOLIA_CONTROL_PLAIN: "1" }) },
      ready: () =>
        this.request("GET", "/healthz").then(
          () => true,
          () => false,
        ),
    });
  }

  get running(): boolean {
    return this.program?.running ?? false;
  }

  signal(signal: NodeJS.Signals): void {
    this.program?.signal(signal);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.program?.stop(signal);
  }

  /** Runs the command line: `cli("site", "add", "a.sip.test")`. Rejects with its message when it fails. */
  async cli(...words: string[]): Promise<string> {
    const args = [join(SOURCE, "cli.ts"), "--values", this.valuesFile, ...words];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return stdout;
  }

  /** Adds a site and returns its token. */
  async addSite(domain: string): Promise<string> {
    return (await this.cli("site", "add", domain)).trim();
  }

  request(method: string, path: string, { token, body, headers = {} }: ControlRequest = {}): Promise<ControlReply> {
    const raw = typeof body === "string" || Buffer.isBuffer(body);
    const payload = body === undefined ? null : raw ? body : JSON.stringify(body);
    const all = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
      ...headers,
    };
    const send = this.ca ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(new URL(path, this.url), { method, headers: all, agent: false, ca: this.ca }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on("data", (chunk: Buffer) => chunks.push(chunk));
        reply.on("error", reject);
        reply.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: reply.statusCode ?? 0,
            headers: reply.headers,
            text,
            json: <T>() => JSON.parse(text) as T,
          });
        });
      });
      request.on("error", reject);
      request.end(payload ?? undefined);
    });
  }

  /** Opens the event feed after a cursor and waits for its hello. Rejects with the HTTP status or close code if refused. */
  async feed(token: string, after = 0): Promise<Feed> {
    const url = `${this.url.replace(/^http/, "ws")}/v1/events?after=${after}`;
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${token}` },
      ...(this.ca ? { ca: this.ca } : {}),
    });
    const feed = new Feed(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", () => resolve());
      socket.once("unexpected-response", (_request, reply) => reject(new Error(`HTTP ${reply.statusCode}`)));
      socket.once("error", reject);
    });
    await until(() => feed.messages.length > 0 || feed.closeCode !== null, { what: "the hello of the feed" });
    if (feed.closeCode !== null) throw new Error(`closed with ${feed.closeCode}`);
    return feed;
  }

  log(): string {
    return readFileSync(this.logFile, "utf8");
  }
}

/** A connected feed that keeps everything it was told. */
export class Feed {
  readonly socket: WebSocket;
  readonly messages: FeedMessage[] = [];
  closeCode: number | null = null;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.messages.push(JSON.parse(String(data)) as FeedMessage));
    socket.on("close", (code) => {
      this.closeCode = code;
    });
    socket.on("error", () => {});
  }

  get ids(): number[] {
    return this.messages.flatMap((message) => (message.type === "event" ? [message.event.id] : []));
  }

  close(): void {
    this.socket.terminate();
  }
}

/** Starts control and waits until it answers. Stop it with `stop()`. */
export async function startControl(options: ControlLabOptions): Promise<Control> {
  const control = new Control(options);
  await control.start();
  return control;
}
