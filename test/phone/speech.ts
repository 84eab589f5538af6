/** Spoken text for telephones in tests: espeak-ng at 8 kHz, as 16-bit samples. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { NO_SOUND_SERVER } from "../lab/audio.ts";

export interface Voice {
  /** espeak-ng's name, e.g. fr, fr+f3, en+m2. */
  name: string;
  /** Words a minute. */
  speed?: number;
  /** 0 to 99. */
  pitch?: number;
}

const run = promisify(execFile);
const cache = new Map<string, Promise<Int16Array>>();
const RATE = 8000;
/** A caller's turn ends after 500 ms of silence, to which the soft end of a slow word counts; slow voices pause longer within one turn. */
const LONGEST_PAUSE_MS = 200;
/** What a telephone's silence stays below. */
const QUIET = 260;
/** More at once only makes each slower. */
const MOST_AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

/** The same text in the same voice is the same sound, sample for sample. */
export function speak(text: string, voice: Voice): Promise<Int16Array> {
  const key = JSON.stringify([text, voice.name, voice.speed, voice.pitch]);
  let sound = cache.get(key);
  if (!sound) {
    sound = render(text, voice);
    cache.set(key, sound);
  }
  return sound;
}

async function render(text: string, { name, speed = 160, pitch = 50 }: Voice): Promise<Int16Array> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    const args = ["-v", name, "-s", String(speed), "-p", String(pitch), "--stdout", "--", text];
    const { stdout } = await run("espeak-ng", args, {
      encoding: "buffer",
      maxBuffer: 2 ** 25,
      env: { ...process.env, ...NO_SOUND_SERVER },
    });
    return withShortPauses(trim(toPhone(stdout)));
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** 22.05 kHz WAV to 8 kHz: an average over a window two samples of the result wide keeps what is above 4 kHz out well enough. */
function toPhone(wav: Buffer): Int16Array {
  const from = wav.readUInt32LE(24);
  const data = wav.subarray(44);
  const input = new Int16Array(Math.floor(data.length / 2));
  for (let i = 0; i < input.length; i++) input[i] = data.readInt16LE(2 * i);
  const step = from / RATE;
  return Int16Array.from({ length: Math.floor(input.length / step) }, (_, at) => {
    const centre = at * step;
    let [sum, weights] = [0, 0];
    for (let i = Math.max(0, Math.ceil(centre - step)); i <= centre + step && i < input.length; i++) {
      const weight = 1 - Math.abs(i - centre) / (step + 1e-9);
      sum += weight * (input[i] ?? 0);
      weights += weight;
    }
    return Math.round(sum / (weights || 1));
  });
}

function trim(samples: Int16Array): Int16Array {
  const loud = (sample: number) => Math.abs(sample) > 200;
  const first = samples.findIndex(loud);
  return first < 0 ? samples : samples.slice(first, samples.findLastIndex(loud) + 1);
}

/** Of each pause the beginning is kept, up to the longest there may be. */
function withShortPauses(samples: Int16Array): Int16Array {
  const frame = RATE / 50;
  const most = (LONGEST_PAUSE_MS * RATE) / 1000;
  const kept = new Int16Array(samples.length);
  let length = 0;
  let quiet = 0;
  for (let at = 0; at < samples.length; at += frame) {
    const part = samples.subarray(at, at + frame);
    quiet = part.some((sample) => Math.abs(sample) > QUIET) ? 0 : quiet + part.length;
    if (quiet > most) continue;
    kept.set(part, length);
    length += part.length;
  }
  return kept.slice(0, length);
}
