/**
 * The whole site out into one file: see api/backup.ts; in again: restores.ts. A large site is read by a thread, which sees it as it
 * was at one moment: calls and edits go on meanwhile, and are in the file whole or not at all.
 */
import { once } from "node:events";
import { extname } from "node:path";
import { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import { type BackupOrder, backupText } from "./backup-text.ts";
import type { DirectoryContext } from "./edit.ts";
import { siteOf } from "./lookup.ts";

export interface Backups {
  /**
   * `directory`: without residents, calls, the restaurant and the log, which are nobody's business elsewhere. One is made
   * after the other.
   */
  make(siteId: string, madeBy: string, part?: BackupOrder["part"]): Promise<BackupFile>;
}

export interface BackupFile {
  /** neolia-home.sip.example.com-2026-03-01.json */
  name: string;
  bytes: number;
  /** JSON of a `Backup`. */
  content(): Readable;
}

export interface BackupJob extends BackupOrder {
  /** Where the store is. */
  folder: string;
}

/** Beside this file from source, beside the bundle in the app's image. */
const THREAD = new URL(`./backup-thread${extname(import.meta.filename)}`, import.meta.url);
/** So many rows are read sooner than a thread is there. */
const WORTH_A_THREAD = 1_000;

export function backups(context: DirectoryContext): Backups {
  const { store, audit, now } = context;
  let before: Promise<unknown> = Promise.resolve();

  function isLarge(siteId: string): boolean {
    if (store.lines.list(siteId).length > 0) return true;
    return store.units.count(siteId) + store.extras.count(siteId) > WORTH_A_THREAD;
  }

  async function make(siteId: string, madeBy: string, part: BackupOrder["part"]): Promise<BackupFile> {
    siteOf(store, siteId);
    const order = { siteId, madeBy, madeAtMs: now(), part };
    const pieces = isLarge(siteId)
      ? await inThread({ ...order, folder: store.takeovers.dataFolder }).catch((error: unknown) => {
          // It may be gone by now.
          siteOf(store, siteId);
          throw error;
        })
      : [...backupText(store, order)].map((text) => Buffer.from(text));
    const { name: label, domain } = siteOf(store, siteId);
    audit.note({ siteId, noun: "backup", verb: "exported", rowId: null, label });
    return {
      name: `neolia-${domain}-${new Date(order.madeAtMs).toISOString().slice(0, 10)}.json`,
      bytes: pieces.reduce((sum, { byteLength }) => sum + byteLength, 0),
      content: () => Readable.from(pieces),
    };
  }

  return {
    make: (siteId, madeBy, part = "all") => {
      const made = before.then(() => make(siteId, madeBy, part));
      before = made.catch(() => undefined);
      return made;
    },
  };
}

/** Throws what the thread does. */
async function inThread(job: BackupJob): Promise<Uint8Array[]> {
  const thread = new Worker(THREAD, { workerData: job });
  const pieces: Uint8Array[] = [];
  thread.on("message", (piece: Uint8Array) => pieces.push(piece));
  await once(thread, "exit");
  return pieces;
}
