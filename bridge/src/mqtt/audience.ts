/**
 * Whether Home Assistant listens. After a restart of the broker it comes back up to ten seconds after us, and a broker
 * keeps nothing for it: an event that is published before would be heard by nobody. So events wait for its birth
 * message, though never long.
 *
 *     session made anew ──► waiting ──► listening      birth message │ the broker did not restart │ time is up
 *
 * When Home Assistant itself restarts it says so. Rings do not wait for that, which takes minutes; what is worth as much
 * afterwards, an order, does.
 *
 *     its last will ──► away ──► listening      birth message │ time is up
 */
import { BIRTH_TOPIC } from "./discovery.ts";

/** Published by Mosquitto, retained: `<n> seconds`. Other brokers have it not. */
const UPTIME_TOPIC = "$SYS/broker/uptime";
/** A broker that has run this long kept Home Assistant's connection: only ours was lost. */
const SETTLED_S = 20;
/** Home Assistant tries again every ten seconds. */
export const LONGEST_WAIT_MS = 12_000;
/** A restart of Home Assistant, also one with an update; whoever else listens waits no longer than that. */
export const LONGEST_RESTART_MS = 5 * 60_000;

export class Audience {
  /** What to subscribe to, beside the birth topic. */
  readonly filters = [UPTIME_TOPIC];
  private readonly onListening: () => void;
  private timer: NodeJS.Timeout | undefined;
  private restart: NodeJS.Timeout | undefined;

  constructor(onListening: () => void) {
    this.onListening = onListening;
  }

  get waiting(): boolean {
    return this.timer !== undefined;
  }

  /** Home Assistant has ended, and is expected back. */
  get away(): boolean {
    return this.restart !== undefined;
  }

  /** A session was lost and another one is there. */
  waitFor(ms = LONGEST_WAIT_MS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settled(), ms);
  }

  hear(topic: string, payload: string, retained: boolean): void {
    if (topic === BIRTH_TOPIC && !retained) {
      if (payload === "online") this.listens();
      if (payload === "offline") this.leaves();
    }
    if (topic === UPTIME_TOPIC && Number.parseInt(payload, 10) >= SETTLED_S) this.settled();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    clearTimeout(this.restart);
    this.restart = undefined;
  }

  private leaves(): void {
    clearTimeout(this.restart);
    this.restart = setTimeout(() => this.listens(), LONGEST_RESTART_MS);
  }

  /** Nobody is waited for on the broker's account any more. */
  private settled(): void {
    if (!this.waiting) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.onListening();
  }

  private listens(): void {
    if (!this.waiting && !this.away) return;
    this.stop();
    this.onListening();
  }
}
