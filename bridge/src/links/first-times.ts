/** What is worth one line in the log and not one for each time. Bounded, because strangers choose what it remembers. */
const MOST = 1_000;

export class FirstTimes {
  private readonly seen = new Set<string>();

  /** Whether `key` was never asked for before; false for every new one once there are very many. */
  isFirst(key: string): boolean {
    if (this.seen.has(key) || this.seen.size >= MOST) return false;
    this.seen.add(key);
    return true;
  }
}
