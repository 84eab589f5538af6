/** A session with the service is recorded without sound, key or number, and plays again for the same caller; the budget holds. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, test } from "node:test";
import { encodeG711 } from "../../bridge/src/audio/g711.ts";
import { RealtimeEngine } from "../../bridge/src/voice/realtime/realtime-engine.ts";
import type { ToolCall, VoiceListener, VoiceSession } from "../../bridge/src/voice/voice-engine.ts";
import type { Brain } from "../fakes/realtime/brain.ts";
import { FakeRealtime } from "../fakes/realtime/realtime.ts";
import { Recorder } from "../fakes/realtime/recorder.ts";
import { readRecording } from "../fakes/realtime/recording.ts";
import { labFolder } from "../lab/folder.ts";
import { until } from "../lab/until.ts";
import { lineOf } from "./scripted-model.ts";
import { speak } from "./speech.ts";

const KEY = "sk-recorded-secret-0001";
const folder = labFolder("recorder");
let service: FakeRealtime;
let recorder: Recorder;
let session: VoiceSession | null = null;
const brain: Brain = {
  respond: ({ turn }) =>
    Promise.resolve({
      parts: turn
        ? [{ say: "Un instant." }, { tool: "add_item", args: { item_id: "reine" } }]
        : [{ say: "J'ai noté une Reine." }],
      heard: "Bonjour, une reine, rappelez le 06 39 98 01 78.",
    }),
};

beforeEach(async () => {
  service = await FakeRealtime.start(() => brain);
  await record(1_000);
});
afterEach(async () => {
  session?.close();
  await recorder.stop();
  await service.stop();
  folder.remove();
});

async function record(budgetCents: number): Promise<void> {
  recorder = await Recorder.start({
    ...{ upstream: service.url, apiKey: KEY, folder: folder.path, budgetCents },
    nameOf: (instructions) => lineOf(instructions),
  });
}

/** One caller, one dish: what the driver told of it, in order. */
async function talk(baseUrl: string): Promise<string[]> {
  const story: string[] = [];
  const calls: ToolCall[] = [];
  let isTranscribed = false;
  const listener: VoiceListener = {
    turnBegan: () => story.push("turn began"),
    turnEnded: () => story.push("turn ended"),
    callerSaid: () => {
      isTranscribed = true;
    },
    speech: () => {},
    words: ({ text, complete }) => complete && story.push(`said ${text}`),
    speechEnded: () => {},
    toolCalls: (made) => {
      calls.push(...made);
      story.push(...made.map(({ name, args }) => `${name} ${args}`));
    },
    responseEnded: (status) => story.push(status),
    cost: (millicents) => story.push(`cost ${Math.round(millicents)}`),
    ended: ({ code }) => story.push(`lost: ${code}`),
  };
  const engine = new RealtimeEngine({ apiKey: "sk-none", baseUrl, model: "gpt-realtime-2.1", voice: "marin" });
  const instructions = "You take orders by phone for Chez Luigi. You understand French. Call +33639980178.";
  const setup = { codec: "pcma", language: "fr", instructions, tools: [] } as const;
  session = await engine.open(setup, listener, AbortSignal.timeout(30_000));
  const words = encodeG711(await speak("Bonjour, une reine s'il vous plaît.", { name: "fr" }), "pcma");
  const sound = Buffer.concat([Buffer.alloc(4000, 0xd5), words, Buffer.alloc(8000, 0xd5)]);
  for (let at = 0; at < sound.length; at += 160) session.hear(sound.subarray(at, at + 160));
  const over = () => story.filter((one) => one === "completed").length;
  await until(() => over() === 1 || story.some((one) => one.startsWith("lost")), { what: "the tool call" });
  if (over() === 1) {
    session.answerTools([{ callId: calls[0]?.callId ?? "", output: '{"ok":true}' }]);
    session.respond();
    const isLost = () => story.some((one) => one.startsWith("lost"));
    // The words of the caller come when they come, also after the answer.
    await until(() => (over() === 2 && isTranscribed) || isLost(), { what: "the answer and the caller's words" });
  }
  session.close();
  return story;
}

test("a session is kept without sound, key, number or instructions, and plays again event for event", async () => {
  const first = await talk(recorder.url);
  assert.deepEqual(
    first.filter((one) => !one.startsWith("cost")),
    [
      "turn began",
      "turn ended",
      "said Un instant.",
      'add_item {"item_id":"reine"}',
      "completed",
      "said J'ai noté une Reine.",
      "completed",
    ],
  );
  const [file = ""] = await until(() => (recorder.files.length === 1 ? recorder.files : null), {
    what: "the recording",
  });
  const text = readFileSync(file, "utf8");
  for (const secret of [KEY, "sk-none", "06 39 98 01 78", "33639980178", "You understand"]) {
    assert.ok(!text.includes(secret), secret);
  }
  assert.doesNotMatch(text, /[A-Za-z0-9+/]{100}/, "something that looks like sound");
  const recording = readRecording(folder.path, "Chez Luigi");
  assert.ok(recording.some(({ event }) => event.type === "response.output_audio.delta" && Number(event.bytes) > 0));

  service.recording = () => recording;
  const replayed = await talk(service.url);
  assert.deepEqual(replayed, first);
  const [again] = service.replays;
  await until(() => again?.waitsFor === null, { what: `the whole recording, it waits for ${again?.waitsFor}` });
});

test("a client that does otherwise than the recorded one is seen: the replay waits for what does not come", async () => {
  await talk(recorder.url);
  await until(() => recorder.files.length === 1, { what: "the recording" });
  const recording = readRecording(folder.path, "Chez Luigi");
  const extra = { atMs: 0, from: "client", event: { type: "conversation.item.truncate" } } as const;
  const at = recording.findIndex(({ event }) => event.type === "response.created");
  service.recording = () => recording.toSpliced(at, 0, extra);
  const engine = new RealtimeEngine({ apiKey: "sk-none", baseUrl: service.url, model: "m", voice: "marin" });
  session = await engine.open(
    { codec: "pcma", language: "fr", instructions: "", tools: [] },
    Object.fromEntries(
      [
        "turnBegan",
        "turnEnded",
        "callerSaid",
        "speech",
        "words",
        "speechEnded",
        "toolCalls",
        "responseEnded",
        "cost",
        "ended",
      ].map((name) => [name, () => {}]),
    ) as unknown as VoiceListener,
    AbortSignal.timeout(30_000),
  );
  const words = encodeG711(await speak("Bonjour, une reine s'il vous plaît.", { name: "fr" }), "pcma");
  session.hear(Buffer.concat([Buffer.alloc(4000, 0xd5), words, Buffer.alloc(8000, 0xd5)]));
  await until(() => service.replays[0]?.waitsFor === "client conversation.item.truncate", {
    what: "the replay to wait",
  });
});

test("a spent budget cuts what runs and opens nothing more", async () => {
  await recorder.stop();
  // One response of the stand-in costs about 0.4 cents.
  await record(0.5);
  const story = await talk(recorder.url);
  assert.equal(story.at(-1), "lost: connection_lost");
  assert.ok(recorder.spent && recorder.spentCents < 1.5, `${recorder.spentCents} cents`);
  const before = service.attempts;
  assert.deepEqual(await talk(recorder.url).catch((error: { code: string }) => error.code), "server_error");
  assert.equal(service.attempts, before);
});
