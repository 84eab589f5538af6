/** How late the packets of a call left: what a machine that is too busy sounds like. */

/** Buckets of one ms; what is later than the last one is in it. */
const BUCKETS = 200;

export class Lateness {
  private readonly buckets = new Uint32Array(BUCKETS);
  private count = 0;
  private latest = 0;

  add(lateMs: number): void {
    const ms = Math.max(0, lateMs);
    const bucket = Math.min(BUCKETS - 1, Math.floor(ms));
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.count += 1;
    this.latest = Math.max(this.latest, ms);
  }

  /** Whole ms, rounded up: all but a hundredth left earlier. */
  get p99Ms(): number {
    let left = Math.ceil(this.count * 0.99);
    for (const [bucket, count] of this.buckets.entries()) {
      left -= count;
      if (left <= 0) return this.count === 0 ? 0 : bucket + 1;
    }
    return BUCKETS;
  }

  get latestMs(): number {
    return Math.round(this.latest);
  }
}
