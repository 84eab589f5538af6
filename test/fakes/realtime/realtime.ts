/**
 * A stand-in for OpenAI's Realtime API (generally available shapes) on loopback. It refuses what the service refuses, and
 * hears what the phone sends: turns are found in the sound, and what was said is told from the sound.
 */

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { WebSocketServer } from "ws";
import type { Behaviour } from "./behaviour.ts";
import type { Brain } from "./brain.ts";
import type { Recording } from "./recording.ts";
import { ReplaySession } from "./replay.ts";
import { RealtimeSession } from "./session.ts";

export class FakeRealtime {
  readonly sessions: RealtimeSession[] = [];
  /** Tries to connect, answered or not. */
  attempts = 0;
  /** Of the next sessions, by their number from 0. */
  behaviour: (number: number) => Behaviour = () => ({});
  /** The recording that a session with these instructions is played from (null: it is closed), instead of a brain. */
  recording: ((instructions: string) => Recording | null) | null = null;
  readonly replays: ReplaySession[] = [];
  /** Of a new session. */
  brain: () => Brain;
  private readonly server: Server;

  private constructor(server: Server, brain: () => Brain) {
    this.server = server;
    this.brain = brain;
    const sockets = new WebSocketServer({ noServer: true, maxPayload: 16 * 2 ** 20 });
    server.on("upgrade", (request, socket, head) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const behaviour = this.behaviour(this.attempts++);
      const model = url.searchParams.get("model") ?? "";
      const status = refusal(request.headers, url, model) ?? behaviour.refuse;
      socket.on("error", () => {});
      if (status !== undefined) {
        socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on("error", () => {});
        if (this.recording) this.replays.push(new ReplaySession(client, this.recording));
        else this.sessions.push(new RealtimeSession(client, model, this.brain(), behaviour));
      });
    });
  }

  static async start(brain: () => Brain, port = 0): Promise<FakeRealtime> {
    const server = createServer((_request, reply) => reply.writeHead(404).end());
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return new FakeRealtime(server, brain);
  }

  /** What goes into the bridge's setting of the service's address. */
  get url(): string {
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/v1`;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Sessions whose connection stands. */
  get open(): number {
    return this.sessions.filter(({ open }) => open).length;
  }

  async stop(): Promise<void> {
    for (const session of [...this.sessions, ...this.replays]) session.cut();
    this.server.close();
    await once(this.server, "close");
  }
}

function refusal(headers: NodeJS.Dict<string | string[]>, url: URL, model: string): number | undefined {
  if (url.pathname !== "/v1/realtime" || model === "") return 404;
  if (!String(headers.authorization ?? "").startsWith("Bearer sk-")) return 401;
  return headers["openai-beta"] === undefined ? undefined : 400;
}
