/**
 * What is to be said, as bytes in order, and the ledger of what really was: a byte counts as played when it went into a
 * packet. Pieces of one clip follow each other without a gap; a clip never shares a packet with the next one.
 */
import { FRAME_BYTES } from "../../audio/g711.ts";
import type { ClipPlayed } from "./messages.ts";

/** A stream whose sound runs dry goes on when this much is there again, or its end. */
const RESUME_BYTES = 2 * FRAME_BYTES;

interface Clip {
  id: string;
  pieces: Uint8Array[];
  /** Where in the first piece we are. */
  offset: number;
  waiting: number;
  played: number;
  last: boolean;
  running: boolean;
}

export class Playout {
  private clips: Clip[] = [];
  private readonly finished: (clip: ClipPlayed) => void;

  constructor(finished: (clip: ClipPlayed) => void) {
    this.finished = finished;
  }

  /** Milliseconds that wait. */
  get waitingBytes(): number {
    return this.clips.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  add(id: string, sound: Uint8Array, last: boolean): void {
    let clip = this.clips.find((known) => known.id === id);
    if (!clip) {
      clip = { id, pieces: [], offset: 0, waiting: 0, played: 0, last: false, running: false };
      this.clips.push(clip);
    }
    if (sound.length > 0) clip.pieces.push(sound);
    clip.waiting += sound.length;
    clip.last ||= last;
    this.settle();
  }

  /** Up to 20 ms of the current clip into `frame`, which holds silence; false when there was nothing. */
  next(frame: Buffer): boolean {
    const clip = this.clips[0];
    if (!clip) return false;
    const enough = clip.waiting >= FRAME_BYTES || clip.last;
    const start = clip.waiting >= RESUME_BYTES || clip.last;
    if (!enough || (!clip.running && !start)) {
      clip.running = false;
      return false;
    }
    clip.running = true;
    let filled = 0;
    for (let piece = clip.pieces[0]; piece && filled < FRAME_BYTES; piece = clip.pieces[0]) {
      const part = piece.subarray(clip.offset, clip.offset + FRAME_BYTES - filled);
      frame.set(part, filled);
      filled += part.length;
      clip.offset += part.length;
      if (clip.offset < piece.length) break;
      clip.pieces.shift();
      clip.offset = 0;
    }
    clip.waiting -= filled;
    clip.played += filled;
    this.settle();
    return filled > 0;
  }

  /** Drops everything at once; tells what was heard of each clip. */
  flush(): ClipPlayed[] {
    const dropped = this.clips.map(({ id, played }) => ({ id, played, complete: false }));
    this.clips = [];
    return dropped;
  }

  private settle(): void {
    for (let clip = this.clips[0]; clip?.last && clip.waiting === 0; clip = this.clips[0]) {
      this.clips.shift();
      this.finished({ id: clip.id, played: clip.played, complete: true });
    }
  }
}
