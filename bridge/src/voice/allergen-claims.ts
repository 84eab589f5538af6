/**
 * What somebody says about allergens, and whether the desk has said it. The model may repeat what the menu tells, may name
 * dishes and may speak of the caller's allergy; that something is in a dish, or is not, it may not make up: somebody's health hangs on it.
 */

export interface KnownAllergens {
  /** Whatever the desk said in this call. */
  told: readonly string[];
  /** Dishes and options: "pâte sans gluten" is a name and no claim. */
  names: readonly string[];
}

/** Words that are said of allergens, and of who must not have them, and of nothing else. */
const ONLY =
  "gluten\\w*|lactose\\w*|(hypo)?allerg\\w*|intoleran\\w*|arachides?|cacah?o?u?et+es?|fruits? a coque|produits? laitiers?|sulfites?|lupin|mollusques?|crustaces?|peanuts?|tree nuts|dairy|sulphites?|molluscs?|shellfish|coeliaques?|celiaques?|coeliacs?|celiacs?|vegan\\w*|vegetalien\\w*|traces?";
/** Food that is one as well: a claim only where something is said to be in a dish, or not to be. */
const FOOD =
  "lait|oeufs?|poissons?|noix|noisettes?|amandes?|pistaches?|cajou|pecan|soja|celeri|moutarde|sesame|milk|eggs?|fish|nuts?|walnuts?|hazelnuts?|almonds?|cashews?|pistachios?|soy|soya|celery|mustard";
/** Food that holds one: that it is in a dish is a description, that it is not is a claim. */
const HOLDS_ONE = "fromages?|beurre|creme|ble|farine|crevettes?|cheese|butter|cream|wheat|flour|shrimps?|prawns?";
/** Words of `ONLY` that are also found with a letter wrong, missing or too many, as a transcript may spell them. */
const SPELT =
  "gluten lactose arachide arachides sulfites mollusques crustaces allergene allergenes peanuts shellfish".split(" ");

export const INSIDE = new RegExp(
  [
    "\\b(contien(t|nent)|contenir|contain(s|ing)?|comprend|comporte\\w*|renferme\\w*|presence|y (en )?a|dedans|a base de?|utilis\\w+|uses?)\\b",
    "\\b(there('s| is| are)|in it|(it|they) ha(s|ve)|elles? (a|ont))\\b",
    "\\b(faite?s?|prepare\\w*|made|comes?|served) (avec|with)\\b",
    // "C'est noté, sans œuf" is an order.
    "\\b(est|sont|is|are|it's|faite?s?|made)( (?!note|entendu|compris)\\w+){0,2} (sans|without)\\b",
    `\\b(${FOOD}|${HOLDS_ONE}) free\\b`,
  ].join("|"),
);
export const NOT =
  /\b(pas|sans|aucune?|ni|zero|exempte?|jamais|point|sauf|hormis|seulement|uniquement|no|not|none|never|without|free|except|only|just|cannot|\w+n't)\b|\b(contien(t|nent)|a) qu(e|')|\bnon$/;
/** Said of no allergen, and a claim of all of them. */
export const SAFE =
  /\b(sans|aucun|pas de) (risques?|danger)\b|\bsafely\b|\bsafe (for|to)\b|\b(is|are|it's|perfectly) safe\b|\bno risk\b/;
export const RECOMMENDS =
  /\b(parfait\w*|ideal\w*|mange\w*|conv(ient|iennent|iendra)|recommande|conseille|c'est bon|tranquille|perfect|fine|eat\w*|suitable|recommend|suggest|ok|okay|great)\b/;

export const KNOWS_NOT =
  /\b(je|on|nous) (ne |n')?(peux|peut|pouvons|sais|savons|connais) pas\b|\b(i|we) (cannot|can't|do not|don't|can not) (tell|know|say|be)\b/;
const ASKS =
  /\b(verifie|regarde|cherche|demandez|sais|savoir|dire|check|look|ask|asking|tell|know|say|sure|confirm\w*|guarantee|garantir)\b/;
export const LOOKS = /\bje (verifie|regarde|cherche)\b|\b(let me|i'll|i will) (check|look)\b/;
const OF_THE_CALLER =
  /\b(vous (etes|avez)|votre|vos|(avez|auriez) vous|(pour|sur|concernant) les allergenes|personnel|your|do you have|you are|you're|about allergens|staff)\b/;
const IF = /\b(?:si|s'ils?|whether|if)\b/;
const ANSWERS = /\b(oui|non|yes|mais|but)\b/;

export const only = new RegExp(`\\b(${ONLY})\\b`, "g");
export const any = new RegExp(`\\b(${ONLY}|${FOOD})\\b`, "g");
export const holdsOne = new RegExp(`\\b(${HOLDS_ONE})\\b`);

/** The first sentence that says of an allergen what the desk has not said; null: there is none. */
export function allergenClaim(text: string, { told, names }: KnownAllergens): string | null {
  const heard = told.map(plainWords);
  const all = names.map(plainWords).filter((name) => name !== "");
  // An option that is an allergen and no more ("œuf") is one wherever it is named.
  const alike = all.filter((name) => (name.match(any) ?? name.match(holdsOne) ?? [name])[0] !== name);
  const dishes = all.filter((name) => !name.match(any) && !holdsOne.test(name));
  const made = (sentence: string): boolean => {
    const whole = plainWords(sentence);
    if (whole === "" || isTold(whole, heard)) return false;
    const words = alike.reduce((rest, name) => rest.replaceAll(name, " "), whole);
    const about = dishes.filter((name) => words.includes(name));
    if (isTalk(words, about.length > 0)) return false;
    if (SAFE.test(words)) return true;
    const isInside = INSIDE.test(words);
    const isDenied = NOT.test(words);
    if (isInside && isDenied && holdsOne.test(words)) return true;
    const named = words.match(isInside ? any : only) ?? [];
    if (named.length === 0) return false;
    // What is in a dish may be told in other words, what is not in it only in the desk's.
    return isDenied || !named.every((allergen) => heard.some((said) => tells(said, allergen, about)));
  };
  return (text.match(/[^.!?\n]+[.!?\n]*/gu) ?? []).find(made) ?? null;
}

/** Two or three words ("sans gluten") may stand in any sentence, and mean something else there. */
export function isTold(words: string, heard: readonly string[]): boolean {
  const isLong = words.split(" ").length > 3;
  return heard.some((said) => (isLong ? said.includes(words) : said === words));
}

/** Of these dishes, or of any when none is named. */
export function tells(said: string, allergen: string, dishes: readonly string[]): boolean {
  return said.includes(allergen) && (dishes.length === 0 || dishes.some((dish) => said.includes(dish)));
}

/** Words about allergens that say nothing of what is in a dish: a question, a look at the menu, the caller's own allergy. */
export function isTalk(words: string, namesDish: boolean): boolean {
  const [head = "", ...rest] = words.split(IF);
  const tail = rest.join(" ");
  if (tail !== "") return ASKS.test(head) && !INSIDE.test(head) && !NOT.test(tail) && !ANSWERS.test(words);
  const left = words.replace(KNOWS_NOT, " ");
  if ([INSIDE, NOT, SAFE, RECOMMENDS].some((claim) => claim.test(left))) return false;
  return left !== words || LOOKS.test(left) || (!namesDish && OF_THE_CALLER.test(left));
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
