/** Texts for people, by key. A key that does not exist does not compile. */
import { type Language, languageOf } from "../language.ts";
import { en, type Key } from "./en.ts";
import { fr } from "./fr.ts";

export type { Key };

const texts: Record<Language, Record<Key, string>> = { en, fr };

export interface LocalizerOf<K extends string> {
  readonly locale: string;
  /** Whose clock times are told by; undefined: this device's. */
  readonly timeZone: string | undefined;
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
  timeZone?: string,
): LocalizerOf<K> {
  const table = tables[languageOf([locale])];
  const localize = (key: K, values: Record<string, string | number> = {}): string =>
    table[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  return Object.assign(localize, { locale, timeZone });
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
  return written(t, atMs, { hour: "2-digit", minute: "2-digit" });
}

/** Today, yesterday, or the date. */
export function day(t: Localizer, atMs: number, nowMs: number): string {
  const [then, now] = [dayOf(t, atMs), dayOf(t, nowMs)];
  if (then === now) return t("time.today");
  if (then === dayBefore(now)) return t("time.yesterday");
  return date(t, atMs);
}

/** The same within a sentence, with its time: "today, 14:03". */
export function momentWithin(t: Localizer, atMs: number, nowMs: number): string {
  const [then, now] = [dayOf(t, atMs), dayOf(t, nowMs)];
  const near = then === now ? "time.today.within" : then === dayBefore(now) ? "time.yesterday.within" : null;
  return `${near === null ? date(t, atMs) : t(near)}, ${clock(t, atMs)}`;
}

/** Weekday, day and month. */
export function date(t: Localizer, atMs: number): string {
  return written(t, atMs, { weekday: "long", day: "numeric", month: "long" });
}

/** "Sun", "dim." */
export function weekday(t: Localizer, atMs: number): string {
  return written(t, atMs, { weekday: "short" });
}

/** The zone, unless this browser is older than its name. */
export function knownZone(timeZone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone && timeZone;
  } catch {
    return undefined;
  }
}

/** "2026-11-30". */
export function dayOf({ timeZone }: Localizer, atMs: number): string {
  // Canada writes dates as ISO 8601 does.
  return formatOf("en-CA", { timeZone }).format(atMs);
}

function dayBefore(isoDay: string): string {
  return new Date(Date.parse(isoDay) - 86_400_000).toISOString().slice(0, 10);
}

function written({ locale, timeZone }: Localizer, atMs: number, parts: Intl.DateTimeFormatOptions): string {
  return formatOf(locale, { ...parts, timeZone }).format(atMs);
}

/** What a language writes times by is dear to make: a board of two hundred orders asks for it a thousand times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options]);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}

/** Somebody's own words within a sentence: they read in their own direction, and turn nothing around them (UAX 9, isolates). */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
