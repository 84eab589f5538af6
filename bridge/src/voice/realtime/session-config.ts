/** The session as we ask for it, and whether the service confirmed just that. Every value is sent: defaults differ and change. */
import type { RealtimeSessionCreateRequest } from "openai/resources/realtime/realtime";
import type { ToolDefinition } from "../../ordering/order-desk.ts";
import type { SessionSetup } from "../voice-engine.ts";

export interface ModelSettings {
  model: string;
  voice: string;
}

const FORMAT = { pcma: { type: "audio/pcma" }, pcmu: { type: "audio/pcmu" } } as const;

/** Of sound before a turn that the service takes along. */
export const PREFIX_MS = 300;

const TURN_DETECTION = {
  type: "server_vad",
  threshold: 0.6,
  prefix_padding_ms: PREFIX_MS,
  silence_duration_ms: 500,
  create_response: true,
  interrupt_response: true,
} as const;

/** A read-back of a long order is some 600; more is a model that does not stop. */
const MAX_OUTPUT_TOKENS = 2048;

export function sessionConfig(setup: SessionSetup, { voice }: ModelSettings): RealtimeSessionCreateRequest {
  const format = FORMAT[setup.codec];
  return {
    type: "realtime",
    instructions: setup.instructions,
    output_modalities: ["audio"],
    audio: {
      input: {
        format,
        noise_reduction: { type: "near_field" },
        // Advisory: for the transcript that staff see, never for the order. No language is fixed: callers switch.
        transcription: { model: "gpt-realtime-whisper" },
        turn_detection: TURN_DETECTION,
      },
      output: { format, voice, speed: 1 },
    },
    tools: toolList(setup.tools),
    tool_choice: "auto",
    max_output_tokens: MAX_OUTPUT_TOKENS,
    // Nobody else gets the conversation.
    tracing: null,
  };
}

export function toolList(tools: readonly ToolDefinition[]): NonNullable<RealtimeSessionCreateRequest["tools"]> {
  return tools.map(({ type, name, description, parameters }) => ({ type, name, description, parameters }));
}

/** What the confirmed session lacks of what was asked for; null: nothing. */
export function difference(asked: RealtimeSessionCreateRequest, confirmed: unknown): string | null {
  const { audio, tools } = confirmed as RealtimeSessionCreateRequest;
  for (const side of ["input", "output"] as const) {
    const [want, got] = [asked.audio?.[side]?.format?.type, audio?.[side]?.format?.type];
    if (want !== got) return `audio ${side} is ${got ?? "unknown"} instead of ${want}`;
  }
  const names = (list: unknown): string =>
    (Array.isArray(list) ? list : [])
      .map((tool: { name?: unknown } | null) => String(tool?.name ?? ""))
      .toSorted()
      .join(" ");
  if (names(tools) !== names(asked.tools)) return "the tools are others";
  const [want, got] = [asked.audio?.input?.turn_detection, audio?.input?.turn_detection];
  if (want?.type !== got?.type || got?.create_response === false) return "turn detection is another";
  return null;
}
