/** Parts of the week as text: "Mo 11:30-14:00 Tu 11:30-14:00"; empty is always. */
export interface WeekWindow {
  fromMinute: number;
  toMinute: number;
}

const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const DAY_MINUTES = 1440;

export function formatWindows(windows: readonly WeekWindow[]): string {
  return windows
    .flatMap(({ fromMinute, toMinute }) => {
      const parts: string[] = [];
      // A window over midnight is written day by day.
      for (let from = fromMinute; from < toMinute; ) {
        const day = Math.floor(from / DAY_MINUTES);
        const to = Math.min(toMinute, (day + 1) * DAY_MINUTES);
        parts.push(`${DAYS[day]} ${clock(from - day * DAY_MINUTES)}-${clock(to - day * DAY_MINUTES)}`);
        from = to;
      }
      return parts;
    })
    .join(" ");
}

const DAY = DAYS.join("|");
const TIME = "(\\d{1,2})[:h](\\d\\d)";
const WINDOW = new RegExp(
  `\\s*(${DAY})(?:\\s*[-–]\\s*(${DAY}))?\\s+${TIME}\\s*[-–]\\s*${TIME}(?:[,;]|(?=\\s|$))`,
  "giy",
);

/** Also "mo 11h30–14h00", and "Mo-Fr 11:30-14:00" for the five days; null: not understood. */
export function parseWindows(text: string): WeekWindow[] | null {
  const rest = text.trim();
  const windows: WeekWindow[] = [];
  WINDOW.lastIndex = 0;
  for (let from = 0; from < rest.length; from = WINDOW.lastIndex) {
    const match = WINDOW.exec(rest);
    if (!match) return null;
    const [, first = "", last = first, fromHour, fromMinute, toHour, toMinute] = match;
    const start = Number(fromHour) * 60 + Number(fromMinute);
    const end = Number(toHour) * 60 + Number(toMinute);
    if (Number(fromMinute) > 59 || Number(toMinute) > 59 || start >= end || end > DAY_MINUTES) return null;
    const days = DAYS.slice(dayIndex(first), dayIndex(last) + 1);
    if (days.length === 0) return null;
    for (const day of days.keys()) {
      const midnight = (dayIndex(first) + day) * DAY_MINUTES;
      windows.push({ fromMinute: midnight + start, toMinute: midnight + end });
    }
  }
  return joined(windows);
}

function dayIndex(name: string): number {
  return DAYS.findIndex((day) => day.toLowerCase() === name.toLowerCase());
}

/** Windows that meet at midnight are one again. */
function joined(windows: readonly WeekWindow[]): WeekWindow[] {
  const result: WeekWindow[] = [];
  for (const window of windows) {
    const last = result.at(-1);
    if (last?.toMinute === window.fromMinute) last.toMinute = window.toMinute;
    else result.push({ ...window });
  }
  return result;
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
