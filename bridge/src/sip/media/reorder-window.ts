/**
 * The caller's sound as a timeline: packets in order, each once, gaps filled with silence, so that a millisecond of sound
 * is a millisecond of call for whoever listens. A packet that comes in its turn passes at once; one that comes early
 * waits for those before it, at most `WAIT_FRAMES`. A lost packet becomes silence and no repetition of the last sound:
 * what listens is a recogniser, which a made-up syllable misleads more than a gap.
 */
import { BYTES_PER_MS, FRAME_BYTES } from "../../audio/g711.ts";
import { distance, type RtpPacket } from "./rtp.ts";

const WAIT_FRAMES = 3;
/** Nothing for so long is a sender that keeps silent between words; less is a network that holds packets back. */
const QUIET_MS = 200;
/** One that always sends was held back by its network, or died: silence in the middle of its words would end its turn. */
const STALL_MS = 700;
/** A larger jump is no loss but another clock (a transfer, a new sender): the timeline goes on from there. */
const LARGEST_GAP_BYTES = 1000 * BYTES_PER_MS;

export class ReorderWindow {
  private readonly silence: number;
  private readonly release: (sound: Buffer) => void;
  private early: RtpPacket[] = [];
  private ssrc: number | null = null;
  private nextSequence = 0;
  private nextTimestamp = 0;
  /** Silence that was put in while nothing came; packets that fill its place later are too late. */
  private lastAtMs = 0;

  constructor(silence: number, release: (sound: Buffer) => void) {
    this.silence = silence;
    this.release = release;
  }

  take(packet: RtpPacket, nowMs: number): void {
    if (packet.payload.length === 0) return;
    this.lastAtMs = nowMs;
    if (this.ssrc !== packet.ssrc) this.base(packet);
    const ahead = distance(this.nextSequence, packet.sequence, 16);
    if (ahead < 0 || this.early.some(({ sequence }) => sequence === packet.sequence)) return;
    if (Math.abs(distance(this.nextTimestamp, packet.timestamp, 32)) > LARGEST_GAP_BYTES) this.base(packet);
    this.early.push(packet);
    this.early.sort((a, b) => distance(b.sequence, a.sequence, 16));
    this.passOn();
  }

  /** Called every 20 ms: puts silence where a sender keeps silent, so that the timeline goes on. `pauses`: it does between words. */
  tick(nowMs: number, pauses: boolean): void {
    if (this.ssrc === null || nowMs - this.lastAtMs < WAIT_FRAMES * 20) return;
    const first = this.early[0];
    if (first) {
      this.nextSequence = first.sequence;
      this.passOn();
      return;
    }
    if (nowMs - this.lastAtMs >= (pauses ? QUIET_MS : STALL_MS)) this.fill(FRAME_BYTES);
  }

  private passOn(): void {
    for (let first = this.early[0]; first; first = this.early[0]) {
      const ahead = distance(this.nextSequence, first.sequence, 16);
      if (ahead > 0 && this.early.length <= WAIT_FRAMES) return;
      this.early.shift();
      const gap = distance(this.nextTimestamp, first.timestamp, 32);
      if (gap > 0) this.fill(gap);
      this.nextSequence = (first.sequence + 1) & 0xffff;
      // After silence of our own the packet may be late by the clock; its sound counts all the same.
      this.nextTimestamp = (first.timestamp + first.payload.length) >>> 0;
      this.release(first.payload);
    }
  }

  private fill(bytes: number): void {
    this.nextTimestamp = (this.nextTimestamp + bytes) >>> 0;
    this.release(Buffer.alloc(bytes, this.silence));
  }

  private base(packet: RtpPacket): void {
    this.early = [];
    this.ssrc = packet.ssrc;
    this.nextSequence = packet.sequence;
    this.nextTimestamp = packet.timestamp;
  }
}
