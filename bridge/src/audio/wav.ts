/** WAV files of 16-bit PCM, and other sample rates brought to the telephone's. */

export const PHONE_RATE = 8000;
const HEADER_BYTES = 44;

/** A mono sound. */
export interface Pcm {
  /** Samples a second. */
  rate: number;
  samples: Int16Array;
}

/** Mono samples as a WAV file; at 8 kHz unless another rate is given. */
export function writeWav(samples: Int16Array, rate = PHONE_RATE): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + samples.length * 2);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(samples.length * 2, 40);
  for (const [index, sample] of samples.entries()) bytes.writeInt16LE(sample, HEADER_BYTES + 2 * index);
  return bytes;
}

/** A WAV file's first channel at 8 kHz. Throws on anything but 16-bit PCM of 8 kHz or more. */
export function readWav(bytes: Buffer): Int16Array {
  const { samples, rate } = readPcm(bytes);
  if (rate < PHONE_RATE) throw new Error("this is no 16-bit PCM of 8 kHz or more");
  return toPhoneRate(samples, rate);
}

/**
 * A WAV file's first channel as it is. Throws on anything but 16-bit PCM. A stream that was written to a pipe, and a
 * recording that was cut off, have a length of 0 or too much in their header: then everything to the end counts.
 */
export function readPcm(bytes: Buffer): Pcm {
  if (bytes.toString("latin1", 0, 4) !== "RIFF" || bytes.toString("latin1", 8, 12) !== "WAVE") {
    throw new Error("this is no WAV file");
  }
  let channels = 1;
  let rate = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString("latin1", at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === "fmt ") {
      channels = bytes.readUInt16LE(start + 2);
      rate = bytes.readUInt32LE(start + 4);
      if (bytes.readUInt16LE(start) !== 1 || bytes.readUInt16LE(start + 14) !== 16) {
        throw new Error("this is no 16-bit PCM");
      }
    } else if (name === "data") {
      const end = size === 0 ? bytes.length : Math.min(bytes.length, start + size);
      const count = Math.floor((end - start) / (2 * channels));
      const samples = Int16Array.from({ length: count }, (_, i) => bytes.readInt16LE(start + i * 2 * channels));
      return { rate, samples };
    }
    at = start + size + (size % 2);
  }
  throw new Error("this WAV file holds no sound");
}

/** Zero crossings of the filter on each side: enough to keep what lies above 4 kHz inaudible. */
const LOBES = 8;

/** A Hann-windowed sinc low-pass at 4 kHz, its weights computed once for each of the few phases that occur. */
function toPhoneRate(input: Int16Array, rate: number): Int16Array {
  if (rate === PHONE_RATE) return input;
  const step = rate / PHONE_RATE;
  const reach = Math.ceil(LOBES * step);
  const phases = new Map<number, Float64Array>();
  const weightsOf = (fraction: number): Float64Array => {
    const key = Math.round(fraction * 1000);
    let weights = phases.get(key);
    if (!weights) {
      weights = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => {
        const distance = (i - reach - fraction) / step;
        const sinc = distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
        return (sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / LOBES))) / step;
      });
      phases.set(key, weights);
    }
    return weights;
  };
  return Int16Array.from({ length: Math.floor(input.length / step) }, (_, at) => {
    const centre = Math.floor(at * step);
    const weights = weightsOf(at * step - centre);
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) * (input[centre - reach + i] ?? 0);
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  });
}
