/** Starts a real Mosquitto on loopback, and listens to it as Home Assistant does. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { Program } from "./process.ts";

export interface MosquittoOptions {
  /** A free port on loopback. */
  port: number;
  /** Configuration, log and persistence go here. */
  folder: string;
  /** Who may connect; left out: anybody. */
  login?: { username: string; password: string };
  /** It keeps nothing on disk: what it writes at each change slows a large site's thousands of topics down. */
  forgetful?: boolean;
}

const PERSISTENCE = ["persistence true", "autosave_on_changes true", "autosave_interval 1"];

export class Mosquitto {
  readonly port: number;
  readonly url: string;
  readonly login: { username: string; password: string } | null;
  private readonly folder: string;
  private readonly forgetful: boolean;
  private program: Program | null = null;

  constructor({ port, folder, login, forgetful = false }: MosquittoOptions) {
    this.forgetful = forgetful;
    this.port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
    this.login = login ?? null;
    this.folder = join(folder, "mosquitto");
    mkdirSync(this.folder, { recursive: true });
    this.configure();
  }

  async start(): Promise<void> {
    const logFile = join(this.folder, "mosquitto.log");
    const before = existsSync(logFile) ? readFileSync(logFile, "utf8").length : 0;
    this.program = await Program.start({
      command: "mosquitto",
      args: ["-c", join(this.folder, "mosquitto.conf")],
      logFile,
      // Its own word: on a port that it could not have, somebody else would answer a connection.
      ready: () => readFileSync(logFile, "utf8").slice(before).includes(" running"),
    });
  }

  /** SIGKILL is the crash, SIGTERM the orderly end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.program?.stop(signal);
  }

  /** Between stop and start: no session and nothing retained is left. */
  forget(): void {
    rmSync(join(this.folder, "mosquitto.db"), { force: true });
  }

  signal(signal: NodeJS.Signals): void {
    this.program?.signal(signal);
  }

  /** A client with a persistent session, subscribed with QoS 1, that comes back by itself and keeps what it heard. */
  async listen(...filters: string[]): Promise<MqttListener> {
    const client = await connectAsync(this.url, {
      clientId: `listener-${process.pid}-${Math.random().toString(36).slice(2)}`,
      clean: false,
      reconnectPeriod: 100,
      ...this.login,
    });
    const listener = new MqttListener(client);
    await client.subscribeAsync(filters, { qos: 1 });
    return listener;
  }

  /** Persistence on and written at each change, so that sessions live through a SIGKILL. */
  private configure(): void {
    const passwordFile = join(this.folder, "passwords");
    if (this.login) {
      execFileSync("mosquitto_passwd", ["-b", "-c", passwordFile, this.login.username, this.login.password]);
    }
    const lines = [
      `listener ${this.port} 127.0.0.1`,
      ...(this.login ? ["allow_anonymous false", `password_file ${passwordFile}`] : ["allow_anonymous true"]),
      ...(this.forgetful ? ["persistence false"] : PERSISTENCE),
      `persistence_location ${this.folder}/`,
      // As root it would change to a user that cannot write here.
      ...(process.getuid?.() === 0 ? ["user root"] : []),
      "log_dest stderr",
    ];
    writeFileSync(join(this.folder, "mosquitto.conf"), `${lines.join("\n")}\n`);
  }
}

export interface HeardMessage {
  topic: string;
  payload: string;
  retained: boolean;
}

export class MqttListener {
  readonly messages: HeardMessage[] = [];
  private readonly client: MqttClient;

  constructor(client: MqttClient) {
    this.client = client;
    client.on("message", (topic, payload, { retain }) => {
      this.messages.push({ topic, payload: payload.toString(), retained: retain });
    });
    client.on("error", () => {});
  }

  /** The newest payload of a topic. */
  last(topic: string): string | undefined {
    return this.messages.findLast((message) => message.topic === topic)?.payload;
  }

  async say(topic: string, payload: string, retain = false): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1, retain });
  }

  /** Parsed payloads of a topic, in order. */
  events<T>(topic: string): T[] {
    return this.messages.filter((message) => message.topic === topic).map(({ payload }) => JSON.parse(payload) as T);
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}

/** Starts the broker. Stop it with `stop()`; the folder is the caller's. */
export async function startMosquitto(options: MosquittoOptions): Promise<Mosquitto> {
  const mosquitto = new Mosquitto(options);
  await mosquitto.start();
  return mosquitto;
}
