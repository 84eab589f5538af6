import assert from "node:assert/strict";
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { DemoVerdict } from "../lab/demo-once.ts";
import { labFolder } from "../lab/folder.ts";
import { allGone, livingIn } from "../lab/living-in.ts";
import { reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";

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

test("two demos at once do not meet: each rings its own panel, and each says so", async (t) => {
  const demos = [startOnce(t), startOnce(t)];
  const codes = await Promise.all(demos.map(({ demo }) => once(demo, "close")));
  for (const [n, { output }] of demos.entries()) {
    assert.equal(codes[n]?.[0], 0, output());
    const verdict = JSON.parse(output().trimEnd().split("\n").at(-1) ?? "") as DemoVerdict;
    assert.ok(verdict.audioToPanel && verdict.audioToDoor, output());
  }
});

for (const [what, size, sentence] of [
  ["a disk without room", "40m", /^neolia: The disk is full: \S+ has \d+ MB left and the demo needs 300\./m],
  [
    "a port in use",
    null,
    /^neolia: Port \d+ is in use by another program; choose another: npm run demo -- --port 8300$/m,
  ],
] as const) {
  test(`${what} is one plain sentence, before anything is started`, async (t) => {
    const folder = labFolder("demo-refused");
    t.after(() => folder.remove());
    const taken = createServer().listen(0, "127.0.0.1");
    t.after(() => taken.close());
    await once(taken, "listening");
    const port = (taken.address() as AddressInfo).port;
    const demo = `exec "${process.execPath}" "${DEMO}" ${size === null ? `--port ${port}` : "--once"}`;
    const small = `mount -t tmpfs -o size=${size} none "${folder.path}" && `;
    // Mounted in a namespace of its own, so nothing of it stays.
    const alone = process.getuid?.() === 0 ? ["--mount"] : ["--map-root-user", "--mount"];
    const run = spawn("unshare", [...alone, "sh", "-c", `${size === null ? "" : small}${demo}`], {
      env: { ...process.env, TMPDIR: folder.path },
    });
    let said = "";
    for (const output of [run.stdout, run.stderr]) output.on("data", (bytes) => (said += String(bytes)));
    const [code] = await once(run, "close");
    assert.equal(code, 1, said);
    assert.match(said, sentence);
    assert.equal(said.trim().split("\n").length, 1, said);
  });
}

/** In the block of this test; the demo reserves another one, or the same one again, but never uses this port of it. */
const PAGE_PORT = 99;

/** What a person may do to end the demo, at the terminal it runs in. */
const ENDS: [what: string, end: (terminal: ChildProcessWithoutNullStreams, demo: number) => void][] = [
  ["Ctrl-C", (terminal) => terminal.stdin.write("\u0003")],
  ["q", (terminal) => terminal.stdin.write("q")],
  ["a closed terminal", (terminal) => terminal.kill("SIGKILL")],
  ["kill -9", (_terminal, demo) => process.kill(demo, "SIGKILL")],
];

for (const [what, end] of ENDS) {
  test(`${what} ends everything that the demo started and leaves no file`, async (t) => {
    const folder = labFolder("terminal");
    t.after(() => folder.remove());
    const ports = await reservePorts();
    t.after(() => ports.release());

    // `script` is the terminal.
    const command = `"${process.execPath}" "${DEMO}" --port ${ports.base + PAGE_PORT}`;
    const env = { ...process.env, TMPDIR: folder.path };
    const terminal = spawn("script", ["--quiet", "--command", command, "/dev/null"], { env });
    t.after(() => terminal.kill());
    let output = "";
    terminal.stdout.on("data", (bytes) => {
      output += String(bytes);
    });
    await until(
      () => {
        if (terminal.exitCode !== null) throw new Error(output);
        return output.includes("Press r");
      },
      { timeoutMs: 60_000, what: "the demo to serve" },
    );
    assert.ok(livingIn(folder.path).length > 5, "the demo runs its programs");

    end(terminal, Number(livingIn(folder.path).find(runsDemo)));
    await allGone(folder.path);
  });
}

/** The demo without a person, in a temporary folder of its own. */
function startOnce(t: TestContext): { folder: string; demo: ChildProcess; output(): string } {
  const folder = labFolder("once");
  t.after(() => folder.remove());
  const demo = spawn(process.execPath, [DEMO, "--once"], { env: { ...process.env, TMPDIR: folder.path } });
  t.after(() => demo.kill("SIGKILL"));
  let output = "";
  demo.stdout.on("data", (bytes) => {
    output += String(bytes);
  });
  return { folder: folder.path, demo, output: () => output };
}

test("the demo that is told to end while it starts takes no further step and leaves nothing", async (t) => {
  const { folder, demo, output } = startOnce(t);
  await until(() => output().includes("starting Kamailio"), { timeoutMs: 60_000, what: "the start" });
  demo.kill("SIGINT");
  await allGone(folder);
  assert.doesNotMatch(output(), /starting (the sample house|the door station|Chromium)/);
});

test("the demo without a person that is told to end in mid-call leaves nothing either", async (t) => {
  const { folder, demo, output } = startOnce(t);
  await until(() => output().includes("recording"), { timeoutMs: 60_000, what: "the call" });
  demo.kill("SIGTERM");
  await allGone(folder);
});

function runsDemo(pid: string): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(`${process.execPath}\0${DEMO}\0`);
}
