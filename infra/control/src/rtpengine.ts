/** Asks RTPEngine over its ng protocol (a cookie, then JSON, one UDP datagram each way). Control never starts media. */
import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";

const TIMEOUT_MS = 1_000;
/** More calls than one datagram of the reply could name. */
const LIST_LIMIT = 2_000;

export class Rtpengine {
  private readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  async ping(): Promise<boolean> {
    try {
      return (await this.ask({ command: "ping" })).result === "pong";
    } catch {
      return false;
    }
  }

  /** The Call-IDs that have a media session. Throws when RTPEngine does not answer. */
  async callIds(): Promise<Set<string>> {
    const { calls } = await this.ask({ command: "list", limit: LIST_LIMIT });
    return new Set(Array.isArray(calls) ? calls.map(String) : []);
  }

  /** True when this call has a media session. Throws when RTPEngine does not answer. */
  async knows(callId: string): Promise<boolean> {
    return (await this.ask({ command: "query", "call-id": callId })).result === "ok";
  }

  /** A socket of its own for each question: a dead daemon shows at once as ECONNREFUSED on a connected one. */
  private ask(question: Record<string, unknown>): Promise<Record<string, unknown>> {
    const cookie = randomUUID();
    const socket = createSocket("udp4");
    return new Promise<Record<string, unknown>>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("rtpengine does not answer")), TIMEOUT_MS);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      socket.once("error", (error) => settle(() => reject(error)));
      socket.on("message", (datagram) => {
        const text = datagram.toString();
        if (!text.startsWith(`${cookie} `)) return;
        settle(() => {
          try {
            resolve(JSON.parse(text.slice(cookie.length + 1)) as Record<string, unknown>);
          } catch (error) {
            reject(error);
          }
        });
      });
      socket.connect(this.port, "127.0.0.1", (error?: Error) => {
        if (error) settle(() => reject(error));
        else socket.send(`${cookie} ${JSON.stringify(question)}`);
      });
    }).finally(() => socket.close());
  }
}
