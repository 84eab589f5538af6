/** Labs side by side: what one has reserved, no other takes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { labFolder } from "./folder.ts";
import { lockOf, reservePorts } from "./ports.ts";

const MODULE = join(import.meta.dirname, "ports.ts");

test("a block is nobody else's until it is released, whatever their temporary folders are", async (t) => {
  const folder = labFolder("ports");
  t.after(() => folder.remove());
  const script = `
    const { reservePorts } = await import(${JSON.stringify(MODULE)});
    console.log((await reservePorts()).number);
    setInterval(() => {}, 1_000);`;
  const other = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, TMPDIR: folder.path },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => other.kill());
  const [line] = await once(createInterface(other.stdout), "line");
  assert.equal(lockOf(Number(line)), other.pid);
  const ours = await reservePorts();
  t.after(() => ours.release());
  assert.notEqual(ours.number, Number(line));
  assert.equal(lockOf(ours.number), process.pid);
  ours.release();
  assert.notEqual(lockOf(ours.number), process.pid);
});
