/** What this process leaves behind is cleared however it ends, also by Ctrl-C, by the runner's time limit and by kill -9. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Writable } from "node:stream";

const duties = new Set<() => void>();
let watching = false;

/** Calls `duty` (which cannot wait for anything) when this process ends. Returns what takes it back. */
export function atOwnEnd(duty: () => void): () => void {
  watch();
  duties.add(duty);
  return () => duties.delete(duty);
}

let heir: Writable | null = null;

/**
 * Leaves a program (its pid) or a folder (its path) to `last-will.sh`, which sees even a kill -9 of this process and then
 * ends or removes what is left. Returns what takes it back.
 */
export function bequeath(kind: "program" | "folder", what: string | number): () => void {
  heir ??= startHeir();
  const will = heir;
  will.write(`+${kind} ${what}\n`);
  return () => will.write(`-${kind} ${what}\n`);
}

function startHeir(): Writable {
  const child = spawn("/bin/sh", [join(import.meta.dirname, "last-will.sh")], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  const { stdin } = child;
  // Nothing waits for it, and nothing depends on it while this process can look after itself.
  child.on("error", () => {});
  stdin.on("error", () => {});
  if ("unref" in stdin && typeof stdin.unref === "function") stdin.unref();
  return stdin;
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
