import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import type { DemoVerdict } from "../lab/demo-once.ts";

const DEMO = join(import.meta.dirname, "../lab/demo.ts");

test("the demo without a person rings, is answered, is heard on both sides, and says so in its last line", async () => {
  const demo = spawn(process.execPath, [DEMO, "--once"], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  demo.stdout.on("data", (bytes) => {
    output += String(bytes);
  });
  demo.stderr.on("data", (bytes) => {
    output += String(bytes);
  });
  const [code] = await once(demo, "close");
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  assert.equal(code, 0, output);
  const { ringMs, answerMs, ...verdict } = JSON.parse(last) as DemoVerdict;
  assert.deepEqual(verdict, {
    rang: true,
    answered: true,
    audioToPanel: true,
    audioToDoor: true,
    events: ["ringing", "answered", "ended"],
  });
  assert.ok(ringMs !== null && ringMs > 0 && ringMs < 3_000, `rang after ${ringMs} ms`);
  assert.ok(answerMs !== null && answerMs > 0 && answerMs < 3_000, `answered after ${answerMs} ms`);
});
