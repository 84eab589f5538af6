/**
 * Runs the test files that it is given, several at a time, and prints their results, their number and how long the slowest took:
 * `suites.ts FILE…`. Node's own command line sorts files by name and counts its processes; here each lane has its order.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const FILE_TIMEOUT_MS = 600_000;
const SLOWEST_SHOWN = 40;

interface Lane {
  files: string[];
  atOnce: number;
}

/**
 * For two processors, lanes that run side by side. The first has what needs a processor: Home Assistant and browsers. With three of
 * those at once what is late in one of them (a frame, a press of Cancel) came too late now and then. The second has the calls between
 * programs, which take the time that calls take and leave the processor to others.
 */
function lanes(files: readonly string[]): Lane[] {
  const paced = files.filter((file) => /^test\/(phone|fault|attack)\//.test(file));
  return [
    { files: mixed(files.filter((file) => !paced.includes(file))), atOnce: 2 },
    { files: paced, atOnce: 1 },
  ];
}

/**
 * Those with a Core and a browser, which need most, evenly among the others that start programs; the short ones, beside the
 * sources, after them, so that no long one is left alone at the end.
 */
function mixed(files: readonly string[]): string[] {
  const short = files.filter((file) => !file.startsWith("test/"));
  const homes = files.filter((file) => file.startsWith("test/homeassistant/"));
  const others = files.filter((file) => ![...short, ...homes].includes(file));
  const spread = (group: string[]) => group.map((file, at) => ({ file, place: at / group.length }));
  const long = [...spread(homes), ...spread(others)].sort((a, b) => a.place - b.place);
  return [...long.map(({ file }) => file), ...short];
}

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());

const times: { file: string; ms: number }[] = [];
const counts: Record<string, number> = {};
let success = true;

/** Prints what the lane's tests say as they say it, and adds up what their runner counted. */
async function ran({ files, atOnce }: Lane): Promise<void> {
  if (files.length === 0) return;
  const tests = run({ files, concurrency: atOnce, timeout: FILE_TIMEOUT_MS, signal: ending.signal });
  // One of each file, and one of all, which has no file.
  tests.on("test:summary", (summary) => {
    if (summary.file) times.push({ file: summary.file, ms: summary.duration_ms });
    else success &&= summary.success;
  });
  const report = Readable.from(uncounted(tests)).compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report);
}

type Told = { type: string; data: { nesting?: number; message?: string } };

/** Without the counts at the end, which go to `counts`. */
async function* uncounted(told: AsyncIterable<Told>): AsyncGenerator<Told> {
  for await (const event of told) {
    const count = event.type === "test:diagnostic" && /^([a-z_]+) ([\d.]+)$/.exec(event.data.message ?? "");
    if (!count || event.data.nesting !== 0) yield event;
    else if (count[1] !== "duration_ms") counts[String(count[1])] = (counts[String(count[1])] ?? 0) + Number(count[2]);
  }
}

const startedAtMs = performance.now();
const files = process.argv.slice(2);
// They come alone, see `TwoNetworks.start`.
const movers = files.filter((file) => readFileSync(file, "utf8").includes("two-networks.ts"));
await Promise.all(lanes(files.filter((file) => !movers.includes(file))).map(ran));
await ran({ files: movers, atOnce: 1 });
counts.duration_ms = Math.round(performance.now() - startedAtMs);
for (const [what, count] of Object.entries(counts)) console.log(`ℹ ${what} ${count}`);

console.log(`\nthe slowest of ${times.length} files`);
for (const { file, ms } of times.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST_SHOWN)) {
  console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${relative(process.cwd(), file)}`);
}
process.exitCode = success ? 0 : 1;
