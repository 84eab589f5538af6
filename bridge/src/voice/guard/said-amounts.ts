/**
 * Numbers as parts of amounts: which of them are euros, which cents, and which belong together. "Cinquante euros" is not
 * explained by a sauce of fifty cents, nor "12,50" by a dish of twelve euros and that sauce.
 */
import type { Language } from "../../api/order.ts";
import { MARKS, type NumberInText, numbersInText } from "../../ordering/speech/said-numbers.ts";

export interface SaidNumber {
  value: number;
  /** "euros" or "centimes" stands with it, or it is of a time of the day; null: nothing says what it is. */
  unit: "money" | "cents" | "time" | null;
  /** To the number before it: they are one amount (12,50), stand next to each other (douze cinquante), or may belong together; null: they do not. */
  link: "one" | "next" | "maybe" | null;
}

const MONEY = /^(?:€|\$|£|e|euros?|eur|balles|tunes|boules|bucks?|quid|tenners?|fivers?|grand|dollars?|pounds?)$/;
const CENTS = /^(?:¢|centimes?|cents?)$/;
const COMMA = /^(?:virgule|comma|point)$/;
const AND = /^(?:et|and)$/;
const OTHER: Record<Language, Language> = { fr: "en", en: "fr" };

/** In our language, or if there is none in it, in the other: models mix them. */
export function amountParts(text: string, language: Language): SaidNumber[] {
  const half = text.replace(/(?<=euros?|€) et demie?(?!\p{L})/giu, " cinquante");
  const own = numbersInText(half, language);
  const found = own.length > 0 ? own : numbersInText(half, OTHER[language]);
  return found.map((number, index) => {
    const unit = unitOf(number, index === 0);
    return { value: number.value, unit, link: index === 0 ? null : linkOf(number, unit) };
  });
}

function unitOf({ before, after }: NumberInText, isFirst: boolean): SaidNumber["unit"] {
  const [first = ""] = after;
  const last = before.at(-1) ?? "";
  if (first === MARKS.clock || last === MARKS.clock) return "time";
  if (last === MARKS.cents || CENTS.test(first)) return "cents";
  // What stands between two numbers belongs to the first of them: "12 € 50".
  const isBefore = /^(?:[€$£]|eur)$/.test(last) && (isFirst || before.length > 1);
  return isBefore || MONEY.test(first) ? "money" : null;
}

function linkOf({ before }: NumberInText, unit: SaidNumber["unit"]): SaidNumber["link"] {
  const [first = "", second = "", third] = before;
  if (before.length === 0) return "next";
  if (third !== undefined) return null;
  if (first === MARKS.clock) return "next";
  if (second === "") {
    if (first === MARKS.decimal || COMMA.test(first)) return "one";
    // "Neuf euros douze euros" are two.
    if (MONEY.test(first)) return unit === "money" ? null : "one";
    return AND.test(first) || first === "," ? "maybe" : null;
  }
  if (!MONEY.test(first) || !(AND.test(second) || second === ",")) return null;
  return unit === "cents" ? "one" : AND.test(second) && unit === null ? "maybe" : null;
}

/** Whether the numbers, from left to right, are known amounts or known other numbers. `others` null: amounts only. */
export function explained(
  numbers: readonly SaidNumber[],
  cents: readonly number[],
  others: ReadonlySet<number> | null,
): boolean {
  const [first, second] = numbers;
  if (first === undefined) return true;
  // A number that goes on is no whole one: the second half of an amount explains nothing by itself.
  if (first.link === "one") return false;
  const isFresh = first.link !== "next" && first.unit !== "time";
  if (
    isFresh &&
    cents.some((amount) =>
      [1, 2].some(
        (count) => isAmount(numbers.slice(0, count), amount, second) && explained(numbers.slice(count), cents, others),
      ),
    )
  )
    return true;
  // "Un instant", "une Reine": an article and no amount.
  const isOther = others !== null && (first.unit === null || first.unit === "time") && second?.link !== "one";
  return isOther && (first.value === 1 || others.has(first.value)) && explained(numbers.slice(1), cents, others);
}

/** `next`: what follows the first of them. */
function isAmount(numbers: readonly SaidNumber[], amount: number, next: SaidNumber | undefined): boolean {
  const [first, second] = numbers;
  const [euros, rest] = [Math.floor(amount / 100), amount % 100];
  if (!first) return false;
  if (!second) {
    if (numbers.length > 1 || next?.link === "one") return false;
    if (first.unit === "cents") return first.value === amount;
    return rest === 0 ? first.value === euros : euros === 0 && first.unit === null && first.value === rest;
  }
  const isPair = second.link !== null && !(second.link === "maybe" && second.unit === "money");
  return isPair && first.unit !== "cents" && second.unit !== "time" && first.value === euros && second.value === rest;
}
