/**
 * Numbers of a telephone number in words, as people say them in four languages: 0 to 99, in French and Spanish hundreds as well
 * ("zéro quatre cent septante-cinq", "seiscientos treinta y nueve"). In lower case, without accents, a space for a hyphen.
 */
import { numberWords } from "./number-words.ts";
import { inBelgium } from "./said-numbers.ts";

export interface DigitWords {
  /** 0 to 99 by what is said. */
  below100: ReadonlyMap<string, number>;
  /** 100 to 900 by what is said. */
  hundreds: ReadonlyMap<string, number>;
  /** Digits of a whole one with its zero; what follows is something else ("… soixante-dix-huit, deux pizzas"). With a plus one more. */
  whole: number;
}

const upTo99 = (words: (number: number) => string): [string, number][] =>
  Array.from({ length: 100 }, (_, number) => [plain(words(number)), number]);

const ES_SMALL =
  "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve".split(
    " ",
  );
const ES_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split(" ");
const ES_HUNDREDS =
  "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos".split(" ");
const DE_SMALL =
  "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn".split(
    " ",
  );
const DE_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split(" ");

function spanish(number: number): string {
  if (number < 30) return ES_SMALL[number] ?? "";
  const tens = ES_TENS[Math.floor(number / 10) - 3] ?? "";
  return number % 10 === 0 ? tens : `${tens} y ${ES_SMALL[number % 10]}`;
}

function german(number: number): string {
  if (number < 20) return DE_SMALL[number] ?? "";
  const tens = DE_TENS[Math.floor(number / 10) - 2] ?? "";
  const unit = number % 10 === 1 ? "ein" : DE_SMALL[number % 10];
  return number % 10 === 0 ? tens : `${unit}und${tens}`;
}

const french = (number: number): string => numberWords(number, "fr");

/** In the order in which a text is looked through. */
export const DIGIT_WORDS: readonly DigitWords[] = [
  {
    below100: new Map([
      ...upTo99(french),
      ...inBelgium().map(([value, said]): [string, number] => [plain(said), value]),
      ["zeros", 0],
    ]),
    hundreds: new Map([
      ["cent", 100],
      ...[2, 3, 4, 5, 6, 7, 8, 9].flatMap((unit): [string, number][] =>
        ["cent", "cents"].map((word) => [`${french(unit)} ${word}`, unit * 100]),
      ),
    ]),
    whole: 10,
  },
  { below100: new Map([...upTo99((number) => numberWords(number, "en")), ["oh", 0]]), hundreds: new Map(), whole: 11 },
  {
    below100: new Map(upTo99(spanish)),
    hundreds: new Map([["cien", 100], ...ES_HUNDREDS.map((word, at): [string, number] => [word, (at + 1) * 100])]),
    whole: 10,
  },
  { below100: new Map([...upTo99(german), ["zwo", 2]]), hundreds: new Map(), whole: 11 },
];

/** As the words above are written, as long as before: a text's letters keep their places. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\u00df-\u017f]/gu, (letter) => letter.normalize("NFD").charAt(0))
    .replace(/[-\u2010\u2011\u00a0\u202f]/gu, " ");
}
