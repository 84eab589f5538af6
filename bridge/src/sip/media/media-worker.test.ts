import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { test } from "node:test";
import { until } from "../../../../test/lab/until.ts";
import { Media } from "./media.ts";

const NICE = 19;
const POLICY = 41;
const SCHED_RR = 2;

/** A field of proc_pid_stat(5), of every thread of this process. */
function ofThreads(field: number): number[] {
  return readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[field - 3]);
  });
}

/** May programs here ask for real time, and is there something to ask with? */
function mayBeRealTime(): boolean {
  return spawnSync("chrt", ["--rr", "1", "true"]).status === 0;
}

/** May programs here come before others at all? */
function mayComeFirst(): boolean {
  const before = getPriority();
  try {
    setPriority(before - 1);
    setPriority(before);
    return true;
  } catch {
    return false;
  }
}

test("the sound's thread comes before all others where that is allowed, and runs where it is not", async () => {
  const usual = getPriority();
  const media = new Media((error) => assert.fail(String(error)));
  try {
    const line = await media.open();
    assert.ok(line.port > 0);
    const first = ofThreads(NICE).filter((nice) => nice === -10 && nice !== usual);
    assert.equal(first.length, mayComeFirst() ? 1 : 0);
    const realTime = () => ofThreads(POLICY).filter((policy) => policy === SCHED_RR).length;
    if (mayBeRealTime()) await until(() => realTime() === 1, { what: "the thread in real time" });
    else assert.equal(realTime(), 0);
  } finally {
    await media.stop();
  }
});
