import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import Database from "better-sqlite3";
import { DIRECTORY_SCHEMA, DIRECTORY_VERSION, prepareDirectory } from "./directory-schema.ts";

/** The columns of every table, in no order. */
function columnsOf(db: Database.Database): string[] {
  const sql = `SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '')
    FROM pragma_table_list t JOIN pragma_table_info(t.name) c WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'`;
  return (db.prepare(sql).pluck().all() as string[]).toSorted();
}

test("a new file gets the whole schema in its present version", () => {
  const db = new Database(":memory:");
  assert.equal(prepareDirectory(db), DIRECTORY_VERSION);
  db.close();
});

test("a file of the first version gets what is new and keeps its rows", () => {
  const fresh = new Database(":memory:");
  prepareDirectory(fresh);
  const old = new Database(":memory:");
  old.exec(readFileSync(DIRECTORY_SCHEMA, "utf8"));
  old.exec(`ALTER TABLE unit DROP COLUMN do_not_disturb; ALTER TABLE site DROP COLUMN old_token_hash;
    ALTER TABLE site DROP COLUMN old_token_until_ms; PRAGMA user_version = 1;`);
  old.exec(`INSERT INTO site (id, domain, token_hash) VALUES ('1', 'a.sip.test', 'x');
    INSERT INTO unit (domain, name, kind) VALUES ('a.sip.test', 'unit401', 'residential');`);
  assert.equal(prepareDirectory(old), DIRECTORY_VERSION);
  assert.deepEqual(columnsOf(old), columnsOf(fresh));
  assert.deepEqual(old.prepare("SELECT name, do_not_disturb FROM unit").all(), [
    { name: "unit401", do_not_disturb: 0 },
  ]);
  assert.equal(prepareDirectory(old), DIRECTORY_VERSION);
  fresh.close();
  old.close();
});

test("a file of a newer program is left alone and told apart", () => {
  const db = new Database(":memory:");
  prepareDirectory(db);
  db.pragma("user_version = 99");
  assert.equal(prepareDirectory(db), 99);
  db.close();
});
