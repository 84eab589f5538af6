/** Looks every few seconds what became of the invitations that are open. */
import type { Pairings } from "./pairings.ts";

const EVERY_MS = 3_000;

/** Returns the stop. */
export function watchPairings(pairings: Pairings, onError: (error: unknown) => void): () => void {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    pairings
      .look()
      .catch(onError)
      .finally(() => {
        looking = false;
      });
  }, EVERY_MS);
  return () => clearInterval(timer);
}
