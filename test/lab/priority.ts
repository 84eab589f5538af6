/**
 * The processor first, for what is real time: a bench whose sound, or a promise of so many milliseconds whose keeping, other
 * programs on the machine must not disturb. As a program, `priority.ts PID BY` does it for another process, with its rights.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { asRoot } from "./as-root.ts";

/** How much nicer others are then; with it we get eight times their share. */
const PRIORITY = -9;

/**
 * Puts this process and every program that it started, with all their threads, before all others, and leaves which of them
 * comes before which. Returns what takes it back; null: not allowed, and nothing changed.
 */
export function putFirst(): (() => void) | null {
  return shifted(PRIORITY) ? () => void shifted(-PRIORITY) : null;
}

function shifted(by: number): boolean {
  if (process.getuid?.() === 0) return shift(process.pid, by);
  const [command = "", ...args] = asRoot([process.execPath, import.meta.filename, String(process.pid), String(by)]);
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/**
 * Linux weighs sessions (autogroups) against each other first and only then the processes in them, and each of our programs
 * has a session of its own: both are set.
 */
function shift(root: number, by: number): boolean {
  try {
    setPriority(root, getPriority(root) + by);
    setPriority(root, getPriority(root) - by);
  } catch {
    return false;
  }
  for (const pid of withChildren(root)) {
    try {
      // A process's number alone stands for its first thread only.
      for (const thread of readdirSync(`/proc/${pid}/task`))
        setPriority(Number(thread), Math.min(19, Math.max(-20, getPriority(Number(thread)) + by)));
      writeFileSync(`/proc/${pid}/autogroup`, String(Math.min(by, 0)));
    } catch {
      // Gone meanwhile, or a kernel without autogroups.
    }
  }
  return true;
}

function withChildren(root: number): Set<number> {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const found = new Set([root]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return found;
}

/** Field 4 of proc_pid_stat(5); the name before it may hold anything, also brackets. */
function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = shift(Number(process.argv[2]), Number(process.argv[3])) ? 0 : 1;
}
