/** Between the clock on a site's wall and Unix time, by the site's offsets (`site-clock.ts`). */
import type { ClockOffset } from "../../../infra/control/src/wire.ts";

export interface LocalMoment {
  unix: number;
  /** `skipped`: the wall never shows that time, this is as long after the change; `twice`: it shows it twice. */
  change: "skipped" | "twice" | null;
}

/** `local`: what the wall shows, as seconds since 1970 read as if it were UTC. `second`: the later one of two. */
export function localToUnix(clock: readonly ClockOffset[], local: number, second: boolean): LocalMoment {
  const offsets = [...new Set(clock.map(({ offsetSeconds }) => offsetSeconds))];
  const moments = offsets
    .map((offset) => local - offset)
    .filter((unix) => unix + offsetAt(clock, unix) === local)
    .toSorted((a, b) => a - b);
  const [first, last = first] = [moments[0], moments.at(-1)];
  if (first !== undefined && last !== undefined) {
    return { unix: second ? last : first, change: first === last ? null : "twice" };
  }
  const change = clock.find(({ fromUnix, offsetSeconds }) => local < fromUnix + offsetSeconds);
  const before = offsetAt(clock, (change?.fromUnix ?? 0) - 1);
  return { unix: local - before, change: "skipped" };
}

/** 2026-10-25T02:30+02:00. */
export function localText(clock: readonly ClockOffset[], atMs: number): string {
  const offset = offsetAt(clock, Math.floor(atMs / 1000));
  const wall = new Date(atMs + offset * 1000).toISOString().slice(0, 16);
  const size = Math.abs(offset);
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  return `${wall}${offset < 0 ? "-" : "+"}${two(size / 3600)}:${two((size % 3600) / 60)}`;
}

function offsetAt(clock: readonly ClockOffset[], unix: number): number {
  const past = clock.filter(({ fromUnix }) => fromUnix <= unix);
  return (past.at(-1) ?? clock[0])?.offsetSeconds ?? 0;
}
