/** CSV files going into a test's site, and out of it. */
import assert from "node:assert/strict";
import type { Job } from "../../bridge/src/api/bulk.ts";
import { until } from "../lab/until.ts";
import type { TestApp } from "./app.ts";

export interface ImportOptions {
  siteId: string;
  dryRun?: boolean;
  revision?: number;
}

/** Starts an import; it is not over yet. */
export async function startImport(
  api: TestApp,
  kind: string,
  csv: string,
  { siteId, dryRun = false, ...more }: ImportOptions,
): Promise<Job> {
  const started = await api.send("POST", "/api/imports", { siteId, kind, csv, dryRun, ...more });
  assert.equal(started.status, 202, started.text);
  return started.json<Job>();
}

/** Runs an import to its end. */
export async function runImport(api: TestApp, kind: string, csv: string, options: ImportOptions): Promise<Job> {
  return importEnded(api, (await startImport(api, kind, csv, options)).id);
}

/** As the bridge itself knows the job: whoever started it may not ask any more. */
export function importEnded(api: TestApp, id: string): Promise<Job> {
  return until(
    () => {
      const job = api.directory.bulk.job(id);
      return job.state === "checking" || job.state === "writing" ? null : job;
    },
    { what: "the import's end", timeoutMs: 60_000 },
  );
}

/** The site's rows as a file. */
export async function exported(api: TestApp, kind: string, siteId: string, query = ""): Promise<string> {
  return (await api.send("GET", `/api/exports/${kind}?siteId=${siteId}${query}`)).text;
}

/** Each problem as "line column code". */
export function problemsOf(job: Job): string[] {
  return job.problems.map(({ line, column, code }) => `${line} ${column} ${code}`);
}
