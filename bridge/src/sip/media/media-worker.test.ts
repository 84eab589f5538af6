import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { test } from "node:test";
import { Media } from "./media.ts";

/** Field 19 of proc_pid_stat(5), of every thread of this process. */
function niceOfThreads(): number[] {
  return readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });
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
    const first = niceOfThreads().filter((nice) => nice === -10 && nice !== usual);
    assert.equal(first.length, mayComeFirst() ? 1 : 0);
  } finally {
    await media.stop();
  }
});
