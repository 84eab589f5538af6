/** Callers' telephone numbers, and those that people say or write down. */
import { sameNumberKey } from "../../../infra/control/src/caller-number.ts";
import { plainDigits } from "./speech/foreign-numbers.ts";
import { replaceSaidNumbers, withoutSaidNumber } from "./speech/said-phone-number.ts";

/** "0639980178" → "06 •• •• •• 78"; null stays null. */
export function masked(number: string | null): string | null {
  if (number === null) return null;
  const digits = digitsOf(number);
  return digits.length < 6 ? "••••" : `${digits.slice(0, 2)} •• •• •• ${digits.slice(-2)}`;
}

/** "06 39.98-01 78", "+33 (0)6 39 98 01 78", in any digits. */
const WRITTEN = /(?<![\p{Nd}+])(?!\d{4}-\d\d-\d\d)\+?\p{Nd}(?:[\s.·/()\u2010-\u2015-]{0,3}\p{Nd}){7,16}(?!\p{Nd})/gu;
const SHORTEST = 8;
/** Of one that begins with neither 0 nor +. */
const SHORTEST_BARE = 9;

/** A text with every telephone number in it masked, in digits or words: whoever may not read the caller's reads none in a note either. */
export function maskedIn(text: string): string {
  const rest = text.replaceAll(WRITTEN, (found) => (isNumber(found) ? (masked(found) ?? "") : found));
  return replaceSaidNumbers(rest, (digits) => masked(digits) ?? "");
}

/** A text without one number, however it is written or said there. `key`: its `sameNumberKey`. */
export function withoutNumber(text: string, key: string): string {
  const rest = text.replaceAll(WRITTEN, (found) =>
    isNumber(found) && isSame(plainDigits(found).replace(/\(0\)/, ""), key) ? "••••" : found,
  );
  return withoutSaidNumber(rest, (digits) => isSame(digits, key));
}

/** Also without its zero, and one from abroad as it is said at home. */
function isSame(number: string, key: string): boolean {
  const own = sameNumberKey(number);
  if (own === key || `0${own}` === key) return true;
  const atHome = own.replace(/^0/, "");
  const country = key.length - atHome.length;
  return !key.startsWith("0") && atHome.length >= SHORTEST && country > 0 && country <= 3 && key.endsWith(atHome);
}

function isNumber(found: string): boolean {
  const digits = digitsOf(found);
  return digits.length >= (/^(\+|0)/.test(plainDigits(found)) ? SHORTEST : SHORTEST_BARE);
}

function digitsOf(text: string): string {
  return plainDigits(text).replaceAll(/\D/g, "");
}
