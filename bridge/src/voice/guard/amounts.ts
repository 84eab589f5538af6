/** Amounts of money in what somebody said, and whether it may be said. */
import type { Language } from "../../api/order.ts";
import { plainDigits } from "../../ordering/speech/foreign-numbers.ts";
import { saidNumbers } from "../../ordering/speech/said-numbers.ts";
import {
  bareNumbers,
  endsOpen,
  holdsNumber,
  inPounds,
  type KnownQuantities,
  SAYINGS,
  uncounted,
} from "./bare-numbers.ts";
import { amountParts, explained } from "./said-amounts.ts";

export interface KnownAmounts extends KnownQuantities {
  /** What the whole order costs. */
  totalCents: number;
  /** Every other amount that the desk has named: prices, lines, options. */
  cents: ReadonlySet<number>;
  /** Numbers that are no money: quantities, times, an order's number. */
  numbers: ReadonlySet<number>;
  /** In lower case. Dishes whose names hold an amount or a number ("Menu du midi à 15 €", "Menu 12"): where one is named, none is stated. */
  names: ReadonlySet<string>;
}

/** `\b` knows no "ç" and no "à": a word here begins and ends where no letter is. */
const words = (alternatives: string): RegExp => new RegExp(`(?<!\\p{L})(?:${alternatives})(?!\\p{L})`, "iu");

const TOTAL: Record<Language, RegExp> = {
  fr: words(
    "totale?|gesamt\\p{L}*|insgesamt|macht|kostet|cuesta|المجموع|الحساب|الثمن|السعر|en tout|[çc]a fait|cela fait|cela fera|[çc]a fera|[àa] payer|devez|montant|addition|co[ûu]te|prix|tarif|paye[rz]|paie\\p{L}*|r[ée]gler|facture|compte est|le tout pour",
  ),
  en: words("total|altogether|comes? to|to pay|you owe|amount|that will be|that['’]?s|costs?|prices?|bill"),
};
/** About one dish, and not about what is to be paid: "La Margherita coûte neuf euros". */
const PRICE: Record<Language, RegExp> = { fr: words("co[ûu]te|prix|tarif"), en: words("costs?|that['’]?s|prices?") };
const CURRENCY =
  /[€$£¥]|يورو|欧元|ユーロ|евро|(?<!\p{L})(?:euros?|eur|centimes?|cents?|balles|tunes|boules|bucks?|quid|tenners?|fivers?|grand|dollars?|pounds?(?! of(?!\p{L})))(?!\p{L})|(?<=\d\s?)e(?!\p{L})/iu;
/** The restaurant takes none of these: a right number of them is a wrong amount. */
const OTHER_MONEY =
  /[$£¥]|(?<!\p{L})(?:dollars?|pounds(?! of(?!\p{L}))|livres? sterling|francs|dirhams?|dinars?|yens?|roubles?|rubles?|chf|usd|gbp)(?!\p{L})/iu;
/** What a total may be followed by up to its number. */
const LEAD_IN =
  "^[\\s:]*(?:(?:est|sera|fait|vous|s['’][ée]l[èe]ve|de|d['’]|[àa]|is|of|will|be|to|donc|è|e|es|ist)(?!\\p{L})[\\s:]*)*";
/** "XXI", but no size of a pizza. */
const ROMAN = new RegExp(`${LEAD_IN}(?!X+L(?!\\p{L}))[IVXLC]{2,}(?!\\p{L})`, "u");
/** Below ten they stand in names of dishes ("Quattro stagioni"): only right behind a total, and with nothing that they count, they are its number. */
const SMALL_FOREIGN = new RegExp(
  `${LEAD_IN}(?:cuatro|cinco|seis|siete|ocho|nueve|zwei|drei|vier|fünf|sechs|sieben|acht|neun|tre|quattro|cinque|sei|sette|otto|nove|quatro|sete|oito|vijf|zes|zeven|negen|اثنان|ثلاثة|أربعة|خمسة|ستة|سبعة|ثمانية|تسعة)(?!\\p{L})\\s*(?:[.,;:!?]|$)`,
  "iu",
);
/** Of money as such: "les prix sont en euros". */
const NO_AMOUNT = words("(?:en|in|des|les|d['’]|of|the|que des) ?(?:euros?|eur|€|dollars?|cents|pounds?)");
/** An amount without a number: nothing here is given away by whoever takes an order. */
const GIFT = words(
  "gratuit\\p{L}*|gratis|offert\\p{L}*|la maison (?:qui |vous )*(?:l['’])?offre|vous l['’]offr\\p{L}+|moiti[ée] (?:(?:du )?prix|moins)|deux fois moins cher|pour le prix d['’]une?|vous (?:ne )?(?:me |nous )?devez (?:plus |donc )*rien(?=\\s*(?:[.,;!]|$))|demi[- ]tarif|remises?|r[ée]ductions?|rabais|ristournes?|for free|it['’]?s free|(?:is|are|be) free|free of charge|no charge|on the house|half[- ]price|discounts?|complimentary|(?<!(?:paquet|papier|bon|ch[èe]que|carte) )cadeaux?|(?:pay\\p{L}+|r[ée]gl\\p{L}+|co[ûu]t\\p{L}+) (?:que )?(?:plus |donc )?(?:rien|la moiti[ée])|rien [àa] (?:payer|r[ée]gler)(?! (?:d['’]avance|maintenant|pour l|au t[ée]l|en ligne|tout de suite|avant))|pay nothing|nothing to pay(?! (?:now|yet|in advance))",
);
/** "-10 %", "dix pour cent de moins". */
const LESS = /(?:^|\s)[-−–]\s?\d+ ?%|(?:%|pour cent|percent) (?:de moins|moins cher|off|less)(?!\p{L})/iu;
const DENIED = words("pas|aucune?|ni|sans|jamais|no|not|never|cannot|any|\\p{L}+n['’]t");
const NUMBER_START = /\p{Nd}/u;
const OTHER: Record<Language, Language> = { fr: "en", en: "fr" };

/** Is there an amount of money in the text itself? */
export function holdsMoney(text: string): boolean {
  return CURRENCY.test(text) || GIFT.test(text);
}

/** The first sentence that states an amount which is not known; null: there is none. */
export function wrongAmount(text: string, language: Language, known: KnownAmounts): string | null {
  return sentencesOf(text).find((sentence) => isWrong(sentence, language, known)) ?? null;
}

/**
 * How many characters of a text that is still growing are settled: whatever follows can no longer make them say an amount
 * that they do not say now.
 */
export function settledLength(text: string, language: Language): number {
  const sentences = sentencesOf(text);
  const last = sentences.at(-1) ?? "";
  if (/[.!?]\s+$/u.test(text)) return text.length;
  const before = text.length - last.length;
  const word = /\S+/gu;
  for (let match = word.exec(last); match; match = word.exec(last)) {
    const isLast = word.lastIndex >= last.length;
    const upTo = last.slice(0, word.lastIndex);
    if (
      isLast ||
      endsOpen(upTo) ||
      NUMBER_START.test(match[0]) ||
      saidInAny(upTo, language).length > 0 ||
      TOTAL[language].test(upTo)
    ) {
      return before + match.index;
    }
  }
  return before;
}

function isWrong(said: string, language: Language, known: KnownAmounts): boolean {
  const sentence = withoutNames(plainDigits(said.normalize("NFKC")).replace(SAYINGS, " "), known.names);
  if (LESS.test(sentence)) return true;
  if (GIFT.test(sentence) && !(DENIED.test(sentence) && !/no charge/iu.test(sentence))) return true;
  const total = TOTAL[language].exec(sentence) ?? TOTAL[OTHER[language]].exec(sentence);
  const isMoney = CURRENCY.test(sentence);
  const rest = total ? sentence.slice(total.index + total[0].length) : sentence;
  if (OTHER_MONEY.test(sentence) && saidInAny(sentence, language).length > 0 && !DENIED.test(sentence)) return true;
  if (total && !sentence.includes("?") && inPounds(sentence)) return true;
  if (total && (ROMAN.test(rest) || SMALL_FOREIGN.test(rest))) return true;
  // "Trois, d'accord" repeats what was ordered.
  const isAlone = isNumber(rest, language) && (total !== null || !rest.includes(","));
  const bare = bareNumbers(sentence, known).filter(({ parts, cue }) => {
    const prices = cue === "total" ? [] : known.cents;
    return !explained(parts, positive([known.totalCents, ...prices]), null);
  });
  // What speaks of money is held against more than that below, but for "une vingtaine d'euros".
  if (bare.some(({ cue }) => !isMoney || cue === "about")) return true;
  if (!total && !isMoney && !isAlone) return false;
  const parts = (text: string) => amountParts(apart(text), language);
  // "Ça fait six nems": nothing is stated but how many.
  const numbers = parts(isMoney ? sentence : uncounted(rest));
  // "XXI euros", "septante euros": an amount all the same.
  if (numbers.length === 0) return isMoney && !NO_AMOUNT.test(sentence);
  const isPrice = PRICE[language].test(sentence) && known.cents.size > 0;
  const allowed = total && !isPrice ? [known.totalCents] : [known.totalCents, ...known.cents];
  const amounts = positive(allowed);
  // "Le total est de dix-neuf" is no time, although one was named.
  if (total && isAlone) {
    const said = parts(sentence.slice(0, total.index));
    return !explained(parts(rest), amounts, null) || !explained(said, amounts, known.numbers);
  }
  return !explained(numbers, amounts, known.numbers);
}

/** Only a number up to the next comma, and not asked: what else than the answer to "how much"? */
function isNumber(text: string, language: Language): boolean {
  if (text.includes("?")) return false;
  const [clause = ""] = text.split(/[,;.!](?!\d)/u);
  const rest = clause.replace(
    /^[\s:]*(?:(?:est|sera|fait|s['’][ée]l[èe]ve|de|d['’]|[àa]|is|of|will|be|to|donc|vous)(?!\p{L})[\s:]*)*/iu,
    "",
  );
  const parts = rest.match(/[\p{L}\p{N}]+/gu) ?? [];
  const isLinked = (part: string) => /^(?:et|and|virgule|point)$/iu.test(part);
  return (
    parts.length > 0 &&
    parts.some((part) => !isLinked(part)) &&
    // "M14" is the name of something.
    parts.every((part) => isLinked(part) || (!/^\p{L}+\d/u.test(part) && saidInAny(part, language).length > 0))
  );
}

/** Nothing costs nothing: an option without a price is no reason to say zero euros. */
function positive(cents: readonly number[]): number[] {
  return cents.filter((amount) => amount > 0);
}

function withoutNames(sentence: string, names: ReadonlySet<string>): string {
  if (!holdsNumber(sentence)) return sentence;
  const lower = sentence.toLowerCase();
  for (const name of names) {
    const at = lower.indexOf(name);
    if (at >= 0) return withoutNames(`${sentence.slice(0, at)} ${sentence.slice(at + name.length)}`, names);
  }
  return sentence;
}

/** "…neuf euros cinquante et une autre" is no fifty-one; "vingt et une heures" is a twenty-one. */
function apart(sentence: string): string {
  return sentence.replace(/ et une (?!heures?(?!\p{L}))/giu, ", une ");
}

/** In our language, or if there is none, in the other: models mix them. */
function saidInAny(text: string, language: Language): number[] {
  const own = saidNumbers(text, language);
  return own.length > 0 ? own : saidNumbers(text, OTHER[language]);
}

/** With their end marks; a dot between digits ends nothing. */
function sentencesOf(text: string): string[] {
  return text.match(/(?:[^.!?\n]|(?<=\d)[.](?=\d))+[.!?\n]*\s*/gu) ?? [];
}
