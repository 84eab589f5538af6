/**
 * One running session of the Realtime API. What the protocol leaves to its client is done here and nowhere else: one
 * response at a time, tool outputs before the next response, truncation to what was heard, noticing a dead link.
 */
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
import type { RealtimeLink } from "./realtime-link.ts";
import type { ServerEvent } from "./server-events.ts";
import { PREFIX_MS, toolList } from "./session-config.ts";
import { SpokenPart } from "./spoken-part.ts";

const PING_EVERY_MS = 5_000;
const MISSED_PINGS = 2;
/** While it is the model's turn: longer without any event is a session that hangs. */
const SILENT_MS = 6_000;
const LARGEST_BACKLOG_BYTES = 2 * 8_000 * 2;
const BYTES_PER_MS = 8;

type Of<Type extends ServerEvent["type"]> = Extract<ServerEvent, { type: Type }>;
type Place = Pick<Of<"response.output_audio.delta">, "response_id" | "item_id" | "content_index">;
type Call = Pick<Of<"response.function_call_arguments.done">, "call_id" | "name" | "arguments">;

export class RealtimeSession implements VoiceSession {
  private readonly link: RealtimeLink;
  private readonly listener: VoiceListener;
  private readonly model: string;
  private instructions: string;
  private readonly parts = new Map<string, SpokenPart>();
  /** Responses that are over. */
  private readonly finished = new Set<string>();
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

  constructor(link: RealtimeLink, setup: SessionSetup, model: string, listener: VoiceListener) {
    this.link = link;
    this.model = model;
    this.listener = listener;
    this.instructions = setup.instructions;
    link.onEvent((event, id) => this.take(event, id));
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
      const part = this.parts.get(itemId);
      if (!part) continue;
      this.dropped.add(part.responseId);
      const endMs = Math.floor(Math.min(playedMs, part.bytes / BYTES_PER_MS));
      if (endMs > 0) {
        this.send({
          type: "conversation.item.truncate",
          event_id: this.eventId(),
          item_id: part.itemId,
          content_index: part.index,
          audio_end_ms: endMs,
        });
      } else if (part.index === 0) {
        this.send({ type: "conversation.item.delete", event_id: this.eventId(), item_id: part.itemId });
      }
    }
  }

  close(): void {
    this.finish();
    this.link.close();
  }

  private take(event: ServerEvent | null, id: string | null): void {
    if (this.over || this.isRepeated(id)) return;
    this.watchSilence();
    switch (event?.type) {
      case "error":
        this.refused(event.error?.code, event.error?.message ?? "");
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
        this.begun(event.response.id ?? "");
        return;
      case "response.output_audio.delta":
        this.speech(this.partOf(event), event.delta);
        return;
      case "response.output_audio_transcript.delta":
        this.words(this.partOf(event), event.delta, false);
        return;
      case "response.output_audio_transcript.done":
        this.words(this.partOf(event), event.transcript, true);
        return;
      case "response.output_item.done": {
        const { item, response_id } = event;
        if (item.type === "function_call") this.called(item, response_id);
        else for (const part of this.parts.values()) if (part.itemId === item.id) this.partEnded(part);
        return;
      }
      case "response.function_call_arguments.done":
        this.called(event, event.response_id);
        return;
      case "response.done":
        this.done(event.response);
    }
  }

  private isRepeated(id: string | null): boolean {
    if (id === null) return false;
    if (this.seen.has(id)) return true;
    this.seen.add(id);
    if (this.seen.size > 512) for (const old of [...this.seen].slice(0, 256)) this.seen.delete(old);
    return false;
  }

  private begun(responseId: string): void {
    if (this.finished.has(responseId)) return;
    this.asked = false;
    this.answerDue = false;
    this.active = responseId;
    this.watchSilence();
  }

  private partOf({ response_id, item_id, content_index }: Place): SpokenPart {
    const made = new SpokenPart(response_id, item_id, content_index ?? 0);
    const part = this.parts.get(made.id) ?? made;
    this.parts.set(made.id, part);
    return part;
  }

  private speech(part: SpokenPart, base64: string): void {
    this.passOn(part, part.sound(base64));
  }

  private passOn(part: SpokenPart, g711: Buffer): void {
    if (g711.length > 0 && !this.dropped.has(part.responseId)) this.listener.speech({ itemId: part.id, g711 });
  }

  private words(part: SpokenPart, text: string, complete: boolean): void {
    part.text = complete ? text : part.text + text;
    part.complete = complete;
    if (this.dropped.has(part.responseId)) return;
    this.listener.words({ itemId: part.id, text: part.text, complete });
  }

  private partEnded(part: SpokenPart): void {
    if (part.ended) return;
    part.ended = true;
    this.passOn(part, part.rest());
    if (!part.complete && part.text !== "") this.words(part, part.text, true);
    if (!this.dropped.has(part.responseId)) this.listener.speechEnded(part.id);
  }

  /** A finished call counts also in a response that was cancelled: an unanswered one would confuse the next turn. */
  private called({ call_id: callId, name, arguments: args }: Call, responseId: string | null | undefined): void {
    if (typeof name !== "string" || this.calls.has(callId)) return;
    this.calls.add(callId);
    this.listener.toolCalls([{ callId, name, args: args ?? "" }]);
    // Nothing else would ask for what follows.
    if (responseId && this.finished.has(responseId)) this.listener.responseEnded("completed");
  }

  private done(response: Of<"response.done">["response"]): void {
    const id = response.id ?? this.active;
    if (id === this.active) this.active = null;
    this.watchSilence();
    if (id !== null && this.finished.has(id)) return;
    if (id !== null) this.finished.add(id);
    for (const part of this.parts.values()) if (part.responseId === id) this.partEnded(part);
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
  private lost(details: Of<"response.done">["response"]["status_details"]): boolean {
    const found = voiceError(details?.error?.code ?? "server_error", "a response failed");
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

  private send(event: Parameters<RealtimeLink["send"]>[0]): void {
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
