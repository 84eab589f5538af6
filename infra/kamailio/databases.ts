/** The four SQLite files of a VPS (or a lab), made before Kamailio starts. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { DIRECTORY_SCHEMA, prepareDirectory } from "./directory-schema.ts";

/** Where Debian's kamailio-sqlite-modules keeps the tables that the installed version expects. */
export const KAMAILIO_TABLES = "/usr/share/kamailio/db_sqlite";

/**
 * Makes directory.db, location.db, dialog.db and outbox.db in `folder` where they are missing, in WAL mode: Kamailio's
 * workers would race on that PRAGMA. Files that are there stay as they are, but for
 * what a newer directory.db adds: Kamailio reads it before control has opened it.
 */
export function createDatabases(folder: string, kamailioTables = KAMAILIO_TABLES): void {
  mkdirSync(folder, { recursive: true });
  const ours = (name: string) => join(import.meta.dirname, "schema", name);
  const theirs = (name: string) => join(kamailioTables, name);
  create(join(folder, "directory.db"), [DIRECTORY_SCHEMA]);
  prepare(join(folder, "directory.db"));
  create(join(folder, "location.db"), [theirs("standard-create.sql"), theirs("usrloc-create.sql")]);
  create(join(folder, "dialog.db"), [theirs("standard-create.sql"), theirs("dialog-create.sql")]);
  create(join(folder, "outbox.db"), [ours("outbox.sql")]);
}

function create(file: string, scripts: string[]): void {
  if (existsSync(file)) return;
  const db = new Database(file);
  try {
    // A commit writes whole pages: small ones make it cheap.
    db.pragma("page_size = 1024");
    db.pragma("journal_mode = WAL");
    db.transaction(() => {
      for (const script of scripts) db.exec(readFileSync(script, "utf8"));
    })();
  } finally {
    db.close();
  }
}

function prepare(file: string): void {
  const db = new Database(file, { timeout: 5_000 });
  try {
    prepareDirectory(db);
  } finally {
    db.close();
  }
}
