/**
 * One clock for all calls: a tick every 20 ms, counted from the start, so that a late one is followed by an earlier one and
 * nothing drifts. A short stall is made up for at once; a long one is left out, because a burst would only be thrown
 * away by the other side. Timers are good to a millisecond or two: what a tick needs is made ready before its time, and the last
 * bit of each wait is slept through, which holds up nothing but this thread.
 */

export const TICK_MS = 20;
/** A tick is allowed to be this much early. */
const EARLY_MS = 0.1;
/** A timer comes up to so much after its time, and making ready takes a while: it is asked for so much earlier. */
const TIMER_MS = 3;
const MOST_AT_ONCE = 5;

export interface Paced {
  /** All of the next tick that can be done before its time. `skipped`: ticks that were left out just before it. */
  prepare(skipped: number): void;
  /** `lateMs`: behind its time; less than 0: ahead. */
  tick(nowMs: number, lateMs: number): void;
}

export class Pacer {
  private readonly members = new Set<Paced>();
  private timer: NodeJS.Timeout | undefined;
  private startedAtMs = 0;
  private count = 0;
  private readonly now: () => number;
  private readonly sleep: (ms: number) => void;

  /** `sleep` blocks: not on the main thread. */
  constructor(now: () => number = () => performance.now(), sleep: (ms: number) => void = sleepHere) {
    this.now = now;
    this.sleep = sleep;
  }

  add(member: Paced): void {
    this.members.add(member);
    if (this.members.size > 1) return;
    this.startedAtMs = this.now();
    this.count = 0;
    this.run();
  }

  remove(member: Paced): void {
    this.members.delete(member);
    if (this.members.size === 0) clearTimeout(this.timer);
  }

  private readonly run = (): void => {
    const due = Math.floor((this.now() + TIMER_MS - this.startedAtMs) / TICK_MS) - this.count + 1;
    const skipped = due > MOST_AT_ONCE ? due - 1 : 0;
    this.count += skipped;
    for (let at = skipped; at < due; at++) {
      for (const member of this.members) member.prepare(at === skipped ? skipped : 0);
      const aheadMs = this.dueMs - this.now();
      if (aheadMs > EARLY_MS) this.sleep(aheadMs);
      const nowMs = this.now();
      for (const member of this.members) member.tick(nowMs, nowMs - this.dueMs);
      this.count += 1;
    }
    this.timer = setTimeout(this.run, Math.max(0, this.dueMs - this.now() - TIMER_MS));
  };

  /** When the next tick is due. */
  private get dueMs(): number {
    return this.startedAtMs + this.count * TICK_MS;
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

function sleepHere(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}
