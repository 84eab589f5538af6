/** The sound of one call on one UDP socket: packets in and out, keys pressed, what is played, who is joined. */
import { randomInt } from "node:crypto";
import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { lookup } from "node:dns";
import { isIP } from "node:net";
import { BYTES_PER_MS, FRAME_BYTES, type G711Codec, silenceByte, transcode } from "../../audio/g711.ts";
import { DtmfReader } from "./dtmf.ts";
import { DurationHistogram } from "./duration-histogram.ts";
import type { MediaAgreement, MediaEvent, MediaFigures } from "./messages.ts";
import type { Paced } from "./pacer.ts";
import { Playout } from "./playout.ts";
import { ReorderWindow } from "./reorder-window.ts";
import { distance, RTP_HEADER_BYTES, type RtpPacket, readRtp } from "./rtp.ts";
import { SrtpTransform } from "./srtp.ts";

/** A caller whose phone died sends nothing; nobody else would end the call (and what it costs). */
const SILENT_MS = 12_000;
/** Of one that sends nothing between words, and listens to a long order. */
const PAUSING_SILENT_MS = 60_000;
/** A sender that is there sends all the time, also silence, unless it was seen to pause. */
const STARVED_MS = 500;
const COMFORT_NOISE = 13;
/** Joined calls: no more than this may wait, or the delay of a stall would stay for ever. */
const JOIN_MOST_BYTES = 5 * FRAME_BYTES;
/** Waiting before a joined call is heard, so that two clocks that are not quite alike make no holes. */
const JOIN_START_BYTES = 2 * FRAME_BYTES;
const NOTHING = Buffer.alloc(0);
const PAYLOAD_TYPE = { pcmu: 0, pcma: 8 } as const;

type Report = (event: MediaEvent) => void;

export class MediaCall implements Paced {
  private readonly id: number;
  private readonly report: Report;
  private readonly socket: Socket;
  private readonly playout: Playout;
  private readonly dtmf = new DtmfReader();
  private readonly ssrc = randomInt(2 ** 32);
  private readonly counts = { packetsIn: 0, packetsOut: 0, refused: 0, skipped: 0 };
  private readonly lateness = new DurationHistogram();
  private readonly gaps = new DurationHistogram();
  private sentAtMs: number | null = null;
  private sequence = randomInt(2 ** 15);
  private timestamp = randomInt(2 ** 32);
  private agreement: MediaAgreement | null = null;
  /** What is played and heard is in the law that the call began with, also when it changes to the other one. */
  private spoken: G711Codec = "pcma";
  private srtp: SrtpTransform | null = null;
  private window: ReorderWindow | null = null;
  /** Heard and not told yet; as long as nobody asked for larger pieces, each packet is told at once. */
  private gathered: Buffer = NOTHING;
  private pieceBytes = 0;
  private joined: MediaCall | null = null;
  /** What waits of the joined call, oldest first: its packets may be longer or shorter than ours. */
  private fromJoined = Buffer.alloc(0);
  private joinRuns = false;
  private spoke = false;
  private readonly frame = Buffer.alloc(FRAME_BYTES);
  /** Of the next tick; null: nothing is to be sent. */
  private prepared: Buffer | null = null;
  private lastPacketAtMs = performance.now();
  private starved = false;
  /** Sends nothing between words: after a pause none of its packets was missing. */
  private pauses = false;
  private lastSequence = 0;
  private lastTimestamp = 0;
  private latched: { address: string; port: number } | null = null;

  constructor(id: number, report: Report) {
    this.id = id;
    this.report = report;
    this.playout = new Playout((clip) => report({ type: "played", call: id, clip }));
    this.socket = createSocket({ type: "udp4", lookup: addressAtOnce });
    this.socket.on("message", (bytes, from) => this.take(bytes, from));
    this.socket.on("error", () => report({ type: "failed", call: id }));
    this.socket.bind(0, () => report({ type: "opened", call: id, port: this.socket.address().port }));
  }

  agree(agreement: MediaAgreement): void {
    const before = this.agreement;
    this.agreement = agreement;
    if (!before) this.spoken = agreement.codec;
    this.latched = null;
    this.lastPacketAtMs = performance.now();
    if (agreement.keys) {
      if (this.srtp) this.srtp.setRemoteKey(agreement.keys.remote);
      else this.srtp = new SrtpTransform(agreement.keys.local, agreement.keys.remote);
    }
    if (before?.codec === agreement.codec) return;
    this.window = new ReorderWindow(silenceByte(agreement.codec), (sound) => this.heard(sound));
  }

  play(clip: string, sound: Uint8Array, last: boolean): void {
    this.playout.add(clip, sound, last);
  }

  flush(ticket: number): void {
    this.report({ type: "flushed", call: this.id, ticket, clips: this.playout.flush() });
  }

  gather(bytes: number): void {
    this.pieceBytes = bytes;
  }

  /** What this call hears, the other one says, until `join(null)`. */
  join(other: MediaCall | null): void {
    this.joined = other;
    this.fromJoined = Buffer.alloc(0);
  }

  /** That call is over. */
  forget(call: MediaCall): void {
    if (this.joined === call) this.join(null);
  }

  prepare(skipped: number): void {
    const { agreement, frame } = this;
    this.prepared = null;
    if (!agreement) return;
    this.counts.skipped += skipped;
    this.timestamp = (this.timestamp + (skipped + 1) * FRAME_BYTES) >>> 0;
    if (!agreement.sends) return;
    frame.fill(silenceByte(this.spoken));
    const speaks = this.playout.next(frame) || this.nextOfJoined(frame);
    this.prepared = this.packet(transcode(frame, this.spoken, agreement.codec), speaks && !this.spoke, agreement);
    this.spoke = speaks;
  }

  tick(nowMs: number, lateMs: number): void {
    const { agreement, prepared } = this;
    if (!agreement) return;
    if (prepared) this.send(prepared, agreement.remote);
    this.lateness.add(lateMs);
    this.window?.tick(nowMs, this.pauses);
    // On hold they need not send, whatever the hold is called.
    if (!agreement.receives || !agreement.sends) return;
    const silentMs = nowMs - this.lastPacketAtMs;
    if (silentMs > STARVED_MS && !this.pauses) this.starve(true);
    if (silentMs > (this.pauses ? PAUSING_SILENT_MS : SILENT_MS)) {
      this.lastPacketAtMs = nowMs;
      this.report({ type: "silent", call: this.id });
    }
  }

  private starve(starved: boolean): void {
    if (starved === this.starved) return;
    this.starved = starved;
    this.report({ type: "starved", call: this.id, starved });
  }

  close(): MediaFigures {
    this.joined = null;
    this.socket.close();
    const { lateness, gaps } = this;
    return { ...this.counts, latestMs: lateness.longest, lateP99Ms: lateness.below(0.99), gapP99Ms: gaps.below(0.99) };
  }

  private packet(frame: Uint8Array, marker: boolean, { codec }: MediaAgreement): Buffer {
    this.sequence = (this.sequence + 1) & 0xffff;
    const fields = {
      payloadType: PAYLOAD_TYPE[codec],
      marker,
      sequence: this.sequence,
      timestamp: this.timestamp,
      ssrc: this.ssrc,
    };
    return this.srtp ? this.srtp.seal(frame, fields) : plain(frame, fields);
  }

  private send(packet: Buffer, remote: MediaAgreement["remote"]): void {
    const to = this.latched ?? remote;
    this.socket.send(packet, to.port, to.address, ignore);
    this.counts.packetsOut += 1;
    const atMs = performance.now();
    if (this.sentAtMs !== null) this.gaps.add(atMs - this.sentAtMs);
    this.sentAtMs = atMs;
  }

  private take(bytes: Buffer, from: { address: string; port: number }): void {
    const { agreement } = this;
    if (!agreement) return;
    // Without SRTP the address is all that tells a friend from a stranger.
    const clear = this.srtp ? this.srtp.open(bytes) : from.port === agreement.remote.port ? bytes : null;
    const packet = clear && readRtp(clear);
    if (!packet) {
      this.counts.refused += 1;
      return;
    }
    // Who proves the key is who we speak to: the other side may have moved.
    if (this.srtp) this.latched = from;
    this.counts.packetsIn += 1;
    const atMs = performance.now();
    if (packet.payloadType === COMFORT_NOISE || this.isAfterPause(packet, atMs)) this.pauses = true;
    this.lastSequence = packet.sequence;
    this.lastTimestamp = packet.timestamp;
    this.lastPacketAtMs = atMs;
    this.starve(false);
    if (packet.payloadType === agreement.dtmfType) {
      const key = this.dtmf.take(packet);
      if (key !== null) this.report({ type: "key", call: this.id, key });
      return;
    }
    if (packet.payloadType !== PAYLOAD_TYPE[agreement.codec] || !agreement.receives) return;
    this.window?.take(packet, this.lastPacketAtMs);
  }

  /** Its clock went on meanwhile (RFC 3551 section 4.1): otherwise its network held back what it sent. */
  private isAfterPause({ sequence, timestamp }: RtpPacket, atMs: number): boolean {
    const isNext = sequence === ((this.lastSequence + 1) & 0xffff);
    const pausedMs = distance(this.lastTimestamp, timestamp, 32) / BYTES_PER_MS;
    return atMs - this.lastPacketAtMs > STARVED_MS && isNext && pausedMs > STARVED_MS / 2 && this.counts.packetsIn > 1;
  }

  private heard(sound: Buffer): void {
    const words = transcode(sound, this.agreement?.codec ?? this.spoken, this.spoken);
    if (this.joined) {
      this.joined.say(transcode(words, this.spoken, this.joined.spoken));
      return;
    }
    const piece = this.gathered.length === 0 ? words : Buffer.concat([this.gathered, words]);
    const isWhole = piece.length >= this.pieceBytes;
    // Copies: the packet's memory belongs to the socket's pool.
    if (isWhole) this.report({ type: "heard", call: this.id, sound: Uint8Array.from(piece) });
    this.gathered = isWhole ? NOTHING : Buffer.from(piece);
  }

  private say(sound: Uint8Array): void {
    this.fromJoined = Buffer.concat([this.fromJoined, sound]).subarray(-JOIN_MOST_BYTES);
  }

  private nextOfJoined(frame: Buffer): boolean {
    const needed = this.joinRuns ? FRAME_BYTES : JOIN_START_BYTES;
    this.joinRuns = this.fromJoined.length >= needed;
    if (!this.joinRuns) return false;
    frame.set(this.fromJoined.subarray(0, FRAME_BYTES));
    this.fromJoined = this.fromJoined.subarray(FRAME_BYTES);
    return true;
  }
}

const ignore = (): void => undefined;

/** Of an address in numbers nothing has to be looked up; by itself Node would send a turn of its loop later. */
const addressAtOnce: NonNullable<SocketOptions["lookup"]> = (host, options, done) => {
  if (isIP(host) === 0) lookup(host, options, done);
  else done(null, host, 4);
};

function plain(
  payload: Uint8Array,
  fields: { payloadType: number; marker: boolean; sequence: number; timestamp: number; ssrc: number },
): Buffer {
  const header = Buffer.alloc(RTP_HEADER_BYTES);
  header[0] = 0x80;
  header[1] = fields.payloadType | (fields.marker ? 0x80 : 0);
  header.writeUInt16BE(fields.sequence, 2);
  header.writeUInt32BE(fields.timestamp, 4);
  header.writeUInt32BE(fields.ssrc, 8);
  return Buffer.concat([header, payload]);
}
