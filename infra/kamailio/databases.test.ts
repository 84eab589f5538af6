import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import Database from "better-sqlite3";
import { labFolder } from "../../test/lab/folder.ts";
import { createDatabases, KAMAILIO_TABLES } from "./databases.ts";

const folder = labFolder("databases");
after(() => folder.remove());
let data = "";
let round = 0;
beforeEach(() => {
  data = join(folder.path, String(++round));
  mkdirSync(data);
});

function within<T>(file: string, act: (db: Database.Database) => T): T {
  const db = new Database(join(data, file));
  try {
    return act(db);
  } finally {
    db.close();
  }
}

/** As the first version made it: an event may stand there twice, and the To tag has no column. */
function firstOutbox(): void {
  within("outbox.db", (db) => {
    db.pragma("journal_mode = WAL");
    db.exec(`CREATE TABLE call_event (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, domain TEXT NOT NULL, call_id TEXT NOT NULL,
        kind TEXT NOT NULL, caller TEXT NOT NULL DEFAULT '', caller_number TEXT NOT NULL DEFAULT '',
        callee TEXT NOT NULL DEFAULT '', unit TEXT NOT NULL DEFAULT '', account TEXT NOT NULL DEFAULT '',
        ended_by TEXT NOT NULL DEFAULT '', code INTEGER NOT NULL DEFAULT 0, sip_call_id TEXT NOT NULL DEFAULT '',
        sip_from_tag TEXT NOT NULL DEFAULT '', sip_cseq INTEGER NOT NULL DEFAULT 0) STRICT;
      CREATE INDEX call_event_domain ON call_event (domain, id);
      CREATE INDEX call_event_call ON call_event (call_id, kind);
      CREATE INDEX call_event_invited ON call_event (id) WHERE kind = 'invited';
      PRAGMA user_version = 1`);
    const insert = db.prepare(
      `INSERT INTO call_event (id, at_ms, domain, call_id, kind, account, sip_call_id, sip_cseq)
       VALUES (?, ?, 'a.sip.test', ?, ?, ?, 'ab', 2)`,
    );
    insert.run(7, 70, "one", "invited", "");
    insert.run(8, 80, "one", "ringing", "panel");
    insert.run(9, 90, "one", "ringing", "panel");
    insert.run(12, 120, "two", "invited", "");
    db.exec("DELETE FROM call_event WHERE id = 12");
  });
}

/** As versions 2 and 3 made it: what a restart needs of a call stood in dialog.db. */
function outboxOf(version: number): void {
  within("outbox.db", (db) => {
    db.pragma("journal_mode = WAL");
    db.exec(`CREATE TABLE call_event (id INTEGER PRIMARY KEY ${version === 2 ? "AUTOINCREMENT" : ""}, at_ms INTEGER NOT NULL,
        domain TEXT NOT NULL, call_id TEXT NOT NULL, kind TEXT NOT NULL, caller TEXT NOT NULL DEFAULT '',
        caller_number TEXT NOT NULL DEFAULT '', callee TEXT NOT NULL DEFAULT '', unit TEXT NOT NULL DEFAULT '',
        account TEXT NOT NULL DEFAULT '', ended_by TEXT NOT NULL DEFAULT '', code INTEGER NOT NULL DEFAULT 0,
        sip_call_id TEXT NOT NULL DEFAULT '', sip_from_tag TEXT NOT NULL DEFAULT '', sip_to_tag TEXT NOT NULL DEFAULT '',
        sip_cseq INTEGER NOT NULL DEFAULT 0) STRICT;
      CREATE UNIQUE INDEX call_event_once ON call_event (call_id, kind, account);
      PRAGMA user_version = ${version}`);
    const insert = db.prepare(
      "INSERT INTO call_event (at_ms, domain, call_id, kind, sip_to_tag) VALUES (?, 'a.sip.test', ?, ?, ?)",
    );
    insert.run(1, "one", "answered", "ab");
    insert.run(2, "two", "failed", "");
  });
}

describe("the files of a VPS", () => {
  test("hold what they held after a second run", () => {
    createDatabases(data);
    within("directory.db", (db) =>
      db.exec("INSERT INTO site (id, domain, token_hash) VALUES ('a', 'a.sip.test', 'x')"),
    );
    within("outbox.db", (db) =>
      db.exec("INSERT INTO call_event (at_ms, domain, call_id, kind) VALUES (1, 'a.sip.test', 'one', 'invited')"),
    );
    createDatabases(data);
    assert.equal(
      within("directory.db", (db) => db.prepare("SELECT count(*) FROM site").pluck().get()),
      1,
    );
    assert.equal(
      within("outbox.db", (db) => db.prepare("SELECT count(*) FROM call_event").pluck().get()),
      1,
    );
  });

  test("are all in WAL mode, where a reader holds up no writer", () => {
    createDatabases(data);
    for (const file of ["directory.db", "location.db", "outbox.db"]) {
      assert.equal(
        within(file, (db) => db.pragma("journal_mode", { simple: true })),
        "wal",
        file,
      );
    }
  });

  test("of an earlier version keep their events once each, and never give an id again", () => {
    firstOutbox();
    createDatabases(data);
    within("outbox.db", (db) => {
      assert.deepEqual(
        db.prepare("SELECT id, at_ms, kind, sip_call_id, sip_to_tag FROM call_event ORDER BY id").raw().all(),
        [
          [7, 70, "invited", "ab", ""],
          [8, 80, "ringing", "ab", ""],
          [12, 0, "trimmed", "", ""],
        ],
      );
      const again = db.prepare(
        "INSERT OR IGNORE INTO call_event (at_ms, domain, call_id, kind, account) VALUES (1, 'a.sip.test', ?, 'ringing', 'panel')",
      );
      assert.equal(again.run("one").changes, 0);
      assert.ok(Number(again.run("three").lastInsertRowid) > 12);
    });
  });

  test("of the versions before keep their events, and where the ids go on", () => {
    for (const version of [2, 3]) {
      data = join(folder.path, `version-${version}`);
      mkdirSync(data);
      outboxOf(version);
      createDatabases(data);
      within("outbox.db", (db) => {
        assert.deepEqual(db.prepare("SELECT id, kind, sip_to_tag FROM call_event ORDER BY id").raw().all(), [
          [1, "answered", "ab"],
          [2, "failed", ""],
        ]);
      });
      assert.deepEqual(shape("outbox.db"), fresh("outbox.db"));
    }
  });

  test("of the version before give a running call to the next Kamailio, and nothing of one that is over", () => {
    outboxOf(3);
    const theirs = (name: string) => readFileSync(join(KAMAILIO_TABLES, `${name}-create.sql`), "utf8");
    within("dialog.db", (db) => {
      db.exec(theirs("standard") + theirs("dialog"));
      db.exec(`INSERT INTO dialog (hash_entry, hash_id, callid, from_uri, from_tag, to_uri, to_tag, caller_cseq, callee_cseq,
          caller_contact, callee_contact, caller_sock, callee_sock, state, start_time, req_uri)
        VALUES (7, 8, 'c', 'sip:a@a.sip.test', 'f', 'sip:b@a.sip.test', 't', '1', '0', 'sip:a@192.0.2.1', 'sip:b@192.0.2.2',
          'udp:192.0.2.9:5060', 'udp:192.0.2.9:5060', 4, 1, 'sip:b@a.sip.test');
        INSERT INTO dialog_vars (hash_entry, hash_id, dialog_key, dialog_value) VALUES (7, 8, 'call', 'a.sip.test|one|a')`);
    });
    createDatabases(data);
    within("outbox.db", (db) => {
      assert.deepEqual(
        db.prepare("SELECT hash_entry, hash_id, callid, from_tag, to_tag, timeout FROM dialog").raw().all(),
        [[7, 8, "c", "f", "t", 7200]],
      );
      assert.deepEqual(db.prepare("SELECT hash_id, dialog_key, dialog_value FROM dialog_vars").raw().all(), [
        [8, "call", "a.sip.test|one|a"],
      ]);
      db.exec("INSERT INTO call_event (at_ms, domain, call_id, kind) VALUES (1, 'a.sip.test', 'one', 'ended')");
      assert.equal(db.prepare("SELECT count(*) FROM dialog").pluck().get(), 0);
    });
    assert.equal(existsSync(join(data, "dialog.db")), false);
  });

  test("show the dialog module every column that it asks its tables for", () => {
    createDatabases(data);
    const theirs = new Database(":memory:");
    theirs.exec(readFileSync(join(KAMAILIO_TABLES, "dialog-create.sql"), "utf8").replace(/INSERT INTO version.*/g, ""));
    const columns = (db: Database.Database, table: string) =>
      db.prepare("SELECT name FROM pragma_table_info(?) ORDER BY name").pluck().all(table);
    for (const table of ["dialog", "dialog_vars"]) {
      assert.deepEqual(
        within("outbox.db", (db) => columns(db, table)),
        columns(theirs, table),
      );
    }
    theirs.close();
  });

  test("of an earlier version look like new ones", () => {
    firstOutbox();
    createDatabases(data);
    within("location.db", (db) => db.exec("CREATE INDEX location_expires_idx ON location (expires)"));
    createDatabases(data);
    for (const file of ["outbox.db", "location.db"]) assert.deepEqual(shape(file), fresh(file), file);
  });

  /** The schema; what SQLite once made for itself stays, and does no harm. */
  function shape(file: string): unknown[] {
    return within(file, (db) =>
      db.prepare("SELECT type, name, sql FROM sqlite_schema WHERE name <> 'sqlite_sequence' ORDER BY name").raw().all(),
    );
  }

  /** The schema of a new file. */
  function fresh(file: string): unknown[] {
    const here = data;
    data = `${here}-fresh-${file}`;
    createDatabases(data);
    const made = shape(file);
    data = here;
    return made;
  }
});
