/** In which of our languages somebody speaks, by the small words that no sentence does without. */
import type { Language } from "../api/order.ts";

const SMALL_WORDS: Record<Language, ReadonlySet<string>> = {
  fr: new Set(
    "je tu vous nous il elle on est c une des les du la le au aux et ou pour avec sans pas plus que qui ce ça merci bonjour oui non voudrais s'il plaît allô bonsoir mon ma deux trois".split(
      " ",
    ),
  ),
  en: new Set(
    "i you we it he she is are the an of to and or for with without not that this my your please thank thanks hello yes no would like can have do what how want two three name".split(
      " ",
    ),
  ),
};
/** Fewer are a dish or a name, and prove nothing. */
const NEEDED = 3;

/** null: cannot be told. */
export function spokenLanguage(text: string): Language | null {
  const words = text
    .toLowerCase()
    .replaceAll("’", "'")
    .split(/[^\p{L}']+|(?<=[cdjlmnst])'/u)
    .filter(Boolean);
  const count = (language: Language) => words.filter((word) => SMALL_WORDS[language].has(word)).length;
  const [fr, en] = [count("fr"), count("en")];
  if (Math.max(fr, en) < NEEDED || Math.abs(fr - en) < 2) return null;
  return fr > en ? "fr" : "en";
}
