/**
 * When what the service heard was said. It tells of a turn a while after it began, and by its place in the sound that it was
 * sent; whether somebody answered a question or spoke into its last words hangs on when they really began.
 */
import { BYTES_PER_MS } from "../../audio/g711.ts";

/** Long enough for whoever is told late, and short enough for a day's calls. */
const KEPT_MS = 10_000;
/** What was played last sounds this long after it went into its packet. */
const PACKET_MS = 20;

interface Piece {
  /** Of the whole sound. */
  fromMs: number;
  toMs: number;
  sentAtMs: number;
}

export class HeardClock {
  private readonly pieces: Piece[] = [];
  private heardMs = 0;

  sent(bytes: number, nowMs: number): void {
    const fromMs = this.heardMs;
    this.heardMs += bytes / BYTES_PER_MS;
    this.pieces.push({ fromMs, toMs: this.heardMs, sentAtMs: nowMs });
    while (this.pieces[0] && this.pieces[0].sentAtMs < nowMs - KEPT_MS) this.pieces.shift();
  }

  /** The earliest that the sound at this place can have been said, for somebody who hears what we play as late as that. */
  saidAtMs(placeMs: number, nowMs: number): number {
    const piece = this.pieces.find(({ toMs }) => placeMs < toMs);
    if (!piece) return nowMs - PACKET_MS;
    const before = Math.max(piece.toMs - placeMs, 0);
    return piece.sentAtMs - before - PACKET_MS;
  }
}
