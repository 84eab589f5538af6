/**
 * Does a transcript say the numbers of a sentence? Models write "12,50 €" or "douze euros cinquante" for the same
 * sound, so both sides are brought to plain numbers and compared one by one.
 */
import type { Language } from "../../api/order.ts";
import type { Sentence } from "../order-desk.ts";
import { isForeignNumber, plainDigits } from "./foreign-numbers.ts";
import { numberWords } from "./number-words.ts";

/** True when the transcript says the sentence's numbers, all of them, in their order, and no other; euros are no cents. */
export function saysTheNumbers(sentence: Pick<Sentence, "text" | "language">, transcript: string): boolean {
  const wanted = numbersInText(sentence.text, sentence.language);
  const said = numbersInText(transcript, sentence.language);
  const isSame = (one: NumberInText, other: NumberInText | undefined): boolean => {
    if (!other || !Object.is(one.value, other.value)) return false;
    const units = [moneyUnit(one), moneyUnit(other)];
    return units.includes(null) || units[0] === units[1];
  };
  return wanted.length === said.length && wanted.every((number, index) => isSame(number, said[index]));
}

/** null: nothing says it, or it is the second part of an amount: "12,50 €". */
function moneyUnit({ before, after }: NumberInText): "euros" | "cents" | null {
  const [next = ""] = after;
  const last = before.at(-1) ?? "";
  if (last === MARKS.decimal) return null;
  if (last === MARKS.cents || /^(?:centimes?|cents?)$/.test(next)) return "cents";
  return /^(?:€|euros?|eur)$/.test(next) ? "euros" : null;
}

/** "deux Margherita, 12,50 € à 19 h 30" → [2, 12, 50, 19, 30]; NaN for one of another language. */
export function saidNumbers(text: string, language: Language): number[] {
  return numbersInText(text, language).map(({ value }) => value);
}

/** A number and the words and marks around it, up to its neighbours: "€" is a word, as are the marks below. */
export interface NumberInText {
  /** NaN: of another language. */
  value: number;
  before: readonly string[];
  after: readonly string[];
}

/** Between the parts of what is written in digits: 12,50 is 12 | 50, 19h30 is 19 ~ 30, 0,50 is ¤ 50. */
export const MARKS = { decimal: "|", clock: "~", cents: "¤" } as const;

export function numbersInText(text: string, language: Language): NumberInText[] {
  const digits = plainDigits(text)
    .toLowerCase()
    .normalize("NFC")
    // Amounts in digits as they are spoken: 12,00 is "douze", 0,50 is "cinquante", 12,5 is "douze cinquante".
    .replace(/(\d)[\u00a0\u202f ](?=\d{3}\b)/g, "$1")
    .replace(/(?<=\b\d{1,3})(?:\.(?=\d{3}(?:,\d\d?)?\b(?!\.))|,(?=\d{3}\.\d\d?\b))/g, "")
    .replace(/\b0[.,](\d\d?)\b/g, (_all, cents: string) => `${MARKS.cents} ${cents.padEnd(2, "0")}`)
    .replace(/\b(\d+)[.,](\d\d?)\b/g, (_all, euros: string, cents: string) =>
      Number(cents) === 0 ? `${euros} €` : `${euros} ${MARKS.decimal} ${Number(cents.padEnd(2, "0"))}`,
    )
    .replace(/\b(\d{1,2})\s?[h:]\s?(\d\d)\b/g, (_all, hour: string, minute: string) =>
      Number(minute) === 0 ? `${hour} h` : `${hour} ${MARKS.clock} ${Number(minute)}`,
    );
  const words = digits.match(/\d+|\p{L}+|[|~¤€$£¢,.;:!?]/gu) ?? [];
  const found = readWords(words, WORDS[language]);
  return found.map(({ value, start, next }, index) => ({
    value,
    before: words.slice(found[index - 1]?.next ?? 0, start),
    after: words.slice(next, found[index + 1]?.start),
  }));
}

/** Spelled numbers of up to four words below 100, hundred and thousand. */
interface Vocabulary {
  below100: ReadonlyMap<string, number>;
  longest: number;
  hundred: ReadonlySet<string>;
  thousand: ReadonlySet<string>;
  /** Single words that stand for numbers of their own. */
  others: ReadonlyMap<string, number>;
  linking: string | null;
}

function vocabulary(
  language: Language,
  hundred: string[],
  thousand: string[],
  others: [string, number][],
  linking: string | null,
): Vocabulary {
  const below100 = new Map<string, number>();
  for (let number = 0; number < 100; number++) {
    below100.set(numberWords(number, language).replaceAll("-", " "), number);
    if (language === "fr") below100.set(numberWords(number, language, true).replaceAll("-", " "), number);
  }
  if (language === "fr") {
    below100.set("quatre vingt", 80);
    for (const [number, words] of inBelgium()) below100.set(words, number);
  }
  return {
    below100,
    longest: 4,
    hundred: new Set(hundred),
    thousand: new Set(thousand),
    others: new Map(others),
    linking,
  };
}

/** "Septante et un", "nonante neuf"; in Switzerland also "huitante". */
export function inBelgium(): [number, string][] {
  const tens = { septante: 70, huitante: 80, octante: 80, nonante: 90 };
  return Object.entries(tens).flatMap(([word, ten]) =>
    Array.from({ length: 10 }, (_, unit): [number, string] => {
      const words = unit === 0 ? "" : ` ${unit === 1 ? "et " : ""}${numberWords(unit, "fr")}`;
      return [ten + unit, `${word}${words}`];
    }),
  );
}

const WORDS: Record<Language, Vocabulary> = {
  fr: vocabulary(
    "fr",
    ["cent", "cents"],
    ["mille"],
    [
      ["midi", 12],
      ["minuit", 0],
    ],
    null,
  ),
  en: vocabulary(
    "en",
    ["hundred"],
    ["thousand"],
    [
      ["noon", 12],
      ["midnight", 0],
    ],
    "and",
  ),
};

interface Read {
  value: number;
  /** Of its words: the first, and the one after the last. */
  start: number;
  next: number;
}

function readWords(words: readonly string[], vocabulary: Vocabulary): Read[] {
  const found: Read[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? "";
    const single = /^\d+$/.test(word) ? Number(word) : (vocabulary.others.get(word) ?? foreign(word));
    const number = single === undefined ? readNumber(words, at, vocabulary) : { value: single, next: at + 1 };
    if (number) found.push({ ...number, start: at });
    at = number?.next ?? at + 1;
  }
  return found;
}

/** No number that anything could be held against. */
function foreign(word: string): number | undefined {
  return isForeignNumber(word) ? Number.NaN : undefined;
}

function readNumber(
  words: readonly string[],
  start: number,
  vocabulary: Vocabulary,
): { value: number; next: number } | null {
  let at = start;
  let thousands = 0;
  let current = 0;
  let read = false;
  let hundredsDone = false;
  for (;;) {
    const word = words[at] ?? "";
    if (vocabulary.hundred.has(word) && !hundredsDone && (current < 10 || !read)) {
      current = (read && current > 0 ? current : 1) * 100;
      [read, hundredsDone] = [true, true];
      at++;
    } else if (vocabulary.thousand.has(word) && thousands === 0) {
      thousands = (read ? current : 1) * 1000;
      [current, read, hundredsDone] = [0, true, false];
      at++;
    } else {
      const linked = read && word === vocabulary.linking ? at + 1 : at;
      const small = readBelow100(words, linked, vocabulary);
      // A second small number is another number, unless it fills what hundred or thousand left open.
      if (!small || (read && current % 100 !== 0) || (read && current === 0 && thousands === 0)) break;
      if (linked !== at && current === 0 && thousands === 0) break;
      current += small.value;
      read = true;
      at = small.next;
    }
  }
  return read ? { value: thousands + current, next: at } : null;
}

function readBelow100(words: readonly string[], at: number, { below100, longest }: Vocabulary) {
  for (let length = longest; length > 0; length--) {
    const value = below100.get(words.slice(at, at + length).join(" "));
    if (value !== undefined && at + length <= words.length) return { value, next: at + length };
  }
  return null;
}
