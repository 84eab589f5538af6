/**
 * Sentences as sound. Recordings come first: `<folder>/<language>/<name>.wav` for the fixed phrases. All else is rendered,
 * once for each text, and kept in memory while it is in use.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Language } from "../api/order.ts";
import { encodeG711, type G711Codec } from "../audio/g711.ts";
import { readWav } from "../audio/wav.ts";
import type { RenderClip } from "./clip-renderer.ts";
import { FIXED, type FixedPhrase } from "./phrases.ts";

const MOST_KEPT = 200;

export class Clips {
  private readonly folder: string;
  private readonly render: RenderClip;
  private readonly kept = new Map<string, Promise<Int16Array>>();

  constructor(folder: string, render: RenderClip) {
    this.folder = folder;
    this.render = render;
  }

  /** Rejects when there is neither a recording nor a renderer. */
  async sentence(text: string, language: Language, codec: G711Codec): Promise<Buffer> {
    return encodeG711(await this.keep(`${language} ${text}`, () => this.render(text, language)), codec);
  }

  async fixed(name: FixedPhrase, language: Language, codec: G711Codec): Promise<Buffer> {
    const text = FIXED[language][name];
    const sound = this.keep(`${language} ${name} ${text}`, async () => {
      const recording = await readFile(join(this.folder, language, `${name}.wav`)).catch(() => null);
      return recording ? readWav(recording) : await this.render(text, language);
    });
    return encodeG711(await sound, codec);
  }

  /** The phrases that must be there before a call is answered. */
  async prepare(language: Language): Promise<void> {
    for (const name of Object.keys(FIXED[language]) as FixedPhrase[]) await this.fixed(name, language, "pcma");
  }

  private keep(key: string, make: () => Promise<Int16Array>): Promise<Int16Array> {
    const known = this.kept.get(key);
    // Newest last, so that the first is the one that was not used for the longest time.
    this.kept.delete(key);
    const sound = known ?? make();
    this.kept.set(key, sound);
    sound.catch(() => this.kept.delete(key));
    const oldest = this.kept.keys().next();
    if (this.kept.size > MOST_KEPT && !oldest.done) this.kept.delete(oldest.value);
    return sound;
  }
}

/** A short tone before a message is recorded. */
export function beep(codec: G711Codec): Buffer {
  const samples = Int16Array.from({ length: 2400 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 880 * i) / 8000));
  return encodeG711(samples, codec);
}

/** What a caller hears while people are rung (France: 440 Hz, 1.5 s of 5). */
export function ringback(codec: G711Codec): Buffer {
  const samples = Int16Array.from({ length: 40_000 }, (_, i) =>
    i < 12_000 ? 3000 * Math.sin((2 * Math.PI * 440 * i) / 8000) : 0,
  );
  return encodeG711(samples, codec);
}
