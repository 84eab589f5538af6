import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { round } from "./figures.ts";

/** Size of all of the built panel's scripts, gzip, kB (10^3 bytes). */
export function measurePanelBundle(): number {
  const folder = join(import.meta.dirname, "../../panel/dist");
  const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  if (scripts.length === 0) throw new Error(`no script in ${folder}: is the panel built?`);
  return round(scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0) / 1000, 1);
}
