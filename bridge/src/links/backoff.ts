const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * Waiting times between tries to reconnect: 1, 2, 4 … 30 s (or another limit), each up to a quarter shorter, so that not
 * all come at once.
 */
export class Backoff {
  private tries = 0;
  private readonly random: () => number;
  private readonly longestMs: number;

  constructor(random: () => number = Math.random, longestMs = LONGEST_MS) {
    this.random = random;
    this.longestMs = longestMs;
  }

  /** How long to wait before the next try, ms. Never below a second nor above the limit. */
  next(): number {
    const longest = Math.min(this.longestMs, FIRST_MS * 2 ** this.tries);
    this.tries += 1;
    return Math.max(FIRST_MS, Math.round(longest * (1 - this.random() / 4)));
  }

  /** The link came up. */
  reset(): void {
    this.tries = 0;
  }
}
