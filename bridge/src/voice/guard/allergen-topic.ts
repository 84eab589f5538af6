/**
 * Whether the caller has just asked for allergens. "No." says nothing by itself and everything after "Is there peanut in it?": to
 * such a question the model may only say what the desk said, that it looks, or that it does not know.
 */
import { isTalk, type KnownAllergens, tells } from "./allergen-claims.ts";
import { any, holdsOne, INSIDE, KNOWS_NOT, LOOKS, NOT, only, RECOMMENDS, SAFE } from "./allergen-words.ts";
import { isTold, plainWords } from "./plain-words.ts";

/** The caller's turns, and what they were about as far as their words are here: they may come late, or never. */
export class AllergenTopic {
  private isOpen = false;
  private unreadTurns = 0;
  /** Turns in whose course no question about allergens was read. */
  private turnsSince = 0;

  get open(): boolean {
    return this.isOpen;
  }

  /** The words of a turn are still missing: it may have asked. */
  get unread(): boolean {
    return this.unreadTurns > 0;
  }

  turnEnded(): void {
    this.unreadTurns += 1;
  }

  /** `names`: of dishes and options, which may hold an allergen's word. */
  heard(text: string, names: readonly string[]): void {
    const wereMissing = this.unreadTurns;
    this.unreadTurns = Math.max(0, wereMissing - 1);
    if (asksForAllergens(text, names)) {
      // Words that came late are those of an earlier turn: what is read next closes nothing yet.
      [this.isOpen, this.turnsSince] = [true, -this.unreadTurns];
      return;
    }
    this.turnsSince += 1;
    if (this.turnsSince > 0 && !FOLLOWS.test(plainWords(text))) this.isOpen = false;
  }

  /** The cart was changed, or something else that no answer about allergens is. */
  orderWentOn(): void {
    this.isOpen = false;
  }

  /** No more words are waited for. */
  giveUp(): void {
    this.unreadTurns = 0;
  }
}

const ASKS =
  /\b(est ce qu\w*|y a t il|il y a|dedans|qu'est ce|sans|avec|contient|contiennent|peux|puis je|is there|are there|does|do they|any|in it|without|can i|free|supporte\w*|digere\w*|tolere\w*|reaction|gonfle\w*|malade|interdite?s?|makes me (ill|sick)|swells?)\b/;
/** What is on the menu, and not what is in a dish. */
const OF_THE_MENU = /\b(vous avez|avez vous|auriez vous|do you have|have you got|you got)\b/;
const INSIDE_OF = /\b(dedans|dans|sans|contien\w+|in it|in the|without|free)\b/;
const ORDERS =
  /^((bonjour|bonsoir|alors|donc|euh|oui|ok|d'accord|hello|hi|so|well) )*((je (voudrais|prends|prendrai|vais prendre|veux)|j'aimerais|il me faut|mettez( moi)?|i'd like|i would like|i'll (take|have)|can i (have|get)) |(une?|deux|trois|quatre|cinq|six|a|an|one|two|three|four|five) )/;
/** Orders nothing yet. */
const WISHES =
  /\b(quelque chose|(un|le|quel|quels) (plats?|desserts?)|something|anything|(a|what|which) (dish(es)?|desserts?))\b.*\b(sans|without)\b/;

/** Does the caller ask what is in a dish, or speak of what they must not have? */
export function asksForAllergens(text: string, names: readonly string[]): boolean {
  const said = plainWords(text);
  // A name may hold such a word, and an allergen's own ("œuf") is no name.
  const words = names
    .map(plainWords)
    .filter((name) => name.includes(" "))
    .reduce((rest, name) => rest.replaceAll(name, " "), said);
  if (words.match(only)) return true;
  if (!words.match(any) && !holdsOne.test(words)) return false;
  if (WISHES.test(words)) return true;
  if (OF_THE_MENU.test(words)) return INSIDE_OF.test(words);
  if (ORDERS.test(words)) return INSIDE.test(words);
  return text.includes("?") || ASKS.test(words);
}

/** Asked after that, and about the same. */
const FOLLOWS =
  /^(et|and|ou|or|meme|even|aussi|also|vraiment|really|mais|but)\b|\b(sure?s?|certaine?s?|certain|aucune?|what about|(dans|in) (la|le|les|l'|the))\b/;
/** Says nothing of any dish. */
const HARMLESS =
  /^(alors )?(alors|voyons( voir)?|attendez|patientez|hmm?|euh|bonne question|let's see|let me see|good question|hold on)$|\b(je (consulte|vais (voir|verifier|regarder|consulter))|un instant|un moment|une seconde|one (moment|second)|just a (moment|second|sec)|merci|thank(s| you)|(je|i will|i'll) note|c'est note|noted|entendu|d'accord|tres bien|all right|je vous (ecoute|passe)|put(ting)? you through|personnel|staff|repete[rz]|say that again)\b/;
const AGREES = /\b(oui|ouais|yes|yeah|yep|bien sur|sure|certainly|of course|ok|okay)\b/g;
const ANSWERS =
  /\b(oui|ouais|non|yes|yeah|yep|nope|bien sur|tout a fait|absolument|exactement|of course|certainly|definitely|rien|nothing|probleme|souci|problem|danger\w*|un peu|a (little|bit)|peut etre|maybe|probab\w+|normalement|usually)\b/;
const SHORT = /\b(it|there|they) (do|does|is|are|has|have)\b/;

/** Would these words, without a subject of their own, say yes or no to whatever was asked? */
export function soundsLikeAnswer(text: string, { told }: KnownAllergens): boolean {
  const heard = told.map(plainWords);
  return (text.match(/[^.!?\n]+/gu) ?? []).map(plainWords).some((words) => {
    return !isTold(words, heard) && [ANSWERS, SHORT, NOT, SAFE, RECOMMENDS].some((claim) => claim.test(words));
  });
}

/** The first sentence of a reply to such a question that is of the model's own making; null: there is none. */
export function ownAnswer(text: string, { told, names }: KnownAllergens): string | null {
  const heard = told.map(plainWords);
  const dishes = names.map(plainWords).filter((name) => name !== "" && !name.match(any));
  const made = (sentence: string): boolean => {
    const words = plainWords(sentence);
    if (words === "" || isTold(words, heard)) return false;
    const about = dishes.filter((name) => words.includes(name));
    const named = words.match(any) ?? [];
    const isRepeated = named.length > 0 && named.every((one) => heard.some((said) => tells(said, one, about)));
    if (isRepeated && INSIDE.test(words) && !NOT.test(words)) return false;
    const left = words.replace(KNOWS_NOT, " ");
    const isTried = LOOKS.test(left) || HARMLESS.test(left) || left !== words;
    // "Yes, let me look" is no answer yet.
    const rest = isTried ? left.replace(AGREES, " ") : left;
    if (ANSWERS.test(rest)) return true;
    if ([SHORT, INSIDE, NOT, SAFE, RECOMMENDS].some((claim) => claim.test(rest)))
      return !isTalk(rest, about.length > 0);
    return !isTried && !sentence.trimEnd().endsWith("?");
  };
  return (text.match(/[^.!?\n]+[.!?\n]*/gu) ?? []).find(made) ?? null;
}
