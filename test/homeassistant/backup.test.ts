import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import Sqlite, { type Database } from "better-sqlite3";
import { parse } from "yaml";
import { BACKUP_COPY, DATABASE, dropBackupCopy, makeBackupCopy, prepareData } from "../../addon/app/data.ts";
import { openStore, type Store } from "../../bridge/src/store/store.ts";
import { storedSite, UNIT_401 } from "../fakes/stored-site.ts";
import { labFolder } from "../lab/folder.ts";
import { until } from "../lab/until.ts";

/** Writes pairs of rows into a database, as fast as it can, until it is killed. */
const WRITER = `
  import Sqlite from "better-sqlite3";
  const db = new Sqlite(process.argv[1], { timeout: 5000 });
  const insert = db.prepare("INSERT INTO pair VALUES (?, randomblob(5000))");
  const pair = db.transaction((number) => { insert.run(number); insert.run(number); });
  for (let number = 0; ; number++) pair(number);
`;

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
function backedUp(from = folder.path): string[] {
  const manifest = parse(readFileSync(join(import.meta.dirname, "../../addon/config.yaml"), "utf8")) as {
    backup_exclude: string[];
  };
  const files = readdirSync(from, { recursive: true, encoding: "utf8" });
  return files.filter(
    (name) => !manifest.backup_exclude.some((pattern) => matchesGlob(join(from, name), `**/${pattern}`)),
  );
}

test("a hot backup holds a consistent copy and none of the files that are being written", async () => {
  writeFileSync(join(folder.path, "options.json"), "{}");
  mkdirSync(join(folder.path, "copies"));
  writeFileSync(join(folder.path, "copies/neolia-20261121T000000000Z-v1.db"), "");
  makeBackupCopy(folder.path);
  assert.deepEqual(backedUp().sort(), [BACKUP_COPY, "copies", "options.json"].sort());
});

test("a restored backup becomes the database, with what was in the write-ahead log", async () => {
  makeBackupCopy(folder.path);
  live.exec("INSERT INTO note VALUES ('after the backup')");
  live.close();
  for (const name of readdirSync(folder.path)) if (name !== BACKUP_COPY) rmSync(join(folder.path, name));

  prepareData(folder.path, null);
  live = new Sqlite(join(folder.path, DATABASE), { fileMustExist: true });
  assert.deepEqual(live.prepare("SELECT text FROM note").pluck().all(), ["kept"]);
  assert.equal(existsSync(join(folder.path, BACKUP_COPY)), false);
});

test("what is written while the backup runs is in the copy whole or not at all", async () => {
  live.exec("CREATE TABLE pair (number INTEGER, filling BLOB)");
  const writer = spawn(process.execPath, ["--input-type=module", "--eval", WRITER, live.name], { stdio: "inherit" });
  const count = live.prepare("SELECT count(*) FROM pair").pluck();
  try {
    await until(() => Number(count.get()) > 500, { what: "the first pairs" });
    makeBackupCopy(folder.path);
    const then = Number(count.get());
    await until(() => Number(count.get()) > then, { what: "the writer to go on" });
  } finally {
    writer.kill("SIGKILL");
    await once(writer, "exit");
  }
  const copy = new Sqlite(join(folder.path, BACKUP_COPY), { readonly: true });
  assert.equal(copy.pragma("integrity_check", { simple: true }), "ok");
  assert.deepEqual(copy.prepare("SELECT number FROM pair GROUP BY number HAVING count(*) <> 2").all(), []);
  assert.ok(Number(copy.prepare("SELECT count(*) FROM pair").pluck().get()) > 500);
  copy.close();
});

test("while a house is edited and called as fast as it goes, the copy is whole, restorable and soon made, and the last one goes", async (context) => {
  const site = storedSite();
  const other = labFolder("other-machine");
  site.store.close();
  const busy = spawn(process.execPath, [join(import.meta.dirname, "busy-site.ts"), site.folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const source = new Sqlite(join(site.folder, DATABASE), { readonly: true });
  const count = (database: Database, table: string) =>
    Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  const backup = (command: string) =>
    execFileSync(process.execPath, [join(import.meta.dirname, "../../addon/app/backup.ts"), command], {
      env: { ...process.env, NEOLIA_DATA: site.folder },
    });
  const tookMs: number[] = [];
  try {
    await once(busy.stdout, "data");
    await until(() => count(source, "unit") > 200, { timeoutMs: 30_000, what: "a house that is busy" });
    const startedMs = performance.now();
    const before = count(source, "audit");
    for (let time = 0; time < 3; time++) {
      const madeAt = performance.now();
      backup("make");
      tookMs.push(Math.round(performance.now() - madeAt));
      await until(() => count(source, "audit") > before, { what: "the house to go on" });
    }
    const perSecond = (1_000 * (count(source, "audit") - before)) / (performance.now() - startedMs);
    context.diagnostic(
      `${Math.round(perSecond)} edits a second beside as many calls; backup_pre took ${tookMs.join(", ")} ms`,
    );
  } finally {
    source.close();
    busy.kill("SIGKILL");
    await once(busy, "exit");
  }
  for (const name of backedUp(site.folder))
    cpSync(join(site.folder, name), join(other.path, name), { recursive: true });
  prepareData(other.path, null);
  const copy = new Sqlite(join(other.path, DATABASE));
  assert.equal(copy.pragma("integrity_check", { simple: true }), "ok");
  assert.deepEqual(copy.pragma("foreign_key_check"), []);
  // An edit is in it with all that hangs on it: every flat with its rule and its account.
  const torn = copy.prepare(`SELECT name FROM unit WHERE kind = 'residential' AND CAST(label AS INTEGER) > 1000
    AND (NOT EXISTS (SELECT 1 FROM rule WHERE unit_id = unit.id))`);
  assert.deepEqual(torn.all(), []);
  const held = count(copy, "unit");
  copy.close();
  const restored = openStore({ folder: other.path });
  assert.equal(restored.notice, null);
  assert.equal(restored.units.list({}).length, held);
  restored.close();
  backup("drop");
  assert.deepEqual(
    readdirSync(site.folder).filter((name) => name.startsWith(BACKUP_COPY)),
    [],
  );
  site.remove();
  other.remove();
});

test("what a backup that was cut short left is in no backup and goes with the next start", () => {
  writeFileSync(join(folder.path, `${BACKUP_COPY}.unfinished`), "half");
  assert.ok(!backedUp().includes(`${BACKUP_COPY}.unfinished`));
  prepareData(folder.path, null);
  assert.equal(existsSync(join(folder.path, `${BACKUP_COPY}.unfinished`)), false);
});

test("another machine starts from the backup alone, with everything that was made", async () => {
  const site = storedSite();
  const other = labFolder("other-machine");
  try {
    site.store.members.insert({ userId: "rosa", unitId: UNIT_401 });
    const before = everything(site.store);
    makeBackupCopy(site.folder);
    for (const name of backedUp(site.folder)) {
      cpSync(join(site.folder, name), join(other.path, name), { recursive: true });
    }
    prepareData(other.path, null);
    const restored = openStore({ folder: other.path });
    assert.deepEqual(everything(restored), before);
    assert.equal(restored.notice, null);
    restored.close();
  } finally {
    site.remove();
    other.remove();
  }
});

function everything({ sites, units, accounts, rules, members }: Store): unknown[] {
  return [sites.list(), units.list({}), accounts.list({}), rules.list({}), members.list()];
}

test("a copy left by an interrupted backup never replaces a database that is there", async () => {
  makeBackupCopy(folder.path);
  live.exec("INSERT INTO note VALUES ('newer')");
  prepareData(folder.path, null);
  assert.deepEqual(live.prepare("SELECT text FROM note").pluck().all(), ["kept", "newer"]);
  assert.equal(existsSync(join(folder.path, BACKUP_COPY)), false);
});

test("after the backup the copy is gone, and a backup before the first start does nothing", async () => {
  makeBackupCopy(folder.path);
  dropBackupCopy(folder.path);
  assert.equal(existsSync(join(folder.path, BACKUP_COPY)), false);
  live.close();
  for (const name of readdirSync(folder.path)) rmSync(join(folder.path, name));
  makeBackupCopy(folder.path);
  assert.deepEqual(readdirSync(folder.path), []);
});

test("the start gives all data to the app's own user", () => {
  // Only root may give a file to somebody else; anyone may give it to themselves.
  const owner = process.getuid?.() === 0 ? 1000 : (process.getuid?.() ?? 0);
  prepareData(folder.path, owner);
  for (const name of ["", DATABASE]) assert.equal(statSync(join(folder.path, name)).uid, owner);
});
