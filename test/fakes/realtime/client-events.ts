/** What a client may send (generally available shapes): everything else, a field too many or a beta name, refuses the whole event. */
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { unknownField } from "./unknown-field.ts";

const closed = { additionalProperties: false } as const;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const One = <const T extends string>(value: T) => Type.Literal(value);
const OneOf = <const T extends string[]>(values: [...T]) => Type.Enum(values);

/** `audio/pcm` is 24 kHz and nothing else; G.711 has no rate. */
const Format = Type.Union([
  Type.Object({ type: One("audio/pcm"), rate: Type.Literal(24_000) }, closed),
  Type.Object({ type: One("audio/pcmu") }, closed),
  Type.Object({ type: One("audio/pcma") }, closed),
]);
const TurnDetection = Type.Union([
  Type.Object(
    {
      type: One("server_vad"),
      threshold: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      prefix_padding_ms: Type.Optional(Type.Integer({ minimum: 0 })),
      silence_duration_ms: Type.Optional(Type.Integer({ minimum: 0 })),
      idle_timeout_ms: Type.Optional(Nullable(Type.Integer({ minimum: 5000, maximum: 30_000 }))),
      create_response: Type.Optional(Type.Boolean()),
      interrupt_response: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
  Type.Object(
    {
      type: One("semantic_vad"),
      eagerness: Type.Optional(OneOf(["low", "medium", "high", "auto"])),
      create_response: Type.Optional(Type.Boolean()),
      interrupt_response: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
]);
const Tool = Type.Object(
  {
    type: One("function"),
    name: Type.String({ pattern: "^[a-zA-Z0-9_-]{1,64}$" }),
    description: Type.Optional(Type.String()),
    parameters: Type.Optional(Type.Object({ type: One("object") }, { additionalProperties: true })),
  },
  closed,
);
const Modalities = Type.Union([Type.Tuple([One("audio")]), Type.Tuple([One("text")])]);
const MaxTokens = Type.Union([Type.Integer({ minimum: 1, maximum: 4096 }), One("inf")]);
const ToolChoice = Type.Union([
  OneOf(["none", "auto", "required"]),
  Type.Object({ type: One("function"), name: Type.String() }, closed),
]);

export const SessionConfig = Type.Object(
  {
    type: One("realtime"),
    model: Type.Optional(Type.String()),
    instructions: Type.Optional(Type.String()),
    output_modalities: Type.Optional(Modalities),
    audio: Type.Optional(
      Type.Object(
        {
          input: Type.Optional(
            Type.Object(
              {
                format: Type.Optional(Format),
                noise_reduction: Type.Optional(
                  Nullable(
                    Type.Object(
                      {
                        type: OneOf(["near_field", "far_field"]),
                        strength: Type.Optional(Type.Unknown()),
                      },
                      closed,
                    ),
                  ),
                ),
                transcription: Type.Optional(
                  Nullable(
                    Type.Object(
                      {
                        model: Type.Optional(Type.String()),
                        language: Type.Optional(Type.String()),
                        languages: Type.Optional(Type.Array(Type.String())),
                        prompt: Type.Optional(Type.String()),
                        keywords: Type.Optional(Type.Array(Type.String())),
                        delay: Type.Optional(Type.Unknown()),
                      },
                      closed,
                    ),
                  ),
                ),
                turn_detection: Type.Optional(Nullable(TurnDetection)),
              },
              closed,
            ),
          ),
          output: Type.Optional(
            Type.Object(
              {
                format: Type.Optional(Format),
                voice: Type.Optional(
                  OneOf(["alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"]),
                ),
                speed: Type.Optional(Type.Number({ minimum: 0.25, maximum: 1.5 })),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    tools: Type.Optional(Type.Array(Tool)),
    tool_choice: Type.Optional(ToolChoice),
    parallel_tool_calls: Type.Optional(Type.Boolean()),
    reasoning: Type.Optional(
      Type.Object({ effort: Type.Optional(OneOf(["minimal", "low", "medium", "high", "xhigh"])) }, closed),
    ),
    max_output_tokens: Type.Optional(MaxTokens),
    truncation: Type.Optional(
      Type.Union([
        OneOf(["auto", "disabled"]),
        Type.Object(
          {
            type: One("retention_ratio"),
            retention_ratio: Type.Number({ minimum: 0, maximum: 1 }),
            token_limits: Type.Optional(
              Type.Object({ post_instructions: Type.Optional(Type.Integer({ minimum: 0 })) }, closed),
            ),
          },
          closed,
        ),
      ]),
    ),
    tracing: Type.Optional(Nullable(Type.Union([One("auto"), Type.Object({}, { additionalProperties: true })]))),
    prompt: Type.Optional(
      Nullable(
        Type.Object(
          {
            id: Type.String(),
            version: Type.Optional(Nullable(Type.String())),
            variables: Type.Optional(Nullable(Type.Record(Type.String(), Type.Unknown()))),
          },
          closed,
        ),
      ),
    ),
    include: Type.Optional(Nullable(Type.Array(One("item.input_audio_transcription.logprobs")))),
  },
  closed,
);
export type SessionConfig = Static<typeof SessionConfig>;

/** RFC 4648, section 4. */
const BASE64 = "^[A-Za-z0-9+/]*={0,2}$";
const id = { event_id: Type.Optional(Type.String({ maxLength: 512 })) };
const Text = (type: "input_text" | "output_text") => Type.Object({ type: One(type), text: Type.String() }, closed);
const Item = Type.Union([
  Type.Object(
    {
      id: Type.Optional(Type.String({ maxLength: 32 })),
      type: One("message"),
      role: OneOf(["user", "system"]),
      content: Type.Array(Text("input_text"), { minItems: 1 }),
    },
    closed,
  ),
  Type.Object(
    {
      id: Type.Optional(Type.String({ maxLength: 32 })),
      type: One("message"),
      role: One("assistant"),
      content: Type.Array(Text("output_text"), { minItems: 1 }),
    },
    closed,
  ),
  Type.Object(
    {
      id: Type.Optional(Type.String({ maxLength: 32 })),
      type: One("function_call_output"),
      call_id: Type.String(),
      output: Type.String(),
    },
    closed,
  ),
]);

export const CLIENT_EVENTS = {
  "session.update": Type.Object({ ...id, type: One("session.update"), session: SessionConfig }, closed),
  "input_audio_buffer.append": Type.Object(
    { ...id, type: One("input_audio_buffer.append"), audio: Type.String({ maxLength: 15 * 2 ** 20, pattern: BASE64 }) },
    closed,
  ),
  "input_audio_buffer.commit": Type.Object({ ...id, type: One("input_audio_buffer.commit") }, closed),
  "input_audio_buffer.clear": Type.Object({ ...id, type: One("input_audio_buffer.clear") }, closed),
  "conversation.item.create": Type.Object(
    {
      ...id,
      type: One("conversation.item.create"),
      previous_item_id: Type.Optional(Nullable(Type.String())),
      item: Item,
    },
    closed,
  ),
  "conversation.item.truncate": Type.Object(
    {
      ...id,
      type: One("conversation.item.truncate"),
      item_id: Type.String(),
      content_index: Type.Literal(0),
      audio_end_ms: Type.Integer({ minimum: 0 }),
    },
    closed,
  ),
  "conversation.item.delete": Type.Object(
    { ...id, type: One("conversation.item.delete"), item_id: Type.String() },
    closed,
  ),
  "conversation.item.retrieve": Type.Object(
    { ...id, type: One("conversation.item.retrieve"), item_id: Type.String() },
    closed,
  ),
  "response.create": Type.Object(
    {
      ...id,
      type: One("response.create"),
      response: Type.Optional(
        Type.Object(
          {
            instructions: Type.Optional(Type.String()),
            output_modalities: Type.Optional(Modalities),
            conversation: Type.Optional(OneOf(["auto", "none"])),
            metadata: Type.Optional(Nullable(Type.Record(Type.String(), Type.String()))),
            tools: Type.Optional(Type.Array(Tool)),
            tool_choice: Type.Optional(ToolChoice),
            max_output_tokens: Type.Optional(MaxTokens),
          },
          closed,
        ),
      ),
    },
    closed,
  ),
  "response.cancel": Type.Object(
    { ...id, type: One("response.cancel"), response_id: Type.Optional(Type.String()) },
    closed,
  ),
} as const;

export type ClientEvent = {
  [K in keyof typeof CLIENT_EVENTS]: Static<(typeof CLIENT_EVENTS)[K]>;
}[keyof typeof CLIENT_EVENTS];

export interface Refusal {
  code: string;
  message: string;
  param: string | null;
}

/** The event, or why it is refused, in the service's words. */
export function readClientEvent(value: unknown): { event: ClientEvent } | { refusal: Refusal } {
  const type = typeof value === "object" && value !== null && "type" in value ? String(value.type) : "";
  const schema = Object.entries(CLIENT_EVENTS).find(([name]) => name === type)?.[1];
  if (!schema) return { refusal: { code: "invalid_value", message: `Invalid value: '${type}'.`, param: "type" } };
  if (Value.Check(schema, value)) return { event: value as ClientEvent };
  return { refusal: refusalOf(schema, value) };
}

function refusalOf(schema: TSchema, value: unknown): Refusal {
  const unknown = unknownField(schema, value, "");
  if (unknown) return { code: "unknown_parameter", message: `Unknown parameter: '${unknown}'.`, param: unknown };
  const { instancePath = "" } = Value.Errors(schema, value)[0] ?? {};
  const param = instancePath.slice(1).replaceAll("/", ".");
  const session = typeof value === "object" && value !== null && "session" in value ? value.session : null;
  if (typeof session === "object" && session !== null && !("type" in session)) {
    const message = "Missing required parameter: 'session.type'.";
    return { code: "missing_required_parameter", message, param: "session.type" };
  }
  return { code: "invalid_value", message: `Invalid value at '${param}'.`, param };
}
