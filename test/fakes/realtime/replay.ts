/**
 * A recorded session, played again: the service's events come in their order and their time, those about turns when the caller's
 * sound shows them, those that followed something of the client's when the client has sent it again. Its sound is a hum as
 * long as the one that was said.
 */
import type { WebSocket } from "ws";
import { decodeG711, encodeG711, type G711Codec } from "../../../bridge/src/audio/g711.ts";
import type { RecordedEvent, Recording } from "./recording.ts";
import { EnergyVad } from "./vad.ts";

interface Sent {
  type?: string;
  audio?: string;
  session?: {
    instructions?: string;
    audio?: {
      input?: {
        format?: { type?: string };
        turn_detection?: { threshold?: number; prefix_padding_ms?: number; silence_duration_ms?: number } | null;
      };
    };
  };
}

/** Events that follow the caller's sound. */
const BY_EAR: Readonly<Record<string, "started" | "stopped">> = {
  "input_audio_buffer.speech_started": "started",
  "input_audio_buffer.speech_stopped": "stopped",
};

export class ReplaySession {
  private readonly socket: WebSocket;
  private readonly recordingOf: (instructions: string) => Recording | null;
  private recording: Recording | null = null;
  private readonly vad = new EnergyVad({ threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 200 });
  private codec: G711Codec = "pcma";
  /** How many of each kind came, and how many the recording has had so far. */
  private readonly came = new Map<string, number>();
  private readonly needed = new Map<string, number>();
  private at = 0;
  private lastMs = performance.now();
  private timer: NodeJS.Timeout | undefined;

  /** Which recording it is, is known with the first instructions: `recordingOf` tells then. */
  constructor(socket: WebSocket, recordingOf: (instructions: string) => Recording | null) {
    this.socket = socket;
    this.recordingOf = recordingOf;
    socket.on("message", (data) => this.take(JSON.parse(String(data)) as Sent));
    socket.on("close", () => clearTimeout(this.timer));
    socket.send(JSON.stringify({ type: "session.created", event_id: "replay", session: {} }));
  }

  get open(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** What the next event waits for that has not come; null: the whole recording was played. */
  get waitsFor(): string | null {
    const entry = this.recording?.[this.at];
    if (this.recording === null) return "client session.update";
    return entry ? `${entry.from} ${entry.event.type}` : null;
  }

  cut(): void {
    this.socket.terminate();
  }

  private take(event: Sent): void {
    if (event.type === "input_audio_buffer.append") this.hear(Buffer.from(event.audio ?? "", "base64"));
    else {
      if (event.type === "session.update") this.follow(event);
      this.comes(event.type ?? "");
    }
    this.advance();
  }

  private follow({ session }: Sent): void {
    if (this.recording === null) this.begin(session?.instructions ?? "");
    const { format, turn_detection: detection } = session?.audio?.input ?? {};
    if (format) this.codec = format.type === "audio/pcmu" ? "pcmu" : "pcma";
    if (!detection) return;
    this.vad.settings = {
      threshold: detection.threshold ?? 0.5,
      prefixPaddingMs: detection.prefix_padding_ms ?? 300,
      silenceDurationMs: detection.silence_duration_ms ?? 200,
    };
  }

  private begin(instructions: string): void {
    const recording = this.recordingOf(instructions);
    if (recording === null) this.socket.close(1008, "nothing was recorded");
    this.recording = (recording ?? []).filter(({ event }) => event.type !== "session.created");
    this.lastMs = performance.now();
  }

  private hear(sound: Buffer): void {
    for (const { type } of this.vad.take(decodeG711(sound, this.codec))) this.comes(type);
  }

  private comes(kind: string): void {
    this.came.set(kind, (this.came.get(kind) ?? 0) + 1);
  }

  /** Plays on as far as it goes. */
  private advance(): void {
    const { recording } = this;
    if (recording === null) return;
    clearTimeout(this.timer);
    for (let entry = recording[this.at]; entry && this.open; entry = recording[this.at]) {
      const kind = entry.from === "client" ? entry.event.type : BY_EAR[entry.event.type];
      if (kind === undefined) {
        const waitMs = this.lastMs + entry.atMs - (recording[this.at - 1]?.atMs ?? entry.atMs) - performance.now();
        if (waitMs > 2) {
          this.timer = setTimeout(() => this.advance(), waitMs);
          return;
        }
      } else {
        const number = (this.needed.get(kind) ?? 0) + 1;
        if ((this.came.get(kind) ?? 0) < number) return;
        this.needed.set(kind, number);
      }
      if (entry.from === "service") this.send(entry);
      this.at += 1;
      this.lastMs = performance.now();
    }
  }

  private send({ event }: RecordedEvent): void {
    const { bytes, ...rest } = event;
    const whole = typeof bytes === "number" ? { ...rest, delta: hum(bytes, this.codec).toString("base64") } : rest;
    this.socket.send(JSON.stringify(whole));
  }
}

function hum(bytes: number, codec: G711Codec): Buffer {
  return encodeG711(
    Int16Array.from({ length: bytes }, (_, i) => 4000 * Math.sin((2 * Math.PI * 220 * i) / 8000)),
    codec,
  );
}
