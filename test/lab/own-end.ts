/** What this process leaves behind is cleared however it ends, but by SIGKILL: also by Ctrl-C and by the runner's time limit. */

const duties = new Set<() => void>();
let watching = false;

/** Calls `duty` (which cannot wait for anything) when this process ends. Returns what takes it back. */
export function atOwnEnd(duty: () => void): () => void {
  watch();
  duties.add(duty);
  return () => duties.delete(duty);
}

function watch(): void {
  if (watching) return;
  watching = true;
  process.on("exit", () => {
    // The newest first: a program before the folder that it writes to.
    for (const duty of [...duties].reverse()) duty();
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Whoever listens as well (the demo) stops its programs in order and then exits.
      if (process.listenerCount(signal) === 1) process.exit(1);
    });
  }
}
