/**
 * How long nobody is served while a long file is tried and written: units, a device of each, the devices' names, the rules, and
 * the units once more in another building. `node test/bench/import-loop.ts 10000` prints it.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Site } from "../../bridge/src/api/directory.ts";
import { testApp } from "../directory/app.ts";
import { NEW_SITE } from "../directory/house.ts";
import { runImport } from "../directory/imports.ts";

const UNITS = Number(process.argv[2] ?? 10_000);
const file = (header: string, line: (n: number) => string) =>
  [header, ...Array.from({ length: UNITS }, (_, n) => line(n))].join("\n");
const FILES = [
  ["units", file("building,number", (n) => `A,${n}`)],
  ["accounts", file("username,type,label,place", (n) => `wall${n},panel,Hall,unit${n}`)],
  ["accounts", file("username,type,label,place", (n) => `wall${n},panel,Kitchen,unit${n}`)],
  ["rules", file("unit,position,source_pattern,action,ring_seconds", (n) => `unit${n},0,door-*,ring,40`)],
  ["units", file("building,number,name", (n) => `B,${n},unit${n}`)],
] as const;

const app = await testApp();
try {
  const { id: siteId } = (await app.send("POST", "/api/sites", NEW_SITE)).json<Site>();
  for (const [kind, csv] of FILES) {
    for (const dryRun of [true, false]) {
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const { state, counts } = await runImport(app, kind, csv, { siteId, dryRun });
      // What blocked the end is only seen by the turn after it.
      await new Promise((resolve) => setTimeout(resolve, 50));
      delay.disable();
      console.log(JSON.stringify({ kind, dryRun, state, ...counts, longestMs: Math.round(delay.max / 1e6) }));
    }
  }
} finally {
  await app.close();
}
