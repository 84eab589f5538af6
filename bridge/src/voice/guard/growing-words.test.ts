/** Words come in pieces, and sound goes out as far as they are settled: an amount is heard whole or not at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Language } from "../../api/order.ts";
import { moneyWords, numberWords } from "../../ordering/speech/number-words.ts";
import { type KnownAmounts, settledLength, wrongAmount } from "./amounts.ts";

const SENTENCES: Record<Language, ((amount: string) => string)[]> = {
  fr: [
    (amount) => `Très bien. Le total est de ${amount}. Est-ce exact ?`,
    (amount) => `Ça fait ${amount}, s'il vous plaît.`,
    (amount) => `D'accord, vous devez ${amount} en tout.`,
    (amount) => `Ce sera ${amount}.`,
    (amount) => `Pour vous, ${amount}, merci.`,
    (amount) => `${amount}, et c'est noté.`,
  ],
  en: [
    (amount) => `Great. The total is ${amount}. Is that right?`,
    (amount) => `That comes to ${amount}, please.`,
    (amount) => `It will be ${amount}.`,
    (amount) => `${amount}, thank you.`,
  ],
};
const two = (number: number): string => String(number).padStart(2, "0");
const WRITTEN: Record<Language, ((cents: number) => string)[]> = {
  fr: [
    (cents) => moneyWords(cents, "fr"),
    (cents) => `${Math.floor(cents / 100)},${two(cents % 100)} €`,
    (cents) => `${Math.floor(cents / 100)}.${two(cents % 100)} euros`,
    (cents) => `${Math.floor(cents / 100)} € ${two(cents % 100)}`,
    (cents) => `${Math.floor(cents / 100)}€${two(cents % 100)}`,
    (cents) => `${numberWords(Math.floor(cents / 100), "fr")} euros et ${numberWords(cents % 100, "fr")} centimes`,
  ],
  en: [
    (cents) => moneyWords(cents, "en"),
    (cents) => `€${Math.floor(cents / 100)}.${two(cents % 100)}`,
    (cents) => `${numberWords(Math.floor(cents / 100), "en")} euros and ${numberWords(cents % 100, "en")} cents`,
  ],
};

const amount = fc.oneof(fc.integer({ min: 100, max: 9_999 }), fc.integer({ min: 100, max: 30_000 }));
const saying = fc.constantFrom<Language>("fr", "en").chain((language) =>
  fc.record({
    language: fc.constant(language),
    sentence: fc.constantFrom(...SENTENCES[language]),
    written: fc.constantFrom(...WRITTEN[language]),
  }),
);

function known(totalCents: number): KnownAmounts {
  const none = new Set<never>();
  const [quantities, numbers] = [new Set([2]), new Set([2, 19, 30])];
  return { totalCents, cents: none, numbers, quantities, inNames: none, names: none, told: [] };
}

/** What is heard of each beginning of the text. */
function heard(text: string, language: Language): string[] {
  return Array.from({ length: text.length }, (_, at) => text.slice(0, at + 1)).map((beginning) =>
    beginning.slice(0, settledLength(beginning, language)),
  );
}

test("of a sentence with another amount than the total nothing is heard from the amount on", () => {
  fc.assert(
    fc.property(saying, amount, amount, ({ language, sentence, written }, total, said) => {
      fc.pre(total !== said);
      const text = sentence(written(said));
      assert.notEqual(wrongAmount(text, language, known(total)), null, `${text} of ${total}`);
      const from = text.indexOf(written(said));
      for (const part of heard(text, language)) {
        const isHeard = wrongAmount(part, language, known(total)) === null;
        assert.ok(!isHeard || part.length <= from, `"${part}" of "${text}"`);
      }
    }),
    { numRuns: 400 },
  );
});

test("a sentence with the total is heard, and nothing of it is taken for another amount on the way", () => {
  fc.assert(
    fc.property(saying, amount, ({ language, sentence, written }, total) => {
      const text = sentence(written(total));
      for (const part of [...heard(text, language), text]) {
        assert.equal(wrongAmount(part, language, known(total)), null, `"${part}" of "${text}", ${total}`);
      }
    }),
    { numRuns: 400 },
  );
});
