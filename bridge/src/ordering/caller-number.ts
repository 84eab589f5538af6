/** Callers' telephone numbers, and those that people say or write down. */
import { sameNumberKey } from "../../../infra/control/src/caller-number.ts";

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

/** A text with every telephone number in it masked: whoever may not read the caller's reads none in a note either. */
export function maskedIn(text: string): string {
  return text.replaceAll(WRITTEN, (found) => (isNumber(found) ? (masked(found) ?? "") : found));
}

/** A text without one number, however it is written there. `key`: its `sameNumberKey`. */
export function withoutNumber(text: string, key: string): string {
  return text.replaceAll(WRITTEN, (found) =>
    isNumber(found) && sameNumberKey(plain(found).replace(/\(0\)/, "")) === key ? "••••" : found,
  );
}

function isNumber(found: string): boolean {
  const digits = digitsOf(found);
  return digits.length >= (/^(\+|0)/.test(plain(found)) ? SHORTEST : SHORTEST_BARE);
}

function digitsOf(text: string): string {
  return plain(text).replaceAll(/\D/g, "");
}

/** Arabic, Persian and full-width digits as the others. */
function plain(text: string): string {
  return text.replaceAll(/[٠-٩۰-۹０-９]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}
