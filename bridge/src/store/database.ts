/**
 * Opens neolia.db so that what was committed stays: settings read back, integrity looked at, schema brought up to
 * date. A damaged, empty or missing file is replaced by the last good copy, with a notice; the bridge never starts
 * on an empty directory that used to be a full one.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";
import { type Copies, copiesIn, syncFolder } from "./copies.ts";
import { MIGRATIONS } from "./migrations.ts";
import { addTextFunctions } from "./text.ts";

/** The store cannot be used; the message is one plain sentence for the person who runs the bridge. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

export interface OpenOptions {
  /** Made if it is not there. Holds neolia.db and its copies. */
  folder: string;
  /** Only tests of the migrating itself pass others. */
  migrations?: readonly string[];
  now?: () => number;
}

export interface OpenedDatabase {
  db: Database;
  notice: string | null;
  keepCopy(): void;
  forgetRemoved(): void;
  close(): void;
}

const APPLICATION_ID = 0x4e_65_6f_6c; // "Neol"
const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KB = 8_000;
/** The first release without the WAL-reset corruption of 3.7.0 to 3.51.2. */
const OLDEST_SQLITE = [3, 51, 3] as const;
const COPY_EVERY_MS = 20 * 3_600_000;

/** See `StoreError` for what it throws. */
export function openDatabase(options: OpenOptions): OpenedDatabase {
  const migrations = options.migrations ?? MIGRATIONS;
  const now = options.now ?? Date.now;
  const { folder } = options;
  const file = join(folder, "neolia.db");
  let lock: Database | null = null;
  let db: Database | null = null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const folderLock = lockFolder(folder);
    lock = folderLock;
    const copies = copiesIn(join(folder, "copies"), now);
    const opened = openOrRestore(file, copies, migrations);
    db = opened.db;
    migrate(db, migrations, copies);
    return {
      ...opened,
      keepCopy: () => {
        if (copies.ageMs() >= COPY_EVERY_MS) copies.make(opened.db, version(opened.db));
      },
      forgetRemoved: () => {
        opened.db.exec("VACUUM");
        opened.db.pragma("wal_checkpoint(TRUNCATE)");
        copies.replaceAll(opened.db, version(opened.db));
      },
      close: () => {
        opened.db.close();
        folderLock.close();
      },
    };
  } catch (error) {
    db?.close();
    lock?.close();
    throw refusal(error, folder);
  }
}

/**
 * One bridge to a folder: a lock that the system drops with the process, however that ends. Waits a little, because
 * the bridge before us may still be on its way out. The database itself stays open to readers, for backups.
 */
function lockFolder(folder: string): Database {
  const file = join(folder, "lock");
  const lock = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    const known = translate(error, file);
    if (!(known instanceof Damaged)) throw known;
    throw new StoreError(`${file} ${known.message}; it holds nothing: delete it and start again`);
  }
}

function openOrRestore(file: string, copies: Copies, migrations: readonly string[]) {
  const damage = existsSync(file) ? null : "is missing";
  if (damage && copies.newestFirst().length === 0) {
    create(file, migrations);
    return { db: openSound(file, migrations), notice: null };
  }
  try {
    if (damage) throw new Damaged(damage);
    return { db: openSound(file, migrations), notice: null };
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    const notice = restore(file, error.message, copies, migrations);
    return { db: openSound(file, migrations), notice };
  }
}

/** Made under another name first, so that an empty neolia.db is always damage and never a start cut short. */
function create(file: string, migrations: readonly string[]): void {
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true });
  rmSync(`${fresh}-wal`, { force: true });
  const db = connect(fresh);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  migrate(db, migrations, null);
  db.close();
  renameSync(fresh, file);
  syncFolder(file);
}

/** What is wrong with the file, as the end of the sentence "neolia.db …". */
class Damaged extends Error {}

function openSound(file: string, migrations: readonly string[]): Database {
  refuseForeign(file);
  let db: Database | null = null;
  try {
    db = connect(file);
    const check = db.pragma("quick_check(1)", { simple: true });
    if (check !== "ok") throw new Damaged(`is damaged (${String(check).replace(/\s+/g, " ")})`);
    if (version(db) > migrations.length) {
      throw new StoreError(
        `${file} was written by a newer version of Neolia (schema ${version(db)}, this version knows ${migrations.length}); install that version again or put back a backup made by this one`,
      );
    }
    return db;
  } catch (error) {
    db?.close();
    throw translate(error, file);
  }
}

/** By the file's header (https://sqlite.org/fileformat.html#the_database_header), before SQLite may change anything. */
function refuseForeign(file: string): void {
  if (statSync(file).isDirectory()) throw new StoreError(`${file} cannot be used: it is a folder`);
  const header = Buffer.alloc(100);
  const fd = openSync(file, "r");
  const length = readSync(fd, header);
  closeSync(fd);
  if (length === 0) throw new Damaged("is empty");
  if (length < header.length || header.toString("latin1", 0, 15) !== "SQLite format 3") {
    throw new Damaged("is damaged (it is no SQLite file)");
  }
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw new Damaged("is not a database of Neolia");
}

function connect(file: string): Database {
  const db = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    closeToOthers(file);
    set(db, "journal_mode", "WAL", "wal");
    // The library's own default in WAL mode would lose the last commits in a power cut.
    set(db, "synchronous", "FULL", 2);
    set(db, "foreign_keys", "ON", 1);
    // What callers said goes after its days: from the file, not only from what is found in it.
    set(db, "secure_delete", "ON", 1);
    set(db, "busy_timeout", String(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS);
    // The rows of ten thousand units and devices stay read: with SQLite's own 2 MB, filling the lists would read the file again
    // and again. A small site's file is smaller than either.
    db.pragma(`cache_size = -${CACHE_KB}`);
    addTextFunctions(db);
    const sqlite = db.prepare<[], { v: string }>("SELECT sqlite_version() AS v").get()?.v ?? "";
    if (isOlder(sqlite)) throw new StoreError(`SQLite ${sqlite} can corrupt databases; 3.51.3 or newer is needed`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** It holds logins, keys and tokens, in whatever folder it was put. SQLite gives its other files the same mode. */
function closeToOthers(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch {
    // Some file systems know no modes; one that is read-only says so with the first change.
  }
}

function set(db: Database, pragma: string, value: string, expected: unknown): void {
  db.pragma(`${pragma} = ${value}`);
  const actual = db.pragma(pragma, { simple: true });
  if (actual !== expected) throw new StoreError(`SQLite refuses ${pragma}=${value} here (it stays ${actual})`);
}

function isOlder(sqlite: string): boolean {
  const parts = sqlite.split(".").map(Number);
  for (const [i, least] of OLDEST_SQLITE.entries()) {
    const part = parts[i] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}

function version(db: Database): number {
  return Number(db.pragma("user_version", { simple: true }));
}

/** A copy before each step and one transaction for it: a kill leaves the old version or the new one. */
function migrate(db: Database, migrations: readonly string[], copies: Copies | null): void {
  for (let next = version(db); next < migrations.length; next++) {
    copies?.make(db, next);
    db.transaction(() => {
      db.exec(migrations[next] ?? "");
      db.pragma(`user_version = ${next + 1}`);
    }).immediate();
  }
}

/** Puts the newest good copy in the damaged file's place, keeps the damaged one beside it, returns the notice. */
function restore(file: string, damage: string, copies: Copies, migrations: readonly string[]): string {
  const copy = copies.newestFirst().find((candidate) => copies.isGood(candidate, APPLICATION_ID, migrations.length));
  if (!copy) {
    throw new StoreError(
      `${file} ${damage} and there is no good copy of it in ${copies.folder}; put a backup back, or move the file away to start with an empty directory`,
    );
  }
  const aside = `${file}.damaged-${copies.stamp()}`;
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  copies.putBack(copy, file);
  return `neolia.db ${damage}; it was restored from the copy of ${copy.madeAt}, later changes are lost`;
}

/** SQLite's damage codes become `Damaged`; everything else is a sentence about the machine, never a reason to restore. */
function translate(error: unknown, file: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error;
  if (error.code.startsWith("SQLITE_CORRUPT") || error.code === "SQLITE_NOTADB") {
    return new Damaged(`is damaged (${error.message})`);
  }
  if (error.code.startsWith("SQLITE_BUSY")) {
    return new StoreError(`${file} is in use by another process: only one bridge may run on a folder`);
  }
  return isDiskTrouble(error) ? error : new StoreError(`${file} cannot be opened: ${error.message}`);
}

function isDiskTrouble({ code }: { code: string }): boolean {
  return code === "SQLITE_FULL" || code.startsWith("SQLITE_IOERR");
}

/** What the disk or the folder refuses, as a sentence; anything else is a fault of ours and stays as it is. */
function refusal(error: unknown, folder: string): unknown {
  if (error instanceof Sqlite.SqliteError) {
    if (error.code === "SQLITE_FULL") return new StoreError(`the disk of ${folder} is full: make room and start again`);
    if (isDiskTrouble(error)) {
      return new StoreError(
        `the disk of ${folder} is full or failing (${error.message}): make room, or replace it, and start again`,
      );
    }
    if (/^SQLITE_(CANTOPEN|READONLY|PERM)/.test(error.code)) {
      return new StoreError(`the data folder ${folder} cannot be written: ${error.message}`);
    }
  }
  if (error instanceof Error && "syscall" in error) {
    const path = "path" in error && error.path !== folder ? error.path : `the data folder ${folder}`;
    return new StoreError(`${path} cannot be used: ${error.message}`);
  }
  return error;
}
