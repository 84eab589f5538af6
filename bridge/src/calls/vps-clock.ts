/**
 * What time it is on the VPS: what it said last, and what has passed since by a clock that nobody can set. A Pi without
 * a clock of its own may be off by years after a power cut, and jumps once it has found the time.
 */
export class VpsClock {
  private said: { ms: number; at: number } | null = null;

  /** It is `nowMs` there now. */
  set(nowMs: number): void {
    this.said = { ms: nowMs, at: performance.now() };
  }

  /** ms since the epoch; null while nothing was heard. */
  nowMs(): number | null {
    return this.said && Math.round(this.said.ms + performance.now() - this.said.at);
  }
}
