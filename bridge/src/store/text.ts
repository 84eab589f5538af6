/** Text as lists sort and search it. The same functions serve SQL, where migrations fill columns with them. */
import type { Database } from "better-sqlite3";

/** Numbers count as numbers: "2" before "10", "A-9" before "A-10". For comparing by bytes. */
export function sortKey(text: string): string {
  return searchText(text).replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}

/** As it is kept: one form of each character (NFC), and no spaces around it, which nobody sees. */
export function tidy(text: string): string {
  return text.normalize("NFC").trim();
}

/** Without case, accents and needless spaces. */
export function searchText(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
}

/** Whether people would take one for the other. */
export function isCalledAlike(one: string, other: string): boolean {
  return searchText(one) === searchText(other);
}

const MOST_WORDS = 4;

/**
 * The words of a search, the first four of them; the longest comes first, because it is the one that fewest texts have, and of
 * words of one length a number: labels and names share their letters.
 */
export function searchWords(search: string | undefined): string[] {
  return searchText(search ?? "")
    .split(" ")
    .filter((word) => word !== "")
    .slice(0, MOST_WORDS)
    .toSorted((a, b) => b.length - a.length || Number(/\d/.test(b)) - Number(/\d/.test(a)));
}

/** The same for SQL. `condition`: all of them occur, where `occurs` is what one of them means, with `%` for the word. */
export function searchOf(search: string | undefined): {
  parameters: Record<string, string>;
  condition: (occurs: string) => string;
} {
  const words = searchWords(search);
  return {
    parameters: Object.fromEntries(words.map((word, at) => [`word${at}`, word])),
    condition: (occurs) => ["TRUE", ...words.map((_, at) => occurs.replaceAll("%", `@word${at}`))].join(" AND "),
  };
}

/** By the bytes of UTF-8, as SQLite compares: JavaScript's own order puts an emoji before some letters. */
export function compareBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function addTextFunctions(db: Database): void {
  db.function("neolia_sort_key", { deterministic: true }, (text) => sortKey(String(text)));
  db.function("neolia_search_text", { deterministic: true }, (text) => searchText(String(text)));
}
