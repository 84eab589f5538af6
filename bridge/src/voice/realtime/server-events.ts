/**
 * What of the service's events the driver uses, checked where it enters: whoever speaks the protocol at another address may
 * send anything, and nothing of it may end the process. Other fields and other types pass unread.
 */
import { type Static, type TSchema, Type } from "typebox";
import { Check } from "typebox/value";

const Text = Type.String();
const orNothing = <T extends TSchema>(type: T) => Type.Optional(Type.Union([type, Type.Null()]));

/** The service names nothing but the type and the message of what it has no code for. */
const Problem = Type.Object({ code: orNothing(Text), message: orNothing(Text) });
/** Where a piece of speech belongs. An item has one part, as a rule. */
const Place = { response_id: Text, item_id: Text, content_index: orNothing(Type.Integer({ minimum: 0 })) };
const Call = { call_id: Text, name: orNothing(Text), arguments: orNothing(Text) };

const EVENTS = {
  "session.created": Type.Object({}),
  "session.updated": Type.Object({ session: Type.Object({}) }),
  error: Type.Object({ error: orNothing(Problem) }),
  "input_audio_buffer.speech_started": Type.Object({ audio_start_ms: Type.Number() }),
  "input_audio_buffer.speech_stopped": Type.Object({}),
  "conversation.item.input_audio_transcription.completed": Type.Object({ transcript: Text }),
  "response.created": Type.Object({ response: Type.Object({ id: orNothing(Text) }) }),
  "response.output_audio.delta": Type.Object({ ...Place, delta: Text }),
  "response.output_audio_transcript.delta": Type.Object({ ...Place, delta: Text }),
  "response.output_audio_transcript.done": Type.Object({ ...Place, transcript: Text }),
  "response.output_item.done": Type.Object({
    response_id: orNothing(Text),
    item: Type.Union([
      Type.Object({ type: Type.Literal("function_call"), ...Call }),
      Type.Object({ type: Type.Literal("message"), id: Text }),
    ]),
  }),
  "response.function_call_arguments.done": Type.Object({ response_id: orNothing(Text), ...Call }),
  "response.done": Type.Object({
    response: Type.Object({
      id: orNothing(Text),
      status: orNothing(Text),
      status_details: orNothing(Type.Object({ error: orNothing(Problem) })),
      usage: Type.Optional(Type.Unknown()),
    }),
  }),
} as const;

type Events = typeof EVENTS;
export type ServerEvent = { [Name in keyof Events]: { type: Name } & Static<Events[Name]> }[keyof Events];

/** null: none that is used here, or not as it should be. */
export function readServerEvent(value: unknown): ServerEvent | null {
  if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") return null;
  if (!Object.hasOwn(EVENTS, value.type)) return null;
  return Check(EVENTS[value.type as keyof Events], value) ? (value as ServerEvent) : null;
}
