/**
 * Whether Home Assistant listens. After a restart of the broker it comes back up to ten seconds after us, and a broker
 * keeps nothing for it: an event that is published before would be heard by nobody. So events wait for its birth
 * message, though never long.
 *
 *     session made anew ──► waiting ──► listening      birth message │ the broker did not restart │ time is up
 */
import { BIRTH_TOPIC } from "./discovery.ts";

/** Published by Mosquitto, retained: `<n> seconds`. Other brokers have it not. */
const UPTIME_TOPIC = "$SYS/broker/uptime";
/** A broker that has run this long kept Home Assistant's connection: only ours was lost. */
const SETTLED_S = 20;
/** Home Assistant tries again every ten seconds. */
export const LONGEST_WAIT_MS = 12_000;

export class Audience {
  /** What to subscribe to, beside the birth topic. */
  readonly filters = [UPTIME_TOPIC];
  private readonly onListening: () => void;
  private timer: NodeJS.Timeout | undefined;

  constructor(onListening: () => void) {
    this.onListening = onListening;
  }

  get waiting(): boolean {
    return this.timer !== undefined;
  }

  /** A session was lost and another one is there. */
  waitFor(ms = LONGEST_WAIT_MS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.listens(), ms);
  }

  hear(topic: string, payload: string, retained: boolean): void {
    if (topic === BIRTH_TOPIC && payload === "online" && !retained) this.listens();
    if (topic === UPTIME_TOPIC && Number.parseInt(payload, 10) >= SETTLED_S) this.listens();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private listens(): void {
    if (!this.waiting) return;
    this.stop();
    this.onListening();
  }
}
