/** The stand-in of the Realtime API is strict: what the real service refuses is refused whole, what it takes is taken. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, describe, test } from "node:test";
import { WebSocket } from "ws";
import { FakeRealtime } from "../fakes/realtime/realtime.ts";
import { until } from "../lab/until.ts";

type Event = {
  type: string;
  error?: { code: string; message: string; param: string | null; event_id: string | null };
} & Record<string, unknown>;

let service: FakeRealtime;
let socket: WebSocket;
let events: Event[];
beforeEach(async () => {
  service = await FakeRealtime.start(() => ({
    respond: () => Promise.resolve({ parts: [{ say: "Bonjour, je vous écoute." }] }),
  }));
  events = [];
  socket = connect();
  socket.on("message", (data) => events.push(JSON.parse(String(data)) as Event));
  await once(socket, "open");
});
afterEach(async () => {
  socket.terminate();
  await service.stop();
});

function connect(headers: Record<string, string> = {}): WebSocket {
  const url = `${service.url.replace("http:", "ws:")}/realtime?model=gpt-realtime-2.1`;
  return new WebSocket(url, { headers: { Authorization: "Bearer sk-test", ...headers } });
}

let asked = 0;
/** Sends it and waits for what answers it: the error with its id, or an event of one of these types that comes after it. */
async function ask(event: object, ...types: string[]): Promise<Event> {
  const event_id = `ask_${++asked}`;
  const from = events.length;
  socket.send(JSON.stringify({ event_id, ...event }));
  const isAnswer = ({ type, error }: Event) => error?.event_id === event_id || types.includes(type);
  return await until(() => events.slice(from).find(isAnswer), { what: `an answer to ${JSON.stringify(event)}` });
}
const update = (session: object) => ask({ type: "session.update", session }, "session.updated");
const spoken = {
  type: "realtime",
  audio: { input: { format: { type: "audio/pcma" } }, output: { format: { type: "audio/pcma" } } },
};

describe("a whole update is refused", () => {
  for (const [what, session, param] of [
    ["of the beta: modalities", { modalities: ["audio", "text"] }, "session.modalities"],
    ["of the beta: voice", { voice: "marin" }, "session.voice"],
    ["of the beta: input_audio_format", { input_audio_format: "g711_ulaw" }, "session.input_audio_format"],
    ["of the beta: output_audio_format", { output_audio_format: "g711_ulaw" }, "session.output_audio_format"],
    ["of the beta: turn_detection", { turn_detection: null }, "session.turn_detection"],
    [
      "of the beta: input_audio_transcription",
      { input_audio_transcription: null },
      "session.input_audio_transcription",
    ],
    [
      "of the beta: input_audio_noise_reduction",
      { input_audio_noise_reduction: null },
      "session.input_audio_noise_reduction",
    ],
    [
      "of the beta: max_response_output_tokens",
      { max_response_output_tokens: 100 },
      "session.max_response_output_tokens",
    ],
    ["of the beta: temperature", { temperature: 0.8 }, "session.temperature"],
    [
      "unknown in turn detection",
      { audio: { input: { turn_detection: { type: "server_vad", eagerness: "low" } } } },
      "session.audio.input.turn_detection.eagerness",
    ],
    [
      "unknown in a format",
      { audio: { input: { format: { type: "audio/pcmu", rate: 8000 } } } },
      "session.audio.input.format.rate",
    ],
    ["unknown in a tool", { tools: [{ type: "function", name: "a", strict: true }] }, "session.tools.0.strict"],
  ] as const) {
    test(`for a field ${what}`, async () => {
      const { error } = await update({ type: "realtime", instructions: "Nothing of it counts.", ...session });
      assert.deepEqual([error?.code, error?.param], ["unknown_parameter", param]);
      assert.equal(error?.message, `Unknown parameter: '${param}'.`);
      assert.equal(service.sessions[0]?.config.instructions, "");
    });
  }
  for (const [what, session, param] of [
    ["two modalities", { output_modalities: ["audio", "text"] }, "session.output_modalities"],
    ["PCM without its rate", { audio: { input: { format: { type: "audio/pcm" } } } }, "session.audio.input.format"],
    ["a format by its beta name", { audio: { output: { format: { type: "pcm16" } } } }, "session.audio.output.format"],
    ["a voice that there is not", { audio: { output: { voice: "nova" } } }, "session.audio.output.voice"],
    ["a speed out of bounds", { audio: { output: { speed: 2 } } }, "session.audio.output.speed"],
    ["too many tokens", { max_output_tokens: 5000 }, "session.max_output_tokens"],
    ["another model", { model: "gpt-realtime" }, "session.model"],
  ] as const) {
    test(`for ${what}`, async () => {
      const { error } = await update({ type: "realtime", instructions: "Nothing of it counts.", ...session });
      assert.equal(error?.code, "invalid_value");
      assert.ok(error?.param?.startsWith(param), String(error?.param));
      assert.equal(service.sessions[0]?.config.instructions, "");
    });
  }
  test("without its type", async () => {
    const { error } = await update({ instructions: "x" });
    assert.deepEqual(
      [error?.code, error?.message],
      ["missing_required_parameter", "Missing required parameter: 'session.type'."],
    );
  });
});

test("every field of the service's own list is taken", async () => {
  const { type, session } = await update({
    type: "realtime",
    instructions: "Take orders.",
    output_modalities: ["audio"],
    audio: {
      input: {
        format: { type: "audio/pcma" },
        noise_reduction: { type: "near_field" },
        transcription: {
          model: "gpt-realtime-whisper",
          language: "fr",
          prompt: "menu",
          keywords: ["Reine"],
          languages: ["fr"],
          delay: "low",
        },
        turn_detection: { type: "semantic_vad", eagerness: "auto", create_response: true, interrupt_response: true },
      },
      output: { format: { type: "audio/pcma" }, voice: "cedar", speed: 1.1 },
    },
    tools: [
      { type: "function", name: "read_back", description: "Reads.", parameters: { type: "object", properties: {} } },
    ],
    tool_choice: "auto",
    parallel_tool_calls: false,
    reasoning: { effort: "minimal" },
    max_output_tokens: "inf",
    truncation: { type: "retention_ratio", retention_ratio: 0.8, token_limits: { post_instructions: 8000 } },
    tracing: null,
    include: null,
    prompt: { id: "pmpt_1", version: "2", variables: {} },
  });
  assert.equal(type, "session.updated");
  assert.equal((session as { instructions: string }).instructions, "Take orders.");
});

test("one response at a time: another is refused while it runs, and none can be cancelled that does not", async () => {
  await update(spoken);
  assert.equal((await ask({ type: "response.cancel" })).error?.code, "response_cancel_not_active");
  // Both are under way before the first one can be over.
  const [, again] = await Promise.all([
    ask({ type: "response.create" }, "response.created"),
    ask({ type: "response.create" }),
  ]);
  assert.equal(again.error?.code, "conversation_already_has_active_response");
  await until(() => events.some(({ type }) => type === "response.done"), { what: "its end" });
  assert.equal(events.filter(({ type }) => type === "response.created").length, 1);
});

test("speech is cut within what was sent of it, not at nothing, and no more once it was deleted; the voice is fixed by then", async () => {
  await update(spoken);
  await ask({ type: "response.create" }, "response.done");
  const added = events.find(({ type }) => type === "response.output_item.added") as unknown as { item: { id: string } };
  const item_id = added.item.id;
  const sentMs = events
    .filter(({ type }) => type === "response.output_audio.delta")
    .reduce((sum, { delta }) => sum + Buffer.from(String(delta), "base64").length / 8, 0);
  const cut = (audio_end_ms: number, id = item_id) =>
    ask(
      { type: "conversation.item.truncate", item_id: id, content_index: 0, audio_end_ms },
      "conversation.item.truncated",
    );
  assert.match((await cut(Math.ceil(sentMs) + 1)).error?.message ?? "", /is already shorter than/);
  assert.equal((await cut(0)).error?.code, "invalid_value");
  assert.equal((await cut(10.5)).error?.code, "invalid_value");
  assert.match((await cut(100, "item_of_nobody")).error?.message ?? "", /Only model output audio messages/);
  assert.equal((await cut(Math.floor(sentMs))).type, "conversation.item.truncated");
  assert.equal((await cut(200)).type, "conversation.item.truncated");
  // What was cut off is gone.
  assert.match((await cut(300)).error?.message ?? "", /is already shorter than 300ms/);
  const remove = () => ask({ type: "conversation.item.delete", item_id }, "conversation.item.deleted");
  assert.equal((await remove()).type, "conversation.item.deleted");
  assert.equal((await remove()).error?.code, "item_delete_invalid_item_id");
  assert.match((await cut(100)).error?.message ?? "", /Only model output audio messages/);
  assert.equal(
    (await update({ type: "realtime", audio: { output: { voice: "cedar" } } })).error?.code,
    "cannot_update_voice",
  );
});

test("sound that is no base64, output of a call that nobody made, speech put into the assistant's mouth, and events of the beta are refused", async () => {
  await update(spoken);
  for (const [event, code] of [
    [{ type: "input_audio_buffer.append", audio: "not base64!" }, "invalid_value"],
    [{ type: "input_audio_buffer.append", audio: [1, 2] }, "invalid_value"],
    [{ type: "input_audio_buffer.commit" }, "input_audio_buffer_commit_empty"],
    [
      { type: "conversation.item.create", item: { type: "function_call_output", call_id: "call_x", output: "{}" } },
      "invalid_value",
    ],
    [
      {
        type: "conversation.item.create",
        item: { type: "message", role: "assistant", content: [{ type: "output_audio", audio: "1dU=" }] },
      },
      "unknown_parameter",
    ],
    [
      {
        type: "conversation.item.create",
        item: { type: "message", role: "assistant", content: [{ type: "text", text: "x" }] },
      },
      "invalid_value",
    ],
    [{ type: "response.create", response: { modalities: ["text"] } }, "unknown_parameter"],
    [{ type: "response.create", response: { voice: "alloy" } }, "unknown_parameter"],
    [{ type: "conversation.item.created" }, "invalid_value"],
    [{ type: "output_audio_buffer.clear" }, "invalid_value"],
  ] as const) {
    assert.equal((await ask(event)).error?.code, code, JSON.stringify(event));
  }
});

test("the header of the beta, another path and a request without a key are refused before there is a session", async () => {
  for (const headers of [{ "OpenAI-Beta": "realtime=v1" }, { Authorization: "" }]) {
    const refused = connect(headers);
    const [error] = (await once(refused, "error").catch((cause: unknown) => [cause])) as [Error];
    assert.match(error.message, /Unexpected server response: 40[01]/);
  }
  assert.equal(service.sessions.length, 1);
});
