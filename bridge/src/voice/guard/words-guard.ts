/**
 * What the model says is looked at before it is heard: amounts and allergens only as the desk named them. An answer to a turn whose
 * words are not here yet waits for them: "No." is harmless or not by what was asked.
 */
import type { Language, OrderState } from "../../api/order.ts";
import type { Sentence } from "../../ordering/order-desk.ts";
import { saysTheNumbers } from "../../ordering/speech/said-numbers.ts";
import type { Verdict } from "../speaker.ts";
import type { Words } from "../voice-engine.ts";
import { allergenClaim } from "./allergen-claims.ts";
import { AllergenTopic, ownAnswer, soundsLikeAnswer } from "./allergen-topic.ts";
import { settledLength } from "./amounts.ts";
import { KnownNumbers } from "./known-numbers.ts";
import { placedClaim } from "./placed-claim.ts";
import { type Slip, slipIn } from "./slips.ts";

export interface WordsGuardOptions {
  /** They may go on to be judged and said. */
  pass(words: Words): void;
  /** No more comes of an item whose words were passed. */
  ended(itemId: string): void;
  /** The caller's words did not come in time. */
  unread(): void;
  /** How long they are waited for. */
  waitMs: number;
}

/** The order that the words are about, as it stands. */
export interface JudgedOrder {
  language: Language;
  totalCents: number;
  state: OrderState;
}

export class WordsGuard {
  readonly known = new KnownNumbers();
  readonly topic = new AllergenTopic();
  private names: readonly string[] = [];
  /** The model must say this, and its transcript must show that it did. */
  expected: Sentence | null = null;
  private readonly options: WordsGuardOptions;
  private readonly held = new Map<string, { words: Words; ended: boolean }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(options: WordsGuardOptions) {
    this.options = options;
  }

  get dishes(): readonly string[] {
    return this.names;
  }

  /** Names on the menu, as it is now: words are looked at many times a second. */
  set dishes(names: readonly string[]) {
    // What is sold out has its name all the same.
    if (names.length === this.names.length && names.every((name, index) => name === this.names[index])) return;
    this.names = names;
    this.known.menu(names);
  }

  words(words: Words): void {
    if (this.expected === null && this.topic.unread && soundsLikeAnswer(words.text, this.allergens)) {
      this.held.set(words.itemId, { words, ended: this.held.get(words.itemId)?.ended ?? false });
      this.timer ??= setTimeout(() => this.giveUp(), this.options.waitMs);
      return;
    }
    this.held.delete(words.itemId);
    this.options.pass(words);
  }

  speechEnded(itemId: string): void {
    const held = this.held.get(itemId);
    if (held) held.ended = true;
    else this.options.ended(itemId);
  }

  callerSaid(text: string): void {
    this.topic.heard(text, this.dishes);
    if (this.topic.unread) return;
    const held = [...this.held.values()];
    this.drop();
    for (const { words, ended } of held) {
      this.options.pass(words);
      if (ended) this.options.ended(words.itemId);
    }
  }

  /** What waits is not said any more. */
  drop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.held.clear();
  }

  judge({ text, complete }: Words, order: JudgedOrder): Verdict {
    const { expected, allergens } = this;
    const { language } = order;
    const amounts = this.known.amounts(order.totalCents);
    if (expected) {
      if (!complete) return { slip: null, settled: 0 };
      this.expected = null;
      if (!saysTheNumbers(expected, text)) return { slip: "amount", settled: text.length };
      const isMadeUp = allergenClaim(text, allergens) !== null;
      return { slip: isMadeUp ? "allergens" : this.slip(text, allergens), settled: text.length };
    }
    const upTo = complete ? text.length : settledLength(text, language);
    const settled = this.topic.open && !complete ? Math.min(upTo, sentencesLength(text)) : upTo;
    const said = text.slice(0, settled);
    const slip = slipIn(said, language, { amounts, allergens }) ?? this.slip(said, allergens);
    return { slip: slip ?? this.placed(said, order.state), settled };
  }

  private slip(said: string, allergens: WordsGuard["allergens"]): Slip | null {
    return this.topic.open && ownAnswer(said, allergens) !== null ? "allergens" : null;
  }

  private placed(said: string, state: OrderState): Slip | null {
    if (state === "committed" || state === "acknowledged") return null;
    return placedClaim(said, this.known.told) === null ? null : "placed";
  }

  private get allergens() {
    return { told: this.known.told, names: this.dishes };
  }

  private giveUp(): void {
    this.drop();
    this.topic.giveUp();
    this.options.unread();
  }
}

/** Up to the end of the last sentence that is whole. */
function sentencesLength(text: string): number {
  return /^.*[.!?](?=\s)/su.exec(text)?.[0].length ?? 0;
}
