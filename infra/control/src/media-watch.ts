/**
 * Ends calls whose media is gone. Kamailio's dialogs outlive RTPEngine, and a device that dies sends no BYE; the other side
 * would sit in silence for hours. Compares the two instead of guessing from restarts, so that control may itself have
 * been away.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import type { EdgeCall, Kamailio } from "./kamailio.ts";
import type { Rtpengine } from "./rtpengine.ts";

const EVERY_MS = 1_500;
/** Silent rounds after which RTPEngine counts as dead, not slow. */
const STRIKES = 3;

export interface MediaWatchOptions {
  kamailio: Pick<Kamailio, "calls" | "endCall" | "endAllCalls">;
  rtpengine: Pick<Rtpengine, "ping" | "lastHeardMs">;
  log: FastifyBaseLogger;
  /** How long one side may send nothing at all before it counts as dead, ms. Default 30 s. */
  silenceMs?: number;
}

export class MediaWatch {
  private readonly kamailio: MediaWatchOptions["kamailio"];
  private readonly rtpengine: MediaWatchOptions["rtpengine"];
  private readonly log: FastifyBaseLogger;
  private readonly silenceMs: number;
  private readonly stopping = new AbortController();
  /** Calls that had no media in the last round: one more and they end. A call being set up gets that time. */
  private suspects = new Set<string>();
  private strikes = 0;
  private loop: Promise<void> = Promise.resolve();

  constructor({ kamailio, rtpengine, log, silenceMs = 30_000 }: MediaWatchOptions) {
    this.kamailio = kamailio;
    this.rtpengine = rtpengine;
    this.log = log;
    this.silenceMs = silenceMs;
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** One round; public so that a test can draw the time. */
  async round(): Promise<void> {
    this.strikes = (await this.rtpengine.ping()) ? 0 : this.strikes + 1;
    if (this.strikes === 0) return await this.endSilentCalls();
    this.suspects.clear();
    if (this.strikes < STRIKES || (await this.kamailio.calls()).length === 0) return;
    await this.kamailio.endAllCalls();
    this.log.warn("ended all calls: RTPEngine is gone");
  }

  /** RTPEngine lives: calls from before its restart have no session there, and of a dead device nothing is heard. */
  private async endSilentCalls(): Promise<void> {
    const silent: EdgeCall[] = [];
    for (const call of await this.kamailio.calls()) {
      if (!call.answered) continue;
      const lastHeardMs = await this.rtpengine.lastHeardMs(call.callId, call.tags);
      if (lastHeardMs === null || Date.now() - lastHeardMs > this.silenceMs) silent.push(call);
    }
    const again = silent.filter((call) => this.suspects.has(key(call)));
    this.suspects = new Set(silent.map(key));
    for (const call of again) await this.kamailio.endCall(call);
    if (again.length > 0) this.log.warn({ calls: again.length }, "ended calls that lost their media");
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.round();
      } catch {
        // Kamailio or RTPEngine is away: health says so, the next round asks again.
      }
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function key({ hashEntry, hashId, callId }: EdgeCall): string {
  return `${callId} ${hashEntry}:${hashId}`;
}
