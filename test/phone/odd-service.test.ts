/** The Realtime driver and a service that speaks oddly: nothing that comes over the wire ends the process, is heard wrongly, or is done twice. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { RealtimeEngine } from "../../bridge/src/voice/realtime/realtime-engine.ts";
import type { SessionSetup, ToolCall, VoiceError, VoiceSession } from "../../bridge/src/voice/voice-engine.ts";
import { FakeRealtime } from "../fakes/realtime/realtime.ts";
import type { RealtimeSession } from "../fakes/realtime/session.ts";
import { until } from "../lab/until.ts";

const SETUP: SessionSetup = { codec: "pcma", language: "fr", instructions: "You take orders.", tools: [] };

let service: FakeRealtime;
let session: VoiceSession;
let standIn: RealtimeSession;
let heard: Map<string, Buffer>;
let words: Map<string, { text: string; complete: boolean }>;
let speechEnds: string[];
let turns: string[];
let calls: ToolCall[];
let responses: string[];
let ended: VoiceError[];
let millicents: number;

beforeEach(async () => {
  heard = new Map();
  words = new Map();
  [speechEnds, turns, calls, responses, ended, millicents] = [[], [], [], [], [], 0];
  service = await FakeRealtime.start(() => ({ respond: () => Promise.resolve({ parts: [] }) }));
  const engine = new RealtimeEngine({
    apiKey: "sk-x",
    baseUrl: service.url,
    model: "gpt-realtime-2.1",
    voice: "marin",
  });
  session = await engine.open(
    SETUP,
    {
      turnBegan: (atMs) => turns.push(`began ${Number.isFinite(atMs)}`),
      turnEnded: () => turns.push("ended"),
      callerSaid: (text) => turns.push(`said ${text}`),
      speech: ({ itemId, g711 }) => heard.set(itemId, Buffer.concat([heard.get(itemId) ?? Buffer.alloc(0), g711])),
      words: ({ itemId, ...rest }) => words.set(itemId, rest),
      speechEnded: (itemId) => speechEnds.push(itemId),
      toolCalls: (all) => calls.push(...all),
      responseEnded: (status) => responses.push(status),
      cost: (more) => {
        millicents += more;
      },
      ended: (error) => ended.push(error),
    },
    AbortSignal.timeout(30_000),
  );
  const [first] = service.sessions;
  assert.ok(first);
  standIn = first;
});
afterEach(async () => {
  session.close();
  await service.stop();
});

let ids = 0;
const place = (item: string, response = "r1", index = 0) => ({
  ...{ response_id: response, item_id: item, output_index: 0, content_index: index },
});
const audio = (item: string, delta: unknown, response = "r1", index = 0) =>
  standIn.send("response.output_audio.delta", { ...place(item, response, index), delta });
const done = (response: string, more: object = {}) =>
  standIn.send("response.done", { response: { id: response, status: "completed", ...more } });

/** Everything that was sent before is taken: what is sent last came. */
async function allTaken(): Promise<void> {
  const last = `mark ${++ids}`;
  standIn.send("conversation.item.input_audio_transcription.completed", { item_id: "x", transcript: last });
  await until(() => turns.includes(`said ${last}`), { what: "the last event" });
}

describe("frames that are no events, and events without what belongs to them", () => {
  for (const text of [
    "null",
    "5",
    '"type"',
    "[]",
    "[1]",
    "{}",
    '{"type":5}',
    '{"type":null}',
    '{"type":{}}',
    "",
    "\u0000",
  ]) {
    test(`the frame ${JSON.stringify(text)} changes nothing`, async () => {
      standIn.sendText(text);
      await allTaken();
      assert.deepEqual(ended, []);
    });
  }

  for (const type of ["constructor", "__proto__", "toString", "hasOwnProperty", "event", "close", "a.new.event", ""]) {
    test(`an event of the type "${type}" changes nothing`, async () => {
      standIn.sendText(`{"type":${JSON.stringify(type)},"event_id":"e","error":{"message":"no"}}`);
      await allTaken();
      assert.deepEqual(ended, []);
    });
  }

  const known = [
    ["session.updated", "session"],
    ["input_audio_buffer.speech_started", "audio_start_ms"],
    ["conversation.item.input_audio_transcription.completed", "transcript"],
    ["response.created", "response"],
    ["response.output_audio.delta", "delta"],
    ["response.output_audio_transcript.delta", "delta"],
    ["response.output_audio_transcript.done", "transcript"],
    ["response.output_item.done", "item"],
    ["response.function_call_arguments.done", "arguments"],
    ["response.done", "response"],
  ] as const;
  for (const [type, field] of known) {
    test(`${type} with anything in its place goes on`, async () => {
      for (const value of [
        undefined,
        null,
        7,
        -1e300,
        "",
        "x",
        [],
        {},
        { id: 5, type: 5 },
        { type: "function_call", call_id: {} },
      ]) {
        standIn.send(type, { ...place("i1"), call_id: "c", name: "n", [field]: value });
        standIn.send(type, { response_id: 5, item_id: null, call_id: [], name: {}, [field]: value });
      }
      await allTaken();
      assert.deepEqual(ended, []);
      assert.ok(turns.every((turn) => turn !== "began false"));
      assert.ok(Number.isFinite(millicents));
    });
  }

  test("an error without a word, or of another shape, ends this session at most, and is told once", async () => {
    for (const error of [undefined, null, 5, "no", {}, { code: 5, message: {} }]) standIn.send("error", { error });
    await until(() => ended[0] ?? standIn.open === false, { what: "the end" });
    assert.equal(ended.length, 1);
    assert.equal(ended[0]?.errorClass, "retry");
  });

  test("an account of tokens that is none costs nothing, and leaves the cap of the call as it is", async () => {
    const odd = { text_tokens: "many", audio_tokens: null, cached_tokens: {}, cached_tokens_details: 5 };
    for (const usage of [
      5,
      "x",
      [],
      { input_token_details: odd, output_token_details: odd },
      { input_token_details: 5 },
    ]) {
      done(`odd ${++ids}`, { usage });
    }
    done("good", { usage: { output_token_details: { audio_tokens: 100 } } });
    await until(() => responses.length === 6, { what: "the responses" });
    assert.equal(millicents, 640);
  });
});

describe("sound", () => {
  const sound = Buffer.from(Array.from({ length: 1_000 }, (_, at) => (at * 7) % 256));

  test("in pieces of any size, cut inside a group of four characters, is byte for byte what was sent", async () => {
    const text = sound.toString("base64");
    for (const size of [1, 2, 3, 5, 7, 333]) {
      for (let at = 0; at < text.length; at += size) audio(`i${size}`, text.slice(at, at + size));
      standIn.send("response.output_item.done", { item: { id: `i${size}`, type: "message" } });
    }
    await until(() => speechEnds.length === 6, { what: "the ends" });
    for (const size of [1, 2, 3, 5, 7, 333]) assert.deepEqual(heard.get(`i${size}`), sound, `${size} characters`);
  });

  test("each piece with its own padding, empty ones between, and a last one without it", async () => {
    for (let at = 0; at < 990; at += 10) {
      audio("i1", sound.subarray(at, at + 10).toString("base64"));
      audio("i1", "");
    }
    audio("i1", sound.subarray(990).toString("base64").replace(/=+$/, ""));
    standIn.send("response.output_item.done", { item: { id: "i1", type: "message" } });
    await until(() => speechEnds.length === 1, { what: "the end" });
    assert.deepEqual(heard.get("i1"), sound);
  });

  test("of two items that come in turns stays apart, also when their ends come in another order", async () => {
    audio("a", sound.toString("base64").slice(0, 5));
    audio("b", sound.toString("base64").slice(0, 6));
    audio("a", sound.toString("base64").slice(5));
    audio("b", sound.toString("base64").slice(6));
    for (const id of ["b", "a", "b", "unknown"])
      standIn.send("response.output_item.done", { item: { id, type: "message" } });
    await until(() => speechEnds.length === 2, { what: "the ends" });
    assert.deepEqual([heard.get("a"), heard.get("b")], [sound, sound]);
    assert.deepEqual(speechEnds, ["b", "a"]);
  });

  test("of an item's second part waits for that part's own words", async () => {
    standIn.send("response.output_audio_transcript.done", { ...place("i1"), transcript: "Oui." });
    audio("i1", sound.toString("base64"), "r1", 1);
    standIn.send("response.output_audio_transcript.delta", { ...place("i1", "r1", 1), delta: "Neuf euros" });
    await allTaken();
    const parts = [...words].map(([id, { text, complete }]) => ({ text, complete, bytes: heard.get(id)?.length ?? 0 }));
    assert.deepEqual(parts, [
      { text: "Oui.", complete: true, bytes: 0 },
      { text: "Neuf euros", complete: false, bytes: 1_000 },
    ]);
  });

  test("an event as large as the service may send is taken; a larger one ends this session, told once", async () => {
    const large = Buffer.alloc(9 * 2 ** 20, 0xd5);
    audio("i1", large.toString("base64"));
    await until(() => heard.get("i1")?.length === large.length, { what: "the sound" });
    standIn.sendText(`{"type":"x","x":"${"x".repeat(17 * 2 ** 20)}"}`);
    await until(() => ended[0], { what: "the end" });
    assert.deepEqual([ended.length, ended[0]?.errorClass], [1, "retry"]);
  });
});

describe("the same again, and what comes in another order", () => {
  const usage = { output_token_details: { audio_tokens: 100 } };

  test("a response that is over twice is over once, and costs once", async () => {
    standIn.send("response.created", { response: { id: "r1" } });
    for (let time = 0; time < 3; time++) done("r1", { usage });
    standIn.send("response.created", { response: { id: "r1" } });
    await allTaken();
    assert.deepEqual([responses, millicents], [["completed"], 640]);
    session.respond();
    await until(() => standIn.received.some(({ type }) => type === "response.create"), { what: "the next response" });
  });

  test("a call that comes after its response was over is answered like one that came in time", async () => {
    done("r1");
    standIn.send("response.output_item.done", {
      ...{
        response_id: "r1",
        item: { id: "f", type: "function_call", call_id: "c1", name: "read_back", arguments: "{}" },
      },
    });
    await until(() => calls.length === 1, { what: "the call" });
    await allTaken();
    assert.deepEqual(responses, ["completed", "completed"]);
  });

  test("the end of a response of before ends nothing of the one that is under way", async () => {
    standIn.send("response.created", { response: { id: "r1" } });
    standIn.send("response.created", { response: { id: "r2" } });
    done("r1");
    await allTaken();
    session.respond();
    await allTaken();
    assert.ok(!standIn.received.some(({ type }) => type === "response.create"), "asked in the middle of a response");
    done("r2");
    await until(() => standIn.received.some(({ type }) => type === "response.create"), { what: "the request" });
  });
});

for (const code of [1000, 1001, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 3000, 4000, 4999]) {
  test(`closed with ${code}: told once, worth another try, and nothing is left`, async () => {
    standIn.close(code);
    await until(() => ended[0], { what: "the end" });
    session.hear(Buffer.alloc(160));
    session.respond();
    session.update({ instructions: "x" });
    session.close();
    await until(() => service.open === 0, { what: "the connection to be over" });
    assert.deepEqual(
      ended.map(({ errorClass }) => errorClass),
      ["retry"],
    );
  });
}
