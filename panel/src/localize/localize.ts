/** Texts for people, by key. A key that does not exist does not compile. */
import { type Language, languageOf } from "../language.ts";
import { en, type Key } from "./en.ts";
import { fr } from "./fr.ts";

export type { Key };

const texts: Record<Language, Record<Key, string>> = { en, fr };

export interface LocalizerOf<K extends string> {
  readonly locale: string;
  (key: K, values?: Record<string, string | number>): string;
}

export type Localizer = LocalizerOf<Key>;

/** Texts of the locale's language; times and dates as the locale writes them. */
export function localizer(locale: string): Localizer {
  return localizerOf(locale, texts);
}

/** The same for a part of the panel that brings texts of its own. */
export function localizerOf<K extends string>(
  locale: string,
  tables: Record<Language, Record<K, string>>,
): LocalizerOf<K> {
  const table = tables[languageOf([locale])];
  const localize = (key: K, values: Record<string, string | number> = {}): string =>
    table[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  return Object.assign(localize, { locale });
}

/** "Unit 401" for a number, the name itself for a reception or an office. */
export function unitLabel(t: Localizer, number: string): string {
  return /^\d/.test(number) ? t("unit.numbered", { number }) : number;
}

/** 65 s → "1:05". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const tail = `${String(rest).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** Time of day, as the language writes it. */
export function clock(t: Localizer, atMs: number): string {
  return new Intl.DateTimeFormat(t.locale, { hour: "2-digit", minute: "2-digit" }).format(atMs);
}

/** Today, yesterday, or the date. */
export function day(t: Localizer, atMs: number, nowMs: number): string {
  const [then, now] = [startOfDay(atMs), startOfDay(nowMs)];
  if (then === now) return t("time.today");
  if (then === startOfDay(now - 1)) return t("time.yesterday");
  return date(t, atMs);
}

/** Weekday, day and month. */
export function date(t: Localizer, atMs: number): string {
  return new Intl.DateTimeFormat(t.locale, { weekday: "long", day: "numeric", month: "long" }).format(atMs);
}

/** "Sun", "dim." */
export function weekday(t: Localizer, atMs: number): string {
  return new Intl.DateTimeFormat(t.locale, { weekday: "short" }).format(atMs);
}

function startOfDay(atMs: number): number {
  const date = new Date(atMs);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
