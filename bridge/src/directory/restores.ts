/**
 * A site out of its backup's file, all of it or nothing. Reading and checking a large file takes long: a thread does it, and
 * puts the site together in a store of its own; what is left for the store in use is copying rows, in pieces, the site last.
 */
import { rmSync } from "node:fs";
import type { RestoreReply, RestoreStep } from "../api/backup.ts";
import { AppError, type ErrorCode } from "../events/errors.ts";
import { translateRefusal } from "../store/disk-refusal.ts";
import { announceEdit, type DirectoryContext } from "./edit.ts";
import { checkBackup, isTheFiles, notFitting, type RestoreCheck } from "./restore-check.ts";
import { inThread } from "./thread.ts";

export interface Restores {
  /**
   * `body`: JSON of a `RestoreRequest`, which is nobody else's from now on. `users`: Home Assistant's here, null when nobody knows them. Throws what
   * `checkBackup` does, BACKUP_TOO_LARGE, RESTORE_RUNNING, SITE_EXISTS and STORE_UNAVAILABLE.
   */
  restore(body: Uint8Array, users?: readonly string[] | null): Promise<RestoreReply>;
  /** What is being done for the one that is under way; null: there is none. */
  step(): RestoreStep | null;
}

/** What the thread says. */
export type ThreadNews =
  | { step: RestoreStep }
  | { checked: RestoreReply }
  | { refused: { code: ErrorCode; message: string; details?: Record<string, unknown> } };

/** A smaller file is looked at sooner than a thread is there. */
const WORTH_A_THREAD = 256 * 1024;
/** 96 MB of JSON as text and as objects; the largest site takes 120 MB. A file that needs more ends its thread and not the bridge. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };

export function restores(context: DirectoryContext): Restores {
  const { store, audit, now } = context;
  let step: RestoreStep | null = null;

  async function run(body: Uint8Array, users: readonly string[] | null): Promise<RestoreReply> {
    await inTurns(store.takeovers.clear());
    const folder = store.takeovers.makeFolder();
    const check: RestoreCheck = { body, folder, dataFolder: store.takeovers.dataFolder, users, nowMs: now() };
    let siteId: string | null = null;
    let isHalf = false;
    try {
      const checked = await (body.length < WORTH_A_THREAD ? checkBackup(check) : checkApart(check));
      const { site, dryRun } = checked;
      refuseKnown(site);
      siteId = dryRun ? null : site.id;
      step = "writing";
      await store.takeovers.attached(folder, async (from) => {
        if (from.collides()) throw notFitting(null);
        if (dryRun) return;
        isHalf = true;
        await inTurns(from.copyEarly());
        // Somebody may have made a site meanwhile.
        refuseKnown(site);
        store.transaction(() => {
          from.copyRest();
          store.provisioning.raise(site.id);
          audit.note({ siteId: site.id, noun: "backup", verb: "restored", rowId: site.id, label: site.name });
          store.afterCommit(() => announceEdit(context, site.id));
        });
        isHalf = false;
      });
      if (siteId !== null) store.clips.settle(siteId, true);
      return checked;
    } catch (error) {
      if (siteId !== null) store.clips.settle(siteId, false);
      throw isTheFiles(error) ? notFitting(error) : translateRefusal(error);
    } finally {
      if (!isHalf) rmSync(folder, { recursive: true, force: true });
      // What the disk refuses now is tried again by the next restore and the next start.
      else await inTurns(store.takeovers.clear()).catch(() => undefined);
    }
  }

  function refuseKnown({ id, domain }: RestoreReply["site"]): void {
    if (!store.sites.get(id) && !store.sites.byDomain(domain)) return;
    store.clips.settle(id, false);
    throw new AppError("SITE_EXISTS", `the site ${domain} is here already; remove it first, or restore elsewhere`);
  }

  async function checkApart(check: RestoreCheck): Promise<RestoreReply> {
    let said: Exclude<ThreadNews, { step: RestoreStep }> | null = null;
    const hear = (news: ThreadNews) => {
      if ("step" in news) step = news.step;
      else said = news;
    };
    // A body of this length has its memory for itself, and gives it away.
    const options = { transferList: [check.body.buffer as ArrayBuffer], resourceLimits: LIMITS };
    await inThread("restore", check, hear, options).catch((error: Error & { code?: string }) => {
      if (error.code !== "ERR_WORKER_OUT_OF_MEMORY") throw error;
      throw new AppError("BACKUP_TOO_LARGE", "the backup takes more memory than there is for a restore", {
        cause: error,
      });
    });
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

/** Others are served between two steps. */
async function inTurns(steps: Generator<void>): Promise<void> {
  for (const _step of steps) await new Promise((resolve) => setImmediate(resolve));
}

function outcomeOf(said: Exclude<ThreadNews, { step: RestoreStep }> | null): RestoreReply {
  if (said === null) throw new Error("the thread that looks at the backup has ended without a word");
  if ("refused" in said) throw new AppError(said.refused.code, said.refused.message, said.refused);
  return said.checked;
}
