/** The three SQLite files of a VPS (or a lab), made or brought up to date before Kamailio starts. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { prepareDirectory } from "./directory-schema.ts";

/** Where Debian's kamailio-sqlite-modules keeps the tables that the installed version expects. */
export const KAMAILIO_TABLES = "/usr/share/kamailio/db_sqlite";

/**
 * Makes directory.db, location.db and outbox.db in `folder` where they are missing, in WAL mode: Kamailio's
 * workers would race on that PRAGMA. Files that are there keep what they hold; what an earlier version made is changed to what
 * this one expects, while neither Kamailio nor control runs: those of before could not write it.
 */
export function createDatabases(folder: string, kamailioTables = KAMAILIO_TABLES): void {
  mkdirSync(folder, { recursive: true });
  const ours = (name: string) => read(join(import.meta.dirname, "schema", name));
  const theirs = (name: string) => read(join(kamailioTables, name));
  const file = (name: string, make: (db: Database.Database) => unknown) => withFile(join(folder, name), make);
  file("directory.db", prepareDirectory);
  file("location.db", (db) => {
    if (isEmpty(db)) db.exec(theirs("standard-create.sql") + theirs("usrloc-create.sql"));
    db.exec(ours("location.sql"));
  });
  file("outbox.db", (db) => {
    const make = () => {
      // Kamailio asks for the versions of its tables; the tables themselves are views of the outbox.
      db.exec(theirs("standard-create.sql") + theirs("dialog-create.sql"));
      db.exec("DROP TABLE dialog; DROP TABLE dialog_vars");
      db.exec(ours("outbox.sql"));
    };
    if (isEmpty(db)) make();
    else if (Number(db.pragma("user_version", { simple: true })) < 4) renewOutbox(db, make);
  });
  takeOverCalls(folder);
}

/** Version 1 had other columns at times, and no index that keeps an event from being written twice. Ids go on where they were. */
function renewOutbox(db: Database.Database, make: () => void): void {
  const columns = () => db.prepare("SELECT name FROM pragma_table_info('call_event')").pluck().all() as string[];
  const before = columns();
  const counted = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() !== undefined;
  const lastId = counted
    ? Number(db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'call_event'").pluck().get() ?? 0)
    : 0;
  // An index keeps its name when its table gets another one.
  const indexes = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'call_event'").pluck();
  for (const name of indexes.all() as string[]) db.exec(`DROP INDEX ${name}`);
  db.exec("ALTER TABLE call_event RENAME TO earlier");
  make();
  const kept = columns()
    .filter((name) => before.includes(name))
    .join(", ");
  db.exec(`INSERT OR IGNORE INTO call_event (${kept}) SELECT ${kept} FROM earlier ORDER BY id; DROP TABLE earlier`);
  // The last id stood apart from the rows until version 3: one that was trimmed keeps its place by a row of no site.
  db.prepare(
    `INSERT INTO call_event (id, at_ms, domain, call_id, kind) SELECT @lastId, 0, '', '', 'trimmed'
     WHERE @lastId > (SELECT coalesce(max(id), 0) FROM call_event)`,
  ).run({ lastId });
}

/** Until version 4 running calls stood in a file of their own, dialog.db: what the restart needs of them goes to their events. */
function takeOverCalls(folder: string): void {
  const earlier = join(folder, "dialog.db");
  if (!existsSync(earlier)) return;
  const outbox = new Database(join(folder, "outbox.db"));
  try {
    outbox.prepare("ATTACH ? AS earlier").run(earlier);
    // The call's id is the second part of its variable `call`.
    outbox.exec(`UPDATE call_event SET dlg_entry = hash_entry, dlg_id = hash_id, dlg_call_id = callid, dlg_from_tag = from_tag,
        dlg_to_tag = to_tag, dlg_from_uri = from_uri, dlg_to_uri = to_uri, dlg_contact = caller_contact,
        dlg_from_sock = caller_sock, dlg_to_sock = callee_sock, dlg_call = dialog_value
      FROM earlier.dialog JOIN earlier.dialog_vars USING (hash_entry, hash_id)
      WHERE dialog_key = 'call' AND kind = 'answered' AND dialog_value LIKE '%|' || call_id || '|%'`);
  } finally {
    outbox.close();
  }
  for (const end of ["", "-wal", "-shm"]) rmSync(earlier + end, { force: true });
}

function withFile(file: string, make: (db: Database.Database) => unknown): void {
  const db = new Database(file);
  try {
    if (isEmpty(db)) {
      // A commit writes whole pages: small ones make it cheap.
      db.pragma("page_size = 1024");
      db.pragma("journal_mode = WAL");
    }
    db.transaction(() => make(db)).immediate();
  } finally {
    db.close();
  }
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
}

function read(file: string): string {
  return readFileSync(file, "utf8");
}
