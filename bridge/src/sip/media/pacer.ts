/**
 * One clock for all calls: a tick every 20 ms, counted from the start, so that a late one is followed by an earlier one and
 * nothing drifts. A short stall is made up for at once; a long one is left out, because a burst would only be thrown
 * away by the other side. Timers are good to a millisecond or two: the last bit of each wait is slept through, which holds up
 * nothing but this thread. What came while it slept is taken, and only then is the tick made ready, as short before its
 * time as that takes: sound that came a moment ago is not a packet late.
 */

export const TICK_MS = 20;
/** A tick is allowed to be this much early. */
const EARLY_MS = 0.1;
/** A timer comes up to so much after its time: it is asked for so much earlier. */
const TIMER_MS = 3;
/** Making ready begins so much earlier than it took lately. */
const SPARE_MS = 0.4;
/** What it took once is forgotten by and by: half of it after a second. */
const FORGET = 0.986;
const MOST_AT_ONCE = 5;

export interface Paced {
  /** All of the next tick that can be done before its time. `skipped`: ticks that were left out just before it. */
  prepare(skipped: number): void;
  /** `lateMs`: behind its time; less than 0: ahead. */
  tick(nowMs: number, lateMs: number): void;
}

export class Pacer {
  private readonly members = new Set<Paced>();
  private running = false;
  private startedAtMs = 0;
  private count = 0;
  private readyTookMs = 0;
  private readonly takeIn: () => void;
  private readonly now: () => number;
  private readonly sleep: (ms: number) => void;

  /**
   * `takeIn`: takes what came while the thread slept; it may add and remove members. `sleep` blocks: not on the main thread.
   */
  constructor(
    takeIn: () => void,
    now: () => number = () => performance.now(),
    sleep: (ms: number) => void = sleepHere,
  ) {
    this.takeIn = takeIn;
    this.now = now;
    this.sleep = sleep;
  }

  add(member: Paced): void {
    this.members.add(member);
    if (this.running) return;
    this.running = true;
    this.startedAtMs = this.now();
    this.count = 0;
    this.run();
  }

  /** The clock stands still after the tick at which nobody is left. */
  remove(member: Paced): void {
    this.members.delete(member);
  }

  private readonly run = (): void => {
    const due = Math.floor((this.now() + TIMER_MS - this.startedAtMs) / TICK_MS) - this.count + 1;
    const skipped = due > MOST_AT_ONCE ? due - 1 : 0;
    this.count += skipped;
    for (let at = skipped; at < due; at++) {
      this.sleepUntil(this.dueMs - Math.min(TIMER_MS, this.readyTookMs + SPARE_MS));
      this.takeIn();
      this.makeReady(at === skipped ? skipped : 0);
      this.sleepUntil(this.dueMs);
      const nowMs = this.now();
      for (const member of this.members) member.tick(nowMs, nowMs - this.dueMs);
      this.count += 1;
    }
    this.running = this.members.size > 0;
    if (this.running) setTimeout(this.run, Math.max(0, this.dueMs - this.now() - TIMER_MS));
  };

  private makeReady(skipped: number): void {
    const beganAtMs = this.now();
    for (const member of this.members) member.prepare(skipped);
    this.readyTookMs = Math.max(this.now() - beganAtMs, this.readyTookMs * FORGET);
  }

  private sleepUntil(atMs: number): void {
    const aheadMs = atMs - this.now();
    if (aheadMs > EARLY_MS) this.sleep(aheadMs);
  }

  /** When the next tick is due. */
  private get dueMs(): number {
    return this.startedAtMs + this.count * TICK_MS;
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

function sleepHere(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}
