/** Keys pressed on a phone, as RFC 4733 events: one key is one RTP timestamp, its end is sent three times. */
import type { RtpPacket } from "./rtp.ts";

const KEYS = "0123456789*#ABCD";

export class DtmfReader {
  private last: string | null = null;

  /** The key, when this packet is the first of it. */
  take(packet: RtpPacket): string | null {
    if (packet.payload.length < 4) return null;
    const key = KEYS[packet.payload[0] ?? -1];
    const event = `${packet.ssrc}/${packet.timestamp}`;
    if (key === undefined || event === this.last) return null;
    this.last = event;
    return key;
  }
}
