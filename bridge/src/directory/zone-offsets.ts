/**
 * A time zone's daylight-saving changes as plain numbers. The first use of `Intl` costs a process 8 MB for good: the
 * bridge asks `site-clock.ts`, which has this done elsewhere.
 */
import type { ClockOffset } from "../../../infra/control/src/wire.ts";

const DAY_MS = 86_400_000;
const YEARS = 4;
/** The wire's limit; no zone changes more than four times a year. */
const MOST = 64;

/**
 * Offsets from the start of the UTC year for four years, so at least three ahead; null when the name is no IANA time
 * zone. They depend on the year alone: a directory that did not change stays byte-equal, and so keeps its revision,
 * until New Year.
 */
export function zoneOffsets(timeZone: string, year: number): ClockOffset[] | null {
  const format = formatOf(timeZone);
  if (format === null) return null;
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

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  // A fixed offset such as "+01:00" is accepted by Intl, yet it is no place and knows no summer time.
  if (/^[+-]/.test(timeZone)) return null;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
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
