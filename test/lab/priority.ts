/** The processor first, for what is real time: a bench whose sound other programs on the machine must not disturb. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

const PRIORITY = -9;

/**
 * Puts this process and every program that it started, with all their threads, before all others, and leaves which of them
 * comes before which. Linux weighs sessions (autogroups) against each other
 * first and only then the processes in them, and each of our programs has a session of its own: both are set. false: not
 * allowed, and nothing changed.
 */
export function putFirst(): boolean {
  try {
    const before = getPriority();
    setPriority(before - 1);
    setPriority(before);
  } catch {
    return false;
  }
  for (const pid of withChildren(process.pid)) {
    try {
      // A process's number alone stands for its first thread only.
      for (const thread of readdirSync(`/proc/${pid}/task`))
        setPriority(Number(thread), Math.max(-20, getPriority(Number(thread)) + PRIORITY));
      writeFileSync(`/proc/${pid}/autogroup`, String(PRIORITY));
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
