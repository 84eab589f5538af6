/** The responses of one session, as they go over the wire: one at a time, speech in pieces with its words, tool calls, ends. */
import { encodeG711, type G711Codec } from "../../../bridge/src/audio/g711.ts";
import { speak } from "../../phone/speech.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Part } from "./brain.ts";

export interface SpokenItem {
  sentMs: number;
  deleted: boolean;
}

export interface RunningResponse {
  id: string;
  output: object[];
  cancelled: "turn_detected" | "client_cancelled" | null;
}

let ids = 0;
export const newId = (prefix: string): string => `${prefix}_${(ids++).toString(36).padStart(12, "0")}`;
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** How the model sounds. */
export const MODEL_VOICE = { name: "fr+f4", speed: 170 };
const CHUNK_MS = 200;

/** The session, as its responses need it. */
export interface Wire {
  readonly open: boolean;
  /** null: not one that is spoken here. */
  readonly codec: G711Codec | null;
  send(type: string, fields?: object): void;
  /** Ends the connection without a word. */
  cut(): void;
  /** Ends it as after the longest time. */
  expire(): void;
}

export class Responses {
  /** The one that is under way. */
  running: RunningResponse | null = null;
  /** How many there were. */
  count = 0;
  /** Was anything said yet? */
  spoke = false;
  readonly items = new Map<string, SpokenItem>();
  /** Names of tools by call id. */
  readonly calls = new Map<string, string>();
  private readonly wire: Wire;
  private readonly behaviour: Behaviour;

  constructor(wire: Wire, behaviour: Behaviour) {
    this.wire = wire;
    this.behaviour = behaviour;
  }

  /** Runs one response, unless there is one already: its content is asked for once it has begun. */
  async run(content: () => Promise<{ parts: readonly Part[] }>): Promise<void> {
    if (this.running) return;
    const running: RunningResponse = { id: newId("resp"), output: [], cancelled: null };
    this.running = running;
    this.count += 1;
    const number = this.count;
    this.wire.send("response.created", { response: this.responseOf(running, "in_progress") });
    const { failResponse } = this.behaviour;
    const { parts } = await content();
    if (failResponse?.number === number) {
      this.finish(running, "failed", { type: "failed", error: { type: "server_error", code: failResponse.code } });
      return;
    }
    if (this.behaviour.thinkMs) await pause(this.behaviour.thinkMs);
    for (const [index, part] of parts.entries()) {
      if (running.cancelled || !this.wire.open) break;
      if ("tool" in part) this.call(running, index, part.tool, part.args);
      else await this.speech(running, index, part, number);
    }
    if (running.cancelled) this.finish(running, "cancelled", { type: "cancelled", reason: running.cancelled });
    else this.finish(running, "completed", null);
  }

  private responseOf({ id, output }: RunningResponse, status: string, details: object | null = null): object {
    const usage = {
      total_tokens: 140,
      input_tokens: 100,
      output_tokens: 40,
      input_token_details: { text_tokens: 60, audio_tokens: 40, cached_tokens: 0 },
      output_token_details: { text_tokens: 10, audio_tokens: 30 },
    };
    return {
      object: "realtime.response",
      id,
      status,
      status_details: details,
      output,
      usage: status === "in_progress" ? null : usage,
    };
  }

  private finish(running: RunningResponse, status: string, details: object | null): void {
    this.running = null;
    this.wire.send("response.done", { response: this.responseOf(running, status, details) });
  }

  private call(running: RunningResponse, index: number, name: string, args: unknown): void {
    const callId = newId("call");
    this.calls.set(callId, name);
    const item = { id: newId("item"), object: "realtime.item", type: "function_call", call_id: callId, name };
    const text = typeof args === "string" ? args : JSON.stringify(args);
    const place = { response_id: running.id, item_id: item.id, output_index: index };
    this.wire.send("response.output_item.added", {
      response_id: running.id,
      output_index: index,
      item: { ...item, status: "in_progress", arguments: "" },
    });
    this.wire.send("conversation.item.added", {
      previous_item_id: null,
      item: { ...item, status: "in_progress", arguments: "" },
    });
    this.wire.send("response.function_call_arguments.delta", { ...place, call_id: callId, delta: text });
    const times = this.behaviour.doubleCalls ? 2 : 1;
    for (let time = 0; time < times; time++) {
      this.wire.send("response.function_call_arguments.done", { ...place, call_id: callId, name, arguments: text });
    }
    const done = { ...item, status: "completed", arguments: text };
    this.wire.send("conversation.item.done", { previous_item_id: null, item: done });
    this.wire.send("response.output_item.done", { response_id: running.id, output_index: index, item: done });
    running.output.push(done);
  }

  private async speech(
    running: RunningResponse,
    index: number,
    part: Exclude<Part, { tool: string }>,
    number: number,
  ): Promise<void> {
    const codec = this.wire.codec ?? "pcma";
    const sound = "sound" in part ? part.sound : encodeG711(await speak(part.say, MODEL_VOICE), codec);
    const words = ("transcript" in part && part.transcript) || ("say" in part ? part.say : "");
    const id = newId("item");
    const spoken: SpokenItem = { sentMs: 0, deleted: false };
    this.items.set(id, spoken);
    this.spoke = true;
    const item = { id, object: "realtime.item", type: "message", role: "assistant" };
    const place = { response_id: running.id, item_id: id, output_index: index, content_index: 0 };
    this.wire.send("response.output_item.added", {
      response_id: running.id,
      output_index: index,
      item: { ...item, status: "in_progress", content: [] },
    });
    this.wire.send("conversation.item.added", {
      previous_item_id: null,
      item: { ...item, status: "in_progress", content: [] },
    });
    this.wire.send("response.content_part.added", { ...place, part: { type: "audio", transcript: "" } });
    const { speed = Number.POSITIVE_INFINITY, cutInResponse, expireInResponse } = this.behaviour;
    const startedAt = performance.now();
    let wordsSent = 0;
    for (let at = 0; at < sound.length && !running.cancelled && this.wire.open; at += CHUNK_MS * 8) {
      // The words run a little ahead of their sound, as the service's do.
      const upTo = Math.ceil(((at + 3 * CHUNK_MS * 8) / sound.length) * words.length);
      const delta = words.slice(wordsSent, Math.max(wordsSent, upTo));
      wordsSent += delta.length;
      if (delta !== "") this.wire.send("response.output_audio_transcript.delta", { ...place, delta });
      const chunk = sound.subarray(at, at + CHUNK_MS * 8);
      spoken.sentMs += chunk.length / 8;
      this.wire.send("response.output_audio.delta", { ...place, delta: chunk.toString("base64") });
      if (at > 0 && cutInResponse === number) this.wire.cut();
      if (at > 0 && expireInResponse === number) this.wire.expire();
      const aheadMs = spoken.sentMs / speed - (performance.now() - startedAt);
      if (aheadMs > 1) await pause(aheadMs);
    }
    const status = running.cancelled ? "incomplete" : "completed";
    const transcript = running.cancelled ? words.slice(0, wordsSent) : words;
    this.wire.send("response.output_audio.done", place);
    this.wire.send("response.output_audio_transcript.done", { ...place, transcript });
    this.wire.send("response.content_part.done", { ...place, part: { type: "audio", transcript } });
    const done = { ...item, status, content: [{ type: "output_audio", transcript }] };
    this.wire.send("conversation.item.done", { previous_item_id: null, item: done });
    this.wire.send("response.output_item.done", { response_id: running.id, output_index: index, item: done });
    running.output.push(done);
  }
}
