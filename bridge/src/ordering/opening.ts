/** When a line takes orders, and when they may be fetched: the week's hours, holidays, the queue's pick-up slots. */
import type { ClockOffset } from "../../../infra/control/src/wire.ts";
import type { LineSettings } from "../api/line.ts";

/** A moment on the site's clock. */
export interface LocalTime {
  /** 2026-11-21 */
  date: string;
  minuteOfDay: number;
  /** From Monday 0:00. */
  minuteOfWeek: number;
}

/** The site's offsets from UTC, oldest first (`siteClock`): time zone data itself would cost the process 8 MB. */
export type SiteClock = readonly ClockOffset[];

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function localTime(atMs: number, clock: SiteClock): LocalTime {
  const offset = clock.findLast(({ fromUnix }) => fromUnix * 1000 <= atMs) ?? clock[0];
  const localMs = atMs + (offset?.offsetSeconds ?? 0) * 1000;
  const minuteOfDay = Math.floor((localMs % DAY_MS) / MINUTE_MS);
  // Day 0 of Unix time was a Thursday.
  const weekday = (Math.floor(localMs / DAY_MS) + 3) % 7;
  return {
    date: new Date(localMs).toISOString().slice(0, 10),
    minuteOfDay,
    minuteOfWeek: weekday * 1440 + minuteOfDay,
  };
}

type Opening = Pick<LineSettings, "hours" | "holidays">;

/** A window that began before midnight and ends by then is the evening before, and no day of its own. */
const MORNING_MINUTE = 6 * 60;
const DAY_MINUTES = 1440;
const WEEK_MINUTES = 7 * DAY_MINUTES;

/**
 * A holiday's own hours take the place of the week's. What runs past midnight belongs to the day on which it began: a
 * Thursday evening until two in the morning ends at two though Friday is a holiday, and is not there when Thursday is one.
 */
export function isOpenAt(opening: Opening, at: LocalTime): boolean {
  const { hours, holidays } = opening;
  const holiday = holidays.find(({ date }) => date === at.date);
  const dayBefore = new Date(Date.parse(at.date) - DAY_MS).toISOString().slice(0, 10);
  const eve = holidays.find(({ date }) => date === dayBefore);
  const ofEve = eve
    ? eve.open.some(({ fromMinute, toMinute }) => toMinute < fromMinute && at.minuteOfDay < toMinute)
    : isEveningBefore(hours, at);
  if (ofEve) return true;
  if (holiday) return within(holiday.open.map(upToMidnight), at.minuteOfDay);
  if (hours.length === 0) return true;
  return within(hours, at.minuteOfWeek) && !isEveningBefore(hours, at);
}

function upToMidnight({ fromMinute, toMinute }: { fromMinute: number; toMinute: number }) {
  return { fromMinute, toMinute: toMinute < fromMinute ? DAY_MINUTES : toMinute };
}

function isEveningBefore(hours: Opening["hours"], { minuteOfDay, minuteOfWeek }: LocalTime): boolean {
  const midnight = minuteOfWeek - minuteOfDay;
  const before = midnight === 0 ? WEEK_MINUTES : midnight;
  return hours.some(({ fromMinute, toMinute }) => {
    if (toMinute > midnight + MORNING_MINUTE || minuteOfWeek >= toMinute || fromMinute > midnight) return false;
    return fromMinute < midnight || hours.some((other) => other.toMinute === before);
  });
}

export function within(windows: readonly { fromMinute: number; toMinute: number }[], minute: number): boolean {
  return windows.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute);
}

export interface Kitchen {
  settings: LineSettings;
  clock: SiteClock;
  nowMs: number;
  /** Pick-up times of the orders that are not gone yet. */
  pickups: readonly number[];
}

/** The next pick-up times with a free place, soonest first; starts at the full slot after preparation, or at `fromMs` when that is later. */
export function pickupSlots(kitchen: Kitchen, most: number, fromMs = 0): number[] {
  const { settings, clock, nowMs } = kitchen;
  const slotMs = settings.slotMinutes * MINUTE_MS;
  const firstMs = Math.ceil(Math.max(fromMs, nowMs + settings.preparationMinutes * MINUTE_MS) / slotMs) * slotMs;
  const lastMs = nowMs + settings.aheadHours * 60 * MINUTE_MS;
  const slots: number[] = [];
  for (let atMs = firstMs; atMs <= lastMs && slots.length < most; atMs += slotMs) {
    if (isFree(kitchen, atMs) && isOpenAt(settings, localTime(atMs, clock))) slots.push(atMs);
  }
  return slots;
}

/** Why an order cannot be fetched then; null: it can. */
export function pickupProblem(
  kitchen: Kitchen,
  atMs: number,
): "too_soon" | "too_late" | "closed_then" | "slot_full" | null {
  const { settings, clock, nowMs } = kitchen;
  const soonestMs = nowMs + settings.preparationMinutes * MINUTE_MS;
  if (atMs < soonestMs) return "too_soon";
  if (atMs > nowMs + settings.aheadHours * 60 * MINUTE_MS) return "too_late";
  if (!isOpenAt(settings, localTime(atMs, clock))) return "closed_then";
  return isFree(kitchen, atMs) ? null : "slot_full";
}

/** The next moment at which the site's clock shows this time, within 24 hours; null when it never does (spring). */
export function nextAt(minuteOfDay: number, nowMs: number, clock: SiteClock): number | null {
  const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const away = (minuteOfDay - localTime(startMs, clock).minuteOfDay + 1440) % 1440;
  // The clock may change on the way: look an hour around.
  for (const shift of [0, -60, 60]) {
    const atMs = startMs + (away + shift) * MINUTE_MS;
    if (atMs >= startMs && localTime(atMs, clock).minuteOfDay === minuteOfDay) return atMs;
  }
  return null;
}

/** The moment, so many days from today, at which the site's clock shows this time; null when it never does (spring). */
export function atOn(daysAway: number, minuteOfDay: number, nowMs: number, clock: SiteClock): number | null {
  const today = localTime(nowMs, clock);
  const wanted = (Date.parse(today.date) + daysAway * DAY_MS) / MINUTE_MS + minuteOfDay;
  // As long as the clock does not change on the way; else an hour around.
  const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const guessMs = startMs + (wanted - Date.parse(today.date) / MINUTE_MS - today.minuteOfDay) * MINUTE_MS;
  for (const shift of [0, -60, 60]) {
    const atMs = guessMs + shift * MINUTE_MS;
    const at = localTime(atMs, clock);
    if (Date.parse(at.date) / MINUTE_MS + at.minuteOfDay === wanted) return atMs;
  }
  return null;
}

function isFree({ settings, pickups }: Kitchen, atMs: number): boolean {
  const slotMs = settings.slotMinutes * MINUTE_MS;
  const slot = Math.floor(atMs / slotMs);
  return pickups.filter((pickup) => Math.floor(pickup / slotMs) === slot).length < settings.ordersPerSlot;
}
