/** Sound for the lab: WAV files, tones, noise, and the judge that says whether a tone is in a recording. */
import { readFileSync, writeFileSync } from "node:fs";
import { writeWav as pcmFile, readPcm } from "../../bridge/src/audio/wav.ts";

/** Mono sound, samples between -1 and 1. */
export interface Sound {
  sampleRate: number;
  samples: Float32Array;
}

/**
 * For programs that make or play sound: Chromium and espeak-ng look for a sound server, and where there was none libpulse
 * leaves a folder behind, in the temporary folder of whoever asked.
 */
export const NO_SOUND_SERVER = { PULSE_SERVER: "unix:/dev/null" };

/** Writes mono 16-bit PCM (RIFF WAVE). */
export function writeWav(file: string, { sampleRate, samples }: Sound): void {
  const pcm = Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767));
  writeFileSync(file, pcmFile(pcm, sampleRate));
}

/** Reads 16-bit PCM, of several channels the first. Throws on anything else. */
export function readWav(file: string): Sound {
  try {
    const { rate, samples } = readPcm(readFileSync(file));
    return { sampleRate: rate, samples: Float32Array.from(samples, (sample) => sample / 32_768) };
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** A sine of `hz`; `level` is its peak. */
export function tone(hz: number, seconds: number, sampleRate = 8000, level = 0.3): Sound {
  const samples = Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, i) => level * Math.sin((2 * Math.PI * hz * i) / sampleRate),
  );
  return { sampleRate, samples };
}

/** Even noise from a fixed sequence, so that a test hears the same noise each time. */
export function noise(seconds: number, sampleRate = 8000, level = 0.3): Sound {
  let seed = 1;
  const samples = Float32Array.from({ length: Math.round(seconds * sampleRate) }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return level * (seed / 2 ** 31 - 1);
  });
  return { sampleRate, samples };
}

export function silence(seconds: number, sampleRate = 8000): Sound {
  return { sampleRate, samples: new Float32Array(Math.round(seconds * sampleRate)) };
}

/** One sound after the other; all of one sample rate. */
export function join(...sounds: Sound[]): Sound {
  const sampleRate = sounds[0]?.sampleRate ?? 8000;
  if (sounds.some((sound) => sound.sampleRate !== sampleRate)) throw new Error("sounds of different sample rates");
  return { sampleRate, samples: Float32Array.from(sounds.flatMap((sound) => [...sound.samples])) };
}

/** What the judge heard of one tone. */
export interface ToneVerdict {
  /** The tone was there for at least `NEEDED_MS` in all. */
  found: boolean;
  /** How long it was there, ms. */
  heardMs: number;
  /** Length of the recording, ms. */
  lengthMs: number;
}

const WINDOW_MS = 50;
const NEEDED_MS = 500;
/** Share of a window's energy that must lie at the tone: a sine through G.711 has over 0.95, noise about 0.01. */
const NEEDED_SHARE = 0.6;
/** Below this RMS a window is silence (-50 dB): comfort noise and dither are no tone. */
const QUIET = 0.003;

/**
 * Looks for a steady tone window by window (Goertzel), so that a recording with a silent start, a gap or clicks is
 * judged by how long the tone was there, and neither silence nor noise nor another tone passes.
 */
export function findTone(sound: Sound, hz: number): ToneVerdict {
  const length = Math.round((sound.sampleRate * WINDOW_MS) / 1000);
  let windows = 0;
  for (let at = 0; at + length <= sound.samples.length; at += length) {
    if (toneShare(sound.samples.subarray(at, at + length), sound.sampleRate, hz) >= NEEDED_SHARE) windows += 1;
  }
  const heardMs = windows * WINDOW_MS;
  const lengthMs = Math.round((sound.samples.length * 1000) / sound.sampleRate);
  return { found: heardMs >= NEEDED_MS, heardMs, lengthMs };
}

/** Share of the window's energy at `hz`, between 0 and 1; 0 for silence. */
function toneShare(window: Float32Array, sampleRate: number, hz: number): number {
  let energy = 0;
  for (const sample of window) energy += sample * sample;
  if (Math.sqrt(energy / window.length) < QUIET) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
  let last = 0;
  let beforeLast = 0;
  for (const sample of window) {
    const next = sample + coefficient * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  // A sine of peak A over n samples has energy n·A²/2 and Goertzel power (n·A/2)².
  return Math.min(1, (2 * power) / (window.length * energy));
}
