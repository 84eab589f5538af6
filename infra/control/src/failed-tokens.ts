/** Counts requests with a bad token per address, so that a guesser is slowed down while good tokens pass at once. */

const WINDOW_MS = 60_000;
const FREE_FAILURES = 10;
const SLOW_DOWN_MS = 1_000;
/** Addresses remembered, and answers held back at once; beyond that the oldest is forgotten, the newest not held. */
const MAX_ADDRESSES = 10_000;
const MAX_HELD = 200;

export class FailedTokens {
  private readonly failures = new Map<string, { count: number; since: number }>();
  private readonly now: () => number;
  private held = 0;
  total = 0;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** Notes a failure. Returns how long its answer has to wait (ms): 0 for the first ones of a minute. */
  note(address: string): number {
    this.total++;
    const at = this.now();
    const known = this.failures.get(address);
    const entry = known && at - known.since < WINDOW_MS ? known : { count: 0, since: at };
    entry.count++;
    this.failures.delete(address);
    this.failures.set(address, entry);
    if (this.failures.size > MAX_ADDRESSES) {
      const oldest = this.failures.keys().next().value;
      if (oldest !== undefined) this.failures.delete(oldest);
    }
    return entry.count > FREE_FAILURES ? SLOW_DOWN_MS : 0;
  }

  /** Waits that long, unless too many answers wait already. */
  async hold(delayMs: number): Promise<void> {
    if (delayMs === 0 || this.held >= MAX_HELD) return;
    this.held++;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    this.held--;
  }
}
