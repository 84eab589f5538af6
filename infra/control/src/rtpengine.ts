/** Asks RTPEngine over its ng protocol (a cookie, then JSON, one UDP datagram each way). Control never starts media. */
import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";

const TIMEOUT_MS = 1_000;

/** What `query` says of a call; only what is used here. Times are Unix seconds. */
interface MediaSession {
  "last signal"?: number;
  tags?: Record<string, { medias?: { flags?: string[]; streams?: { flags?: string[]; "last packet"?: number }[] }[] }>;
}

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

  /**
   * When the side that was heard of longest ago was last heard, Unix ms; null when the call has no media session. `tags` are
   * the From and To tag of the two sides. One that is not to send (hold) and one whose offer is fresh count as heard.
   * Throws when RTPEngine does not answer.
   */
  async lastHeardMs(callId: string, tags: readonly string[]): Promise<number | null> {
    const reply = await this.ask({ command: "query", "call-id": callId });
    if (reply.result !== "ok") return null;
    const session = reply as MediaSession;
    const streams = tags
      .flatMap((tag) => session.tags?.[tag]?.medias ?? [])
      .filter(({ flags }) => flags?.includes("recv"))
      .flatMap((media) => media.streams?.filter(({ flags }) => flags?.includes("RTP")) ?? []);
    const heard = Math.min(...streams.map((stream) => stream["last packet"] ?? 0));
    return Math.max(session["last signal"] ?? 0, heard) * 1_000;
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
