/** Opens directory.db, the one SQLite file that control writes. Kamailio reads it at the same time. */
import { readFileSync } from "node:fs";
import Database from "better-sqlite3";

const SCHEMA = new URL("../../kamailio/schema/directory.sql", import.meta.url);
const SCHEMA_VERSION = 1;

export type Db = Database.Database;

/**
 * Opens the file, creates its tables if it is new, and sets what better-sqlite3 leaves to its build: `synchronous=FULL`
 * keeps a committed directory through a power cut. Throws when the file was made by another version.
 */
export function openDirectoryFile(path: string): Db {
  const db = new Database(path, { timeout: 5_000 });
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  db.pragma("journal_size_limit = 67108864");
  // Two processes may open a new file at once (the service and the command line): the lock decides who fills it.
  db.transaction(() => {
    const tables = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
    if (tables === 0) db.exec(readFileSync(SCHEMA, "utf8"));
  }).immediate();
  const version = db.pragma("user_version", { simple: true });
  if (version !== SCHEMA_VERSION) {
    db.close();
    throw new Error(`${path} has schema version ${String(version)}, this control needs ${SCHEMA_VERSION}`);
  }
  return db;
}
