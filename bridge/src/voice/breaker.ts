/**
 * Whether it is worth answering: after a fatal error, or several lost sessions in a row, calls go to people at once, until a
 * probe succeeds. A probe each minute finds out before a caller does.
 */
import type { Log } from "../links/log.ts";
import { VoiceError } from "./voice-engine.ts";

export interface VoiceHealth {
  ready: boolean;
  /** Of the last error; null while ready. */
  problem: string | null;
}

export interface BreakerOptions {
  probe(signal: AbortSignal): Promise<void>;
  onChange(health: VoiceHealth): void;
  log: Log;
  now?: () => number;
  probeEveryMs?: number;
}

const PROBE_EVERY_MS = 60_000;
const PROBE_LIMIT_MS = 5_000;
const LOST_IN_A_ROW = 3;
/** An error that opening a connection does not show (an empty account) would come back with the next caller. */
const FATAL_FOR_MS = 600_000;

export class Breaker {
  private readonly options: BreakerOptions;
  private readonly now: () => number;
  private problem: string | null = null;
  private lost = 0;
  private closedAtMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(options: BreakerOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  get health(): VoiceHealth {
    return { ready: this.problem === null, problem: this.problem };
  }

  /** Probes now and then each minute, until `stop`. */
  start(): void {
    void this.probe();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** A session was opened, or answered. */
  succeeded(): void {
    this.lost = 0;
    if (this.problem !== null && this.now() >= this.closedAtMs) this.set(null);
  }

  failed(error: unknown): void {
    const { code, errorClass } =
      error instanceof VoiceError ? error : { code: "unknown", errorClass: "retry" as const };
    if (errorClass === "benign") return;
    this.lost += 1;
    if (errorClass === "fatal") this.closedAtMs = this.now() + FATAL_FOR_MS;
    if (errorClass === "fatal" || this.lost >= LOST_IN_A_ROW) this.set(code);
  }

  private async probe(): Promise<void> {
    try {
      await this.options.probe(AbortSignal.timeout(PROBE_LIMIT_MS));
      this.succeeded();
    } catch (error) {
      // A refused connection is found out by the caller as well: one is enough to send people the calls.
      const code = error instanceof VoiceError ? error.code : "unknown";
      this.lost = LOST_IN_A_ROW;
      this.set(code);
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.probe(), this.options.probeEveryMs ?? PROBE_EVERY_MS);
    this.timer.unref();
  }

  private set(problem: string | null): void {
    if (problem === this.problem) return;
    this.problem = problem;
    this.options.log.warn(
      { problem },
      problem === null ? "the voice service is back" : "the voice service is away: people get the calls",
    );
    this.options.onChange(this.health);
  }
}
