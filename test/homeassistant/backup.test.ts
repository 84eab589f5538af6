import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import Sqlite, { type Database } from "better-sqlite3";
import { parse } from "yaml";
import { BACKUP_COPY, DATABASE, dropBackupCopy, makeBackupCopy, prepareData } from "../../addon/app/data.ts";
import { labFolder } from "../lab/folder.ts";

let folder: ReturnType<typeof labFolder>;
let live: Database;

beforeEach(() => {
  folder = labFolder("backup");
  live = new Sqlite(join(folder.path, DATABASE));
  live.pragma("journal_mode = WAL");
  live.exec("CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('kept')");
});
afterEach(() => {
  live.close();
  folder.remove();
});

/** What the Supervisor would put into the backup: it matches the patterns against the end of each path. */
function backedUp(): string[] {
  const manifest = parse(readFileSync(join(import.meta.dirname, "../../addon/config.yaml"), "utf8")) as {
    backup_exclude: string[];
  };
  const files = readdirSync(folder.path, { recursive: true, encoding: "utf8" });
  return files.filter(
    (name) => !manifest.backup_exclude.some((pattern) => matchesGlob(join(folder.path, name), `**/${pattern}`)),
  );
}

test("a hot backup holds a consistent copy and none of the files that are being written", async () => {
  writeFileSync(join(folder.path, "options.json"), "{}");
  mkdirSync(join(folder.path, "copies"));
  writeFileSync(join(folder.path, "copies/neolia-20261121T000000000Z-v1.db"), "");
  await makeBackupCopy(folder.path);
  assert.deepEqual(backedUp().sort(), [BACKUP_COPY, "copies", "options.json"].sort());
});

test("a restored backup becomes the database, with what was in the write-ahead log", async () => {
  await makeBackupCopy(folder.path);
  live.exec("INSERT INTO note VALUES ('after the backup')");
  live.close();
  for (const name of readdirSync(folder.path)) if (name !== BACKUP_COPY) rmSync(join(folder.path, name));

  prepareData(folder.path, null);
  live = new Sqlite(join(folder.path, DATABASE), { fileMustExist: true });
  assert.deepEqual(live.prepare("SELECT text FROM note").pluck().all(), ["kept"]);
  assert.equal(existsSync(join(folder.path, BACKUP_COPY)), false);
});

test("a copy left by an interrupted backup never replaces a database that is there", async () => {
  await makeBackupCopy(folder.path);
  live.exec("INSERT INTO note VALUES ('newer')");
  prepareData(folder.path, null);
  assert.deepEqual(live.prepare("SELECT text FROM note").pluck().all(), ["kept", "newer"]);
  assert.equal(existsSync(join(folder.path, BACKUP_COPY)), false);
});

test("after the backup the copy is gone, and a backup before the first start does nothing", async () => {
  await makeBackupCopy(folder.path);
  dropBackupCopy(folder.path);
  assert.equal(existsSync(join(folder.path, BACKUP_COPY)), false);
  live.close();
  for (const name of readdirSync(folder.path)) rmSync(join(folder.path, name));
  await makeBackupCopy(folder.path);
  assert.deepEqual(readdirSync(folder.path), []);
});

test("the start gives all data to the app's own user", () => {
  // Only root may give a file to somebody else; anyone may give it to themselves.
  const owner = process.getuid?.() === 0 ? 1000 : (process.getuid?.() ?? 0);
  prepareData(folder.path, owner);
  for (const name of ["", DATABASE]) assert.equal(statSync(join(folder.path, name)).uid, owner);
});
