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

/** null: not understood. */
export function parseWindows(text: string): WeekWindow[] | null {
  const rest = text.trim();
  if (rest === "") return [];
  const windows: WeekWindow[] = [];
  const pattern = /\s*(Mo|Tu|We|Th|Fr|Sa|Su)\s+(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)[,;]?/gy;
  while (pattern.lastIndex < rest.length) {
    const match = pattern.exec(rest);
    if (!match) return null;
    const [, day = "", fromHour, fromMinute, toHour, toMinute] = match;
    const start = DAYS.indexOf(day) * DAY_MINUTES;
    const from = Number(fromHour) * 60 + Number(fromMinute);
    const to = Number(toHour) * 60 + Number(toMinute);
    if (Number(fromMinute) > 59 || Number(toMinute) > 59 || from >= to || to > DAY_MINUTES) return null;
    windows.push({ fromMinute: start + from, toMinute: start + to });
  }
  return joined(windows);
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
