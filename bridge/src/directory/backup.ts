/**
 * The whole site out into one file: see api/backup.ts; in again: restores.ts. A large site is read by a thread, which sees it as it
 * was at one moment: calls and edits go on meanwhile, and are in the file whole or not at all.
 */
import { Readable } from "node:stream";
import { type BackupOrder, backupText } from "./backup-text.ts";
import type { DirectoryContext } from "./edit.ts";
import { siteOf } from "./lookup.ts";
import { inThread } from "./thread.ts";

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
      ? await readApart({ ...order, folder: store.takeovers.dataFolder }).catch((error: unknown) => {
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
async function readApart(job: BackupJob): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  await inThread("backup", job, (piece: Uint8Array) => pieces.push(piece));
  return pieces;
}
