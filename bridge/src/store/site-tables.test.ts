import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import Sqlite from "better-sqlite3";
import { labFolder } from "../../../test/lab/folder.ts";
import { SITE_TABLES } from "./site-tables.ts";
import { openStore } from "./store.ts";

const CARRIED_TABLES = SITE_TABLES.map(({ table }) => table);

/** Tables that no backup holds, and why. */
const LEFT_BEHIND: Readonly<Record<string, string>> = {
  provisioning: "what the VPS has is asked for anew",
  restoring: "of a restore that is under way here",
  provisioning_change: "the VPS gets the whole site",
  feed_cursor: "of this machine's connection",
  event_outbox: "events of calls that are over",
  discovered: "told to Home Assistant anew",
  account_test: "a test on another machine says nothing here",
  pairing: "codes and links are secrets",
  site_token: "a secret",
  site_grant: "permissions are given anew",
  remote_site: "permissions are given anew",
  member_version: "of two editors at once",
  order_event: "what callers said; orders and drafts hold what came of it",
  transcript: "what callers said",
  call_message: "what callers said",
  print_job: "nobody wants old tickets from a new printer",
};

function withDatabase(look: (db: Sqlite.Database) => void): void {
  const folder = labFolder("tables");
  try {
    openStore({ folder: folder.path }).close();
    const db = new Sqlite(join(folder.path, "neolia.db"), { readonly: true });
    look(db);
    db.close();
  } finally {
    folder.remove();
  }
}

test("each table of the store is in a backup, or it is known why it is not", () => {
  withDatabase((db) => {
    const ofStore = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'";
    const tables = db.prepare<[], string>(ofStore).pluck().all();
    assert.deepEqual([...CARRIED_TABLES, ...Object.keys(LEFT_BEHIND)].toSorted(), tables.toSorted());
  });
});

test("parents come before children", () => {
  withDatabase((db) => {
    for (const [at, table] of CARRIED_TABLES.entries()) {
      const parents = db.prepare<[], { table: string }>(`PRAGMA foreign_key_list(${table})`).all();
      for (const parent of parents) {
        assert.ok(CARRIED_TABLES.slice(0, at + 1).includes(parent.table), `${table} before ${parent.table}`);
      }
    }
  });
});

test("what is removed takes its own along without a look through the whole site", () => {
  withDatabase((db) => {
    for (const table of CARRIED_TABLES) {
      const keys = Map.groupBy(
        db.prepare<[], { id: number; table: string; from: string }>(`PRAGMA foreign_key_list(${table})`).all(),
        ({ id }) => id,
      );
      for (const parts of keys.values()) {
        // The site itself goes only when it is empty.
        const [own] = parts.map(({ from }) => from).filter((column) => column !== "site_id");
        if (own === undefined) continue;
        const children = `SELECT 1 FROM ${table} WHERE ${parts.map(({ from }) => `${from} = ?`).join(" AND ")}`;
        const plan = db.prepare<string[], { detail: string }>(`EXPLAIN QUERY PLAN ${children}`);
        const { detail = "" } = plan.get(...parts.map(() => "")) ?? {};
        assert.ok(detail.startsWith("SEARCH") && detail.includes(`${own}=?`), `${table}: ${detail}`);
      }
    }
  });
});
