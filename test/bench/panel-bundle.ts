import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundleGzipBytes } from "../../panel/build.ts";
import { round } from "./figures.ts";

/** The built panel's scripts, gzip, kB (10^3 bytes): what every browser loads, and all that there is. */
export function measurePanelBundle(): { loadedKb: number; allKb: number } {
  const folder = join(import.meta.dirname, "../../panel/dist");
  const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  if (scripts.length === 0) throw new Error(`no script in ${folder}: is the panel built?`);
  const all = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
  return { loadedKb: round(bundleGzipBytes(folder) / 1000, 1), allKb: round(all / 1000, 1) };
}
