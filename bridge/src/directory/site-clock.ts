/** A site's daylight-saving changes as plain numbers, so that Kamailio's SQL needs no time zone data. */
import type { ClockOffset } from "../../../infra/control/src/wire.ts";

const DAY_MS = 86_400_000;
const YEARS = 4;
/** The wire's limit; no zone changes more than four times a year. */
const MOST = 64;

export function isTimeZone(name: string): boolean {
  try {
    // A fixed offset such as "+01:00" is accepted by Intl, yet it is no place and knows no summer time.
    return !/^[+-]/.test(name) && new Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

/**
 * Offsets from the start of the UTC year of `nowMs` for four years, so at least three ahead. They depend on the year
 * alone: a directory that did not change stays byte-equal, and so keeps its revision, until New Year.
 */
export function siteClock(timeZone: string, nowMs: number): ClockOffset[] {
  const year = new Date(nowMs).getUTCFullYear();
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  const startMs = Date.UTC(year, 0, 1);
  const endMs = Date.UTC(year + YEARS, 0, 1);
  let offset = offsetSeconds(format, startMs);
  const clock: ClockOffset[] = [{ fromUnix: Math.max(0, startMs / 1000), offsetSeconds: offset }];
  for (let dayMs = startMs; dayMs < endMs && clock.length < MOST; dayMs += DAY_MS) {
    const next = offsetSeconds(format, dayMs + DAY_MS);
    if (next === offset) continue;
    clock.push({ fromUnix: changeWithin(format, dayMs, offset), offsetSeconds: next });
    offset = next;
  }
  return clock;
}

/** The second within the day from `dayMs` at which the offset stops being `before`. */
function changeWithin(format: Intl.DateTimeFormat, dayMs: number, before: number): number {
  let same = dayMs / 1000;
  let changed = (dayMs + DAY_MS) / 1000;
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (offsetSeconds(format, middle * 1000) === before) same = middle;
    else changed = middle;
  }
  return changed;
}

/** "GMT+01:00", "GMT-03:30", "GMT" → seconds. */
function offsetSeconds(format: Intl.DateTimeFormat, atMs: number): number {
  const name = format.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  const [, sign, hours, minutes, seconds] = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? [];
  const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return sign === "-" ? -size : size;
}
