/**
 * `npm run bench -- ordering` against "the service" by its address and key, here the stand-in in a process of its own: it is
 * recorded, the recording holds nothing that must not be kept and plays again, and the budget ends it.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { FakeRealtime } from "../fakes/realtime/realtime.ts";
import { readRecording } from "../fakes/realtime/recording.ts";
import { labFolder } from "../lab/folder.ts";
import { readCaseFolder } from "./case-folder.ts";
import { ScriptedModel } from "./scripted-model.ts";

const BENCH = join(import.meta.dirname, "../bench/ordering.ts");
const CASE = "court";
/** As short as an order can be: three calls are played one after the other, in the time that they take. */
const SHORT = {
  title: "A cola and nothing else",
  turns: [
    {
      caller: "Un cola pour Durand, c'est tout.",
      model: [
        { tool: "add_item", args: { item_id: "cola", quantity: 1 } },
        { tool: "set_details", args: { name: "Durand", pickup_time: "asap" } },
        { tool: "read_back" },
      ],
    },
    { caller: "Oui, merci.", model: [{ tool: "confirm_order" }] },
    { caller: "Au revoir.", model: [{ tool: "end_call" }] },
  ],
  expect: { orders: [{ cart: [{ item: "cola", quantity: 1 }], totalCents: 330, name: "Durand" }] },
};
const KEY = "sk-made-up-for-this-test-0123456789";
const folder = labFolder("bench-service");
const calls = join(folder.path, "calls");
let service: FakeRealtime;

before(async () => {
  mkdirSync(calls);
  writeFileSync(join(calls, `${CASE}.json`), JSON.stringify(SHORT));
  const script = readCaseFolder(calls).cases.find(({ id }) => id === CASE);
  assert.ok(script);
  service = await FakeRealtime.start(() => new ScriptedModel(() => script));
});
after(async () => {
  await service.stop();
  folder.remove();
});

async function bench(args: readonly string[], env: NodeJS.ProcessEnv) {
  const always = ["--no-warnings", BENCH, "--calls", calls, "--only", CASE, "--at-once", "1", "--no-media"];
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, ...rest } = process.env;
  const run = await promisify(execFile)(process.execPath, [...always, ...args], {
    env: { ...rest, ...env },
    maxBuffer: 2 ** 24,
  });
  const figures = JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "{}") as Record<string, number>;
  return { stdout: run.stdout, figures };
}

test("calls to a service are recorded without key, number, sound or instructions, and play again without it", {
  timeout: 300_000,
}, async () => {
  const recordings = join(folder.path, "recordings");
  const atService = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: service.url };
  const first = await bench(["--record", recordings, "--budget-cents", "500"], atService);
  const { exactCart, wrongTotals, lost, doubled, costCents } = first.figures;
  assert.deepEqual(
    { calls: first.figures.calls, exactCart, wrongTotals, lost, doubled },
    { calls: 1, exactCart: 1, wrongTotals: 0, lost: 0, doubled: 0 },
    first.stdout,
  );
  assert.ok((costCents ?? 0) > 0);
  assert.deepEqual(readdirSync(recordings), [`${CASE}.jsonl`]);
  const text = readFileSync(join(recordings, `${CASE}.jsonl`), "utf8");
  for (const secret of [KEY, "33600000001", "0600000001", "You take orders by phone", "sk-"]) {
    assert.ok(!text.includes(secret), secret);
  }
  assert.doesNotMatch(text, /[A-Za-z0-9+/]{200}/, "something that looks like sound");
  const kinds = new Set(readRecording(recordings, CASE).map(({ event }) => event.type));
  for (const kind of [
    "session.updated",
    "input_audio_buffer.speech_started",
    "response.output_audio.delta",
    "response.done",
  ]) {
    assert.ok(kinds.has(kind), kind);
  }

  const before = service.attempts;
  const again = await bench(["--replay", recordings], {});
  assert.deepEqual([again.figures.calls, again.figures.exactCart, again.figures.lost], [1, 1, 0], again.stdout);
  assert.equal(service.attempts, before, "the service was not asked");
});

test("a budget that is spent ends the call that spends it, plays no other, and scores neither", {
  timeout: 200_000,
}, async () => {
  const { stdout, figures } = await bench(["--budget-cents", "1", "--record", join(folder.path, "cut")], {
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: service.url,
  });
  assert.match(stdout, /the budget is spent: 1 of 1 calls were not played/);
  assert.deepEqual([figures.calls, figures.exactCart], [0, 0], stdout);
});
