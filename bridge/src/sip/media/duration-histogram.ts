/** Many durations in little room: what a share of them stays below, and the longest. Figures of a call's packets. */

/** Of 0.1 ms; what is longer than the last one is in it. */
const BUCKETS = 2_000;
const PER_MS = 10;

export class DurationHistogram {
  private readonly buckets = new Uint32Array(BUCKETS);
  private count = 0;
  private most = 0;

  add(ms: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(ms * PER_MS)));
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.count += 1;
    this.most = Math.max(this.most, ms);
  }

  /** In ms, rounded up to a tenth: this share of them is shorter. 0 when there is none. */
  below(share: number): number {
    let left = Math.ceil(this.count * share);
    if (left === 0) return 0;
    for (const [bucket, count] of this.buckets.entries()) {
      left -= count;
      if (left <= 0) return (bucket + 1) / PER_MS;
    }
    return BUCKETS / PER_MS;
  }

  /** In ms, to a tenth. */
  get longest(): number {
    return Math.round(this.most * PER_MS) / PER_MS;
  }
}
