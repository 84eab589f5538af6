import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { labFolder } from "./folder.ts";
import { until } from "./until.ts";

const SUITES = join(import.meta.dirname, "suites.ts");
// Node runs no tests within tests otherwise.
const { NODE_TEST_CONTEXT: _, ...env } = process.env;

/** A folder with these test files, by name. */
function project(t: TestContext, files: Record<string, string>): string {
  const folder = labFolder("suites");
  t.after(() => folder.remove());
  for (const [name, body] of Object.entries(files)) {
    mkdirSync(join(folder.path, name, ".."), { recursive: true });
    writeFileSync(join(folder.path, name), `import { test } from "node:test";\n${body}`);
  }
  return folder.path;
}

function suites(cwd: string, ...files: string[]): { status: number | null; printed: string } {
  const { status, stdout } = spawnSync(process.execPath, [SUITES, ...files], { cwd, env, encoding: "utf8" });
  return { status, printed: stdout };
}

test("every file is run, those beside the sources last, and the times of all are printed", (t) => {
  const names = ["bridge/short.test.ts", "test/door/ring.test.ts", "test/homeassistant/look.test.ts"];
  const folder = project(t, Object.fromEntries(names.map((name) => [name, `test("${name} ran", () => {});`])));
  const { status, printed } = suites(folder, ...names);
  assert.equal(status, 0);
  for (const name of names) assert.match(printed, new RegExp(`✔ ${name} ran.*slowest of 3 files.* s {2}${name}`, "s"));
  assert.match(printed, /(?:ring|look)\.test\.ts ran.*✔ bridge\/short/s);
});

test("files that change the machine's network come after all others, whatever their names", (t) => {
  const files = { "test/a.test.ts": "// two-networks.ts", "test/b.test.ts": "", "bridge/c.test.ts": "" };
  const folder = project(
    t,
    Object.fromEntries(Object.entries(files).map(([name, body]) => [name, `test("${name} ran", () => {});${body}`])),
  );
  const { printed } = suites(folder, ...Object.keys(files));
  assert.match(printed, /b\.test\.ts ran.*c\.test\.ts ran.*a\.test\.ts ran.*slowest/s);
});

test("what needs the machine for itself comes at the end, alone, and counts as the others do", (t) => {
  const beside = `const { writeFileSync, existsSync } = await import("node:fs");`;
  const golden = "test/phone/golden.test.ts";
  const [first, second] = ["test/a.test.ts", "test/b.test.ts"];
  const ran = (name: string) => `${beside} test("${name} ran", () => writeFileSync("${name}.ran", ""));`;
  const folder = project(t, {
    [first]: ran(first),
    [second]: ran(second),
    [golden]: `${beside} test("alone", () => { if (!existsSync("${first}.ran") || !existsSync("${second}.ran")) throw new Error("beside"); });`,
  });
  const { status, printed } = suites(folder, golden, first, second);
  assert.equal(status, 0, printed);
  assert.match(printed, /slowest of 3 files/);
  assert.equal(suites(folder, first, golden).status, 0);
  writeFileSync(
    join(folder, first),
    `import { test } from "node:test"; test("bad", () => { throw new Error("why"); });`,
  );
  assert.equal(suites(folder, golden, first).status, 1);
  writeFileSync(
    join(folder, golden),
    `import { test } from "node:test"; test("bad", () => { throw new Error("why"); });`,
  );
  assert.equal(suites(folder, golden, second).status, 1);
});

test("one test that fails, or one file that cannot be read, fails the run", (t) => {
  const folder = project(t, {
    "good.test.ts": `test("good", () => {});`,
    "bad.test.ts": `test("bad", () => { throw new Error("why"); });`,
    "broken.test.ts": `throw new Error("not even loaded");`,
  });
  const failed = suites(folder, "good.test.ts", "bad.test.ts");
  assert.equal(failed.status, 1);
  assert.match(failed.printed, /failing tests.*bad.*why/s);
  const broken = suites(folder, "good.test.ts", "broken.test.ts");
  assert.equal(broken.status, 1);
  assert.match(broken.printed, /not even loaded/);
  assert.equal(suites(folder, "good.test.ts").status, 0);
});

test("a run that is told to end ends its files", async (t) => {
  const folder = project(t, {
    "long.test.ts": `test("long", async () => {
      console.log("pid " + process.pid);
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    });`,
  });
  const run = spawn(process.execPath, [SUITES, "long.test.ts"], { cwd: folder, env });
  let printed = "";
  run.stdout.on("data", (text) => {
    printed += text;
  });
  const pid = Number(await until(() => /pid (\d+)/.exec(printed)?.[1], { what: "the file to run" }));
  run.kill("SIGTERM");
  const [code] = await once(run, "exit");
  assert.equal(code, 1);
  await until(() => !isAlive(pid), { what: "the file to end" });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
