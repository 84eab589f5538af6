/** Who runs in a temporary folder of a test's own: what a command started is gone when nobody does. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { until } from "./until.ts";

/** Processes whose temporary folder this is. */
export function livingIn(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`TMPDIR=${folder}\0`);
    } catch {
      return false; // It has just ended.
    }
  });
}

/** Waits until nothing runs and no file is left. */
export async function allGone(folder: string, timeoutMs = 30_000): Promise<void> {
  await until(() => livingIn(folder).length === 0, { timeoutMs, what: "all programs to end" });
  assert.deepEqual(readdirSync(folder, { recursive: true }), []);
}
