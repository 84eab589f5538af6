/**
 * Sentences as sound. Recordings come first: `<folder>/<language>/<name>.wav` for the fixed phrases, which are kept. All else is rendered,
 * and kept in memory while it is in use: a menu's greeting is said in every call, an order is read back in one.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Language } from "../api/order.ts";
import { encodeG711, type G711Codec } from "../audio/g711.ts";
import { PHONE_RATE, readWav } from "../audio/wav.ts";
import type { RenderClip } from "./clip-renderer.ts";
import { FIXED, type FixedPhrase } from "./phrases.ts";

/** A recording that is shorter, or nowhere louder, says nothing: with one of silence nobody would be told whom they speak with. */
const SHORTEST_SAMPLES = PHONE_RATE / 2;
const LOUDEST_LEAST = 1_000;
/** Of sentences, as samples of two bytes: about four minutes. */
const MOST_KEPT_BYTES = 4 * 2 ** 20;

export class Clips {
  private readonly folder: string;
  private readonly render: RenderClip;
  private readonly onUnusable: (clip: string) => void;
  private readonly fixedOnes = new Map<string, Promise<Int16Array>>();
  /** Those used last at the end. */
  private readonly sentences = new Map<string, Promise<Int16Array>>();
  /** Of those that are rendered, bytes. */
  private readonly sizes = new Map<string, number>();

  /** `onUnusable`: a recording cannot be read, or says nothing; the phrase is rendered instead. */
  constructor(folder: string, render: RenderClip, onUnusable: (clip: string) => void = () => {}) {
    this.folder = folder;
    this.render = render;
    this.onUnusable = onUnusable;
  }

  /** Rejects when there is neither a recording nor a renderer. */
  async sentence(text: string, language: Language, codec: G711Codec): Promise<Buffer> {
    const key = `${language} ${text}`;
    const sound = this.sentences.get(key) ?? this.render(text, language);
    this.sentences.delete(key);
    this.sentences.set(key, sound);
    try {
      const samples = await sound;
      if (this.sentences.has(key)) this.sizes.set(key, samples.byteLength);
      this.dropOldest();
      return encodeG711(samples, codec);
    } catch (error) {
      this.drop(key);
      throw error;
    }
  }

  /** Renders what will be said soon, unless it is there. Rejects like `sentence`. */
  async ahead({ text, language }: { text: string; language: Language }): Promise<void> {
    if (!this.sentences.has(`${language} ${text}`)) await this.sentence(text, language, "pcma");
  }

  async fixed(name: FixedPhrase, language: Language, codec: G711Codec): Promise<Buffer> {
    const text = FIXED[language][name];
    const key = `${language} ${name}`;
    const make = async (): Promise<Int16Array> =>
      (await this.recording(`${language}/${name}.wav`)) ?? (await this.render(text, language));
    const sound = this.fixedOnes.get(key) ?? make();
    this.fixedOnes.set(key, sound);
    sound.catch(() => this.fixedOnes.delete(key));
    return encodeG711(await sound, codec);
  }

  /** The phrases that must be there before a call is answered. */
  async prepare(language: Language): Promise<void> {
    for (const name of Object.keys(FIXED[language]) as FixedPhrase[]) await this.fixed(name, language, "pcma");
  }

  /** null: there is none that could be played. */
  private async recording(file: string): Promise<Int16Array | null> {
    const bytes = await readFile(join(this.folder, file)).catch(() => null);
    if (bytes === null) return null;
    try {
      const samples = readWav(bytes);
      const isHeard = samples.length >= SHORTEST_SAMPLES && samples.some((one) => Math.abs(one) >= LOUDEST_LEAST);
      if (isHeard) return samples;
    } catch {
      // Told below.
    }
    this.onUnusable(file);
    return null;
  }

  private dropOldest(): void {
    let bytes = [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const key of this.sentences.keys()) {
      if (bytes <= MOST_KEPT_BYTES) return;
      bytes -= this.sizes.get(key) ?? 0;
      // One that is being rendered is waited for, and counts when it is there.
      if (this.sizes.has(key)) this.drop(key);
    }
  }

  private drop(key: string): void {
    this.sentences.delete(key);
    this.sizes.delete(key);
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
