/**
 * What a promise of so many milliseconds is measured by: the plain clock, on a machine that is as good as free. While a watch
 * runs, the programs of its test go before all others on the machine, so that it makes no difference what runs beside it.
 */
import { putFirst } from "./priority.ts";

interface Stopwatch {
  /** Milliseconds from the start to the first call of this; the second and later ones say the same. */
  stop(): number;
}

let running = 0;
let takeBack: (() => void) | null = null;

/** Starts a watch. Where nobody may put programs first, the promise must hold on the machine as it is. */
export function startWatch(): Stopwatch {
  if (running === 0) takeBack = putFirst();
  running++;
  const startedMs = performance.now();
  let tookMs: number | null = null;
  return {
    stop: () => {
      if (tookMs !== null) return tookMs;
      tookMs = performance.now() - startedMs;
      running--;
      if (running === 0) takeBack?.();
      return tookMs;
    },
  };
}
