/**
 * A rule's times as people say them ("Monday to Friday, 8:00 to 18:00, also past midnight"), and as the API has them:
 * windows of minutes from Monday 00:00. Pure.
 */

export interface WeekWindow {
  fromMinute: number;
  toMinute: number;
}

/** The same hours on some days. */
export interface DayTimes {
  /** 0 is Monday. */
  days: number[];
  /** Minutes from midnight, 0 to 1439. */
  from: number;
  /** Minutes from midnight, 1 to 1440; not after `from`: until that time of the next day. */
  to: number;
}

const DAY = 1440;
const WEEK = 7 * DAY;

/** Night hours run into the next day, and on Sunday into Monday. Neighbouring windows become one. */
export function windowsOf(times: readonly DayTimes[]): WeekWindow[] {
  const windows = times.flatMap(({ days, from, to }) =>
    days.flatMap((day) => {
      const fromMinute = day * DAY + from;
      const toMinute = day * DAY + (to > from ? to : to + DAY);
      if (toMinute <= WEEK) return [{ fromMinute, toMinute }];
      return [
        { fromMinute, toMinute: WEEK },
        { fromMinute: 0, toMinute: toMinute - WEEK },
      ];
    }),
  );
  return merged(windows.filter(({ fromMinute, toMinute }) => toMinute > fromMinute));
}

/** The whole week is no restriction at all. */
export function isAlways(windows: readonly WeekWindow[]): boolean {
  return windows.length === 0 || merged(windows).some(({ fromMinute, toMinute }) => toMinute - fromMinute === WEEK);
}

function merged(windows: readonly WeekWindow[]): WeekWindow[] {
  const joined: WeekWindow[] = [];
  for (const window of [...windows].sort((a, b) => a.fromMinute - b.fromMinute)) {
    const last = joined.at(-1);
    if (last !== undefined && window.fromMinute <= last.toMinute)
      last.toMinute = Math.max(last.toMinute, window.toMinute);
    else joined.push({ ...window });
  }
  return joined;
}

/** The way back: days with the same hours stand together, in the order of the first of them. */
export function dayTimesOf(windows: readonly WeekWindow[]): DayTimes[] {
  const groups = new Map<string, DayTimes>();
  for (const { fromMinute, toMinute } of unwrapped(merged(windows)).flatMap(cutAtDays)) {
    const day = Math.floor(fromMinute / DAY);
    const from = fromMinute - day * DAY;
    const length = toMinute - fromMinute;
    const to = from + length > DAY ? from + length - DAY : from + length;
    const key = `${from} ${to}`;
    const group = groups.get(key) ?? { days: [], from, to };
    group.days.push(day);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, days: group.days.sort((a, b) => a - b) }));
}

/** A night from Sunday to Monday is one window again: it ends after the week does. */
function unwrapped(windows: readonly WeekWindow[]): WeekWindow[] {
  const first = windows[0];
  const last = windows.at(-1);
  if (first === undefined || last === undefined || first === last) return [...windows];
  const isNight = first.fromMinute === 0 && last.toMinute === WEEK && first.toMinute < DAY;
  if (!isNight || last.fromMinute < WEEK - DAY) return [...windows];
  return [...windows.slice(1, -1), { fromMinute: last.fromMinute, toMinute: WEEK + first.toMinute }];
}

/** What lasts for a day and more is told day by day. */
function cutAtDays({ fromMinute, toMinute }: WeekWindow): WeekWindow[] {
  const midnight = (Math.floor(fromMinute / DAY) + 1) * DAY;
  // A night that ends before it began on the clock stays whole.
  if (toMinute <= midnight || toMinute - fromMinute <= DAY - 1) return [{ fromMinute, toMinute }];
  return [{ fromMinute, toMinute: midnight }, ...cutAtDays({ fromMinute: midnight, toMinute })];
}

/** "08:00" → 480; NaN for anything else. "24:00" is the end of the day. */
export function minutesOf(time: string): number {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(time) ?? [];
  return hours === undefined ? Number.NaN : Number(hours) * 60 + Number(minutes);
}

/** For an input of type time, which knows no 24:00. */
export function timeOf(minutes: number): string {
  const within = minutes % DAY;
  return `${String(Math.floor(within / 60)).padStart(2, "0")}:${String(within % 60).padStart(2, "0")}`;
}
