/** When a line takes orders, and when they may be fetched: the week's hours, holidays, the queue's pick-up slots. */
import type { LineSettings } from "../api/line.ts";

/** A moment on the site's clock. */
export interface LocalTime {
  /** 2026-11-21 */
  date: string;
  minuteOfDay: number;
  /** From Monday 0:00. */
  minuteOfWeek: number;
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTE_MS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

export function localTime(atMs: number, timeZone: string): LocalTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? "";
  const minuteOfDay = Number(part("hour")) * 60 + Number(part("minute"));
  return {
    date: `${part("year")}-${part("month")}-${part("day")}`,
    minuteOfDay,
    minuteOfWeek: DAYS.indexOf(part("weekday")) * 1440 + minuteOfDay,
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** A holiday's own hours take the place of the week's. */
export function isOpenAt({ hours, holidays }: Pick<LineSettings, "hours" | "holidays">, at: LocalTime): boolean {
  const holiday = holidays.find(({ date }) => date === at.date);
  if (holiday) return within(holiday.open, at.minuteOfDay);
  return hours.length === 0 || within(hours, at.minuteOfWeek);
}

export function within(windows: readonly { fromMinute: number; toMinute: number }[], minute: number): boolean {
  return windows.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute);
}

export interface Kitchen {
  settings: LineSettings;
  timeZone: string;
  nowMs: number;
  /** Pick-up times of the orders that are not gone yet. */
  pickups: readonly number[];
}

/** The next pick-up times with a free place, soonest first; starts at the full slot after preparation. */
export function pickupSlots(kitchen: Kitchen, most: number): number[] {
  const { settings, timeZone, nowMs } = kitchen;
  const slotMs = settings.slotMinutes * MINUTE_MS;
  const firstMs = Math.ceil((nowMs + settings.preparationMinutes * MINUTE_MS) / slotMs) * slotMs;
  const lastMs = nowMs + settings.aheadHours * 60 * MINUTE_MS;
  const slots: number[] = [];
  for (let atMs = firstMs; atMs <= lastMs && slots.length < most; atMs += slotMs) {
    if (isFree(kitchen, atMs) && isOpenAt(settings, localTime(atMs, timeZone))) slots.push(atMs);
  }
  return slots;
}

/** Why an order cannot be fetched then; null: it can. */
export function pickupProblem(
  kitchen: Kitchen,
  atMs: number,
): "too_soon" | "too_late" | "closed_then" | "slot_full" | null {
  const { settings, timeZone, nowMs } = kitchen;
  const soonestMs = nowMs + settings.preparationMinutes * MINUTE_MS;
  if (atMs < soonestMs) return "too_soon";
  if (atMs > nowMs + settings.aheadHours * 60 * MINUTE_MS) return "too_late";
  if (!isOpenAt(settings, localTime(atMs, timeZone))) return "closed_then";
  return isFree(kitchen, atMs) ? null : "slot_full";
}

/** The next moment at which the site's clock shows this time, within 24 hours; null when it never does (spring). */
export function nextAt(minuteOfDay: number, nowMs: number, timeZone: string): number | null {
  const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const away = (minuteOfDay - localTime(startMs, timeZone).minuteOfDay + 1440) % 1440;
  // The clock may change on the way: look an hour around.
  for (const shift of [0, -60, 60]) {
    const atMs = startMs + (away + shift) * MINUTE_MS;
    if (atMs >= startMs && localTime(atMs, timeZone).minuteOfDay === minuteOfDay) return atMs;
  }
  return null;
}

function isFree({ settings, pickups }: Kitchen, atMs: number): boolean {
  const slotMs = settings.slotMinutes * MINUTE_MS;
  const slot = Math.floor(atMs / slotMs);
  return pickups.filter((pickup) => Math.floor(pickup / slotMs) === slot).length < settings.ordersPerSlot;
}
