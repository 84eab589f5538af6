/**
 * Which of some known utterances a piece of sound holds: their log-mel spectrograms are slid along each other, and the one
 * that correlates best wins. Noise, lost packets and cut edges lower the score of the right one, but hardly raise that of a wrong one.
 */
const RATE = 8000;
const SIZE = 256;
const HOP = 160;
const BANDS = 18;
/** How far the two may be apart, frames of 20 ms. */
const REACH = 40;
/** Of the known utterance, frames that stay together: 0.7 s. */
const PIECE = 35;
/** Samples: 0.8 s. */
const SHORT = 6_400;
/** What lies further below the loudest is as good as silent: 24 dB. */
const RANGE = 2.4;

/** Frames of `BANDS` values, one after the other, each band's mean taken off. */
export type Fingerprint = Float32Array;
/** The same utterance, with frames that begin at other places. */
export type KnownSound = readonly Fingerprint[];

export function fingerprint(samples: Int16Array): Fingerprint {
  const whole = Math.max(0, Math.floor((samples.length - SIZE) / HOP) + 1);
  const all = new Float32Array(whole * BANDS);
  for (let at = 0; at < whole; at++) all.set(bands(samples.subarray(at * HOP, at * HOP + SIZE)), at * BANDS);
  // Below what noise or G.711 leaves, nothing is known: it counts as equally quiet.
  const floor = all.reduce((peak, value) => Math.max(peak, value), 0) - RANGE;
  // Silence around a word is no part of it: "oui" would be lost in it.
  const first = Math.floor(
    Math.max(
      0,
      all.findIndex((value) => value > floor),
    ) / BANDS,
  );
  const count = Math.floor(all.findLastIndex((value) => value > floor) / BANDS) + 1 - first;
  const frames = all.slice(first * BANDS, (first + count) * BANDS);
  for (let band = 0; band < BANDS; band++) {
    let sum = 0;
    for (let at = band; at < frames.length; at += BANDS) {
      frames[at] = Math.max(frames[at] ?? 0, floor);
      sum += frames[at] ?? 0;
    }
    for (let at = band; at < frames.length; at += BANDS) frames[at] = (frames[at] ?? 0) - sum / count;
  }
  return frames;
}

/** An utterance that may be heard. A short one ("Six.", "Dix.") is so much changed by where frames begin in it that it is known from each eighth of a frame on. */
export function knownSound(samples: Int16Array): KnownSound {
  const places = samples.length < SHORT ? 8 : 1;
  return Array.from({ length: places }, (_, place) => {
    const later = new Int16Array(samples.length + (place * HOP) / 8);
    later.set(samples, (place * HOP) / 8);
    return fingerprint(later);
  });
}

/** How like each of the known ones it is, -1 to 1. Others get their turn between two comparisons. */
export async function scoresOf(heard: Fingerprint, known: readonly KnownSound[]): Promise<number[]> {
  const scores: number[] = [];
  for (const candidate of known) {
    scores.push(Math.max(...candidate.map((print) => similarity(heard, print))));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return scores;
}

/**
 * Normalised correlation, the known utterance cut into pieces that may each lie a little earlier or later: a network that
 * stalls puts silence between words. The energy of both as a whole counts, so that a part is no match.
 */
function similarity(heard: Fingerprint, known: Fingerprint): number {
  const norm = Math.sqrt(energy(heard) * energy(known));
  if (norm === 0) return -1;
  let sum = 0;
  let lag = 0;
  for (let from = 0; from < known.length; from += PIECE * BANDS) {
    const to = Math.min(known.length, from + PIECE * BANDS);
    // Nothing is said earlier than its turn, but it may be held up.
    const found = bestLag(heard, known, from, to, from === 0 ? -REACH : lag - 3, from === 0 ? REACH : lag + REACH);
    sum += found.dot;
    if (found.dot > 0) lag = found.lag;
  }
  return sum / norm;
}

function bestLag(heard: Fingerprint, known: Fingerprint, from: number, to: number, least: number, most: number) {
  let best = { lag: 0, dot: Number.NEGATIVE_INFINITY };
  for (let lag = least; lag <= most; lag++) {
    const shift = lag * BANDS;
    const end = Math.min(to, heard.length - shift);
    let dot = 0;
    for (let at = Math.max(from, -shift); at < end; at++) dot += (heard[at + shift] ?? 0) * (known[at] ?? 0);
    if (dot > best.dot) best = { lag, dot };
  }
  return best;
}

function energy(frames: Fingerprint): number {
  let sum = 0;
  for (const value of frames) sum += value * value;
  return sum;
}

const HANN = Float32Array.from({ length: SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE));
const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const EDGES = Array.from({ length: BANDS + 2 }, (_, i) => {
  const value = mel(200) + ((mel(3600) - mel(200)) * i) / (BANDS + 1);
  return (700 * (10 ** (value / 2595) - 1) * SIZE) / RATE;
});

/** log10 of the energy in each mel band. */
function bands(samples: Int16Array): Float32Array {
  const re = Float32Array.from(samples, (sample, i) => sample * (HANN[i] ?? 0));
  const im = new Float32Array(SIZE);
  fft(re, im);
  return Float32Array.from({ length: BANDS }, (_, band) => {
    const [from = 0, centre = 0, to = 0] = EDGES.slice(band, band + 3);
    let sum = 1;
    for (let bin = Math.ceil(from); bin < to; bin++) {
      const weight = bin < centre ? (bin - from) / (centre - from) : (to - bin) / (to - centre);
      sum += weight * ((re[bin] ?? 0) ** 2 + (im[bin] ?? 0) ** 2);
    }
    return Math.log10(sum);
  });
}

/** In place, radix 2. */
function fft(re: Float32Array, im: Float32Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [re[i], re[j]] = [re[j] ?? 0, re[i] ?? 0];
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < size / 2; k++) {
        const angle = (-2 * Math.PI * k) / size;
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const [p, q] = [start + k, start + k + size / 2];
        const real = (re[q] ?? 0) * cos - (im[q] ?? 0) * sin;
        const imaginary = (re[q] ?? 0) * sin + (im[q] ?? 0) * cos;
        re[q] = (re[p] ?? 0) - real;
        im[q] = (im[p] ?? 0) - imaginary;
        re[p] = (re[p] ?? 0) + real;
        im[p] = (im[p] ?? 0) + imaginary;
      }
    }
  }
}
