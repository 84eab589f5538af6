/**
 * Runs the test files that it is given, several at a time, and prints their results and how long the slowest took:
 * `suites.ts FILE…`. Node's own command line sorts files by name; here the order is `mixed`'s.
 */
import { relative } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";

/**
 * For two processors: a file needs two fifths of one, six tenths with a Home Assistant, and waits otherwise, for a phone that
 * rings for real seconds or a program that starts.
 */
const AT_ONCE = 3;
const FILE_TIMEOUT_MS = 600_000;
const SLOWEST_SHOWN = 40;

/**
 * Those with a Core and a browser, which need most, evenly among the others that start programs; the short ones, beside the
 * sources, last, so that no long one is left alone at the end.
 */
function mixed(files: readonly string[]): string[] {
  const short = files.filter((file) => !file.startsWith("test/"));
  const homes = files.filter((file) => file.startsWith("test/homeassistant/"));
  const others = files.filter((file) => !short.includes(file) && !homes.includes(file));
  const spread = (group: string[]) => group.map((file, at) => ({ file, place: at / group.length }));
  const long = [...spread(homes), ...spread(others)].sort((a, b) => a.place - b.place);
  return [...long.map(({ file }) => file), ...short];
}

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());

const times: { file: string; ms: number }[] = [];
let success = false;
const tests = run({
  files: mixed(process.argv.slice(2)),
  concurrency: AT_ONCE,
  timeout: FILE_TIMEOUT_MS,
  signal: ending.signal,
});
// One of each file, and one of all, which has no file.
tests.on("test:summary", (summary) => {
  if (summary.file) times.push({ file: summary.file, ms: summary.duration_ms });
  else success = summary.success;
});
const report = tests.compose(spec);
report.pipe(process.stdout, { end: false });
await finished(report);

console.log(`\nthe slowest of ${times.length} files`);
for (const { file, ms } of times.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_SHOWN)) {
  console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${relative(process.cwd(), file)}`);
}
process.exitCode = success ? 0 : 1;
