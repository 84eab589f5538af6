/**
 * A site's daylight-saving changes, so that Kamailio's SQL needs no time zone data. Computed in a process of its own
 * that ends at once (about 50 ms, once for each zone and year), because time zones would cost the bridge 8 MB for good.
 */
import { spawnSync } from "node:child_process";
import { extname, join } from "node:path";
import type { ClockOffset } from "../../../infra/control/src/wire.ts";
import { zoneOffsets } from "./zone-offsets.ts";

/** `.ts` beside the sources, `.js` beside the bundle. */
const PROGRAM = join(import.meta.dirname, `zone-program${extname(import.meta.filename)}`);
const TIMEOUT_MS = 10_000;
/** More zones and years than any bridge has sites. */
const MOST_KNOWN = 64;
const known = new Map<string, ClockOffset[] | null>();

export function isTimeZone(name: string): boolean {
  return offsetsOf(name, Date.now()) !== null;
}

/** What `zoneOffsets` says for the UTC year of `nowMs`; UTC for a name that is no time zone. */
export function siteClock(timeZone: string, nowMs: number): readonly ClockOffset[] {
  return offsetsOf(timeZone, nowMs) ?? UTC;
}

/** For a site whose rules name no hours. */
export const UTC: readonly ClockOffset[] = [{ fromUnix: 0, offsetSeconds: 0 }];

function offsetsOf(timeZone: string, nowMs: number): readonly ClockOffset[] | null {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(timeZone)) return null;
  const year = new Date(nowMs).getUTCFullYear();
  const key = `${timeZone} ${year}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const offsets = computeElsewhere(timeZone, year);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, offsets);
  return offsets;
}

function computeElsewhere(timeZone: string, year: number): ClockOffset[] | null {
  const { status, stdout } = spawnSync(process.execPath, ["--no-warnings", PROGRAM, timeZone, String(year)], {
    encoding: "utf8",
    env: {},
    stdio: ["ignore", "pipe", "ignore"],
    timeout: TIMEOUT_MS,
  });
  // A machine that can start no process right now still gets its answer, for more memory.
  return status === 0 ? (JSON.parse(stdout) as ClockOffset[] | null) : zoneOffsets(timeZone, year);
}
