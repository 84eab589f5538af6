/** What somebody said in plain letters, so that it can be looked through and held against what the desk said. */

/** Words of allergens that are also found with a letter wrong, missing or too many, as a transcript may spell them. */
const SPELT =
  "gluten lactose arachide arachides sulfites mollusques crustaces allergene allergenes peanuts shellfish".split(" ");

/** Two or three words ("sans gluten") may stand in any sentence, and mean something else there. */
export function isTold(words: string, heard: readonly string[]): boolean {
  const isLong = words.split(" ").length > 3;
  return heard.some((said) => (isLong ? said.includes(words) : said === words));
}

/** Letters, digits and apostrophes, one space between words. */
export function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("œ", "oe")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replaceAll("’", "'")
    .replace(/[^\p{L}\p{N}']+/gu, " ")
    .trim()
    .replace(/\p{L}{6,}/gu, (word) => SPELT.find((right) => isNearly(word, right)) ?? word);
}

/** One letter is another one, is missing or is too many. */
function isNearly(word: string, right: string): boolean {
  if (Math.abs(word.length - right.length) > 1) return false;
  let at = 0;
  while (at < word.length && word[at] === right[at]) at++;
  const [longer, shorter] = word.length >= right.length ? [word, right] : [right, word];
  return longer.slice(at + 1) === shorter.slice(longer.length === shorter.length ? at + 1 : at);
}
