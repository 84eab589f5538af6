/**
 * A site out of its backup's file, all of it or nothing. Reading and checking a large file takes long: a thread does it, and
 * puts the site together in a store of its own; what is left for the store in use is one transaction that copies rows.
 */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { RestoreReply, RestoreStep } from "../api/backup.ts";
import { AppError, type ErrorCode } from "../events/errors.ts";
import { announceEdit, type DirectoryContext } from "./edit.ts";
import { checkBackup, isTheFiles, notFitting, type RestoreCheck } from "./restore-check.ts";

export interface Restores {
  /**
   * `body`: JSON of a `RestoreRequest`. `users`: Home Assistant's here, null when nobody knows them. Throws what
   * `checkBackup` does, RESTORE_RUNNING and SITE_EXISTS.
   */
  restore(body: string, users?: readonly string[] | null): Promise<RestoreReply>;
  /** What is being done for the one that is under way; null: there is none. */
  step(): RestoreStep | null;
}

/** What the thread says. */
export type ThreadNews =
  | { step: RestoreStep }
  | { checked: RestoreReply }
  | { refused: { code: ErrorCode; message: string; details?: Record<string, unknown> } };

/** Beside this file from source, beside the bundle in the app's image. */
const THREAD = new URL(`./restore-thread${extname(import.meta.filename)}`, import.meta.url);
/** A smaller file is looked at sooner than a thread is there. */
const WORTH_A_THREAD = 256 * 1024;
/** 96 MB of JSON as text, as objects and once more in order. A file that needs more ends its thread and not the bridge. */
const LIMITS = { maxOldGenerationSizeMb: 1_024, maxYoungGenerationSizeMb: 16 };

export function restores(context: DirectoryContext): Restores {
  const { store, audit, now } = context;
  let step: RestoreStep | null = null;

  async function run(body: string, users: readonly string[] | null): Promise<RestoreReply> {
    const folder = store.takeovers.makeFolder();
    const check: RestoreCheck = { body, folder, dataFolder: store.takeovers.dataFolder, users, nowMs: now() };
    let siteId: string | null = null;
    try {
      const checked = await (body.length < WORTH_A_THREAD ? checkBackup(check) : inThread(check));
      const { site, dryRun } = checked;
      if (store.sites.get(site.id) || store.sites.byDomain(site.domain)) {
        store.clips.settle(site.id, false);
        throw new AppError(
          "SITE_EXISTS",
          `the site ${site.domain} is here already; remove it first, or restore elsewhere`,
        );
      }
      siteId = dryRun ? null : site.id;
      step = "writing";
      // Whoever asks how far it is hears of it before nobody is served for a moment.
      await new Promise((resolve) => setImmediate(resolve));
      store.takeovers.attached(folder, (from) => {
        if (from.collides()) throw notFitting(null);
        if (dryRun) return;
        store.transaction(() => {
          from.copy();
          store.provisioning.raise(site.id);
          audit.note({ siteId: site.id, noun: "backup", verb: "restored", rowId: site.id, label: site.name });
          store.afterCommit(() => announceEdit(context, site.id));
        });
      });
      if (siteId !== null) store.clips.settle(siteId, true);
      return checked;
    } catch (error) {
      if (siteId !== null) store.clips.settle(siteId, false);
      throw isTheFiles(error) ? notFitting(error) : error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async function inThread(check: RestoreCheck): Promise<RestoreReply> {
    const thread = new Worker(THREAD, { workerData: check, resourceLimits: LIMITS });
    let said: Exclude<ThreadNews, { step: RestoreStep }> | null = null;
    thread.on("message", (news: ThreadNews) => {
      if ("step" in news) step = news.step;
      else said = news;
    });
    await once(thread, "exit");
    return outcomeOf(said);
  }

  return {
    step: () => step,
    restore: async (body, users = null) => {
      if (step !== null) throw new AppError("RESTORE_RUNNING", "another backup is being restored");
      step = "reading";
      try {
        return await run(body, users);
      } finally {
        step = null;
      }
    },
  };
}

function outcomeOf(said: Exclude<ThreadNews, { step: RestoreStep }> | null): RestoreReply {
  if (said === null) throw new Error("the thread that looks at the backup has ended without a word");
  if ("refused" in said) throw new AppError(said.refused.code, said.refused.message, said.refused);
  return said.checked;
}
