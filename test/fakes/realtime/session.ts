/** One session of the stand-in: the protocol's rules, the caller's sound, the model's responses. */
import type { WebSocket } from "ws";
import { decodeG711, type G711Codec } from "../../../bridge/src/audio/g711.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Brain, Part } from "./brain.ts";
import { type ClientEvent, readClientEvent, type SessionConfig } from "./client-events.ts";
import { newId, pause, Responses } from "./responses.ts";
import { EnergyVad } from "./vad.ts";

export class RealtimeSession {
  /** Everything that came and went, for tests: `type` and the fields that a test looks at. */
  readonly received: ClientEvent[] = [];
  readonly sent: { type: string; [field: string]: unknown }[] = [];
  readonly refused: string[] = [];
  /** When (performance.now) the sound came that lies at this time of the session's timeline. */
  onSound: (samples: Int16Array, atMs: number) => void = () => {};
  config: SessionConfig;
  private readonly socket: WebSocket;
  private readonly brain: Brain;
  private readonly behaviour: Behaviour;
  private readonly vad = new EnergyVad({ threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 200 });
  /** The last minute of the caller's sound. */
  private heard: number[] = [];
  private heardFromMs = 0;
  private turnItem: string | null = null;
  private turnStartMs = 0;
  private outputs: { name: string; output: string }[] = [];
  private readonly responses: Responses;

  constructor(socket: WebSocket, model: string, brain: Brain, behaviour: Behaviour) {
    this.socket = socket;
    this.brain = brain;
    this.behaviour = behaviour;
    this.responses = new Responses(this, behaviour);
    this.config = {
      type: "realtime",
      model,
      instructions: "",
      output_modalities: ["audio"],
      audio: {
        input: {
          format: { type: "audio/pcm", rate: 24_000 },
          noise_reduction: null,
          transcription: null,
          turn_detection: {
            type: "server_vad",
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 200,
            idle_timeout_ms: null,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: "audio/pcm", rate: 24_000 }, voice: "marin", speed: 1 },
      },
      tools: [],
      tool_choice: "auto",
      max_output_tokens: "inf",
      tracing: null,
      truncation: "auto",
    };
    socket.on("message", (data) => this.take(String(data)));
    if (!behaviour.mute) this.send("session.created", { session: this.described() });
  }

  get open(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Starts a response of its own with this content, as if the caller had said something. */
  async say(parts: readonly Part[]): Promise<void> {
    await this.responses.run(() => Promise.resolve({ parts }));
  }

  cut(): void {
    this.socket.terminate();
  }

  /** Sends a frame of its own, event or not. */
  sendText(text: string): void {
    this.socket.send(text);
  }

  close(code: number): void {
    this.socket.close(code, "because");
  }

  get codec(): G711Codec | null {
    const type = this.config.audio?.input?.format?.type;
    if (type === "audio/pcmu") return "pcmu";
    return type === "audio/pcma" ? "pcma" : null;
  }

  private described(): object {
    return {
      id: "sess_standin",
      object: "realtime.session",
      expires_at: Math.floor(Date.now() / 1000) + 3600,
      ...this.config,
    };
  }

  send(type: string, fields: object = {}): void {
    if (this.isSilent || !this.open) return;
    const event = { type, event_id: newId("event"), ...fields };
    this.sent.push(event);
    this.socket.send(JSON.stringify(event));
    if (this.behaviour.duplicateEvents) this.socket.send(JSON.stringify(event));
  }

  private get isSilent(): boolean {
    const { mute, silentFromResponse } = this.behaviour;
    return mute === true || (silentFromResponse !== undefined && this.responses.count >= silentFromResponse);
  }

  private error(code: string, message: string, eventId: string | undefined, param: string | null = null): void {
    this.refused.push(code);
    this.send("error", {
      error: { type: "invalid_request_error", code, message, param, event_id: eventId ?? null },
    });
  }

  private take(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.error("invalid_json", "The event is no JSON.", undefined);
      return;
    }
    const read = readClientEvent(value);
    if ("refusal" in read) {
      const { code, message, param } = read.refusal;
      const eventId = typeof value === "object" && value !== null && "event_id" in value ? String(value.event_id) : "";
      this.error(code, message, eventId, param);
      return;
    }
    const { event } = read;
    if (event.type !== "input_audio_buffer.append") this.received.push(event);
    this.obey(event);
  }

  private obey(event: ClientEvent): void {
    switch (event.type) {
      case "session.update":
        void this.update(event);
        return;
      case "input_audio_buffer.append":
        this.hear(Buffer.from(event.audio, "base64"));
        return;
      case "input_audio_buffer.commit":
        this.error("input_audio_buffer_commit_empty", "The buffer is committed by turn detection.", event.event_id);
        return;
      case "input_audio_buffer.clear":
        this.heard = [];
        this.heardFromMs = this.vad.nowMs;
        this.send("input_audio_buffer.cleared");
        return;
      case "conversation.item.create":
        this.create(event);
        return;
      case "conversation.item.truncate":
        this.truncate(event);
        return;
      case "conversation.item.delete": {
        const item = this.responses.items.get(event.item_id);
        if (!item || item.deleted) this.error("item_delete_invalid_item_id", "Item not found.", event.event_id);
        else {
          item.deleted = true;
          this.send("conversation.item.deleted", { item_id: event.item_id });
        }
        return;
      }
      case "conversation.item.retrieve":
        this.error("item_retrieve_invalid_item_id", "Item not found.", event.event_id);
        return;
      case "response.create":
        if (this.responses.running) {
          const message = "Conversation already has an active response in progress.";
          this.error("conversation_already_has_active_response", message, event.event_id);
          return;
        }
        void this.answer(null, event.response?.instructions ?? null);
        return;
      case "response.cancel":
        if (!this.responses.running) {
          this.error("response_cancel_not_active", "Cancellation failed: no active response found", event.event_id);
          return;
        }
        this.responses.running.cancelled ??= "client_cancelled";
    }
  }

  private async update({ session, event_id }: Extract<ClientEvent, { type: "session.update" }>): Promise<void> {
    const { audio, ...rest } = session;
    if (session.model && session.model !== this.config.model) {
      this.error("invalid_value", "The model of a session cannot be changed.", event_id, "session.model");
      return;
    }
    if (session.reasoning && !this.config.model?.startsWith("gpt-realtime-2")) {
      this.error("unknown_parameter", "Unknown parameter: 'session.reasoning'.", event_id, "session.reasoning");
      return;
    }
    if (this.responses.spoke && audio?.output?.voice && audio.output.voice !== this.config.audio?.output?.voice) {
      this.error(
        "cannot_update_voice",
        "Cannot update a conversation's voice if assistant audio is present.",
        event_id,
      );
      return;
    }
    this.config = {
      ...this.config,
      ...rest,
      audio: {
        input: { ...this.config.audio?.input, ...audio?.input },
        output: { ...this.config.audio?.output, ...audio?.output },
      },
    };
    const detection = this.config.audio?.input?.turn_detection;
    if (detection?.type === "server_vad") {
      this.vad.settings = {
        threshold: detection.threshold ?? 0.5,
        prefixPaddingMs: detection.prefix_padding_ms ?? 300,
        silenceDurationMs: detection.silence_duration_ms ?? 200,
      };
    }
    const { updateDelayMs = 0, wrongFormat } = this.behaviour;
    if (updateDelayMs === Number.POSITIVE_INFINITY) return;
    if (updateDelayMs > 0) await pause(updateDelayMs);
    if (wrongFormat) {
      const pcm = { type: "audio/pcm", rate: 24_000 } as const;
      this.config.audio = {
        input: { ...this.config.audio?.input, format: pcm },
        output: { ...this.config.audio?.output, format: pcm },
      };
    }
    this.send("session.updated", { session: this.described() });
  }

  private hear(bytes: Buffer): void {
    const { codec } = this;
    if (!codec) return;
    const samples = decodeG711(bytes, codec);
    const atMs = this.vad.nowMs;
    for (const sample of samples) this.heard.push(sample);
    const most = 60 * 8000;
    if (this.heard.length > 2 * most) {
      this.heardFromMs += (this.heard.length - most) / 8;
      this.heard = this.heard.slice(-most);
    }
    this.onSound(samples, atMs);
    const detection = this.config.audio?.input?.turn_detection;
    if (!detection) return;
    for (const event of this.vad.take(samples)) {
      if (event.type === "started") this.turnStarts(event.atMs, detection.interrupt_response !== false);
      else this.turnStops(event.atMs, detection.create_response !== false);
    }
  }

  private turnStarts(atMs: number, interrupts: boolean): void {
    this.turnItem = newId("item");
    this.turnStartMs = atMs;
    this.send("input_audio_buffer.speech_started", { audio_start_ms: Math.round(atMs), item_id: this.turnItem });
    if (interrupts && this.responses.running) this.responses.running.cancelled ??= "turn_detected";
  }

  private turnStops(atMs: number, answers: boolean): void {
    const item = this.turnItem ?? newId("item");
    this.turnItem = null;
    this.send("input_audio_buffer.speech_stopped", { audio_end_ms: Math.round(atMs), item_id: item });
    this.send("input_audio_buffer.committed", { previous_item_id: null, item_id: item });
    const content = [{ type: "input_audio", transcript: null }];
    for (const type of ["conversation.item.added", "conversation.item.done"]) {
      this.send(type, {
        previous_item_id: null,
        item: { id: item, object: "realtime.item", type: "message", role: "user", status: "completed", content },
      });
    }
    const from = Math.max(0, Math.round((this.turnStartMs - this.heardFromMs) * 8));
    const turn = Int16Array.from(this.heard.slice(from, Math.round((atMs + 100 - this.heardFromMs) * 8)));
    if (answers) void this.answer(turn, null, item);
  }

  private create({ item, event_id }: Extract<ClientEvent, { type: "conversation.item.create" }>): void {
    const id = item.id ?? newId("item");
    if (item.type === "function_call_output") {
      const name = this.responses.calls.get(item.call_id);
      if (name === undefined) {
        this.error("invalid_value", `No tool call found for call ID '${item.call_id}'.`, event_id, "item.call_id");
        return;
      }
      this.outputs.push({ name, output: item.output });
    }
    for (const type of ["conversation.item.added", "conversation.item.done"]) {
      this.send(type, { previous_item_id: null, item: { ...item, id, object: "realtime.item", status: "completed" } });
    }
  }

  private truncate({
    item_id,
    audio_end_ms,
    event_id,
  }: Extract<ClientEvent, { type: "conversation.item.truncate" }>): void {
    const item = this.responses.items.get(item_id);
    if (!item || item.deleted) {
      this.error("item_truncate_invalid_item_id", "Only model output audio messages can be truncated", event_id);
    } else if (audio_end_ms > Math.ceil(item.sentMs) || audio_end_ms === 0) {
      const message = `Audio content of ${Math.round(item.sentMs)}ms is already shorter than ${audio_end_ms}ms`;
      this.error("invalid_value", message, event_id, "audio_end_ms");
    } else {
      item.sentMs = audio_end_ms;
      this.send("conversation.item.truncated", { item_id, content_index: 0, audio_end_ms });
    }
  }

  private async answer(
    turn: Int16Array | null,
    instructions: string | null,
    item: string | null = null,
  ): Promise<void> {
    const outputs = this.outputs;
    this.outputs = [];
    await this.responses.run(async () => {
      const reply = await this.brain.respond({ turn, outputs, instructions, session: this.config });
      if (item && this.config.audio?.input?.transcription && reply.heard !== null)
        this.transcribe(item, reply.heard ?? "…");
      return reply;
    });
  }

  private transcribe(item: string, transcript: string): void {
    const { transcriptionDelayMs = 30 } = this.behaviour;
    // Every second one is overtaken by the next.
    const delay = transcriptionDelayMs * (this.responses.count % 2 === 0 ? 1 : 3);
    setTimeout(() => {
      this.send("conversation.item.input_audio_transcription.completed", {
        item_id: item,
        content_index: 0,
        transcript,
        usage: { type: "duration", seconds: 1 },
      });
    }, delay);
  }

  expire(): void {
    const message = "Your session hit the maximum duration of 60 minutes.";
    this.error("session_expired", message, undefined);
    this.socket.close(1001, message);
  }
}
