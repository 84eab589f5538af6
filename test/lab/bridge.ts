/** Starts the real bridge in standalone mode, as it is bundled, and speaks to it as its page does. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import { NODE_ENVIRONMENT, NODE_FLAGS } from "../../bridge/src/node-flags.ts";
import { builtBridge } from "./built.ts";
import { Program } from "./process.ts";

export interface BridgeLabOptions {
  /** The lab's folder; the bridge gets `bridge/` in it. */
  folder: string;
  port: number;
  /** null or left out: no VPS. */
  control?: { url: string; token: string; caFile: string | null } | null;
  /** Where browsers register. */
  sipUri?: string;
  mqtt?: { url: string; username?: string; password?: string; caFile?: string };
  /** Another Node program than the one that runs this. */
  node?: string;
  /** Any further setting, e.g. NEOLIA_LOG_LEVEL. */
  env?: Record<string, string>;
}

export interface BridgeReply<T = unknown> {
  status: number;
  headers: Headers;
  /** The parsed body; null for none. */
  body: T;
}

/** An administrator's session. Paths are relative to the bridge: `api.get<Site[]>("/api/sites")`. */
export interface BridgeApi {
  /** For a WebSocket of this session. */
  readonly cookie: string;
  /** Any request; never throws on an error reply. */
  request<T = unknown>(method: string, path: string, body?: unknown): Promise<BridgeReply<T>>;
  /** These throw `<status> <CODE>: <message>` on an error reply. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

export class Bridge {
  readonly url: string;
  readonly dataFolder: string;
  readonly logFile: string;
  private readonly options: BridgeLabOptions;
  private program: Program | null = null;

  constructor(options: BridgeLabOptions) {
    this.options = options;
    this.url = `http://localhost:${options.port}`;
    this.dataFolder = join(options.folder, "bridge");
    this.logFile = join(options.folder, "bridge.log");
    mkdirSync(this.dataFolder, { recursive: true });
  }

  async start(): Promise<void> {
    this.program = await Program.start({
      command: this.options.node ?? process.execPath,
      args: [...NODE_FLAGS, builtMain()],
      logFile: this.logFile,
      env: this.env(),
      // The page's address is the last thing that a start prints.
      ready: async () => this.token !== "" && (await this.healthy()),
    });
  }

  get pid(): number {
    return this.program?.pid ?? 0;
  }

  get running(): boolean {
    return this.program?.running ?? false;
  }

  /** The token that it printed at its last start. */
  get token(): string {
    return this.log().match(/#token=(\S+)(?![\s\S]*#token=)/)?.[1] ?? "";
  }

  /** What a person opens. */
  get pageUrl(): string {
    return `${this.url}/#token=${this.token}`;
  }

  /** Signs in. The session survives restarts. */
  async api(): Promise<BridgeApi> {
    const reply = await send(this.url, "", "POST", "/api/session", { token: this.token });
    const cookie = (reply.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    if (reply.status !== 200) throw new Error(describe("POST", "/api/session", reply));
    const request = <T>(method: string, path: string, body?: unknown) => send<T>(this.url, cookie, method, path, body);
    const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const answer = await request<T>(method, path, body);
      if (answer.status >= 400) throw new Error(describe(method, path, answer));
      return answer.body;
    };
    return {
      cookie,
      request,
      get: (path) => call("GET", path),
      post: (path, body) => call("POST", path, body),
      put: (path, body) => call("PUT", path, body),
      patch: (path, body) => call("PATCH", path, body),
      delete: (path) => call("DELETE", path),
    };
  }

  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  signal(signal: NodeJS.Signals): void {
    this.program?.signal(signal);
  }

  /** Calls of a line may be finished for `graceMs`. */
  async stop(graceMs?: number): Promise<void> {
    await this.program?.stop("SIGTERM", graceMs);
  }

  /** As a crash or a power cut ends it. */
  async kill(): Promise<void> {
    await this.program?.stop("SIGKILL");
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  private healthy(): Promise<boolean> {
    return fetch(`${this.url}/api/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  private env(): Record<string, string> {
    const { port, control, sipUri, mqtt, env } = this.options;
    return {
      ...NODE_ENVIRONMENT,
      NODE_NO_WARNINGS: "1",
      NEOLIA_DATA: this.dataFolder,
      NEOLIA_PORT: String(port),
      ...(control && { NEOLIA_CONTROL_URL: control.url, NEOLIA_SITE_TOKEN: control.token }),
      ...(control?.caFile && { NEOLIA_CA_FILE: control.caFile }),
      ...(sipUri && { NEOLIA_SIP_URI: sipUri }),
      ...(mqtt && { NEOLIA_MQTT_URL: mqtt.url }),
      ...(mqtt?.username && { NEOLIA_MQTT_USERNAME: mqtt.username }),
      ...(mqtt?.password && { NEOLIA_MQTT_PASSWORD: mqtt.password }),
      ...(mqtt?.caFile && { NEOLIA_MQTT_CA_FILE: mqtt.caFile }),
      ...env,
    };
  }
}

/** The bundle, which ships and starts in a quarter of the time that its sources take; looked at once for this process. */
function builtMain(): string {
  builtOnce ??= join(builtBridge(), "main.js");
  return builtOnce;
}
let builtOnce: string | undefined;

/** Starts the bridge and waits until it serves. Stop it with `stop()`. */
export async function startBridge(options: BridgeLabOptions): Promise<Bridge> {
  const bridge = new Bridge(options);
  await bridge.start();
  return bridge;
}

async function send<T>(
  base: string,
  cookie: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<BridgeReply<T>> {
  const response = await fetch(base + path, {
    method,
    headers: {
      cookie,
      ...(method !== "GET" && { "content-type": "application/json", "x-neolia": "1" }),
      ...(["PATCH", "PUT", "DELETE"].includes(method) && { "if-match": "*" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === "" ? null : JSON.parse(text)) as T,
  };
}

function describe(method: string, path: string, { status, body }: BridgeReply): string {
  const error = (body as ErrorReply | null)?.error;
  return `${method} ${path}: ${status} ${error?.code}: ${error?.message} ${JSON.stringify(error?.details ?? {})}`;
}
