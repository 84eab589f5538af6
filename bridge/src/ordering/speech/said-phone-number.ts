/**
 * Telephone numbers in words: "zéro six, douze, trente-quatre …", "oh seven nine …", also with some of it in digits. With a zero or a
 * plus in front five numbers with nothing between them are one; without it nine digits as a telephone number alone is said.
 */
import { plainDigits } from "./foreign-numbers.ts";
import { DIGIT_WORDS, type DigitWords, plain } from "./spoken-digits.ts";

const FEWEST_NUMBERS = 5;
const SHORTEST = 8;
const LONGEST = 16;
/** Of one without its zero. */
const BARE = 9;
/** "Zéro six… trente-neuf, euh, quatre-vingt-dix-huit et …". */
const BETWEEN = /^(?:[\s.,;:/…–—-]{1,6}|[\s.,…]{1,6}(?:et|euh|puis|heu|and|then|um|y|und)[\s.,…]{1,6})$/iu;
const PLUS = /(?<!\p{L})(?:plus |mas |\+ ?)$/iu;
/** "Double nine" is 99. */
const TIMES: Readonly<Record<string, number>> = { double: 2, triple: 3 };
/** Whoever says one of these before it says a telephone number. */
const CUE =
  /(?<!\p{L})(?:num[ée]ros?|t[ée]l[ée]phone|t[ée]l|portable|mobile|rappel\p{L}*|appel\p{L}*|joindre|joignable|number|phone|call|reach|n[úu]mero|tel[ée]fono|m[óo]vil|nummer|telefon|handy)(?!\p{L})[^.!?]{0,30}$/iu;

interface Said {
  digits: string;
  /** Digits of a whole number in this language. */
  whole: number;
  start: number;
  end: number;
}

/** Where numbers stand with nothing between them. */
type Run = readonly Said[];

interface Spelling extends DigitWords {
  number: RegExp;
}

const SPELLINGS: readonly Spelling[] = DIGIT_WORDS.map((words) => {
  const { below100, hundreds } = words;
  const small = alternatives(below100);
  const large = hundreds.size === 0 ? "" : `(?:${alternatives(hundreds)})(?: (?:${small}))?|`;
  return {
    ...words,
    number: new RegExp(
      `(?<![\\p{L}\\p{Nd}])(?:(?:double|triple) )?(?:${large}${small}|\\p{Nd}{1,4})(?![\\p{L}\\p{Nd}])`,
      "gu",
    ),
  };
});

function alternatives(words: ReadonlyMap<string, number>): string {
  return [...words.keys()].toSorted((a, b) => b.length - a.length).join("|");
}

/** The text with every telephone number that is said in it as `replace` makes it; `digits`: "0612345678", "+33612345678". */
export function replaceSaidNumbers(text: string, replace: (digits: string) => string): string {
  return replaced(text, phoneIn, replace);
}

/** The text with "••••" for the numbers that `isIt`, with or without their zero. `digits` as above. */
export function withoutSaidNumber(text: string, isIt: (digits: string) => boolean): string {
  const find: Finder = (run, from, before) => {
    const plus = PLUS.test(before) ? "+" : "";
    return windows(run, from).find(({ digits }) => digits.length >= SHORTEST && isIt(plus + digits)) ?? null;
  };
  return replaced(text, find, () => "••••");
}

/** A number that begins with the run's number `from`; `before` is the text in front of it. */
type Finder = (run: Run, from: number, before: string) => { digits: string; count: number } | null;

function replaced(text: string, find: Finder, replace: (digits: string) => string): string {
  return SPELLINGS.reduce((rest, spelling) => {
    let [made, done] = ["", 0];
    for (const run of runsIn(rest, spelling)) {
      for (let from = 0; from < run.length; from++) {
        const start = run[from]?.start ?? 0;
        const before = rest.slice(Math.max(done, start - 60), start);
        const found = find(run, from, before);
        const end = run[from + (found?.count ?? 0) - 1]?.end ?? 0;
        // In digits alone it is written, and no word of it was said.
        if (!found || !/\p{L}/u.test(rest.slice(start, end))) continue;
        const [plus = ""] = PLUS.exec(before) ?? [];
        made += rest.slice(done, start - plus.length) + replace((plus && "+") + found.digits);
        done = end;
        from += found.count - 1;
      }
    }
    return made + rest.slice(done);
  }, text);
}

function runsIn(text: string, spelling: Spelling): Said[][] {
  const runs: Said[][] = [];
  for (const { 0: word, index } of plain(text).matchAll(spelling.number)) {
    const said = { digits: digitsOf(word, spelling), whole: spelling.whole, start: index, end: index + word.length };
    const last = runs.at(-1);
    const isNext = last !== undefined && BETWEEN.test(text.slice(last.at(-1)?.end, index));
    if (isNext) last.push(said);
    else runs.push([said]);
  }
  return runs.filter(({ length }) => length > 2);
}

function digitsOf(said: string, { below100, hundreds }: DigitWords): string {
  const [, times = "", word = said] = /^(double|triple) (.*)$/u.exec(said) ?? [];
  const hundred = [...hundreds].find(([name]) => word === name || word.startsWith(`${name} `));
  const rest = hundred ? word.slice(hundred[0].length + 1) : word;
  const below = below100.get(rest);
  const value = hundred ? hundred[1] + (below ?? 0) : below;
  return (value === undefined ? plainDigits(word) : String(value)).repeat(TIMES[times] ?? 1);
}

/** What the numbers from one on are together, one more at a time. */
function windows(run: Run, from: number): { digits: string; count: number }[] {
  const found: { digits: string; count: number }[] = [];
  let all = "";
  for (const { digits } of run.slice(from, from + LONGEST)) {
    all += digits;
    found.push({ digits: all, count: found.length + 1 });
  }
  return found;
}

const phoneIn: Finder = (run, from, before) => {
  const hasPlus = PLUS.test(before);
  if (hasPlus || run[from]?.digits.startsWith("0")) return withZero(run, from, hasPlus);
  const bare = withoutZero(run, from, CUE.test(before));
  return bare && { ...bare, digits: `0${bare.digits}` };
};

function withZero(run: Run, from: number, hasPlus: boolean): ReturnType<Finder> {
  const all = windows(run, from);
  const national = run[from]?.whole ?? 0;
  // 00 before the country's is a plus.
  const wholeOf = (digits: string): number => national + (hasPlus ? 1 : digits.startsWith("00") ? 3 : 0);
  const found = all.find(({ digits }) => digits.length >= wholeOf(digits)) ?? all.at(-1);
  if (!found || found.digits.length < SHORTEST) return null;
  return found.count >= FEWEST_NUMBERS || run.slice(from, from + found.count).some(isHundreds) ? found : null;
}

/** "Six, trente-neuf, quatre-vingt-dix-huit, zéro un, soixante-dix-huit"; "six three nine nine eight zero one seven eight". */
function withoutZero(run: Run, from: number, isMeant: boolean): ReturnType<Finder> {
  const found = windows(run, from).find(({ digits }) => digits.length >= BARE);
  if (found?.digits.length !== BARE) return null;
  const said = run.slice(from, from + found.count).map(({ digits }) => digits);
  if (isMeant && found.count >= 3) return found;
  if (said.every(isRepeated)) return isCounting(said) ? null : found;
  const groups = said.join(" ").replaceAll(/(?<!\d)0 (?=\d(?!\d))/gu, "0");
  // As France and Spain write them.
  const isGrouped = /^\d(?: \d\d){4}$/u.test(groups) ? !isPriceList(groups) : /^\d{3}(?: \d\d){3}$/u.test(groups);
  return isGrouped ? found : null;
}

/** "Four hundred", which of pairs nobody says. */
function isHundreds({ digits }: Said): boolean {
  return digits.length === 3;
}

/** A digit by itself, or "double nine". */
function isRepeated(digits: string): boolean {
  return /^(\d)\1*$/u.test(digits);
}

/** "Un, deux, trois, quatre …". */
function isCounting(said: readonly string[]): boolean {
  return said.every((digits, at) => at === 0 || Number(digits) === Number(said[at - 1]) + 1);
}

/** "Neuf, douze cinquante, quatorze cinquante"; nothing costs zero one. */
function isPriceList(groups: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = groups.split(" ").slice(1).map(Number);
  const areCents = (one: number, other: number): boolean => one % 5 === 0 && other % 5 === 0;
  return !groups.includes(" 0") && (areCents(b, d) || areCents(a, c));
}
