/** Numbers, money and times as people say them, in French (traditional spelling, France) and English. */
import type { Language } from "../../api/order.ts";

const FR_SMALL =
  "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf".split(
    " ",
  );
const FR_TENS = [
  "",
  "",
  "vingt",
  "trente",
  "quarante",
  "cinquante",
  "soixante",
  "soixante",
  "quatre-vingt",
  "quatre-vingt",
];
const EN_SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const EN_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/** 0 to 999,999. */
export function numberWords(number: number, language: Language, feminine = false): string {
  if (!Number.isInteger(number) || number < 0 || number > 999_999) throw new RangeError(`no words for ${number}`);
  if (language === "en") return english(number);
  const words = french(number, true);
  return feminine ? words.replace(/\bun$/, "une") : words;
}

/** 1250 → "douze euros cinquante", "twelve euros fifty". */
export function moneyWords(cents: number, language: Language): string {
  const [euros, rest] = [Math.floor(cents / 100), cents % 100];
  const say = (number: number): string => numberWords(number, language);
  if (language === "fr") {
    const centimes = `${say(rest)} centime${rest > 1 ? "s" : ""}`;
    if (euros === 0 && rest > 0) return centimes;
    const whole = `${say(euros)} euro${euros > 1 ? "s" : ""}`;
    // "Douze euros cinq" would be heard as 12.50 by some.
    return rest === 0 ? whole : rest < 10 ? `${whole} et ${centimes}` : `${whole} ${say(rest)}`;
  }
  const centWords = `${say(rest)} cent${rest === 1 ? "" : "s"}`;
  if (euros === 0 && rest > 0) return centWords;
  const whole = `${say(euros)} euro${euros === 1 ? "" : "s"}`;
  return rest === 0 ? whole : rest < 10 ? `${whole} and ${centWords}` : `${whole} ${say(rest)}`;
}

/** 19:30 → "dix-neuf heures trente", "seven thirty p.m.". */
export function timeWords(minuteOfDay: number, language: Language): string {
  const [hour, minute] = [Math.floor(minuteOfDay / 60), minuteOfDay % 60];
  if (language === "fr") {
    if (minute === 0 && hour === 12) return "midi";
    if (minute === 0 && hour === 0) return "minuit";
    const hours = `${numberWords(hour, "fr", true)} heure${hour > 1 ? "s" : ""}`;
    return minute === 0 ? hours : `${hours} ${numberWords(minute, "fr")}`;
  }
  if (minute === 0 && hour === 12) return "noon";
  if (minute === 0 && hour === 0) return "midnight";
  const spoken = numberWords(hour % 12 === 0 ? 12 : hour % 12, "en");
  const half = hour < 12 ? "a.m." : "p.m.";
  if (minute === 0) return `${spoken} ${half}`;
  return `${spoken} ${minute < 10 ? "oh " : ""}${numberWords(minute, "en")} ${half}`;
}

/** `final`: nothing follows, so "cents" and "quatre-vingts" take their s. */
function french(number: number, final: boolean): string {
  if (number >= 1000) {
    const thousands = Math.floor(number / 1000);
    const head = thousands === 1 ? "mille" : `${french(thousands, false)} mille`;
    return number % 1000 === 0 ? head : `${head} ${french(number % 1000, final)}`;
  }
  if (number >= 100) {
    const hundreds = Math.floor(number / 100);
    const rest = number % 100;
    if (rest > 0) return `${hundreds === 1 ? "cent" : `${FR_SMALL[hundreds]} cent`} ${french(rest, final)}`;
    return hundreds === 1 ? "cent" : `${FR_SMALL[hundreds]} cent${final ? "s" : ""}`;
  }
  if (number < 20) return FR_SMALL[number] ?? "";
  const ten = Math.floor(number / 10);
  // 70 to 79 and 90 to 99 go on from 60 and 80 with ten to nineteen.
  const unit = ten === 7 || ten === 9 ? (number % 10) + 10 : number % 10;
  const tens = FR_TENS[ten] ?? "";
  if (unit === 0) return ten === 8 && final ? "quatre-vingts" : tens;
  if ((unit === 1 || unit === 11) && ten < 8) return `${tens} et ${FR_SMALL[unit]}`;
  return `${tens}-${FR_SMALL[unit]}`;
}

function english(number: number): string {
  if (number >= 1000) {
    const head = `${english(Math.floor(number / 1000))} thousand`;
    const rest = number % 1000;
    if (rest === 0) return head;
    return rest < 100 ? `${head} and ${english(rest)}` : `${head} ${english(rest)}`;
  }
  if (number >= 100) {
    const head = `${EN_SMALL[Math.floor(number / 100)]} hundred`;
    return number % 100 === 0 ? head : `${head} and ${english(number % 100)}`;
  }
  if (number < 20) return EN_SMALL[number] ?? "";
  const tens = EN_TENS[Math.floor(number / 10)] ?? "";
  return number % 10 === 0 ? tens : `${tens}-${EN_SMALL[number % 10]}`;
}
