/**
 * Everything that is said in a call, in its order, and what was really heard of it. Clips go out as they are; the model's
 * speech goes out as far as its words are known and may be said: sound never runs ahead of the words that were looked at.
 */
import { BYTES_PER_MS } from "../audio/g711.ts";
import type { CallLeg, PlayedClip } from "./call-leg.ts";
import type { Slip } from "./guard/slips.ts";
import type { Speech, Words } from "./voice-engine.ts";

/** What may become of the model's words so far. */
export interface Verdict {
  /** What must not be said in them: nothing of them that is not out yet goes out. null: they may be heard. */
  slip: Slip | null;
  /** Characters that can no longer turn into something that must not be said. */
  settled: number;
}

export interface SpeakerOptions {
  leg: Pick<CallLeg, "play" | "flush">;
  judge(words: Words): Verdict;
  /** The model was stopped in the middle of this item. */
  onStopped(slip: Slip, itemId: string): void;
  /** Something goes to the phone. */
  onSound(): void;
  /** Played to its last byte. */
  onPlayed(id: string): void;
  /** Nothing is left to be said. */
  onQuiet(): void;
}

/** Nobody speaks faster: a word at this place in the text is not spoken before its share of the time. */
const FASTEST_CHARS_PER_S = 30;

interface Item {
  waiting: Buffer[];
  /** Bytes given to the phone. */
  given: number;
  /** Bytes that may be given. */
  allowed: number;
  text: string;
  ended: boolean;
  closed: boolean;
}

export class Speaker {
  /** false: what the model begins to say meanwhile is not heard, and its rest neither. */
  listens = true;
  private readonly options: SpeakerOptions;
  private readonly items = new Map<string, Item>();
  /** Clips and items that are not played to their end. */
  private readonly outstanding = new Set<string>();
  private readonly unstoppable = new Set<string>();

  constructor(options: SpeakerOptions) {
    this.options = options;
  }

  get quiet(): boolean {
    return this.outstanding.size === 0;
  }

  /** `unstoppable`: the caller hears it to its end, whatever they say meanwhile. */
  clip(id: string, sound: Buffer, options: { unstoppable?: boolean } = {}): void {
    this.outstanding.add(id);
    if (options.unstoppable) this.unstoppable.add(id);
    this.options.onSound();
    this.options.leg.play(id, sound, true);
  }

  speech({ itemId, g711 }: Speech): void {
    const item = this.itemOf(itemId);
    if (item.closed) return;
    item.waiting.push(g711);
    this.give(itemId, item);
  }

  /** false: they are not heard, because the item was stopped or dropped. */
  words(words: Words): boolean {
    const item = this.itemOf(words.itemId);
    if (item.closed) return false;
    item.text = words.text.trim();
    const { slip, settled } = this.options.judge(words);
    if (slip !== null) {
      this.stop(words.itemId, item, slip);
      return false;
    }
    // All words, and there are none: nobody knows what is said.
    item.allowed =
      words.complete && item.text !== ""
        ? Number.POSITIVE_INFINITY
        : Math.max(item.allowed, Math.floor((settled / FASTEST_CHARS_PER_S) * 1000) * BYTES_PER_MS);
    this.give(words.itemId, item);
    return true;
  }

  speechEnded(itemId: string): void {
    const item = this.items.get(itemId);
    if (!item || item.closed) return;
    item.ended = true;
    this.give(itemId, item);
  }

  /** For the phone. */
  played({ id, complete }: PlayedClip): void {
    if (!complete || !this.outstanding.delete(id)) return;
    this.unstoppable.delete(id);
    this.options.onPlayed(id);
    if (this.quiet) this.options.onQuiet();
  }

  /** Drops what was not heard yet, at once. Gives how much was heard of each item of the model's; null: not now. */
  async flush(): Promise<{ itemId: string; playedMs: number }[] | null> {
    if (this.unstoppable.size > 0) return null;
    const cut = [...this.items].filter(([id, item]) => this.outstanding.has(id) && !item.closed);
    for (const [, item] of cut) item.closed = true;
    const dropped = [...this.outstanding];
    const clips = new Map((await this.options.leg.flush()).map(({ id, played }) => [id, played]));
    // What is said since then is after it.
    for (const id of dropped) this.outstanding.delete(id);
    return cut.map(([itemId]) => ({ itemId, playedMs: (clips.get(itemId) ?? 0) / BYTES_PER_MS }));
  }

  private itemOf(itemId: string): Item {
    let item = this.items.get(itemId);
    if (!item) {
      item = { waiting: [], given: 0, allowed: 0, text: "", ended: false, closed: !this.listens };
      this.items.set(itemId, item);
      if (this.listens) this.outstanding.add(itemId);
    }
    return item;
  }

  private give(itemId: string, item: Item): void {
    for (let first = item.waiting[0]; first && item.given < item.allowed; first = item.waiting[0]) {
      const part = first.subarray(0, item.allowed - item.given);
      if (part.length > 0) this.options.onSound();
      this.options.leg.play(itemId, part, false);
      item.given += part.length;
      if (part.length < first.length) item.waiting[0] = first.subarray(part.length);
      else item.waiting.shift();
    }
    // Sound without words is not said: nobody knows what it says.
    if (!item.ended || (item.waiting.length > 0 && item.text !== "")) return;
    item.waiting = [];
    item.closed = true;
    this.options.leg.play(itemId, new Uint8Array(), true);
  }

  private stop(itemId: string, item: Item, slip: Slip): void {
    item.closed = true;
    item.waiting = [];
    this.options.onStopped(slip, itemId);
  }
}
