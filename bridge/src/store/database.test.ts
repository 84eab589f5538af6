import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import Sqlite from "better-sqlite3";
import { labFolder } from "../../../test/lab/folder.ts";
import { openDatabase, StoreError } from "./database.ts";

const TWO = [
  "CREATE TABLE fruit (name TEXT) STRICT; INSERT INTO fruit VALUES ('apple');",
  "ALTER TABLE fruit ADD COLUMN colour TEXT; UPDATE fruit SET colour = 'red';",
];
const DAY_MS = 86_400_000;

let lab: ReturnType<typeof labFolder>;
let folder: string;
let file: string;

beforeEach(() => {
  lab = labFolder("store");
  folder = join(lab.path, "data");
  file = join(folder, "neolia.db");
});
afterEach(() => lab.remove());

/** Opens, looks, closes. */
function visit<T>(look: (opened: ReturnType<typeof openDatabase>) => T, migrations = TWO, now = Date.now): T {
  const opened = openDatabase({ folder, migrations, now });
  try {
    return look(opened);
  } finally {
    opened.close();
  }
}

const fruit = () => visit(({ db, notice }) => ({ rows: db.prepare("SELECT * FROM fruit").all(), notice }));
const copies = () => (existsSync(join(folder, "copies")) ? readdirSync(join(folder, "copies")) : []);
const refusal = (start: () => unknown): string => {
  try {
    start();
  } catch (error) {
    assert.ok(error instanceof StoreError, String(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: "it started" });
};

test("a new store is made with settings under which a commit lasts", () => {
  visit(({ db, notice }) => {
    const pragma = (name: string) => db.pragma(name, { simple: true });
    assert.deepEqual(["journal_mode", "synchronous", "foreign_keys", "busy_timeout", "user_version"].map(pragma), [
      "wal",
      2,
      1,
      5000,
      2,
    ]);
    assert.equal(notice, null);
  });
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test("what is deleted is in the file no more", () => {
  const said = "Bonjour, c'est pour deux margherita";
  const isThere = () => readFileSync(file).includes(said);
  visit(({ db }) => db.prepare("INSERT INTO fruit (name) VALUES (?)").run(said));
  assert.ok(isThere());
  visit(({ db }) => db.prepare("DELETE FROM fruit WHERE name = ?").run(said));
  assert.ok(!isThere());
});

test("the database can be read for a backup while the bridge has it open", () => {
  visit(() => {
    const reader = new Sqlite(file, { readonly: true });
    assert.equal(reader.prepare("SELECT count(*) AS n FROM fruit").pluck().get(), 1);
    reader.close();
  });
});

test("a migration keeps a copy of the version before it", () => {
  visit(() => undefined, TWO.slice(0, 1));
  assert.deepEqual(copies(), []);
  assert.deepEqual(fruit(), { rows: [{ name: "apple", colour: "red" }], notice: null });
  assert.equal(copies().length, 1);
  assert.match(copies()[0] ?? "", /-v1\.db$/);
});

test("a migration that fails changes nothing", () => {
  visit(() => undefined, TWO.slice(0, 1));
  assert.throws(() => visit(() => undefined, [TWO[0] ?? "", "ALTER TABLE fruit ADD COLUMN x; NONSENSE;"]));
  visit(
    ({ db }) => {
      assert.equal(db.pragma("user_version", { simple: true }), 1);
      assert.deepEqual(db.prepare("SELECT * FROM fruit").all(), [{ name: "apple" }]);
    },
    TWO.slice(0, 1),
  );
});

test("a kill at any moment of a migration leaves the old version or the new one", async () => {
  // The second step writes 20 000 rows, so that kills fall before, into and after it.
  const migrations = [
    TWO[0] ?? "",
    `CREATE TABLE big (n INTEGER) STRICT;
     WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000) INSERT INTO big SELECT n FROM c;`,
  ];
  const script = `import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, "database.ts"))};
    console.log("go"); openDatabase(${JSON.stringify({ folder, migrations })}); console.log("done"); setInterval(() => {}, 1000);`;
  const seen = { old: 0, new: 0 };
  for (let round = 0; round < 14; round++) {
    rmSync(folder, { recursive: true, force: true });
    visit(() => undefined, migrations.slice(0, 1));
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    // A finer delay than a timer's, because the whole migration takes some ten milliseconds.
    const until = performance.now() + round * 2.5;
    while (performance.now() < until);
    child.kill("SIGKILL");
    await once(child, "close");
    const raw = new Sqlite(file);
    const version = raw.pragma("user_version", { simple: true });
    const rows = version === 2 ? raw.prepare("SELECT count(*) FROM big").pluck().get() : 20_000;
    const tables = raw.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'big'").pluck().get();
    raw.close();
    assert.equal(rows, 20_000);
    assert.equal(tables, version === 2 ? 1 : 0);
    seen[version === 2 ? "new" : "old"]++;
    visit(({ db, notice }) => {
      assert.equal(db.prepare("SELECT count(*) FROM big").pluck().get(), 20_000);
      assert.equal(notice, null);
    }, migrations);
  }
  assert.ok(seen.old > 0, "no kill came before the end of the migration");
});

test("a file of a newer version is refused in one sentence and stays as it is", () => {
  visit(() => undefined);
  const before = readFileSync(file);
  assert.match(
    refusal(() => visit(() => undefined, TWO.slice(0, 1))),
    /newer version of Neolia \(schema 2, this version knows 1\)/,
  );
  assert.deepEqual(readFileSync(file), before);
});

const damages: Record<string, () => void> = {
  "an empty file": () => truncateSync(file, 0),
  "a truncated file": () => truncateSync(file, statSync(file).size - 4096),
  "a file of garbage": () => writeFileSync(file, "x".repeat(8192)),
  "a database of another program": () => {
    rmSync(file);
    new Sqlite(file).exec("CREATE TABLE theirs (x)").close();
  },
  "a damaged page": () => {
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096, 4096 + 600);
    writeFileSync(file, bytes);
  },
  "a missing file": () => rmSync(file),
};

for (const [name, damage] of Object.entries(damages)) {
  test(`${name} is replaced by the last good copy, and people are told`, () => {
    visit(({ keepCopy, db }) => {
      db.exec("INSERT INTO fruit (name) VALUES ('pear')");
      keepCopy();
    });
    damage();
    const { rows, notice } = fruit();
    assert.equal(rows.length, 2);
    assert.match(notice ?? "", /^neolia\.db .*restored from the copy of \d{4}-/);
    assert.equal(fruit().notice, null);
    const kept = readdirSync(folder).filter((entry) => entry.includes(".damaged-"));
    assert.equal(kept.length > 0, name !== "a missing file");
  });

  // With nothing there at all it is the first start.
  if (name === "a missing file") continue;
  test(`${name} without a copy is never taken for an empty start`, () => {
    visit(() => undefined);
    damage();
    const before = readFileSync(file);
    assert.match(
      refusal(() => fruit()),
      /neolia\.db .* and there is no good copy of it in .*copies; put a backup back, or move the file away/,
    );
    assert.deepEqual(readFileSync(file), before);
  });
}

test("damaged copies are passed over", () => {
  let now = Date.now();
  visit(({ keepCopy }) => keepCopy());
  now += DAY_MS;
  visit(
    ({ keepCopy }) => keepCopy(),
    TWO,
    () => now,
  );
  const newest = copies().sort().at(-1) ?? "";
  assert.equal(copies().length, 2);
  truncateSync(join(folder, "copies", newest), 100);
  truncateSync(file, 0);
  assert.equal(fruit().rows.length, 1);
});

test("a start that is cut short before the first commit leaves nothing that looks like damage", () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.new`, "");
  assert.deepEqual(fruit().notice, null);
});

test("a folder that cannot hold a database is refused in one sentence that names it", () => {
  // Where the folder should be, where its database, its lock, its copies should be: something else.
  for (const [wrong, sentence] of [
    [folder, /^the data folder .*data cannot be used: EEXIST/],
    [file, /neolia\.db cannot be used: it is a folder$/],
    [join(folder, "copies"), /copies cannot be used: ENOTDIR/],
  ] as const) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(wrong), { recursive: true });
    if (wrong === file) mkdirSync(wrong);
    else writeFileSync(wrong, "");
    assert.match(
      refusal(() => visit(() => undefined)),
      sentence,
    );
  }
});

test("a damaged lock is refused in one sentence that says what to do", () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "lock"), "no SQLite file, but long enough to be taken for one by its length".repeat(20));
  assert.match(
    refusal(() => visit(() => undefined)),
    /lock is damaged.*; it holds nothing: delete it and start again$/,
  );
});

test("a restore that is cut short is done again", () => {
  visit(({ keepCopy }) => keepCopy());
  // The damaged file was moved aside, the copy not yet in place.
  copyFileSync(file, `${file}.new`);
  rmSync(file);
  assert.match(fruit().notice ?? "", /restored/);
});

test("one copy a day is kept, and five at most", () => {
  let now = Date.now();
  const opened = openDatabase({ folder, migrations: TWO, now: () => now });
  for (let hour = 0; hour < 24 * 8; hour++) {
    opened.keepCopy();
    now += 3_600_000;
  }
  opened.close();
  assert.equal(copies().length, 5);
  assert.ok(copies().every((name) => name.endsWith("-v2.db")));
});

test("copies made while the clock was in the future make no room scarce for today's, and are put back last", () => {
  const years = 1000 * DAY_MS;
  for (let day = 0; day < 6; day++) {
    visit(
      ({ keepCopy }) => keepCopy(),
      TWO,
      () => Date.now() + years + day * DAY_MS,
    );
  }
  visit(({ db, keepCopy }) => {
    db.exec("INSERT INTO fruit VALUES ('today', 'green')");
    keepCopy();
  });
  assert.equal(copies().length, 5);
  truncateSync(file, 0);
  assert.deepEqual(fruit().rows.at(-1), { name: "today", colour: "green" });
});

test("a clock that was in the future stops no copies", () => {
  visit(
    ({ keepCopy }) => keepCopy(),
    TWO,
    () => Date.now() + 1000 * DAY_MS,
  );
  visit(({ keepCopy }) => keepCopy());
  assert.equal(copies().length, 2);
});
