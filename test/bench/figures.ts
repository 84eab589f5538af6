/** Numbers of a bench: medians, percentiles and the table that people read. */

/** The value below which `share` (0..1) of the samples lie, by nearest rank. NaN for none. */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export interface Spread {
  n: number;
  median: number;
  p95: number;
}

export function spread(samples: readonly number[]): Spread {
  return { n: samples.length, median: round(percentile(samples, 0.5)), p95: round(percentile(samples, 0.95)) };
}

export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

/** One line of the report: ours, the yardstick's, their ratio and what we aim at. */
export interface Row {
  what: string;
  unit: string;
  ours: string;
  yardstick: string;
  ratio: string;
  aim: string;
}

/** A Markdown table, aligned, so that the terminal and `docs/benchmarks.md` show the same. */
export function table(rows: readonly Row[]): string {
  const head: Row = { what: "What", unit: "Unit", ours: "Ours", yardstick: "Minimal", ratio: "Ratio", aim: "Aim" };
  const keys = ["what", "unit", "ours", "yardstick", "ratio", "aim"] as const;
  const width = (key: (typeof keys)[number]) => Math.max(...[head, ...rows].map((row) => row[key].length));
  const line = (row: Row) => `| ${keys.map((key) => row[key].padEnd(width(key))).join(" | ")} |`;
  const rule = `|${keys.map((key) => "-".repeat(width(key) + 2)).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** What a page of figures says of other runs, which is written by hand and kept by `--write`; empty: nothing. */
export function otherRuns(page: string): string {
  const from = page.indexOf("## Other runs");
  return from < 0 ? "" : `\n${page.slice(from)}`;
}
