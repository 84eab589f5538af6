/** A rule's hours of the week as a cell of a table: `Mon 08:00-18:00 | Fri 22:00-Sat 02:00`; empty is always. French days are read as well. */
import type { WeekWindow } from "../../../../infra/control/src/wire.ts";

const DAYS: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const FRENCH_DAYS: readonly string[] = ["lun", "mar", "mer", "jeu", "ven", "sam", "dim"];
const DAY = 1440;
const WEEK = 7 * DAY;

export function weekText(windows: readonly WeekWindow[]): string {
  return windows
    .map(({ fromMinute, toMinute }) => {
      const from = `${dayName(fromMinute)} ${clock(fromMinute)}`;
      const sameDay = Math.floor(fromMinute / DAY) === Math.floor((toMinute - 1) / DAY);
      // The end of a day is 24:00 of that day, and Sunday's is the week's.
      return sameDay
        ? `${from}-${clock(toMinute - Math.floor(fromMinute / DAY) * DAY)}`
        : `${from}-${dayName(toMinute - 1)} ${clock(toMinute - Math.floor((toMinute - 1) / DAY) * DAY)}`;
    })
    .join(" | ");
}

/** null: it cannot be read. */
export function readWeekText(text: string): WeekWindow[] | null {
  const windows: WeekWindow[] = [];
  for (const part of text.split("|").map((one) => one.trim().toLowerCase())) {
    if (part === "") continue;
    const match = /^([a-z]{3}) (\d\d):(\d\d) ?- ?(?:([a-z]{3}) )?(\d\d):(\d\d)$/.exec(part);
    const [, fromDay = "", fromHour, fromMin, toDay = fromDay, toHour, toMin] = match ?? [];
    const [from, to] = [minute(fromDay, fromHour, fromMin), minute(toDay, toHour, toMin)];
    const window = from === null || to === null ? null : overMidnight(from, to, match?.[4] !== undefined);
    if (window === null) return null;
    windows.push(...window);
  }
  return windows;
}

/**
 * `Fri 22:00-02:00` ends on the next day, and so does `Sun 22:00-Mon 02:00`: where the week ends it becomes two windows.
 * null: it ends before it begins.
 */
function overMidnight(from: number, to: number, namesDay: boolean): WeekWindow[] | null {
  if (from >= WEEK) return null;
  if (to > from) return [{ fromMinute: from, toMinute: to }];
  const end = to + (namesDay ? WEEK : DAY);
  if (to === from || Math.floor((end - 1) / DAY) > Math.floor(from / DAY) + 1) return null;
  if (end <= WEEK) return [{ fromMinute: from, toMinute: end }];
  const parts = [{ fromMinute: from, toMinute: WEEK }];
  return end === WEEK ? parts : [...parts, { fromMinute: 0, toMinute: end - WEEK }];
}

function minute(day: string, hour = "", min = ""): number | null {
  const at = Math.max(DAYS.indexOf(day), FRENCH_DAYS.indexOf(day));
  const ofDay = Number(hour) * 60 + Number(min);
  return at < 0 || Number(min) > 59 || ofDay > DAY ? null : at * DAY + ofDay;
}

function dayName(minuteOfWeek: number): string {
  const name = DAYS[Math.floor(minuteOfWeek / DAY) % 7] ?? "mon";
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function clock(minutes: number): string {
  const ofDay = minutes > DAY ? minutes % DAY : minutes;
  return `${String(Math.floor(ofDay / 60)).padStart(2, "0")}:${String(ofDay % 60).padStart(2, "0")}`;
}
