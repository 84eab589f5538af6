/** CPU time and memory of a process with all its children, from /proc. */
import { readdirSync, readFileSync } from "node:fs";

/** The process and everything that descends from it. */
function tree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    if (stat) parents.set(Number(name), Number(fields(stat)[1]));
  }
  const found = [pid];
  for (const parent of found) for (const [child, its] of parents) if (its === parent) found.push(child);
  return found;
}

/** Time on a processor so far, ms, of every living thread: schedstat counts nanoseconds, where stat counts ticks of 10 ms. */
export function cpuMs(pid: number): number {
  return (
    tree(pid).reduce((sum, each) => sum + threads(each).reduce((all, thread) => all + threadNs(each, thread), 0), 0) /
    1e6
  );
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // ended in between
  }
}

function threadNs(pid: number, thread: string): number {
  return Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0] || 0);
}

/** Resident memory, MB (10^6 bytes). */
export function rssMb(pid: number): number {
  return tree(pid).reduce((sum, each) => {
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${each}/status`))?.[1];
    return sum + Number(kb ?? 0) * 1.024e-3;
  }, 0);
}

/** The fields of /proc/<pid>/stat after the command's name, which may hold spaces: [0] is the state, [1] the parent. */
function fields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // ended in between
  }
}
