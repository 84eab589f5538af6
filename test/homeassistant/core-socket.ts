/** A client of Core's WebSocket API for tests: commands by type, subscriptions by callback. */
import { once } from "node:events";
import { WebSocket } from "ws";

export interface CoreError {
  code: string;
  message: string;
}

interface Message {
  id?: number;
  type: string;
  success?: boolean;
  result?: unknown;
  error?: CoreError;
  event?: unknown;
}

export class CoreSocket {
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, PromiseWithResolvers<Message>>();
  private readonly listeners = new Map<number, (event: unknown) => void>();
  private lastId = 0;
  /** Resolves when the socket is closed, by whomever. */
  readonly closed: Promise<void>;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.take(JSON.parse(String(data)) as Message));
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        for (const { reject } of this.waiting.values()) reject(new Error("Core closed the socket before answering"));
        resolve();
      });
    });
  }

  /** Connects and authenticates; throws when Core refuses the token. */
  static async open(coreUrl: string, token: string, path = "/api/websocket"): Promise<CoreSocket> {
    const socket = new WebSocket(`${coreUrl.replace(/^http/, "ws")}${path}`);
    const first = await nextMessage(socket);
    if (first.type !== "auth_required") throw new Error(`Core began with ${first.type}`);
    socket.send(JSON.stringify({ type: "auth", access_token: token }));
    const reply = await nextMessage(socket);
    if (reply.type !== "auth_ok") {
      socket.close();
      throw new Error(`Core answered ${reply.type}`);
    }
    return new CoreSocket(socket);
  }

  /** Sends a command and returns its result; throws `<code>: <message>` when Core refuses it. */
  async command<Result = unknown>(type: string, fields: Record<string, unknown> = {}): Promise<Result> {
    return (await this.send(type, fields)).result as Result;
  }

  /** Subscribes; `listener` gets every event until the socket closes. */
  async subscribe(type: string, fields: Record<string, unknown>, listener: (event: unknown) => void): Promise<void> {
    this.listeners.set(this.lastId + 1, listener);
    await this.send(type, fields);
  }

  close(): void {
    this.socket.close();
  }

  private async send(type: string, fields: Record<string, unknown>): Promise<Message> {
    const id = ++this.lastId;
    const waiting = Promise.withResolvers<Message>();
    this.waiting.set(id, waiting);
    this.socket.send(JSON.stringify({ id, type, ...fields }));
    const message = await waiting.promise;
    this.waiting.delete(id);
    if (!message.success) throw new Error(`${message.error?.code}: ${message.error?.message}`);
    return message;
  }

  private take(message: Message): void {
    const id = message.id ?? 0;
    if (message.type === "event") this.listeners.get(id)?.(message.event);
    else this.waiting.get(id)?.resolve(message);
  }
}

async function nextMessage(socket: WebSocket): Promise<Message> {
  const [data] = (await once(socket, "message")) as [unknown];
  return JSON.parse(String(data)) as Message;
}
