/**
 * Numbers that are said with nothing behind them that is counted: "Pour vous, vingt seulement." Whoever waits for a total
 * hears one in them, though no word speaks of money.
 */
import { isForeignNumber } from "../../ordering/speech/foreign-numbers.ts";
import { numberWords } from "../../ordering/speech/number-words.ts";
import { saidNumbers } from "../../ordering/speech/said-numbers.ts";
import { amountParts, type SaidNumber } from "./said-amounts.ts";

export interface KnownQuantities {
  /** Of the lines in the cart. */
  quantities: ReadonlySet<number>;
  /** Numbers that the desk has said: times among them. */
  numbers: ReadonlySet<number>;
  /** Numbers in the names of the menu: "le 12". */
  inNames: ReadonlySet<number>;
  /** What the desk has said, word for word. */
  told: readonly string[];
}

export interface BareNumber {
  /** As said: twenty fifty is 20, then 50. */
  parts: SaidNumber[];
  /**
   * What the words next to it make of it: the whole order's price, a price, or nothing: then it can be how many somebody
   * wants, when it is one of those. "about": the number is none that could be held against anything.
   */
  cue: "total" | "price" | "about" | null;
}

/** Nobody is told a price so low that it could be meant by these alone. */
const FEW = 4;

/** `\b` knows no "ç" and no "à". Of the end of what is before a number, and the beginning of what follows it. */
const before = (alternatives: string): RegExp => new RegExp(`(?<!\\p{L})(?:${alternatives})[\\s:,…]*$`, "iu");
const after = (alternatives: string): RegExp => new RegExp(`^[\\s,:…]*(?:${alternatives})(?!\\p{L})`, "iu");

const HEDGE =
  "(?:[\\s,:]+(?:juste|seulement|environ|donc|à peine|à peu près|dans les|pas plus de|just|only|about|around|like|exactly|to|you|vous|bien|plutôt))*";
const TOTAL_BEFORE = before(
  `(?:(?:[cç]e|[cç]a|cela|tout|le tout|it|that|all|everything|you)[\\s'’]*(?:sera|serait|seront|va faire|vous (?:sera|fera|fait|revient à)|revient à|ll be|will be|would be|makes|is going to be|adds up|pay|give)|pour vous|rien que pour vous|for you|en avez pour|y en a pour|en a pour|comptez|compter|prévoyez|prévoir|préparez|donnez|donner|hand over|budget|tout compris|all in|call it|make it|make that|let['’]?s say|disons|mettons|on dit|on va dire|je dirais|i['’]?d say)${HEDGE}`,
);
const PRICE_BEFORE = before(
  `(?:c['’]\\s?(?:est|était)|arrondi\\p{L}*(?: \\p{L}+)? à|rounded(?: \\p{L}+)? to|tout à|it['’]?s|it is|that is|they['’]?re|(?:sont|est|is|are) (?:à|at)|(?:fais|fait|laisse|laisser|mets|vends|do|sell|let)(?:[\\s-]\\p{L}+){0,3} (?:à|pour|at|for)|vaut|valent|worth|billets? de|pour seulement|for only)${HEDGE}`,
);
const PRICE_AFTER = after(
  "seulement|à peine|tout rond|pile|net|nets|ttc|tout compris|en tout|pour vous|pour le tout|(?:la|le|l['’]|les) (?:pizza|part|pièce|plat|unité|menu|deux|trois)|chacun|chacune|only|flat|for you|all in|each|a piece|apiece|in all|for everything|for the lot",
);
/** A number after these is the name of something. */
const LABEL =
  /(?<!\p{L})(?:(?:bo[îi]te|lot|assiette|plateau|box|pack|plate|set|celui|celle|ceux|celles)s? (?:de|of)|parmi (?:les|nos|ces)|par|num[ée]ro|n°|no|number|(?:menu|formule)(?: [a-z])?|table|option|taille|size|étage|code|(?:(?:demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche),?)(?: le)?) *:? *$/iu;
const ARTICLE = before("le|la|les|un|une|the|a|du|des|votre|vos|your");
/** "Appelez le 15". */
const EMERGENCY = {
  numbers: new Set([15, 17, 18, 112]),
  after: before("(?:appel\\p{L}*|compos\\p{L}*|call|dial|ring)(?: le| the)?|le"),
};
/** A time of the day goes on after these, or is one. */
const CLOCK = before("heures?|h|past|quarter to|demie|minutes|(?:et|moins) le");
const AT = before("à|vers|entre|avant|après|jusqu['’]à|dès|at|by|around|until|before|after|from|from \\S+ to");
const FOR = before("pour|for");
const QUARTERS = [0, 15, 30, 45];
/** "J'en rajoute six", "il ne m'en reste que cinq", "vous êtes dix": of dishes or people. */
const COUNT = before(
  "(?:(?<!\\p{L})en |[-'’]en )(?:(?:ai|as|a|avons|avez|faut|manque|reste|restera|rajoute|ajoute|enl[èe]ve|retire|mets|prends|note|compte|veux|voulez|vouliez|prenez|garde|laisse)(?: plus| donc| bien)?(?: que| qu['’])? ?)?|(?:vous|nous) (?:êtes|serez|sommes|serons)|on (?:est|sera)",
);
/** "Cinq au lieu de deux". */
const INSTEAD = /^\s+(?:au lieu|instead)(?!\p{L})/iu;
/** What follows a number without being counted by it. */
const LITTLE_WORDS = new Set(
  (
    "seulement juste tout toute tous toutes pile net nets ttc en la le les l pour à a et ou mais par au aux chacun chacune chaque " +
    "maximum max minimum environ même quoi hein voilà donc alors s merci d ok oui non comme si je j vous on nous c ça cela ce il elle " +
    "de du avec sans sur dans rond bien aujourd ici là cette votre vos que qui qu parfait très est sera madame monsieur " +
    "only just flat even total in all for the an per each at and or but to please then thanks okay right exactly altogether " +
    "suffira suffit suffiront unité unités units everything including with without on of so that it is you we i today sharp will be if as because sir madam thank great perfect e y und con"
  ).split(" "),
);
/** "une vingtaine": a number that the words for numbers do not hold. With "de" it counts something. */
const SO_MANY =
  "(?<!\\p{L})(?:dizaine|quinzaine|vingtaine|trentaine|quarantaine|cinquantaine|soixantaine|centaine)s?(?!\\p{L})";
const ABOUT_SO_MANY = new RegExp(
  `${SO_MANY}(?!\\s+(?:de |d['’])(?!euro|€))|(?<!\\p{L})douzaines?\\s+d['’]euros?`,
  "iu",
);
const ENDS_SO_MANY = new RegExp(`${SO_MANY}$`, "iu");
/** No amounts: "cent pour cent", "24 heures sur 24", "1,5 L". */
export const SAYINGS =
  /(?<!\p{L})(?:(?:cent|100) ?(?:%|pour cent)|[\p{L}-]+ pour cent(?= de tva)|sur (?:vingt[- ]quatre|24|sept|7|dix|10)|cinq sur cinq|\d+(?:[.,]\d+)?\s?(?:[lg]|cl|ml|kg|cm|mm|litres?|grammes?|kilos?|%(?= de tva)))(?![\p{L}'’])/giu;
const CLOCK_WORDS = /(?<!\p{L})(?:midi|minuit|noon|midnight)(?!\p{L})/giu;
/** Who asks so names a price, and not how many. */
const OFFERS =
  /(?<!\p{L})(?:[cç]a (?:vous )?(?:va|irait|ira|convient|conviendrait|marche)|d['’]accord|okay|ok|deal|fine|all ?right|works? for you)(?!\p{L})/iu;
/** "Au 27, rue de Lyon". */
const ADDRESS = /^,?\s+(?:rue|avenue|boulevard|place|impasse|chemin|quai|cours|allée|route)(?!\p{L})/iu;
const PHONE_DIGITS = 5;
/** Money of elsewhere, unless something is weighed: "deux livres de pain". */
const POUNDS = /^\s+livres?(?!\p{L})(?!\s+(?:de(?!\p{L})|d['’]))/iu;
const UNKNOWN: SaidNumber = { value: Number.NaN, unit: null, link: null };

/** What comes behind it decides what it says. */
export function endsOpen(text: string): boolean {
  return ENDS_SO_MANY.test(text);
}

/** Those that nothing explains: no quantity, no time that the desk named, no name. */
export function bareNumbers(sentence: string, known: KnownQuantities): BareNumber[] {
  if (known.told.some((text) => text.includes(sentence.trim()))) return [];
  const text = sentence.replace(CLOCK_WORDS, " ");
  const about: BareNumber[] = ABOUT_SO_MANY.test(text) ? [{ parts: [UNKNOWN], cue: "about" }] : [];
  const isAsked = text.includes("?") && !OFFERS.test(text);
  const found = runs(text).flatMap((run): BareNumber[] => {
    const { parts } = run;
    const cue = cueOf(run);
    const isArticle = parts.every(({ value, unit, link }) => value === 1 && unit === null && link !== "one");
    if (isArticle || isNamed(run, cue, known) || isTime(run, cue, known)) return [];
    const isCount = isQuantity(run, known);
    if (cue === null && (isAsked || isCount || COUNT.test(run.before) || INSTEAD.test(run.after))) return [];
    if (cue === "price" && isAsked && isCount) return [];
    return POUNDS.test(run.after) ? [{ parts: [UNKNOWN], cue: "about" }] : [{ parts, cue }];
  });
  return [...about, ...found];
}

interface Run {
  values: number[];
  parts: SaidNumber[];
  before: string;
  after: string;
}

function cueOf({ before: said, after: rest }: Run): BareNumber["cue"] {
  if (TOTAL_BEFORE.test(said)) return "total";
  return PRICE_BEFORE.test(said) || PRICE_AFTER.test(rest) ? "price" : null;
}

function isNamed({ values, before: said }: Run, cue: BareNumber["cue"], { inNames }: KnownQuantities): boolean {
  if (EMERGENCY.after.test(said) && values.every((value) => EMERGENCY.numbers.has(value))) return true;
  if (LABEL.test(said) || (ARTICLE.test(said) && values.every((value) => inNames.has(value)))) return true;
  // "Un trente-deux et un douze."
  const named = values.filter((value) => value !== 1);
  return cue === null && values[0] === 1 && named.length > 0 && named.every((value) => inNames.has(value));
}

function isTime({ values, parts, before: said }: Run, cue: BareNumber["cue"], { numbers }: KnownQuantities): boolean {
  if (parts.some(({ unit, link }) => unit === "money" || unit === "cents" || link === "one")) return false;
  if (CLOCK.test(said)) return true;
  const [hour = 0, minute = null] = values;
  if (cue !== null || values.length > 2 || hour > 24) return false;
  const isKnown = values.every((value) => numbers.has(value));
  if (minute === null) return AT.test(said) && (isKnown || hour <= 12);
  return AT.test(said) ? isKnown || QUARTERS.includes(minute) : FOR.test(said) && isKnown;
}

function isQuantity({ values, parts }: Run, { quantities }: KnownQuantities): boolean {
  if (parts.some(({ unit }) => unit !== null)) return false;
  // As long as the cart is empty, nobody waits for its price.
  return values.length === 1 && values.every((value) => value <= FEW || quantities.size === 0 || quantities.has(value));
}

/** Numbers next to each other with nothing counted behind them. */
function runs(text: string): Run[] {
  return eachNumber(text).flatMap(({ from, to }) => {
    const said = text.slice(from, to);
    const rest = text.slice(to);
    // Of a telephone number, or what is counted comes after another number: "six ou sept pizzas".
    if (numbersIn(said).length >= PHONE_DIGITS || isCounted(rest)) return [];
    return parted(said, text.slice(0, from), rest);
  });
}

/** Where numbers that stand next to each other begin and end. */
function eachNumber(text: string): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let open = false;
  for (const match of text.matchAll(/(?<![\p{L}\d])\d+(?:[.,:]\d+)*|\p{L}+|[^\s\p{L}\d]+/gu)) {
    const [word] = match;
    const to = match.index + word.length;
    const last = open ? found.at(-1) : undefined;
    if (/\d/.test(word) || numbersIn(word).length > 0) {
      if (last) last.to = to;
      else found.push({ from: match.index, to });
      open = true;
    } else if (!/^(?:et|and|[-,])$/iu.test(word)) open = false;
  }
  return found;
}

/** At its commas; a quantity of one part is none of the other. */
function parted(said: string, start: string, rest: string): Run[] {
  const parts = said.split(/,\s+/u);
  return parts.map((part, at) => ({
    ...{ values: numbersIn(part), parts: amountParts(part, "fr") },
    before: at === 0 ? start : `${start}${parts.slice(0, at).join(", ")}, `,
    after: at === parts.length - 1 ? rest : ",",
  }));
}

/** The text without the numbers behind which stands what they count. */
export function uncounted(text: string): string {
  return eachNumber(text).reduceRight(
    (rest, { from, to }) => (isCounted(text.slice(to)) ? `${rest.slice(0, from)} ${rest.slice(to)}` : rest),
    text,
  );
}

/** "Vingt livres": right or wrong, it is no amount that the desk named. */
export function inPounds(text: string): boolean {
  return eachNumber(text).some(({ to }) => POUNDS.test(text.slice(to)));
}

function isCounted(rest: string): boolean {
  if (POUNDS.test(rest)) return false;
  const more = /^\s*(?:ou|à|et|or|to|and)\s+(.*)$/iu.exec(rest)?.[1];
  if (more !== undefined) {
    const next = /^(?:\d+|[\p{L}-]+)\s*/u.exec(more)?.[0] ?? "";
    if (numbersIn(next).length > 0)
      return isCounted(more.slice(next.length)) || /^\s*[h€]/u.test(more.slice(next.length));
  }
  if (/^\s?[%°]/u.test(rest) || ADDRESS.test(rest)) return true;
  const [, word] = /^[\s-]*(\p{L}+)/u.exec(rest) ?? [];
  return word !== undefined && !LITTLE_WORDS.has(word.toLowerCase());
}

function numbersIn(text: string): number[] {
  const french = saidNumbers(text, "fr");
  return french.length > 0 ? french : saidNumbers(text, "en");
}

const NUMBER_WORDS = new RegExp(
  `(?<!\\p{L})(?:${[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 30, 40, 50, 60, 100, 1000]
    .flatMap((number) => [numberWords(number, "fr"), numberWords(number, "en")])
    .join("|")})(?!\\p{L})`,
  "iu",
);

/** Digits, or a word for two or more, of whatever language. */
export function holdsNumber(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return /\d/.test(text) || NUMBER_WORDS.test(text) || words.some(isForeignNumber);
}

/** In lower case: a dish's name as it may be said, when it holds a number: "Menu 12", "menu douze", "menu twelve". Else none. */
export function numberedNames(name: string): string[] {
  if (!holdsNumber(name)) return [];
  const spelled = (language: "fr" | "en"): string =>
    name.replace(/\d{1,6}/g, (digits) => numberWords(Number(digits), language));
  return [...new Set([name, spelled("fr"), spelled("en")].map((form) => form.toLowerCase()))];
}

/** The numbers in a dish's name. */
export function numbersOfName(name: string): number[] {
  return numbersIn(name).filter((number) => !Number.isNaN(number));
}
