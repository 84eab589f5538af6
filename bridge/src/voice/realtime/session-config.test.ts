import assert from "node:assert/strict";
import { test } from "node:test";
import { difference, sessionConfig } from "./session-config.ts";

const tool = (name: string) => ({ type: "function" as const, name, description: "", parameters: {} });
const asked = () =>
  sessionConfig(
    { codec: "pcma", language: "fr", instructions: "", tools: [tool("add_item"), tool("read_back")] },
    { model: "m", voice: "v" },
  );

test("a session that is confirmed as it was asked for lacks nothing, whatever else it has and in whatever order", () => {
  const { tools = [], ...rest } = asked();
  assert.equal(difference(asked(), { ...rest, id: "s", tools: tools.toReversed() }), null);
});

test("another sound, another tool, another turn detection and nothing at all are each refused", () => {
  const { audio, tools = [] } = asked();
  const wrong: [RegExp, unknown][] = [
    [
      /audio input is audio\/pcm instead/,
      { audio: { ...audio, input: { ...audio?.input, format: { type: "audio/pcm" } } }, tools },
    ],
    [/audio output is unknown/, { audio: { input: audio?.input }, tools }],
    [/tools are others/, { audio, tools: tools.slice(1) }],
    [/tools are others/, { audio, tools: null }],
    [/turn detection/, { audio: { ...audio, input: { ...audio?.input, turn_detection: null } }, tools }],
    [/audio input is unknown/, {}],
  ];
  for (const [why, session] of wrong) assert.match(difference(asked(), session) ?? "nothing", why);
});
