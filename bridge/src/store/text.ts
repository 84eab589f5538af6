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

/** The words of a search as LIKE patterns (with `\\` as ESCAPE): the first four; null stands for no word. */
export function searchWords(search: string | undefined): Record<"word1" | "word2" | "word3" | "word4", string | null> {
  const words = searchText(search ?? "")
    .split(" ")
    .filter((word) => word !== "");
  const pattern = (at: number) => (words[at] === undefined ? null : `%${words[at].replace(/[\\%_]/g, "\\$&")}%`);
  return { word1: pattern(0), word2: pattern(1), word3: pattern(2), word4: pattern(3) };
}

/** The condition for `searchWords`: all of them occur in the text. */
export function hasWords(text: string): string {
  return ["@word1", "@word2", "@word3", "@word4"]
    .map((word) => `(${word} IS NULL OR ${text} LIKE ${word} ESCAPE '\\')`)
    .join(" AND ");
}

export function addTextFunctions(db: Database): void {
  db.function("neolia_sort_key", { deterministic: true }, (text) => sortKey(String(text)));
  db.function("neolia_search_text", { deterministic: true }, (text) => searchText(String(text)));
}
