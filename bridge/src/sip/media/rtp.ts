/** RTP packets (RFC 3550): what is read of one, and the header of those we write. */

export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payload: Buffer;
}

export const RTP_HEADER_BYTES = 12;

/** null for what is no RTP packet of version 2, and for RTCP (RFC 5761 section 4: payload types 64 to 95). */
export function readRtp(bytes: Buffer): RtpPacket | null {
  const first = bytes[0];
  const second = bytes[1];
  if (bytes.length < RTP_HEADER_BYTES || first === undefined || second === undefined || first >> 6 !== 2) return null;
  const payloadType = second & 0x7f;
  if (payloadType >= 64 && payloadType <= 95) return null;
  let start = RTP_HEADER_BYTES + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (start + 4 > bytes.length) return null;
    start += 4 + 4 * bytes.readUInt16BE(start + 2);
  }
  const padding = first & 0x20 ? (bytes.at(-1) ?? 0) : 0;
  const end = bytes.length - padding;
  if (start > end) return null;
  return {
    payloadType,
    marker: (second & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, end),
  };
}

/** How far `to` is after `from`, both counters of `bits` bits that wrap; negative: before. */
export function distance(from: number, to: number, bits: 16 | 32): number {
  const size = 2 ** bits;
  const ahead = (((to - from) % size) + size) % size;
  return ahead < size / 2 ? ahead : ahead - size;
}
