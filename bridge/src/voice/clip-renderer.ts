/** Text to sound on this machine, without any service: espeak-ng. What it says is what the text says. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Language } from "../api/order.ts";
import { readWav } from "../audio/wav.ts";

export type RenderClip = (text: string, language: Language) => Promise<Int16Array>;

const VOICE: Record<Language, string> = { fr: "fr+f2", en: "en-gb+f2" };
/** A little slower than talk: prices and names must be understood the first time. */
const WORDS_A_MINUTE = 155;
const TIME_LIMIT_MS = 10_000;
const LARGEST_BYTES = 32 * 2 ** 20;
const run = promisify(execFile);

/** Rejects when the program is missing or fails. */
export const renderWithEspeak: RenderClip = async (text, language) => {
  const args = ["-v", VOICE[language], "-s", String(WORDS_A_MINUTE), "--stdout", "--", text];
  const { stdout } = await run("espeak-ng", args, {
    encoding: "buffer",
    maxBuffer: LARGEST_BYTES,
    timeout: TIME_LIMIT_MS,
    // It asks a sound server for what it does not play, and leaves a folder for it behind.
    env: { ...process.env, PULSE_SERVER: "unix:/dev/null" },
  });
  return trimmed(readWav(stdout));
};

const QUIET = 150;

/** Without the silence around it: the first word comes at once, and "played to its end" means the last word. */
function trimmed(samples: Int16Array): Int16Array {
  const first = samples.findIndex((sample) => Math.abs(sample) > QUIET);
  if (first < 0) return samples;
  return samples.slice(first, samples.findLastIndex((sample) => Math.abs(sample) > QUIET) + 1);
}
