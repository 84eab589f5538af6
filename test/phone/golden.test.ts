/** The golden-call lab on a folder that nothing was made for: other restaurants' menus and calls, in JSON and CSV. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { readCaseFolder } from "./case-folder.ts";

const BENCH = join(import.meta.dirname, "../bench/ordering.ts");

test("calls and menus of another folder are played and scored: every order exact, no wrong total, none lost or doubled", {
  timeout: 400_000,
}, async () => {
  const folder = join(import.meta.dirname, "other-calls");
  const { cases, notes } = readCaseFolder(folder);
  assert.deepEqual(notes, []);
  const args = [BENCH, "--calls", folder, "--at-once", "16", "--no-media"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
  const figures = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as Record<string, number>;
  const { calls, exactCart, exactCartNoise, completed, wrongTotals, lost, doubled } = figures;
  assert.deepEqual(
    { calls, exactCart, exactCartNoise, completed, wrongTotals, lost, doubled },
    { calls: cases.length, exactCart: 1, exactCartNoise: 1, completed: 1, wrongTotals: 0, lost: 0, doubled: 0 },
    stdout,
  );
});
