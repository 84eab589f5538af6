import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import Database from "better-sqlite3";
import { labFolder } from "../../../test/lab/folder.ts";
import type { CallRow } from "./call-store.ts";
import { openDatabase } from "./database.ts";
import { MIGRATIONS } from "./migrations.ts";
import { openStore, type Store } from "./store.ts";

let lab: ReturnType<typeof labFolder>;
let store: Store;
const SITE = { id: "S", name: "Home", address: "", domain: "home.sip.example.com", timeZone: "Europe/Paris" };

beforeEach(() => {
  lab = labFolder("stores");
  store = openStore({ folder: lab.path });
  store.sites.insert(SITE);
});
afterEach(() => {
  store.close();
  lab.remove();
});

const party = { name: "intercom-entrance", label: "Entrance", kind: "door" as const };
const call = (callId: string, startedAtMs: number, more: Partial<CallRow> = {}): CallRow => ({
  callId,
  siteId: "S",
  unitId: "U",
  doorId: "D",
  callerUnitId: "D",
  caller: party,
  callee: { name: "unit401", label: "401", kind: "unit" },
  status: "ringing",
  reason: null,
  answeredBy: null,
  startedAtMs,
  ringingAtMs: null,
  answeredAtMs: null,
  endedAtMs: null,
  ...more,
});
const ids = (calls: CallRow[]) => calls.map(({ callId }) => callId);

test("news goes out after the outermost transaction is on disk, and never after a rollback", () => {
  const heard: string[] = [];
  const say = (what: string) => store.afterCommit(() => heard.push(what));
  store.transaction(() => {
    say("outer");
    store.transaction(() => say("inner"));
    assert.throws(() =>
      store.transaction(() => {
        say("undone");
        throw new Error("no");
      }),
    );
    assert.deepEqual(heard, []);
  });
  assert.deepEqual(heard, ["outer", "inner"]);
  assert.throws(() =>
    store.transaction(() => {
      say("lost");
      throw new Error("no");
    }),
  );
  store.transaction(() => undefined);
  say("at once");
  assert.deepEqual(heard, ["outer", "inner", "at once"]);
});

test("an inner transaction that fails undoes its own part only", () => {
  store.transaction(() => {
    store.provisioning.raise("S");
    assert.throws(() =>
      store.transaction(() => {
        store.provisioning.raise("S");
        throw new Error("no");
      }),
    );
  });
  assert.equal(store.provisioning.get("S")?.revision, 1);
});

test("an event of the feed is taken once, and a rebuilt VPS starts anew", () => {
  assert.equal(store.feed.cursor("S"), 0);
  assert.deepEqual(
    [3, 3, 2, 4].map((id) => store.feed.take("S", id)),
    [true, false, false, true],
  );
  assert.equal(store.feed.cursor("S"), 4);
  store.feed.reset("S", 0);
  assert.equal(store.feed.take("S", 1), true);
});

test("an event and its effects are stored together or not at all", () => {
  assert.throws(() =>
    store.transaction(() => {
      store.feed.take("S", 7);
      store.calls.upsertCall(call("a", 1));
      throw new Error("crash");
    }),
  );
  assert.equal(store.feed.cursor("S"), 0);
  assert.equal(store.calls.getCall("a"), null);
});

test("a revision only ever grows, also past the one of the VPS", () => {
  assert.equal(store.provisioning.raise("S"), 1);
  assert.equal(store.provisioning.raiseAbove("S", 10), 11);
  assert.equal(store.provisioning.raiseAbove("S", 5), 12);
  store.provisioning.setProblem("S", "NAME_CONFLICT", "unit401 twice");
  assert.equal(store.provisioning.get("S")?.problem, "NAME_CONFLICT");
  store.provisioning.setLive("S", 12, 7);
  assert.deepEqual(store.provisioning.list(), [
    { siteId: "S", revision: 12, liveRevision: 12, problem: null, detail: null, liveAtMs: 7 },
  ]);
});

test("the outbox hands out the oldest first and forgets what is old or too much", () => {
  const sent = ["a", "b", "c", "d"].map((topic, i) => store.outbox.add(topic, "{}", 1000 + i));
  assert.deepEqual(
    store.outbox.next(2, sent[0]).map(({ topic }) => topic),
    ["b", "c"],
  );
  store.outbox.remove(sent[1] ?? 0);
  assert.equal(store.outbox.trim(1001, 10), 1);
  assert.equal(store.outbox.trim(0, 1), 1);
  assert.deepEqual(store.outbox.next(9), [{ id: sent[3], topic: "d", payload: "{}", createdAtMs: 1003 }]);
});

test("pages of the call log skip no call, also of those that started in one millisecond", () => {
  for (const [i, startedAtMs] of [10, 20, 20, 20, 30].entries()) store.calls.upsertCall(call(`c${i}`, startedAtMs));
  assert.deepEqual(ids(store.calls.listCalls(null, 2)), ["c4", "c3", "c2", "c1"]);
  assert.deepEqual(ids(store.calls.listCalls(20, 2)), ["c0"]);
  assert.deepEqual(ids(store.calls.listCalls(null, 99)), ["c4", "c3", "c2", "c1", "c0"]);
});

test("calls are seen by the units on both ends and by nobody else", () => {
  store.calls.upsertCall(call("in", 1, { callerUnitId: "X" }));
  store.calls.upsertCall(call("over", 2, { endedAtMs: 3, status: "completed", reason: "answered-elsewhere" }));
  const seenBy = (...unitIds: string[]) => ids(store.calls.listCalls(null, 9, { unitIds }));
  assert.deepEqual(seenBy("U"), ["over", "in"]);
  assert.deepEqual(seenBy("X"), ["in"]);
  assert.deepEqual(seenBy("D"), ["over", "in"]);
  assert.deepEqual(seenBy("other"), []);
  assert.deepEqual(seenBy(), []);
  assert.deepEqual(ids(store.calls.activeCalls()), ["in"]);
  assert.deepEqual(ids(store.calls.activeCalls({ siteId: "other" })), []);
});

test("a call comes back as it was stored", () => {
  const whole = call("whole", 5, {
    answeredBy: party,
    ringingAtMs: 6,
    answeredAtMs: 7,
    endedAtMs: 8,
  });
  store.calls.upsertCall(call("whole", 5));
  store.calls.upsertCall(whole);
  assert.deepEqual(store.calls.getCall("whole"), whole);
});

test("a name is taken once a site, over flats and doors, but again at another site", () => {
  store.sites.insert({ ...SITE, id: "T", domain: "other.sip.example.com" });
  for (const siteId of ["S", "T"]) store.buildings.insert({ id: `B${siteId}`, siteId, name: "A" });
  const unit = (id: string, siteId: string, kind: "residential" | "door") =>
    store.units.insert({ id, siteId, buildingId: `B${siteId}`, kind, name: "unit401", label: "401" });
  unit("1", "S", "residential");
  unit("2", "T", "residential");
  assert.throws(() => unit("3", "S", "door"), /UNIQUE/);
});

test("nothing refers to another site's building or unit", () => {
  store.sites.insert({ ...SITE, id: "T", domain: "other.sip.example.com" });
  store.buildings.insert({ id: "BT", siteId: "T", name: "A" });
  assert.throws(
    () =>
      store.units.insert({
        id: "1",
        siteId: "S",
        buildingId: "BT",
        kind: "residential",
        name: "unit401",
        label: "401",
      }),
    /FOREIGN KEY/,
  );
});

test("devices in a file of an older version are found by their flat, and nothing goes to the VPS again for it", () => {
  const older = MIGRATIONS.findIndex((migration) => migration.includes("own_text"));
  const old = labFolder("stores-older");
  const { db, close } = openDatabase({ folder: old.path, migrations: MIGRATIONS.slice(0, older) });
  db.exec(`INSERT INTO site (id, name, address, domain, time_zone) VALUES ('S', 'Home', '', 'home.sip.example.com', 'UTC');
    INSERT INTO building (id, site_id, name) VALUES ('B', 'S', 'A');
    INSERT INTO unit (id, site_id, building_id, kind, name, label, search_text)
      VALUES ('U', 'S', 'B', 'residential', 'unit7', '7', '7 unit7');
    INSERT INTO account (id, site_id, unit_id, username, type, label, ha1, enabled, created_at_ms, search_text)
      VALUES ('A', 'S', 'U', 'wall1', 'panel', 'Wall', '${"0".repeat(32)}', 1, 0, 'wall wall1');
    DELETE FROM provisioning_change;`);
  close();
  const newer = openStore({ folder: old.path });
  try {
    assert.deepEqual(newer.pages.accounts({ search: "unit7 wall1" }, { limit: 5, offset: 0, cursor: undefined })?.ids, [
      "A",
    ]);
    assert.deepEqual(newer.provisioning.changes("S", 9), []);
  } finally {
    newer.close();
    old.remove();
  }
});

test("a menu is read again when its words are others, whoever wrote them", () => {
  const menu = (name: string) => ({
    categories: [{ id: "pizzas", name, names: {}, available: [] }],
    items: [],
    groups: [],
  });
  const db = new Database(join(lab.path, "neolia.db"));
  db.pragma("foreign_keys = OFF");
  const put = db.prepare("INSERT OR REPLACE INTO menu (line_id, revision, document) VALUES ('l', 1, ?)");
  put.run(JSON.stringify(menu("Pizzas")));
  const before = store.lines.menu("l").menu;
  assert.equal(store.lines.menu("l").menu, before);
  put.run(JSON.stringify(menu("Pizze")));
  assert.deepEqual(store.lines.menu("l").menu, menu("Pizze"));
  db.close();
});
