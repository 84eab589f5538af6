/** What the lab's phones say: a visitor's sentence by a speech synthesiser, or a tone. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, NO_SOUND_SERVER, readWav, type Sound, silence, tone, writeWav } from "./audio.ts";

const RATE = 8000;
/** A phone hangs up at the end of its sound, so every sound outlasts a test or a demo call. */
const SECONDS = 300;

const SENTENCES = {
  en: "Hello, this is the parcel service. I have a parcel for you. Could you open the door, please?",
  fr: "Bonjour, c'est le facteur. J'ai un colis pour vous. Pouvez-vous m'ouvrir la porte, s'il vous plaît ?",
};

/** Writes a visitor who says a sentence again and again with a pause between. Needs the program espeak-ng. */
export function writeVisitor(file: string, language: "en" | "fr"): void {
  const raw = `${file}.raw.wav`;
  const env = { ...process.env, ...NO_SOUND_SERVER };
  execFileSync("espeak-ng", ["-v", language, "-s", "150", "-w", raw, SENTENCES[language]], { stdio: "ignore", env });
  const sentence = join(silence(0.5, RATE), resample(readWav(raw), RATE), silence(2, RATE));
  rmSync(raw);
  writeWav(file, repeat(sentence, SECONDS));
}

/** Writes a steady tone: what a test looks for on the other side. */
export function writeTone(file: string, hz: number): void {
  writeWav(file, tone(hz, SECONDS, RATE));
}

function repeat(sound: Sound, seconds: number): Sound {
  const samples = new Float32Array(seconds * sound.sampleRate);
  for (let at = 0; at < samples.length; at += sound.samples.length) {
    samples.set(sound.samples.subarray(0, samples.length - at), at);
  }
  return { ...sound, samples };
}

/** Brings a sound to a lower sample rate: a Hann-windowed sinc low-pass at the new Nyquist frequency. */
export function resample(sound: Sound, sampleRate: number): Sound {
  const step = sound.sampleRate / sampleRate;
  const reach = Math.ceil(8 * step);
  const samples = Float32Array.from({ length: Math.floor(sound.samples.length / step) }, (_, i) => {
    const centre = i * step;
    let sum = 0;
    for (let j = Math.max(0, Math.ceil(centre - reach)); j <= centre + reach && j < sound.samples.length; j++) {
      const distance = (j - centre) / step;
      const sinc = distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
      const window = 0.5 + 0.5 * Math.cos((Math.PI * (j - centre)) / reach);
      sum += ((sound.samples[j] ?? 0) * sinc * window) / step;
    }
    return sum;
  });
  return { sampleRate, samples };
}
