/** A reporter for Node's test runner: after everything else, how long each file took, the slowest first. */
import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";

const SHOWN = 40;

export default async function* fileTimes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files: { file: string; ms: number }[] = [];
  for await (const { type, data } of events) {
    // One of each file, and one of all, which has no file.
    if (type === "test:summary" && data.file) files.push({ file: data.file, ms: data.duration_ms });
  }
  files.sort((a, b) => b.ms - a.ms);
  yield `\nthe slowest of ${files.length} files\n`;
  for (const { file, ms } of files.slice(0, SHOWN)) {
    yield `${(ms / 1000).toFixed(1).padStart(7)} s  ${relative(process.cwd(), file)}\n`;
  }
}
