/**
 * Imports as jobs: looked at line by line while others are served, then written at once or not at all. A dry run writes into a
 * copy in memory, and lets others have their turn there as well.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { CsvKind, Job, LineProblem, NewImport } from "../../api/bulk.ts";
import { AppError } from "../../events/errors.ts";
import type { Trial } from "../../store/trial.ts";
import { type DirectoryContext, edit } from "../edit.ts";
import { siteOf } from "../lookup.ts";
import { accountLines } from "./account-lines.ts";
import { readCsv, writeCsv } from "./csv.ts";
import { type Importer, type ImportKind, type Outcome, problem } from "./line-check.ts";
import { ruleLines } from "./rule-lines.ts";
import { unitLines } from "./unit-lines.ts";

export interface Bulk {
  /** Starts the job. Throws JOB_RUNNING, UNKNOWN_SITE, CSV_COLUMNS. */
  start(request: NewImport, starter: Starter): Promise<Job>;
  /** A site's, newest first, as far as they are remembered. Throws UNKNOWN_SITE. */
  list(siteId: string): Job[];
  job(id: string): Job;
  /** Nothing is written any more, unless it is already. Throws UNKNOWN_JOB. */
  cancel(id: string): Job;
  /** The site's rows as CSV; `logins`: with HA1s, so that an import brings the same logins. */
  exportCsv(kind: CsvKind, siteId: string, logins: boolean): Promise<string>;
}

/** Who has an import done. */
export interface Starter {
  name: string;
  /** Whether they still may, asked before anything is written: rights end also while a long file is looked at. */
  stillMay(): boolean;
}

const KINDS: Readonly<Record<CsvKind, ImportKind>> = { units: unitLines, accounts: accountLines, rules: ruleLines };
/** Lines that are looked at before somebody else gets a turn. */
const LINES_AT_ONCE = 250;
/** For how long a dry run writes before somebody else gets a turn. */
const PIECE_MS = 10;
const LISTED_PROBLEMS = 200;
const REMEMBERED_JOBS = 20;

/** Thrown to undo what an import has written that is refused, a dry run, or changes nothing. */
class Undo extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super("undone");
    this.outcome = outcome;
  }
}

const EXTRA_CELLS = "more cells than columns: a cell that holds a separator stands in quotes";

export function bulk(context: DirectoryContext): Bulk {
  const { store, bus, now, newId, audit } = context;
  const jobs = new Map<string, Job>();

  /** A job that is over stays as it is. */
  function set(id: string, change: Partial<Job>): void {
    const job = jobs.get(id);
    if (!job || !isRunning(job)) return;
    const changed = { ...job, ...change };
    jobs.set(id, { ...changed, endedAtMs: isRunning(changed) ? null : now() });
    bus.emit("jobChanged", { jobId: id });
  }

  function isCancelled(id: string): boolean {
    return jobs.get(id)?.state === "cancelled";
  }

  function revisionOf(siteId: string): number {
    return store.provisioning.get(siteId)?.revision ?? 0;
  }

  function refuse(id: string, problems: readonly LineProblem[]): void {
    const listed = problems.toSorted((a, b) => a.line - b.line).slice(0, LISTED_PROBLEMS);
    set(id, { state: "refused", problems: listed, problemCount: problems.length });
  }

  async function run(id: string, request: NewImport, { stillMay }: Starter): Promise<void> {
    const kind = KINDS[request.kind];
    const { headings, lines } = await readCsv(request.csv, kind);
    set(id, { headings, total: lines.length });
    const problems: LineProblem[] = [];
    const importer = kind.start();
    for (const [at, line] of lines.entries()) {
      if (line.hasMore) problems.push({ line: line.line, column: "", code: "EXTRA_CELLS", message: EXTRA_CELLS });
      else if (line.damaged.length > 0)
        problems.push(...line.damaged.map((column) => problem(line.line, column, "SPREADSHEET")));
      else problems.push(...importer.take(line));
      if ((at + 1) % LINES_AT_ONCE === 0) {
        set(id, { done: at + 1 });
        await turn();
        if (isCancelled(id)) return;
      }
    }
    set(id, { done: lines.length });
    if (problems.length > 0) return refuse(id, problems);
    set(id, { state: "writing" });
    // Whoever follows the job hears "writing" before nobody is served for a moment.
    if (!request.dryRun) await new Promise((resolve) => setTimeout(resolve, 60));
    if (isCancelled(id)) return;
    const revision = revisionOf(request.siteId);
    if (request.revision !== undefined && request.revision !== revision) {
      throw new AppError("CHANGED_SINCE_CHECK", "the site was changed since the file was looked at");
    }
    if (!stillMay()) throw new AppError("PERMISSION_ENDED", "whoever started this may not do it any more");
    const trial = request.dryRun ? store.trial() : null;
    const outcome = trial ? await tryOut(id, request, importer, trial) : write(id, request, importer);
    if (outcome === null) return;
    const { problems: conflicts, ...counts } = outcome;
    if (conflicts.length > 0) return refuse(id, conflicts);
    set(id, { state: "done", counts, revision });
  }

  /** What `write` would do to the site as it is now. null: it was cancelled. */
  async function tryOut(
    jobId: string,
    { siteId }: NewImport,
    importer: Importer,
    trial: Trial,
  ): Promise<Outcome | null> {
    try {
      const steps = importer.write({ ...context, store: { ...store, ...trial } }, siteId);
      for (let lastTurnMs = performance.now(); ; ) {
        const step = steps.next();
        if (step.done) return step.value;
        if (performance.now() - lastTurnMs < PIECE_MS) continue;
        await turn();
        if (isCancelled(jobId)) return null;
        lastTurnMs = performance.now();
      }
    } finally {
      trial.close();
    }
  }

  /** All of it in one transaction; a refusal is undone, and a dry run for which there was no copy. */
  function write(jobId: string, { siteId, kind, dryRun }: NewImport, importer: Importer): Outcome {
    try {
      return edit(context, siteId, () => {
        const outcome = atOnce(importer.write(context, siteId));
        if (dryRun || outcome.problems.length > 0 || outcome.added + outcome.changed + outcome.removed === 0)
          throw new Undo(outcome);
        const { added, changed, removed } = outcome;
        audit.note({
          siteId,
          noun: "import",
          verb: "imported",
          rowId: jobId,
          label: kind,
          after: { added, changed, ...(removed > 0 && { removed }) },
        });
        return outcome;
      });
    } catch (error) {
      if (error instanceof Undo) return error.outcome;
      throw error;
    }
  }

  function find(id: string): Job {
    const job = jobs.get(id);
    if (!job) throw new AppError("UNKNOWN_JOB", "there is no such job (any more)");
    return job;
  }

  return {
    start: async (request, starter) => {
      const { siteId, kind, dryRun } = request;
      siteOf(store, siteId);
      if ([...jobs.values()].some((job) => job.siteId === siteId && isRunning(job)))
        throw new AppError("JOB_RUNNING", "another import of this site is still running");
      const job: Job = {
        id: newId(),
        kind: `import-${kind}`,
        siteId,
        dryRun,
        by: starter.name,
        startedAtMs: now(),
        endedAtMs: null,
        state: "checking",
        done: 0,
        total: 0,
        counts: { added: 0, changed: 0, same: 0, removed: 0 },
        problems: [],
        problemCount: 0,
        error: null,
        headings: [],
        revision: revisionOf(siteId),
      };
      jobs.set(job.id, job);
      // One that runs is never forgotten, however many begin meanwhile: nobody could see or cancel it.
      const over = [...jobs.values()].filter((one) => !isRunning(one));
      for (const old of over.slice(0, -REMEMBERED_JOBS)) jobs.delete(old.id);
      const running = run(job.id, request, starter);
      // A file that cannot be read at all is the request's fault, and is said at once.
      const failed = await Promise.race([
        running.then(
          () => null,
          (error: unknown) => error,
        ),
        new Promise<null>((resolve) => setImmediate(() => resolve(null))),
      ]);
      running.catch((error: unknown) => {
        set(job.id, { state: "refused", error: error instanceof AppError ? error.code : "INTERNAL" });
      });
      if (failed instanceof AppError) {
        jobs.delete(job.id);
        throw failed;
      }
      return jobs.get(job.id) ?? job;
    },
    job: find,
    list: (siteId) => {
      siteOf(store, siteId);
      return [...jobs.values()].filter((job) => job.siteId === siteId).toReversed();
    },
    cancel: (id) => {
      const job = find(id);
      set(id, { state: "cancelled" });
      return jobs.get(id) ?? job;
    },
    exportCsv: async (kind, siteId, logins) => {
      const { name } = siteOf(store, siteId);
      const text = await writeCsv(KINDS[kind].columns, KINDS[kind].lines(context, siteId, logins));
      audit.note({
        siteId,
        noun: "export",
        verb: "exported",
        rowId: null,
        label: `${name}: ${kind}`,
        after: { logins },
      });
      return text;
    },
  };
}

function atOnce<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function isRunning({ state }: Job): boolean {
  return state === "checking" || state === "writing";
}
