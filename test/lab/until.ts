import { setTimeout as delay } from "node:timers/promises";
import { whatIsSeen } from "./witness.ts";

/**
 * Waits for a condition instead of sleeping and hoping: asks every `everyMs` until it gives a truthy value, which is
 * returned. `everyMs` left out: 20 at first, and more the longer it lasts, up to 100, for a page or a program that is asked
 * has less time for what is waited for. Throws `timed out after … waiting for <what>` after `timeoutMs` (30 s: a busy
 * machine is late, and only a failure waits as long), and what is seen of pages and programs. An error in the condition passes.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number; what: string },
): Promise<Exclude<T, false | null | undefined | "" | 0>> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const startedMs = performance.now();
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, false | null | undefined | "" | 0>;
    const waitedMs = performance.now() - startedMs;
    if (waitedMs > timeoutMs)
      throw new Error(`timed out after ${timeoutMs} ms waiting for ${options.what}${await whatIsSeen()}`);
    await delay(options.everyMs ?? Math.min(20 + waitedMs / 20, 100));
  }
}

/**
 * Checks each 20 ms for `forMs` that a condition stays true. Only for what must not happen at all, where no event tells
 * that it cannot happen any more; `forMs` is then how late it might still come.
 */
export async function holds(condition: () => boolean | Promise<boolean>, forMs: number, what: string): Promise<void> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < forMs) {
    if (!(await condition())) throw new Error(`${what}: no more after ${Math.round(performance.now() - startedMs)} ms`);
    await delay(20);
  }
}
