/**
 * What somebody says about allergens, and whether the desk has said it. The model may repeat what the menu tells, may name
 * dishes and may speak of the caller's allergy; that something is in a dish, or is not, it may not make up: somebody's health hangs on it.
 */
import {
  ANSWERS,
  ASKS,
  any,
  holdsOne,
  IF,
  INSIDE,
  KNOWS_NOT,
  LOOKS,
  NOT,
  OF_THE_CALLER,
  only,
  RECOMMENDS,
  SAFE,
} from "./allergen-words.ts";
import { isTold, plainWords } from "./plain-words.ts";

export interface KnownAllergens {
  /** Whatever the desk said in this call. */
  told: readonly string[];
  /** Dishes and options: "pâte sans gluten" is a name and no claim. */
  names: readonly string[];
}

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
