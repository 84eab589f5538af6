/** The main thread's end of the media worker: one `MediaLine` for each call. */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { BYTES_PER_MS } from "../../audio/g711.ts";
import type { ClipPlayed, MediaAgreement, MediaCommand, MediaEvent, MediaFigures } from "./messages.ts";

export interface MediaListener {
  heard(g711: Uint8Array): void;
  key(key: string): void;
  played(clip: ClipPlayed): void;
  /** No packet comes any more, or again one. */
  starved(starved: boolean): void;
  silent(): void;
  failed(): void;
}

const NOTHING: MediaFigures = {
  packetsIn: 0,
  packetsOut: 0,
  refused: 0,
  skipped: 0,
  latestMs: 0,
  lateP99Ms: 0,
  gapP99Ms: 0,
};

export class MediaLine {
  readonly id: number;
  /** The UDP port that goes into the SDP. */
  readonly port: number;
  private readonly media: Media;
  private listener: MediaListener | null = null;
  private readonly flushes = new Map<number, (clips: ClipPlayed[]) => void>();
  private nextTicket = 1;
  private closing: Promise<MediaFigures> | null = null;
  private closed: ((figures: MediaFigures) => void) | null = null;

  constructor(media: Media, id: number, port: number) {
    this.media = media;
    this.id = id;
    this.port = port;
  }

  listen(listener: MediaListener): void {
    this.listener = listener;
  }

  agree(agreement: MediaAgreement): void {
    this.media.send({ type: "agree", call: this.id, agreement });
  }

  /** Sends from now on, silence if nothing else: the way through a NAT opens with our first packet. */
  start(): void {
    this.media.send({ type: "start", call: this.id });
  }

  /** Queues a piece of the clip `id`; `last` when nothing of it follows. */
  play(clip: string, sound: Uint8Array, last: boolean): void {
    this.media.send({ type: "play", call: this.id, clip, sound, last });
  }

  /** Silence at the next packet. What was played of each clip that was not over. */
  flush(): Promise<ClipPlayed[]> {
    if (this.closing) return Promise.resolve([]);
    const ticket = this.nextTicket++;
    return new Promise((resolve) => {
      this.flushes.set(ticket, resolve);
      this.media.send({ type: "flush", call: this.id, ticket });
    });
  }

  /** From now on what is heard comes in pieces of `ms`. */
  gather(ms: number): void {
    this.media.send({ type: "gather", call: this.id, bytes: ms * BYTES_PER_MS });
  }

  /** From now on each hears the other; null: no longer. */
  join(other: MediaLine | null): void {
    this.media.send({ type: "join", call: this.id, other: other?.id ?? null });
  }

  close(): Promise<MediaFigures> {
    this.closing ??= new Promise((resolve) => {
      this.closed = resolve;
      this.media.send({ type: "close", call: this.id });
    });
    return this.closing;
  }

  /** For Media. */
  take(event: Exclude<MediaEvent, { type: "opened" }>): void {
    switch (event.type) {
      case "heard":
        this.listener?.heard(event.sound);
        return;
      case "key":
        this.listener?.key(event.key);
        return;
      case "played":
        this.listener?.played(event.clip);
        return;
      case "flushed":
        this.flushes.get(event.ticket)?.(event.clips);
        this.flushes.delete(event.ticket);
        return;
      case "starved":
        this.listener?.starved(event.starved);
        return;
      case "silent":
        this.listener?.silent();
        return;
      case "failed":
        this.listener?.failed();
        return;
      case "closed":
        this.end(event.figures);
    }
  }

  /** For Media: nothing more will come. */
  end(figures: MediaFigures = NOTHING): void {
    this.closing ??= Promise.resolve(figures);
    this.closed?.(figures);
    for (const resolve of this.flushes.values()) resolve([]);
    this.flushes.clear();
  }
}

/** Beside this file from source, beside the bundle in the app's image. */
const WORKER = new URL(`./media-worker${extname(import.meta.filename)}`, import.meta.url);

export class Media {
  private readonly worker: Worker;
  private readonly lines = new Map<number, MediaLine>();
  private readonly opening = new Map<number, (line: MediaLine) => void>();
  private readonly onClosed: (figures: MediaFigures) => void;
  private nextId = 1;

  /** `onFailed`: the worker is gone, and with it the sound of every call. `onClosed`: that of a call is over. */
  constructor(onFailed: (error: unknown) => void, onClosed: (figures: MediaFigures) => void = () => {}) {
    this.onClosed = onClosed;
    this.worker = new Worker(WORKER, { resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 } });
    this.worker.on("message", (event: MediaEvent) => this.take(event));
    this.worker.on("error", (error) => {
      for (const line of this.lines.values()) line.take({ type: "failed", call: line.id });
      onFailed(error);
    });
  }

  /** Opens a UDP port. */
  open(): Promise<MediaLine> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.opening.set(id, resolve);
      this.send({ type: "open", call: id });
    });
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
    for (const line of this.lines.values()) line.end();
    this.lines.clear();
  }

  send(command: MediaCommand): void {
    this.worker.postMessage(command);
  }

  private take(event: MediaEvent): void {
    if (event.type === "opened") {
      const line = new MediaLine(this, event.call, event.port);
      this.lines.set(event.call, line);
      this.opening.get(event.call)?.(line);
      this.opening.delete(event.call);
      return;
    }
    this.lines.get(event.call)?.take(event);
    if (event.type !== "closed") return;
    this.lines.delete(event.call);
    this.onClosed(event.figures);
  }
}
