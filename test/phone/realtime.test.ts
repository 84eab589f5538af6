/** The Realtime driver against the strict stand-in: what it sends is accepted, and every fault of the service has a defined end. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { encodeG711 } from "../../bridge/src/audio/g711.ts";
import { RealtimeEngine } from "../../bridge/src/voice/realtime/realtime-engine.ts";
import type {
  SessionSetup,
  ToolCall,
  VoiceError,
  VoiceListener,
  VoiceSession,
} from "../../bridge/src/voice/voice-engine.ts";
import type { Behaviour } from "../fakes/realtime/behaviour.ts";
import type { Brain, Part } from "../fakes/realtime/brain.ts";
import { FakeRealtime } from "../fakes/realtime/realtime.ts";
import { until } from "../lab/until.ts";
import { speak } from "./speech.ts";

const SETUP: SessionSetup = {
  codec: "pcma",
  language: "fr",
  instructions: "You take orders.",
  tools: [{ type: "function", name: "add_item", description: "Adds.", parameters: { type: "object", properties: {} } }],
};

let service: FakeRealtime;
let parts: (turn: Int16Array | null, outputs: readonly { name: string; output: string }[]) => Part[];
let session: VoiceSession | null;

beforeEach(async () => {
  session = null;
  parts = () => [{ say: "Oui, bonjour." }];
  const brain: Brain = {
    respond: ({ turn, outputs }) => Promise.resolve({ parts: parts(turn, outputs), heard: "bonjour" }),
  };
  service = await FakeRealtime.start(() => brain);
});
afterEach(async () => {
  session?.close();
  await service.stop();
});

function seen() {
  const all = {
    turns: [] as string[],
    beganAtMs: [] as number[],
    said: [] as string[],
    sound: new Map<string, number>(),
    words: new Map<string, string>(),
    complete: new Set<string>(),
    calls: [] as ToolCall[],
    responses: [] as string[],
    ended: [] as VoiceError[],
    cost: 0,
    listener: null as unknown as VoiceListener,
  };
  all.listener = {
    turnBegan: (atMs) => {
      all.turns.push("began");
      all.beganAtMs.push(atMs);
    },
    turnEnded: () => all.turns.push("ended"),
    callerSaid: (text) => all.said.push(text),
    speech: ({ itemId, g711 }) => all.sound.set(itemId, (all.sound.get(itemId) ?? 0) + g711.length),
    words: ({ itemId, text, complete }) => {
      all.words.set(itemId, text);
      if (complete) all.complete.add(itemId);
    },
    speechEnded: () => {},
    toolCalls: (calls) => all.calls.push(...calls),
    responseEnded: (status) => all.responses.push(status),
    cost: (millicents) => {
      all.cost += millicents;
    },
    ended: (error) => all.ended.push(error),
  };
  return all;
}

const engine = (model = "gpt-realtime-2.1") =>
  new RealtimeEngine({ apiKey: "sk-test", baseUrl: service.url, model, voice: "marin" });

async function open(behaviour: Behaviour = {}, all = seen()) {
  service.behaviour = () => behaviour;
  session = await engine().open(SETUP, all.listener, AbortSignal.timeout(30_000));
  return { all, session };
}

/** The caller says it, in real time but for the speed of the test, with silence after it. */
async function utter(to: VoiceSession, text = "Bonjour, je voudrais une pizza."): Promise<void> {
  const sound = encodeG711(await speak(text, { name: "fr" }), "pcma");
  const all = Buffer.concat([Buffer.alloc(4000, 0xd5), sound, Buffer.alloc(8000, 0xd5)]);
  for (let at = 0; at < all.length; at += 160) to.hear(all.subarray(at, at + 160));
}

test("a session is confirmed, a turn is heard and answered, and nothing was refused", async () => {
  const { all, session: talk } = await open();
  await utter(talk);
  await until(() => all.responses.length === 1 && all.said.length === 1, { what: "the answer" });
  assert.deepEqual(all.turns, ["began", "ended"]);
  assert.deepEqual([...all.words.values()], ["Oui, bonjour."]);
  assert.equal(all.complete.size, 1);
  assert.ok([...all.sound.values()].every((bytes) => bytes > 4000));
  assert.ok(all.cost > 0);
  assert.deepEqual(service.sessions[0]?.refused, []);
  const { config } = service.sessions[0] ?? {};
  assert.deepEqual(config?.audio?.input?.format, { type: "audio/pcma" });
  assert.equal(config?.tracing, null);
});

test("a turn began when its first sound came, however late the service tells of it", async () => {
  const { all, session: talk } = await open({ speed: 1 });
  const silence = Buffer.alloc(160, 0xd5);
  const loud = encodeG711(
    Int16Array.from({ length: 160 }, (_, at) => 12_000 * Math.sin((2 * Math.PI * 440 * at) / 8_000)),
    "pcma",
  );
  for (let packet = 0; packet < 100; packet++) talk.hear(silence);
  const firstAtMs = Date.now();
  for (let packet = 0; all.turns.length === 0; packet++) {
    assert.ok(packet < 1_000, "no turn was told of");
    talk.hear(loud);
    await pause(10);
  }
  const [beganAtMs = 0] = all.beganAtMs;
  assert.ok(beganAtMs < firstAtMs, `${beganAtMs - firstAtMs} ms after the first sound`);
  assert.ok(beganAtMs > firstAtMs - 200, `${firstAtMs - beganAtMs} ms before the first sound`);
});

test("a tool is called, answered before the next response, and its call counts once however often it comes", async () => {
  const outputs: string[] = [];
  parts = (turn, given) => {
    outputs.push(...given.map(({ output }) => output));
    return turn ? [{ say: "Un instant." }, { tool: "add_item", args: { item_id: "reine" } }] : [{ say: "C'est noté." }];
  };
  const { all, session: talk } = await open({ doubleCalls: true, duplicateEvents: true });
  await utter(talk);
  await until(() => all.calls.length > 0, { what: "the call" });
  talk.answerTools([{ callId: all.calls[0]?.callId ?? "", output: '{"ok":true}' }]);
  talk.respond();
  await until(() => all.responses.length === 2, { what: "the second response" });
  assert.equal(all.calls.length, 1);
  assert.deepEqual(outputs, ['{"ok":true}']);
  assert.deepEqual(service.sessions[0]?.refused, []);
});

test("asking for a response while one is under way is no error: it comes after it", async () => {
  parts = () => [{ say: "Voilà une phrase assez longue pour durer un moment." }];
  const { all, session: talk } = await open({ speed: 8 });
  talk.respond();
  talk.respond();
  await until(() => all.responses.length === 1, { what: "the first" });
  talk.respond();
  talk.respond();
  await until(() => all.responses.length === 2, { what: "the second" });
  assert.deepEqual(service.sessions[0]?.refused, []);
});

test("an interruption truncates to what was heard, deletes what was not, and stays within what was made", async () => {
  const { all, session: talk } = await open();
  talk.respond();
  await until(() => all.responses.length === 1, { what: "the answer" });
  const [itemId = ""] = all.sound.keys();
  talk.interrupt([{ itemId, playedMs: 200.7 }]);
  talk.interrupt([{ itemId, playedMs: 0 }]);
  const events = await until(
    () => {
      const found = service.sessions[0]?.received.filter(({ type }) => /truncate|delete/.test(type)) ?? [];
      return found.length === 2 ? found : null;
    },
    { what: "both events" },
  );
  assert.equal(events[0]?.type === "conversation.item.truncate" && events[0].audio_end_ms, 200);
  assert.deepEqual(service.sessions[0]?.refused, []);
  assert.deepEqual(all.ended, []);
});

test("the caller speaks into the answer: the rest of it is not passed on", async () => {
  parts = () => [{ say: "Ceci est une très longue réponse qui ne finit pas, et encore, et encore, et toujours plus." }];
  const { all, session: talk } = await open({ speed: 2 });
  talk.respond();
  await until(() => all.sound.size === 1, { what: "sound" });
  await utter(talk);
  await until(() => all.responses.includes("cancelled"), { what: "the end of the first answer" });
  assert.deepEqual(all.ended, []);
  assert.deepEqual(service.sessions[0]?.refused, []);
});

describe("a session that cannot be", () => {
  const faults: [string, Behaviour, string, string][] = [
    ["a wrong key", { refuse: 401 }, "invalid_api_key", "fatal"],
    ["too many requests", { refuse: 429 }, "rate_limit_exceeded", "retry"],
    ["a service that is down", { refuse: 503 }, "server_error", "retry"],
    ["a service that says nothing", { mute: true }, "timeout", "retry"],
    ["a session that is never confirmed", { updateDelayMs: Number.POSITIVE_INFINITY }, "timeout", "retry"],
    ["another sound format than asked for", { wrongFormat: true }, "wrong_session", "fatal"],
  ];
  for (const [what, behaviour, code, errorClass] of faults) {
    test(`${what}: ${code}`, async () => {
      service.behaviour = () => behaviour;
      const patienceMs = code === "timeout" ? 400 : 30_000;
      const opening = engine().open(SETUP, seen().listener, AbortSignal.timeout(patienceMs));
      await assert.rejects(opening, { code, errorClass });
      await until(() => service.open === 0, { what: "the connection to be closed" });
    });
  }

  test("a service that is not there", async () => {
    const gone = new RealtimeEngine({
      apiKey: "sk-test",
      baseUrl: "http://127.0.0.1:9/v1",
      model: "gpt-realtime-2.1",
      voice: "marin",
    });
    await assert.rejects(gone.open(SETUP, seen().listener, AbortSignal.timeout(30_000)), {
      code: "connection_refused",
      errorClass: "retry",
    });
    await assert.rejects(gone.probe(AbortSignal.timeout(30_000)), { code: "connection_refused" });
  });

  test("a field that the service does not know refuses the whole session", async () => {
    const setup = {
      ...SETUP,
      tools: [
        {
          ...SETUP.tools[0],
          strict: true,
          type: "function",
          name: "no spaces allowed",
          description: "",
          parameters: {},
        } as never,
      ],
    };
    await assert.rejects(engine().open(setup, seen().listener, AbortSignal.timeout(30_000)), { errorClass: "fatal" });
  });
});

describe("a session that breaks", () => {
  const faults: [string, Behaviour, string][] = [
    ["the connection is cut in the middle of a word", { cutInResponse: 1, speed: 4 }, "connection_lost"],
    ["the session has lasted too long", { expireInResponse: 1, speed: 4 }, "session_expired"],
    ["the service falls silent", { silentFromResponse: 1 }, "silent"],
    ["the money is gone", { failResponse: { number: 1, code: "insufficient_quota" } }, "insufficient_quota"],
  ];
  for (const [what, behaviour, code] of faults) {
    test(`${what}: ${code}, told once`, async () => {
      parts = () => [{ say: "Une réponse qui dure un certain temps, pour être coupée." }];
      const { all, session: talk } = await open(behaviour);
      talk.respond();
      const ended = await until(() => all.ended[0], { what: "the end" });
      assert.equal(ended.code, code);
      talk.hear(Buffer.alloc(160));
      talk.respond();
      assert.equal(all.ended.length, 1);
    });
  }

  test("the caller's turn is taken, and no answer ever begins: told as silence", async () => {
    const { all, session: talk } = await open({ silentFromResponse: 1 });
    await utter(talk);
    assert.equal((await until(() => all.ended[0], { what: "the end" })).code, "silent");
    assert.deepEqual(all.turns, ["began", "ended"]);
  });

  test("a frame that is no event, and races that are told in words only, end nothing", async () => {
    const { all, session: talk } = await open();
    const [standIn] = service.sessions;
    standIn?.sendText('{"type":');
    for (const message of [
      "Conversation already has an active response in progress: resp_1.",
      "Cancellation failed: no active response found",
      "Audio content of 1200ms is already shorter than 1300ms",
      "Only model output audio messages can be truncated",
      "Error deleting item: the item with id 'item_1' does not exist.",
    ])
      standIn?.send("error", { error: { type: "invalid_request_error", code: null, message, param: null } });
    talk.respond();
    await until(() => all.responses.includes("completed"), { what: "a response after them" });
    assert.deepEqual(all.ended, []);
  });

  test("what was to be said word for word is asked for again when a response of the service's own came first", async () => {
    const asked: (string | null)[] = [];
    parts = () => [{ say: "Oui." }];
    service.behaviour = () => ({});
    const { all, session: talk } = await open();
    const [standIn] = service.sessions;
    // The service's own response begins while our request is on its way.
    const own = standIn?.say([{ say: "Une phrase du service." }]);
    talk.respond("Say exactly this: neuf euros.");
    await own;
    await until(() => all.responses.length === 2, { what: "both responses" });
    for (const event of standIn?.received ?? [])
      if (event.type === "response.create") asked.push(event.response?.instructions ?? null);
    assert.ok(asked.length >= 1);
    for (const instructions of asked) assert.match(instructions ?? "", /neuf euros/);
  });

  test("a response that fails once is asked for again", async () => {
    const { all, session: talk } = await open({ failResponse: { number: 1, code: "server_error" } });
    talk.respond();
    await until(() => all.responses.includes("completed"), { what: "the second try" });
    assert.deepEqual(all.responses, ["failed", "completed"]);
  });
});
