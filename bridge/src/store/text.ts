/** Text as lists sort and search it. The same functions serve SQL, where migrations fill columns with them. */
import type { Database } from "better-sqlite3";

/** Numbers count as numbers: "2" before "10", "A-9" before "A-10". For comparing by bytes. */
export function sortKey(text: string): string {
  return searchText(text).replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}

/** Without case, accents and needless spaces. */
export function searchText(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
}

const WORDS = ["word1", "word2", "word3", "word4"] as const;

/** The words of a search: the first four; null stands for no word. */
export function searchWords(search: string | undefined): Record<(typeof WORDS)[number], string | null> {
  const words = searchText(search ?? "")
    .split(" ")
    .filter((word) => word !== "");
  return Object.fromEntries(WORDS.map((name, at) => [name, words[at] ?? null])) as Record<
    (typeof WORDS)[number],
    string | null
  >;
}

/** The condition for `searchWords`: all of them occur. `occurs` is what one of them means, with `%` for the word. */
export function hasWords(occurs: string): string {
  return WORDS.map((word) => `(@${word} IS NULL OR ${occurs.replaceAll("%", `@${word}`)})`).join(" AND ");
}

export function addTextFunctions(db: Database): void {
  db.function("neolia_sort_key", { deterministic: true }, (text) => sortKey(String(text)));
  db.function("neolia_search_text", { deterministic: true }, (text) => searchText(String(text)));
}
