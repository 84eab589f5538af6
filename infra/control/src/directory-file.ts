/** Opens directory.db, the one SQLite file that control writes. Kamailio reads it at the same time. */
import Database from "better-sqlite3";
import { DIRECTORY_VERSION, prepareDirectory } from "../../kamailio/directory-schema.ts";

export type Db = Database.Database;

/**
 * Opens the file, makes or adds to its tables, and sets what better-sqlite3 leaves to its build: `synchronous=FULL`
 * keeps a committed directory through a power cut. Throws when the file was made by a newer version.
 */
export function openDirectoryFile(path: string): Db {
  const db = new Database(path, { timeout: 5_000 });
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  db.pragma("journal_size_limit = 67108864");
  const version = prepareDirectory(db);
  if (version !== DIRECTORY_VERSION) {
    db.close();
    throw new Error(`${path} has schema version ${version}, this control needs ${DIRECTORY_VERSION}`);
  }
  return db;
}
