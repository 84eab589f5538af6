/** G.711 (ITU-T): the two laws of the telephone, 8000 bytes a second, 8 bytes a millisecond. */

export type G711Codec = "pcma" | "pcmu";

export const BYTES_PER_MS = 8;
/** 20 ms, what a packet holds. */
export const FRAME_BYTES = 160;

/** The byte that is silence. */
export function silenceByte(codec: G711Codec): number {
  return codec === "pcma" ? 0xd5 : 0xff;
}

/** 16-bit samples to G.711. */
export function encodeG711(samples: Int16Array, codec: G711Codec): Buffer {
  const one = codec === "pcma" ? linearToAlaw : linearToUlaw;
  const bytes = Buffer.allocUnsafe(samples.length);
  for (const [index, sample] of samples.entries()) bytes[index] = one(sample);
  return bytes;
}

/** G.711 to 16-bit samples. */
export function decodeG711(bytes: Uint8Array, codec: G711Codec): Int16Array {
  const table = codec === "pcma" ? ALAW : ULAW;
  const samples = new Int16Array(bytes.length);
  for (const [index, byte] of bytes.entries()) samples[index] = table[byte] ?? 0;
  return samples;
}

/** The same sound in the other law. The same codec gives the same bytes. */
export function transcode(bytes: Uint8Array, from: G711Codec, to: G711Codec): Uint8Array {
  if (from === to) return bytes;
  const table = from === "pcma" ? ALAW_TO_ULAW : ULAW_TO_ALAW;
  return bytes.map((byte) => table[byte] ?? 0);
}

function linearToAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 32_767) >> 3;
  let exponent = 0;
  while (magnitude >> (exponent + 5) > 0) exponent++;
  const mantissa = (exponent < 1 ? magnitude >> 1 : magnitude >> exponent) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function alawToLinear(byte: number): number {
  const value = byte ^ 0x55;
  const exponent = (value >> 4) & 0x07;
  const mantissa = value & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

const ULAW_BIAS = 0x84;
const ULAW_CLIP = 32_635;

function linearToUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), ULAW_CLIP) + ULAW_BIAS;
  let exponent = 7;
  while (exponent > 0 && (magnitude & (0x80 << exponent)) === 0) exponent--;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

function ulawToLinear(byte: number): number {
  const value = ~byte & 0xff;
  const exponent = (value >> 4) & 0x07;
  const magnitude = ((((value & 0x0f) << 3) + ULAW_BIAS) << exponent) - ULAW_BIAS;
  return value & 0x80 ? -magnitude : magnitude;
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);
const ALAW = Int16Array.from(BYTES, alawToLinear);
const ULAW = Int16Array.from(BYTES, ulawToLinear);
const ALAW_TO_ULAW = Uint8Array.from(BYTES, (byte) => linearToUlaw(ALAW[byte] ?? 0));
const ULAW_TO_ALAW = Uint8Array.from(BYTES, (byte) => linearToAlaw(ULAW[byte] ?? 0));
