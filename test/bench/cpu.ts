/** CPU time and memory of a process with all its children, from /proc. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

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

/** User and system time so far, ms. Resolution: one clock tick (usually 10 ms), so measure over many calls. */
export function cpuMs(pid: number): number {
  return tree(pid).reduce((sum, each) => {
    const stat = read(`/proc/${each}/stat`);
    if (!stat) return sum;
    const all = fields(stat);
    return sum + ((Number(all[11]) + Number(all[12])) * 1000) / TICKS_PER_SECOND;
  }, 0);
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
