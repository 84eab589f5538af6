/**
 * What somebody says about allergens, and whether the desk has said it. The model may repeat what the menu tells and may name
 * dishes; that something is in a dish, or is not, it may not make up: somebody's health hangs on it.
 */

export interface KnownAllergens {
  /** Whatever the desk said in this call. */
  told: readonly string[];
  /** Dishes and options: "pâte sans gluten" is a name and no claim. */
  names: readonly string[];
}

/** Words that are said of allergens and of nothing else. */
const ONLY =
  "gluten|lactose|allergenes?|arachides?|cacahu?etes?|fruits? a coque|sulfites?|lupin|mollusques?|crustaces?|allergens?|peanuts?|tree nuts|sulphites?|molluscs?|shellfish";
/** Food that is one as well: a claim only where something is said to be in a dish, or not to be. */
const FOOD =
  "lait|produits? laitiers?|oeufs?|poissons?|noix|noisettes?|amandes?|soja|celeri|moutarde|sesame|milk|dairy|eggs?|fish|nuts?|soy|soya|celery|mustard";
const INSIDE = /\b(contien(t|nent)|contenir|y (en )?a|dedans|contains?|there('s| is| are)|in it)\b/;
const NOT = /\b(pas|sans|aucune?|ni|zero|exempte?|no|not|none|without|free|doesn't|isn't)\b/;
const only = new RegExp(`\\b(${ONLY})\\b`, "g");
const any = new RegExp(`\\b(${ONLY}|${FOOD})\\b`, "g");

/** The first sentence that says of an allergen what the desk has not said; null: there is none. */
export function allergenClaim(text: string, { told, names }: KnownAllergens): string | null {
  const heard = told.map(plainWords);
  const dishes = names.map(plainWords).filter((name) => name.match(any));
  const made = (sentence: string): boolean => {
    const whole = plainWords(sentence);
    if (whole === "" || heard.some((said) => said.includes(whole))) return false;
    const words = dishes.reduce((rest, name) => rest.replaceAll(name, " "), whole);
    const named = words.match(INSIDE.test(words) ? any : only) ?? [];
    if (named.length === 0) return false;
    // What is in a dish may be told in other words, what is not in it only in the desk's.
    return NOT.test(words) || !named.every((allergen) => heard.some((said) => said.includes(allergen)));
  };
  return (text.match(/[^.!?\n]+[.!?\n]*/gu) ?? []).find(made) ?? null;
}

/** Letters, digits and apostrophes, one space between words. */
function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("œ", "oe")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replaceAll("’", "'")
    .replace(/[^\p{L}\p{N}']+/gu, " ")
    .trim();
}
