/**
 * Runs the test files that it is given, several at a time, and prints their results and how long the slowest took:
 * `suites.ts FILE…`. Node's own command line sorts files by name; here the order is `mixed`'s, and some come at the end, alone.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";

/**
 * For two processors. A file needs two fifths of one, six tenths with a Home Assistant, and waits otherwise; but with three
 * at once what is late in one of them (a frame, a press of Cancel) came too late now and then.
 */
const AT_ONCE = 2;
/** Several times what the longest takes, for a machine at a third of its speed. */
const FILE_TIMEOUT_MS = 1_800_000;
const SLOWEST_SHOWN = 40;

/** Sixteen telephones that speak and listen in real time: beside another file each is late now and then. */
const ALONE = ["test/phone/golden.test.ts"];

/**
 * Those with a Core and a browser, which need most, evenly among the others that start programs; the short ones, beside the
 * sources, after them, so that no long one is left alone at the end. Those that change the machine's network come when no
 * browser runs any more, see `TwoNetworks.start`.
 */
function mixed(files: readonly string[]): string[] {
  const movers = files.filter((file) => readFileSync(file, "utf8").includes("two-networks.ts"));
  const short = files.filter((file) => !file.startsWith("test/"));
  const homes = files.filter((file) => file.startsWith("test/homeassistant/"));
  const others = files.filter((file) => ![...movers, ...short, ...homes].includes(file));
  const spread = (group: string[]) => group.map((file, at) => ({ file, place: at / group.length }));
  const long = [...spread(homes), ...spread(others)].sort((a, b) => a.place - b.place);
  return [...long.map(({ file }) => file), ...short, ...movers];
}

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());

const times: { file: string; ms: number }[] = [];

/** Runs the files, `atOnce` at the same time, and prints their report; gives whether all of them passed. */
async function runAll(files: string[], atOnce: number): Promise<boolean> {
  if (files.length === 0) return true;
  let success = false;
  const tests = run({ files, concurrency: atOnce, timeout: FILE_TIMEOUT_MS, signal: ending.signal });
  // One of each file, and one of all, which has no file.
  tests.on("test:summary", (summary) => {
    if (summary.file) times.push({ file: summary.file, ms: summary.duration_ms });
    else success = summary.success;
  });
  const report = tests.compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return success;
}

const files = process.argv.slice(2);
const together = await runAll(mixed(files.filter((file) => !ALONE.includes(file))), AT_ONCE);
const alone = await runAll(
  files.filter((file) => ALONE.includes(file)),
  1,
);

console.log(`\nthe slowest of ${times.length} files`);
for (const { file, ms } of times.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_SHOWN)) {
  console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${relative(process.cwd(), file)}`);
}
process.exitCode = together && alone ? 0 : 1;
