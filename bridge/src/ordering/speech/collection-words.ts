/** When an order is collected, as it is said: with its day, when that is not today. */
import type { Language } from "../../api/order.ts";
import { localTime, type SiteClock } from "../opening.ts";
import { timeWords } from "./number-words.ts";

const MINUTE_MS = 60_000;
/** Until five in the morning it is still last night for whoever orders. */
const NIGHT_MINUTES = 300;
const WEEKDAYS: Record<Language, readonly string[]> = {
  fr: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
  en: ["on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"],
};
const TOMORROW: Record<Language, string> = { fr: "demain", en: "tomorrow" };
const AT: Record<Language, string> = { fr: "à", en: "at" };

/** "à dix-neuf heures trente", "demain à midi", "at noon", "tomorrow at noon". */
export function collectionWords(atMs: number, nowMs: number, clock: SiteClock, language: Language): string {
  const day = dayWords(atMs, nowMs, clock, language);
  return `${day === "" ? "" : `${day} `}${AT[language]} ${timeWords(localTime(atMs, clock).minuteOfDay, language)}`;
}

/** The same for several: a day is said once. */
export function collectionTimes(
  times: readonly number[],
  nowMs: number,
  clock: SiteClock,
  language: Language,
): string[] {
  return times.map((atMs, index) => {
    const before = times[index - 1];
    const isSameDay =
      before !== undefined && dayWords(before, nowMs, clock, language) === dayWords(atMs, nowMs, clock, language);
    return collectionWords(atMs, isSameDay ? atMs : nowMs, clock, language);
  });
}

function dayWords(atMs: number, nowMs: number, clock: SiteClock, language: Language): string {
  const [at, now] = [localTime(atMs, clock), localTime(nowMs, clock)];
  const isThisNight = evening(atMs, clock) === evening(nowMs, clock);
  if (at.date === now.date || isThisNight) return "";
  const days = Math.round((Date.parse(at.date) - Date.parse(now.date)) / 86_400_000);
  return days === 1 ? TOMORROW[language] : (WEEKDAYS[language][Math.floor(at.minuteOfWeek / 1440)] ?? "");
}

/** The day that a time belongs to for whoever is up late. */
function evening(atMs: number, clock: SiteClock): string {
  return localTime(atMs - NIGHT_MINUTES * MINUTE_MS, clock).date;
}
