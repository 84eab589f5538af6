/** SRTP with AES_CM_128_HMAC_SHA1_80 (RFC 3711, keys by RFC 4568): packets in and out of one call. */
import { RtpHeader, SrtpSession } from "werift-rtp";
import { distance, RTP_HEADER_BYTES, readRtp } from "./rtp.ts";

/** 16 bytes of key and 14 of salt, as they stand in `a=crypto`. Never logged. */
export type MasterKey = Uint8Array;

export const MASTER_KEY_BYTES = 30;
const KEY_BYTES = 16;
const TAG_BYTES = 10;
const AES_CM_128_HMAC_SHA1_80 = 1;
/** RFC 3711 section 3.3.2: at least 64. */
const WINDOW = 128;

export class SrtpTransform {
  private readonly localKey: MasterKey;
  private remoteKey: MasterKey;
  private session: SrtpSession;
  private readonly seen = new Map<number, ReplayWindow>();

  constructor(localKey: MasterKey, remoteKey: MasterKey) {
    this.localKey = localKey;
    this.remoteKey = remoteKey;
    this.session = newSession(localKey, remoteKey);
  }

  /** The other side changed its key (a re-INVITE): what we send goes on as before. */
  setRemoteKey(key: MasterKey): void {
    if (Buffer.from(key).equals(Buffer.from(this.remoteKey))) return;
    const sending = this.session.localContext;
    this.remoteKey = key;
    this.session = newSession(this.localKey, key);
    this.session.localContext = sending;
    this.seen.clear();
  }

  /** The packet in clear; null when it is forged, damaged or a repetition. */
  open(packet: Buffer): Buffer | null {
    const outer = readRtp(packet);
    if (!outer || packet.length < RTP_HEADER_BYTES + TAG_BYTES) return null;
    const window = this.seen.get(outer.ssrc) ?? new ReplayWindow();
    if (!window.fresh(outer.sequence)) return null;
    const rounds = window.roundsAt(outer.sequence);
    this.setRounds(outer.ssrc, outer.sequence, rounds);
    try {
      const clear = this.session.decrypt(packet);
      window.take(outer.sequence, rounds);
      this.seen.set(outer.ssrc, window);
      return clear;
    } catch {
      // Whoever sends what is not theirs to send makes us remember nothing.
      if (!this.seen.has(outer.ssrc)) delete this.session.remoteContext.srtpSSRCStates[outer.ssrc];
      return null;
    }
  }

  /**
   * How often the sequence numbers began anew (ROC), for the next packet. The library counts a new round only from one within 100 of its
   * begin or end: over a gap longer than two seconds, or for a sender that goes on with other numbers, nothing would be heard any more.
   */
  private setRounds(ssrc: number, sequence: number, rolloverCounter: number): void {
    const { srtpSSRCStates } = this.session.remoteContext;
    srtpSSRCStates[ssrc] = { ssrc, rolloverCounter, lastSequenceNumber: sequence, rolloverHasProcessed: true };
  }

  seal(
    payload: Uint8Array,
    fields: { payloadType: number; marker: boolean; sequence: number; timestamp: number; ssrc: number },
  ): Buffer {
    const header = new RtpHeader({
      version: 2,
      payloadType: fields.payloadType,
      marker: fields.marker,
      sequenceNumber: fields.sequence,
      timestamp: fields.timestamp,
      ssrc: fields.ssrc,
    });
    return this.session.encrypt(Buffer.from(payload.buffer, payload.byteOffset, payload.length), header);
  }
}

function newSession(local: MasterKey, remote: MasterKey): SrtpSession {
  const cut = (key: MasterKey) => ({
    key: Buffer.from(key.subarray(0, KEY_BYTES)),
    salt: Buffer.from(key.subarray(KEY_BYTES, MASTER_KEY_BYTES)),
  });
  const [ours, theirs] = [cut(local), cut(remote)];
  return new SrtpSession({
    profile: AES_CM_128_HMAC_SHA1_80,
    keys: {
      localMasterKey: ours.key,
      localMasterSalt: ours.salt,
      remoteMasterKey: theirs.key,
      remoteMasterSalt: theirs.salt,
    },
  });
}

/** Which of the last sequence numbers of a stream were here; taken only when the packet's tag was right. */
class ReplayWindow {
  private newest: number | null = null;
  private rounds = 0;
  private readonly taken = new Set<number>();

  fresh(sequence: number): boolean {
    if (this.newest === null) return true;
    const ahead = distance(this.newest, sequence, 16);
    return ahead > 0 || (ahead > -WINDOW && !this.taken.has(sequence));
  }

  /** In which round a packet of this number is: the nearest one (RFC 3711 section 3.3.1 and appendix A). */
  roundsAt(sequence: number): number {
    const { newest, rounds } = this;
    if (newest === null) return 0;
    const at = newest + distance(newest, sequence, 16);
    if (at < 0) return Math.max(0, rounds - 1);
    return at > 0xffff ? rounds + 1 : rounds;
  }

  take(sequence: number, rounds: number): void {
    this.taken.add(sequence);
    const ahead = this.newest === null ? 1 : distance(this.newest, sequence, 16);
    if (ahead <= 0) return;
    this.newest = sequence;
    this.rounds = rounds;
    if (this.taken.size <= 2 * WINDOW) return;
    for (const old of this.taken) if (distance(sequence, old, 16) <= -WINDOW) this.taken.delete(old);
  }
}
