/** Opening hours and holidays of a case, as the line gets them when its call begins. */
import type { Holiday, LineSettings } from "../../bridge/src/api/line.ts";
import { parseWindows } from "../../bridge/src/ordering/menu/week-text.ts";
import type { NamedCase } from "./call-case.ts";

type Opening = Pick<LineSettings, "hours" | "holidays">;

const DAY = 1440;
const WEEK = 7 * DAY;
const DAYS_FROM_NOW = ["today", "tomorrow"];
const TIMES = /^(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)$/;

/** What the lab's lines have when a case says nothing: always open. */
const ALWAYS: Opening = { hours: [], holidays: [] };

/** `nowMs` on the clock of Paris, where the lab's restaurants are. Throws nothing for a case that `hoursProblems` found nothing against. */
export function openingOf({ hours, holidays = [] }: NamedCase, nowMs: number): Opening {
  const now = inParis(nowMs);
  const week =
    typeof hours === "string"
      ? (parseWindows(hours) ?? [])
      : (hours ?? []).flatMap(([from = 0, to = 0]) => aroundNow(now.minuteOfWeek, from, to));
  return {
    hours: hours === undefined ? ALWAYS.hours : week,
    holidays: holidays.map(({ day, open = "" }) => ({
      date: dateOf(day, nowMs),
      label: "",
      open: windowsOf(open) ?? [],
    })),
  };
}

/** Where in the case, and why it is no opening. */
export function hoursProblems({ hours, holidays = [] }: NamedCase): { at: string; sentence: string }[] {
  const problems: { at: string; sentence: string }[] = [];
  if (typeof hours === "string" && (hours.trim() === "" || parseWindows(hours) === null)) {
    problems.push({ at: "/hours", sentence: `"${hours}" are no hours: write "Mo-Fr 11:30-14:00 Sa 18:00-22:00"` });
  }
  for (const [index, [from = 0, to = 0]] of (Array.isArray(hours) ? hours : []).entries()) {
    if (from >= to) problems.push({ at: `/hours/${index}`, sentence: "hours that end before they begin" });
  }
  for (const [index, { day, open = "" }] of holidays.entries()) {
    const at = `/holidays/${index}`;
    if (!DAYS_FROM_NOW.includes(day) && Number.isNaN(Date.parse(day))) {
      problems.push({ at: `${at}/day`, sentence: `"${day}" is no day: write today, tomorrow or 2026-12-25` });
    }
    if (windowsOf(open) === null) {
      problems.push({ at: `${at}/open`, sentence: `"${open}" are no hours of a day: write "12:00-14:00 18:00-23:00"` });
    }
  }
  return problems;
}

/** Minutes from now as windows of the week; one that reaches over the week's end is two. */
function aroundNow(nowMinute: number, from: number, to: number): { fromMinute: number; toMinute: number }[] {
  const begin = (((nowMinute + from) % WEEK) + WEEK) % WEEK;
  const end = begin + Math.min(to - from, WEEK);
  if (end <= WEEK) return [{ fromMinute: begin, toMinute: end }];
  return [
    { fromMinute: 0, toMinute: end - WEEK },
    { fromMinute: begin, toMinute: WEEK },
  ];
}

/** null: not understood. */
function windowsOf(text: string): Holiday["open"] | null {
  const windows = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((part) => {
      const [, fromHour, from, toHour, to] = TIMES.exec(part) ?? [];
      if (to === undefined || Number(fromHour) > 23 || Number(toHour) > 24) return null;
      const toMinute = Number(toHour) * 60 + Number(to);
      return { fromMinute: Number(fromHour) * 60 + Number(from), toMinute };
    });
  return windows.every((window) => window !== null) ? windows : null;
}

function dateOf(day: string, nowMs: number): string {
  const ahead = DAYS_FROM_NOW.indexOf(day);
  return ahead < 0 ? day : inParis(nowMs + ahead * DAY * 60_000).date;
}

function inParis(atMs: number): { date: string; minuteOfWeek: number } {
  const [date = "", time = ""] = new Date(atMs).toLocaleString("sv-SE", { timeZone: "Europe/Paris" }).split(" ");
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return { date, minuteOfWeek: weekday * DAY + hour * 60 + minute };
}
