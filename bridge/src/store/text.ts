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

/** The words of a search as LIKE patterns (with `\\` as ESCAPE), as JSON for json_each. */
export function searchPatterns(search: string): string {
  const words = searchText(search)
    .split(" ")
    .filter((word) => word !== "");
  return JSON.stringify(words.slice(0, 8).map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`));
}

export function addTextFunctions(db: Database): void {
  db.function("neolia_sort_key", { deterministic: true }, (text) => sortKey(String(text)));
  db.function("neolia_search_text", { deterministic: true }, (text) => searchText(String(text)));
}
