/** Copies of the database: one a day and one before each migration, the newest five kept, each checked when made. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";

const KEPT = 5;
const NAME = /^neolia-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-v(\d+)\.db$/;

export interface Copy {
  path: string;
  /** ISO 8601. */
  madeAt: string;
}

export interface Copies {
  folder: string;
  /** Those from the future (the clock was wrong when they were made) come last. */
  newestFirst(): Copy[];
  /** Of the newest copy; infinite when there is none. A copy from the future (the clock was wrong) counts as none. */
  ageMs(): number;
  make(db: Database, version: number): void;
  /** A new copy in the place of all others; none is made where there was none. */
  replaceAll(db: Database, version: number): void;
  isGood(copy: Copy, applicationId: number, newestVersion: number): boolean;
  putBack(copy: Copy, file: string): void;
  /** Now, as file names carry it. */
  stamp(): string;
}

export function copiesIn(folder: string, now: () => number): Copies {
  const stamp = () => new Date(now()).toISOString().replace(/[-:.]/g, "");
  const newestFirst = () => {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => NAME.test(name)) : [];
    // Names sort as their times do.
    const sorted = names.sort().reverse();
    const future = `neolia-${stamp()}-v~`;
    return [...sorted.filter((name) => name <= future), ...sorted.filter((name) => name > future)].map((name) => ({
      path: join(folder, name),
      madeAt: name.replace(NAME, "$1-$2-$3T$4:$5:$6.$7Z"),
    }));
  };
  const make = (db: Database, version: number): string => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `neolia-${stamp()}-v${version}.db`);
    const unfinished = `${path}.new`;
    rmSync(unfinished, { force: true });
    db.prepare("VACUUM INTO ?").run(unfinished);
    const problem = inspect(unfinished, (copy) => copy.pragma("quick_check(1)", { simple: true }));
    if (problem !== "ok") throw new Error(`the copy ${unfinished} is damaged: ${problem}`);
    settle(unfinished, path);
    return path;
  };
  return {
    folder,
    newestFirst,
    stamp,
    ageMs: () => {
      const age = now() - Date.parse(newestFirst()[0]?.madeAt ?? "");
      return age >= 0 ? age : Number.POSITIVE_INFINITY;
    },
    make: (db, version) => {
      make(db, version);
      for (const old of newestFirst().slice(KEPT)) rmSync(old.path, { force: true });
    },
    replaceAll: (db, version) => {
      const before = newestFirst();
      if (before.length === 0) return;
      const path = make(db, version);
      for (const old of before) if (old.path !== path) rmSync(old.path, { force: true });
    },
    isGood: (copy, applicationId, newestVersion) => {
      try {
        return inspect(copy.path, (db) => {
          const version = Number(db.pragma("user_version", { simple: true }));
          return (
            db.pragma("quick_check(1)", { simple: true }) === "ok" &&
            db.pragma("application_id", { simple: true }) === applicationId &&
            version >= 1 &&
            version <= newestVersion
          );
        });
      } catch {
        return false;
      }
    },
    putBack: (copy, file) => {
      const unfinished = `${file}.new`;
      copyFileSync(copy.path, unfinished, constants.COPYFILE_FICLONE);
      settle(unfinished, file);
    },
  };
}

function inspect<T>(path: string, look: (db: Database) => T): T {
  const db = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** Data on the disk first, then the name, then the folder that holds the name. */
function settle(unfinished: string, path: string): void {
  const fd = openSync(unfinished, "r+");
  fsyncSync(fd);
  closeSync(fd);
  renameSync(unfinished, path);
  syncFolder(path);
}

/** Makes a rename in the file's folder last through a power cut. */
export function syncFolder(path: string): void {
  const fd = openSync(dirname(path), "r");
  fsyncSync(fd);
  closeSync(fd);
}
