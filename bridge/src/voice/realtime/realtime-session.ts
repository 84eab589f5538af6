/**
 * One running session of the Realtime API. What the protocol leaves to its client is done here and nowhere else: one
 * response at a time, tool outputs before the next response, truncation to what was heard, noticing a dead link.
 */
import type { OpenAIRealtimeWS } from "openai/realtime/ws";
import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";
import type {
  ResponseStatus,
  SessionSetup,
  ToolOutput,
  VoiceError,
  VoiceListener,
  VoiceSession,
} from "../voice-engine.ts";
import { fromConnection, fromErrorEvent, voiceError } from "../voice-errors.ts";
import { HeardClock } from "./heard-clock.ts";
import { costOf } from "./prices.ts";
import { PREFIX_MS, toolList } from "./session-config.ts";

const PING_EVERY_MS = 5_000;
const MISSED_PINGS = 2;
/** While it is the model's turn: longer without any event is a session that hangs. */
const SILENT_MS = 6_000;
const LARGEST_BACKLOG_BYTES = 2 * 8_000 * 2;
const BYTES_PER_MS = 8;

interface SpokenItem {
  responseId: string;
  text: string;
  bytes: number;
  complete: boolean;
  ended: boolean;
}

export class RealtimeSession implements VoiceSession {
  private readonly link: OpenAIRealtimeWS;
  private readonly listener: VoiceListener;
  private readonly model: string;
  private instructions: string;
  private readonly items = new Map<string, SpokenItem>();
  private readonly calls = new Set<string>();
  private readonly dropped = new Set<string>();
  /** The last events' ids: a repetition changes nothing. */
  private readonly seen = new Set<string>();
  private readonly clock = new HeardClock();
  private active: string | null = null;
  private wanted: { instructions: string | undefined } | null = null;
  /** A response.create is on its way. */
  private asked = false;
  /** What the last one asked for; a response that begins need not be its. */
  private lastAsked: { instructions: string | undefined } = { instructions: undefined };
  private turnOpen = false;
  /** The caller's turn is over, and its answer has not begun. */
  private answerDue = false;
  private triedAgain = false;
  private nextEvent = 0;
  private over = false;
  private pongs = 0;
  private readonly pinging: NodeJS.Timeout;
  private silence: NodeJS.Timeout | undefined;

  constructor(link: OpenAIRealtimeWS, setup: SessionSetup, model: string, listener: VoiceListener) {
    this.link = link;
    this.model = model;
    this.listener = listener;
    this.instructions = setup.instructions;
    link.on("event", (event) => this.take(event));
    link.on("error", (error) => {
      // Of those of the service `take` is told as well.
      if (error.error) return;
      const found = fromConnection(error.message);
      if (found.errorClass !== "benign") this.end(found);
    });
    link.socket.on("close", () => this.end(voiceError("connection_lost", "the voice service closed the connection")));
    link.socket.on("pong", () => {
      this.pongs = 0;
    });
    this.pinging = setInterval(() => this.ping(), PING_EVERY_MS);
  }

  hear(g711: Uint8Array): void {
    if (this.over || this.link.socket.bufferedAmount > LARGEST_BACKLOG_BYTES) return;
    this.clock.sent(g711.length, Date.now());
    this.link.send({ type: "input_audio_buffer.append", audio: Buffer.from(g711).toString("base64") });
  }

  note(from: "assistant" | "system", text: string): void {
    this.send({
      type: "conversation.item.create",
      event_id: this.eventId(),
      item:
        from === "assistant"
          ? { type: "message", role: "assistant", content: [{ type: "output_text", text }] }
          : { type: "message", role: "system", content: [{ type: "input_text", text }] },
    });
  }

  update({ instructions, tools }: Parameters<VoiceSession["update"]>[0]): void {
    if (instructions !== undefined) this.instructions = instructions;
    this.send({
      type: "session.update",
      event_id: this.eventId(),
      session: {
        type: "realtime",
        ...(instructions === undefined ? {} : { instructions }),
        ...(tools === undefined ? {} : { tools: toolList(tools) }),
      },
    });
  }

  answerTools(answers: readonly ToolOutput[]): void {
    for (const { callId, output } of answers) {
      this.send({
        type: "conversation.item.create",
        event_id: this.eventId(),
        item: { type: "function_call_output", call_id: callId, output },
      });
    }
  }

  respond(instructions?: string): void {
    if (this.over) return;
    this.wanted = { instructions };
    this.askNext();
  }

  interrupt(played: Parameters<VoiceSession["interrupt"]>[0]): void {
    if (this.active !== null) {
      this.dropped.add(this.active);
      // A turn of the caller's interrupts by itself; a second request would only be refused.
      if (!this.turnOpen) this.send({ type: "response.cancel", event_id: this.eventId(), response_id: this.active });
    }
    for (const { itemId, playedMs } of played) {
      const item = this.items.get(itemId);
      if (!item) continue;
      this.dropped.add(item.responseId);
      const endMs = Math.floor(Math.min(playedMs, item.bytes / BYTES_PER_MS));
      if (endMs > 0) {
        this.send({
          type: "conversation.item.truncate",
          event_id: this.eventId(),
          item_id: itemId,
          content_index: 0,
          audio_end_ms: endMs,
        });
      } else {
        this.send({ type: "conversation.item.delete", event_id: this.eventId(), item_id: itemId });
      }
    }
  }

  close(): void {
    this.finish();
    this.link.close();
  }

  private take(event: RealtimeServerEvent): void {
    if (this.over || this.isRepeated(event)) return;
    this.watchSilence();
    switch (event.type) {
      case "error":
        this.refused(event.error.code, event.error.message);
        return;
      case "input_audio_buffer.speech_started":
        this.turnOpen = true;
        this.answerDue = false;
        this.watchSilence();
        // The start that it names has the padding in it.
        this.listener.turnBegan(this.clock.saidAtMs(event.audio_start_ms + PREFIX_MS, Date.now()));
        return;
      case "input_audio_buffer.speech_stopped":
        this.turnOpen = false;
        this.answerDue = true;
        this.watchSilence();
        this.listener.turnEnded(Date.now());
        return;
      case "conversation.item.input_audio_transcription.completed":
        this.listener.callerSaid(event.transcript);
        return;
      case "response.created":
        this.asked = false;
        this.answerDue = false;
        this.active = event.response.id ?? "";
        this.watchSilence();
        return;
      case "response.output_audio.delta":
        this.speech(event.response_id, event.item_id, event.delta);
        return;
      case "response.output_audio_transcript.delta": {
        const item = this.itemOf(event.response_id, event.item_id);
        item.text += event.delta;
        this.words(event.item_id, item, false);
        return;
      }
      case "response.output_audio_transcript.done": {
        const item = this.itemOf(event.response_id, event.item_id);
        item.text = event.transcript;
        this.words(event.item_id, item, true);
        return;
      }
      case "response.output_item.done":
        if (event.item.type === "function_call") {
          this.called(event.item.call_id, event.item.name, event.item.arguments);
        } else if (event.item.id !== undefined) {
          this.itemEnded(event.item.id);
        }
        return;
      case "response.function_call_arguments.done":
        this.called(event.call_id, event.name, event.arguments);
        return;
      case "response.done":
        this.done(event.response);
    }
  }

  private isRepeated(event: RealtimeServerEvent): boolean {
    const id = "event_id" in event && typeof event.event_id === "string" ? event.event_id : null;
    if (id === null) return false;
    if (this.seen.has(id)) return true;
    this.seen.add(id);
    if (this.seen.size > 512) for (const old of [...this.seen].slice(0, 256)) this.seen.delete(old);
    return false;
  }

  private itemOf(responseId: string, itemId: string): SpokenItem {
    let item = this.items.get(itemId);
    if (!item) {
      item = { responseId, text: "", bytes: 0, complete: false, ended: false };
      this.items.set(itemId, item);
    }
    return item;
  }

  private speech(responseId: string, itemId: string, delta: string): void {
    const item = this.itemOf(responseId, itemId);
    const g711 = Buffer.from(delta, "base64");
    item.bytes += g711.length;
    if (!this.dropped.has(responseId)) this.listener.speech({ itemId, g711 });
  }

  private words(itemId: string, item: SpokenItem, complete: boolean): void {
    item.complete = complete;
    if (!this.dropped.has(item.responseId)) this.listener.words({ itemId, text: item.text, complete });
  }

  private itemEnded(itemId: string): void {
    const item = this.items.get(itemId);
    if (!item || item.ended) return;
    item.ended = true;
    if (!item.complete && item.text !== "") this.words(itemId, item, true);
    if (!this.dropped.has(item.responseId)) this.listener.speechEnded(itemId);
  }

  /** A finished call counts also in a response that was cancelled: an unanswered one would confuse the next turn. */
  private called(callId: string | undefined, name: string | undefined, args: string | undefined): void {
    if (callId === undefined || name === undefined || this.calls.has(callId)) return;
    this.calls.add(callId);
    this.listener.toolCalls([{ callId, name, args: args ?? "" }]);
  }

  private done(response: Extract<RealtimeServerEvent, { type: "response.done" }>["response"]): void {
    if (response.id === undefined || response.id === this.active) this.active = null;
    this.watchSilence();
    for (const [itemId, item] of this.items) if (item.responseId === response.id) this.itemEnded(itemId);
    if (response.usage) this.listener.cost(costOf(this.model, response.usage));
    const status: ResponseStatus =
      response.status === "cancelled" || response.status === "incomplete" || response.status === "failed"
        ? response.status
        : "completed";
    if (status === "failed" && this.lost(response.status_details)) return;
    if (status === "completed") this.triedAgain = false;
    this.listener.responseEnded(status);
    this.askNext();
  }

  /** A response that failed is asked for once more; the second time the session is given up. */
  private lost(details: unknown): boolean {
    const error = typeof details === "object" && details !== null && "error" in details ? details.error : null;
    const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "server_error";
    const found = voiceError(code, "a response failed");
    if (found.errorClass === "fatal" || this.triedAgain) {
      this.end(found);
      return true;
    }
    this.triedAgain = true;
    this.wanted ??= { instructions: undefined };
    return false;
  }

  private refused(code: string | null | undefined, message: string): void {
    const error = fromErrorEvent(code, message);
    if (error.errorClass !== "benign") {
      this.end(error);
      return;
    }
    // Somebody was faster (turn detection): ask again when that response is done.
    if (error.code === "conversation_already_has_active_response") {
      this.asked = false;
      this.wanted ??= this.lastAsked;
    }
  }

  private askNext(): void {
    if (this.wanted === null || this.active !== null || this.asked || this.over) return;
    const { instructions } = this.wanted;
    this.lastAsked = this.wanted;
    this.wanted = null;
    this.asked = true;
    this.watchSilence();
    this.send({
      type: "response.create",
      event_id: this.eventId(),
      // Those of a response replace the session's.
      ...(instructions === undefined ? {} : { response: { instructions: `${this.instructions}\n\n${instructions}` } }),
    });
  }

  /** Begins anew with each event. The caller's own turn may be as long as it likes. */
  private watchSilence(): void {
    clearTimeout(this.silence);
    const isItsTurn = !this.turnOpen && (this.active !== null || this.asked || this.answerDue);
    if (!isItsTurn || this.over) return;
    this.silence = setTimeout(() => this.end(voiceError("silent", "the voice service says nothing")), SILENT_MS);
  }

  private ping(): void {
    this.pongs += 1;
    if (this.pongs > MISSED_PINGS) this.end(voiceError("connection_lost", "the voice service does not answer"));
    else if (this.link.socket.readyState === this.link.socket.OPEN) this.link.socket.ping();
  }

  private eventId(): string {
    this.nextEvent += 1;
    return `c${this.nextEvent}`;
  }

  private send(event: Parameters<OpenAIRealtimeWS["send"]>[0]): void {
    if (!this.over) this.link.send(event);
  }

  private end(error: VoiceError): void {
    if (this.over) return;
    this.finish();
    this.link.socket.terminate();
    this.listener.ended(error);
  }

  private finish(): void {
    this.over = true;
    clearInterval(this.pinging);
    clearTimeout(this.silence);
  }
}
