/**
 * The port to whoever listens and speaks: a Realtime service, or a script. An engine knows of no order and no phone: it
 * gets the caller's G.711 as it came from the wire, and gives G.711 back, with the words that it holds.
 *
 *     open(setup) ─► VoiceSession ── hear ─►      VoiceListener: turnBegan, turnEnded, callerSaid,
 *                        │  answerTools, respond, note        speech, words, toolCalls, responseEnded, ended
 *                        └─ close
 *
 * `open` resolves only when the service has confirmed audio format, tools and turn detection: then a call may be answered.
 */

import type { Language } from "../api/order.ts";
import type { G711Codec } from "../audio/g711.ts";
import type { ToolDefinition } from "../ordering/order-desk.ts";

export interface VoiceEngine {
  /** Rejects with a VoiceError; `signal` gives the attempt up. */
  open(setup: SessionSetup, listener: VoiceListener, signal: AbortSignal): Promise<VoiceSession>;
  /** Whether a session could be opened now. Costs no tokens. Rejects with a VoiceError. */
  probe(signal: AbortSignal): Promise<void>;
}

export interface SessionSetup {
  codec: G711Codec;
  language: Language;
  instructions: string;
  tools: readonly ToolDefinition[];
}

export interface VoiceSession {
  /** The caller's sound, in order and in time: 8 bytes are a millisecond. */
  hear(g711: Uint8Array): void;
  /** Words that were said without the model (a clip), or that it must know: they make it say nothing. */
  note(from: "assistant" | "system", text: string): void;
  /** Other tools or instructions from now on; what is left out stays. */
  update(change: { instructions?: string; tools?: readonly ToolDefinition[] }): void;
  /** The outputs of one response's tool calls. They make it say nothing: `respond` does. */
  answerTools(answers: readonly ToolOutput[]): void;
  /** Speak now; if a response is under way, after it. `instructions` are added to those of the session. */
  respond(instructions?: string): void;
  /** Stop speaking: of each item this much was played, ms; 0 is none. */
  interrupt(played: readonly { itemId: string; playedMs: number }[]): void;
  close(): void;
}

export interface ToolOutput {
  callId: string;
  output: string;
}

export interface ToolCall {
  callId: string;
  name: string;
  /** As the model wrote it: may be no JSON at all. */
  args: string;
}

/** Nothing comes after `ended`. Times are `Date.now()`. */
export interface VoiceListener {
  /** The earliest that the caller can have begun, by the time at which what we play is heard: not when it was noticed. */
  turnBegan(atMs: number): void;
  turnEnded(atMs: number): void;
  /** What the caller said, as far as a transcription tells; may come late, out of order, or never. */
  callerSaid(text: string): void;
  speech(speech: Speech): void;
  words(words: Words): void;
  /** All sound and words of the item are here. */
  speechEnded(itemId: string): void;
  toolCalls(calls: readonly ToolCall[]): void;
  responseEnded(status: ResponseStatus): void;
  /** What the session cost since the last time, in thousandths of a cent. */
  cost(millicents: number): void;
  ended(error: VoiceError): void;
}

export interface Speech {
  itemId: string;
  g711: Buffer;
}

export interface Words {
  itemId: string;
  /** All words of the item so far. */
  text: string;
  /** No more will come. */
  complete: boolean;
}

export type ResponseStatus = "completed" | "cancelled" | "incomplete" | "failed";

/** What an error means for a call: go on as if nothing was, try once more, or never again until somebody mends it. */
export type VoiceErrorClass = "benign" | "retry" | "fatal";

export class VoiceError extends Error {
  override readonly name = "VoiceError";
  readonly code: string;
  readonly errorClass: VoiceErrorClass;

  /** `code`: the service's own, or one of ours in the table of `voice-errors.ts`. */
  constructor(code: string, errorClass: VoiceErrorClass, message: string) {
    super(message);
    this.code = code;
    this.errorClass = errorClass;
  }
}
