/** Amounts of money in what somebody said, and whether it may be said. */
import type { Language } from "../api/order.ts";
import { saidNumbers } from "../ordering/speech/said-numbers.ts";

export interface KnownAmounts {
  /** What the whole order costs. */
  totalCents: number;
  /** Every other amount that the desk has named: prices, lines, options. */
  cents: ReadonlySet<number>;
  /** Numbers that are no money: quantities, times, an order's number. */
  numbers: ReadonlySet<number>;
  /** Dishes whose names hold an amount ("Menu du midi à 15 €"): where one is named, none is stated. */
  names: ReadonlySet<string>;
}

const TOTAL: Record<Language, RegExp> = {
  fr: /\b(total|totale|en tout|[çc]a fait|cela fait|cela fera|[çc]a fera|[àa] payer|devez|montant|addition|co[ûu]te)\b/iu,
  en: /\b(total|altogether|comes to|to pay|you owe|amount|that will be|that's|costs?)\b/iu,
};
const CURRENCY = /€|\beuros?\b|\bcentimes?\b|\bcents?\b/iu;
const NUMBER_START = /\d/;

/** Is there an amount of money in the text itself? */
export function holdsMoney(text: string): boolean {
  return CURRENCY.test(text);
}

/** The first sentence that states an amount which is not known; null: there is none. */
export function wrongAmount(text: string, language: Language, known: KnownAmounts): string | null {
  return sentencesOf(text).find((sentence) => isWrong(sentence, language, known)) ?? null;
}

/**
 * How many characters of a text that is still growing are settled: whatever follows can no longer make them say an amount
 * that they do not say now.
 */
export function settledLength(text: string, language: Language): number {
  const sentences = sentencesOf(text);
  const last = sentences.at(-1) ?? "";
  if (/[.!?]\s+$/u.test(text)) return text.length;
  const before = text.length - last.length;
  const word = /\S+/gu;
  for (let match = word.exec(last); match; match = word.exec(last)) {
    const isLast = word.lastIndex >= last.length;
    const upTo = last.slice(0, word.lastIndex);
    if (isLast || NUMBER_START.test(match[0]) || saidNumbers(upTo, language).length > 0 || TOTAL[language].test(upTo)) {
      return before + match.index;
    }
  }
  return before;
}

function isWrong(said: string, language: Language, known: KnownAmounts): boolean {
  const sentence = withoutNames(said, known.names);
  const isTotal = TOTAL[language].test(sentence);
  if (!isTotal && !CURRENCY.test(sentence)) return false;
  const numbers = numbersOf(sentence, language);
  const allowed =
    isTotal && !mentionsPrice(sentence, language, known) ? [known.totalCents] : [known.totalCents, ...known.cents];
  // Nothing costs nothing: an option without a price is no reason to say zero euros.
  return !explained(
    numbers,
    allowed.filter((cents) => cents > 0),
    known.numbers,
  );
}

function withoutNames(sentence: string, names: ReadonlySet<string>): string {
  const lower = sentence.toLowerCase();
  for (const name of names) {
    const at = lower.indexOf(name.toLowerCase());
    if (at >= 0) return withoutNames(`${sentence.slice(0, at)} ${sentence.slice(at + name.length)}`, names);
  }
  return sentence;
}

/** "La Margherita coûte neuf euros" is about a price and not about what is to be paid. */
function mentionsPrice(sentence: string, language: Language, { cents }: KnownAmounts): boolean {
  const price = language === "fr" ? /co[ûu]te/iu : /costs?\b|that's/iu;
  return price.test(sentence) && cents.size > 0;
}

interface SaidNumber {
  value: number;
  /** "euros" follows: it is no quantity and no time. */
  isMoney: boolean;
}

function numbersOf(sentence: string, language: Language): SaidNumber[] {
  const parts = sentence.split(/€|\beuros?\b/iu);
  return parts.flatMap((part, at) => {
    const values = saidNumbers(part, language);
    return values.map((value, index) => ({ value, isMoney: at < parts.length - 1 && index === values.length - 1 }));
  });
}

/** Whether the numbers, from left to right, are known amounts (euros, then cents) or known other numbers. */
function explained(numbers: readonly SaidNumber[], cents: readonly number[], others: ReadonlySet<number>): boolean {
  const first = numbers[0];
  if (first === undefined) return true;
  return (
    cents.some((amount) => {
      const [euros, rest] = [Math.floor(amount / 100), amount % 100];
      const parts = rest === 0 ? [euros] : euros === 0 ? [rest] : [euros, rest];
      const fits = parts.every((part, at) => numbers[at]?.value === part);
      return fits && explained(numbers.slice(parts.length), cents, others);
    }) ||
    // "Un instant", "une Reine": an article and no amount.
    (!first.isMoney && (first.value === 1 || others.has(first.value)) && explained(numbers.slice(1), cents, others))
  );
}

/** With their end marks; a dot between digits ends nothing. */
function sentencesOf(text: string): string[] {
  return text.match(/(?:[^.!?\n]|(?<=\d)[.](?=\d))+[.!?\n]*\s*/gu) ?? [];
}
