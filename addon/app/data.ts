/** The app's data folder: where the database is, and how it is kept consistent in Home Assistant's backups. */
import { chownSync, existsSync, lchownSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";

export const DATABASE = "neolia.db";
/** Must not end in the database's name: backup_exclude in config.yaml is matched against the end of the path. */
export const BACKUP_COPY = "neolia-backup-copy";

/**
 * Before the bridge opens its database. After a restore the folder holds the backup's copy and no database: the copy
 * takes its place. Beside a database a copy is the rest of an interrupted backup and goes.
 * @param owner user and group id that everything in the folder is given to, null to leave it
 */
export function prepareData(folder: string, owner: number | null): void {
  const copy = join(folder, BACKUP_COPY);
  rmSync(unfinishedIn(folder), { force: true });
  if (existsSync(copy)) {
    if (existsSync(join(folder, DATABASE))) rmSync(copy);
    else renameSync(copy, join(folder, DATABASE));
  }
  if (owner !== null) giveTo(folder, owner);
}

/**
 * Writes a consistent copy of the database beside it while the bridge goes on writing; nothing if there is none yet. By
 * one reading transaction: SQLite's backup API would begin anew with each write, and in a busy hour never end.
 */
export function makeBackupCopy(folder: string): void {
  const source = join(folder, DATABASE);
  if (!existsSync(source)) return;
  const unfinished = unfinishedIn(folder);
  rmSync(unfinished, { force: true });
  const database = new Sqlite(source, { readonly: true, fileMustExist: true });
  try {
    database.prepare("VACUUM INTO ?").run(unfinished);
  } finally {
    database.close();
  }
  renameSync(unfinished, join(folder, BACKUP_COPY));
}

/** After the backup: the copy has done its work. */
export function dropBackupCopy(folder: string): void {
  rmSync(join(folder, BACKUP_COPY), { force: true });
  rmSync(unfinishedIn(folder), { force: true });
}

const unfinishedIn = (folder: string): string => join(folder, `${BACKUP_COPY}.unfinished`);

function giveTo(folder: string, owner: number): void {
  chownSync(folder, owner, owner);
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    // lchown: a link in the folder must not hand out a file outside it.
    lchownSync(join(folder, entry), owner, owner);
  }
}
