/**
 * What the call says without the model: sentences of the desk and fixed phrases, as clips. They go into the transcript, the model is told
 * of them, and the desk learns when one that it waits for was heard to its end.
 */
import { randomUUID } from "node:crypto";
import type { Language } from "../api/order.ts";
import type { G711Codec } from "../audio/g711.ts";
import type { Log } from "../links/log.ts";
import type { OrderCall, Sentence } from "../ordering/order-desk.ts";
import type { Clips } from "./clips.ts";
import { FIXED, type FixedPhrase } from "./phrases.ts";
import type { Speaker } from "./speaker.ts";
import type { VoiceSession } from "./voice-engine.ts";

export interface SentencesOptions {
  clips: Clips;
  codec: G711Codec;
  speaker: Speaker;
  /** The order and the model as they are now; null: there is none. */
  now(): { order: OrderCall | null; session: VoiceSession | null; language: Language };
  /** A number that changes when the caller speaks; null: nothing is said any more. */
  moment(): number | null;
  /** The model says it now, and its words must be these. */
  onModelSays(sentence: Sentence): void;
  log: Log;
}

export class Sentences {
  private readonly options: SentencesOptions;
  /** Which mark of the desk a clip stands for. */
  private readonly marks = new Map<string, string>();

  constructor(options: SentencesOptions) {
    this.options = options;
  }

  /** Says it word for word: a clip, or without a renderer the model. Not at all when the caller speaks meanwhile: the model answers that first. */
  async exactly(sentence: Sentence): Promise<void> {
    const { clips, codec, speaker, now, moment, onModelSays, log } = this.options;
    const asked = moment();
    if (asked === null) return;
    let sound: Buffer;
    try {
      sound = await clips.sentence(sentence.text, sentence.language, codec);
    } catch (error) {
      if (moment() === null) return;
      log.warn({ err: error }, "a sentence could not be rendered");
      onModelSays(sentence);
      now().session?.respond(`Say exactly this, word for word, and nothing else: ${sentence.text}`);
      return;
    }
    if (moment() !== asked) return;
    const id = `clip ${randomUUID()}`;
    if (sentence.mark !== null) this.marks.set(id, sentence.mark);
    const { order, session } = now();
    session?.note("assistant", sentence.text);
    order?.said(sentence.text);
    speaker.clip(id, sound);
  }

  async fixed(name: FixedPhrase, options: { unstoppable?: boolean } = {}): Promise<void> {
    const { clips, codec, speaker, now, moment } = this.options;
    const { language } = now();
    const sound = await clips.fixed(name, language, codec).catch(() => null);
    if (!sound || moment() === null) return;
    now().order?.said(FIXED[language][name]);
    speaker.clip(`${name} ${randomUUID()}`, sound, options);
  }

  /** A phrase with a question after it, unless the caller speaks meanwhile. false: nothing is heard of it. */
  async fixedWith(name: FixedPhrase, question: string | null): Promise<boolean> {
    const { clips, codec, speaker, now, moment } = this.options;
    const asked = moment();
    const { language } = now();
    const sounds = await Promise.all([
      clips.fixed(name, language, codec),
      ...(question === null ? [] : [clips.sentence(question, language, codec)]),
    ]).catch(() => []);
    if (asked === null || moment() !== asked) return true;
    const text = [FIXED[language][name], ...(question === null ? [] : [question])].join(" ");
    const { order, session } = now();
    session?.note("assistant", text);
    order?.said(text);
    for (const sound of sounds) speaker.clip(`${name} ${randomUUID()}`, sound);
    return sounds.length > 0;
  }

  /** For the phone: this was heard to its last byte. */
  played(id: string): void {
    const mark = this.marks.get(id);
    if (mark !== undefined) this.options.now().order?.playedToEnd(mark);
    this.marks.delete(id);
  }
}
