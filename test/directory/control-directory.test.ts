/** What a PUT of a directory does: revisions, repetition, conflicts by name, and 10,000 units in bounded time. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import Database from "better-sqlite3";
import type { DirectoryConflict } from "../../infra/control/src/directory-check.ts";
import type { ControlError, DirectoryPut, DirectoryStatus } from "../../infra/control/src/wire.ts";
import type { Control } from "../lab/control.ts";
import { startControlAlone } from "../lab/control-alone.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { type DirectoryDraft, directoryPut, smallBuilding } from "./directory-put.ts";

const A = "a.sip.test";

describe("a directory on the VPS", () => {
  let control: Control;
  let stop: () => Promise<void>;
  let token: string;
  let revision = 0;

  before(async () => {
    ({ control, stop } = await startControlAlone("directory"));
    token = await control.addSite(A);
  });
  after(() => stop?.());

  const put = (body: DirectoryPut) => control.request("PUT", "/v1/directory", { token, body });

  /** Stores a draft under the next revision. */
  async function store(draft: DirectoryDraft): Promise<DirectoryStatus> {
    const reply = await put(directoryPut(A, ++revision, draft));
    assert.equal(reply.status, 200, reply.text);
    return reply.json<DirectoryStatus>();
  }

  /** The conflicts that a draft is refused with; nothing may have been stored. */
  async function conflicts(draft: DirectoryDraft, change?: Partial<DirectoryPut>): Promise<DirectoryConflict[]> {
    const reply = await put({ ...directoryPut(A, revision + 1, draft), ...change });
    assert.equal(reply.status, 409);
    const { error } = reply.json<ControlError>();
    assert.equal(error.code, "NAME_CONFLICT");
    const stored = (await control.request("GET", "/v1/directory", { token })).json<DirectoryStatus>();
    assert.equal(stored.revision, revision);
    return error.details?.conflicts as DirectoryConflict[];
  }

  function rows(sql: string): unknown[] {
    const db = new Database(`${control.values.dataFolder}/directory.db`, { readonly: true });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  }

  it("is stored with its revision and told back", async () => {
    const put = await store(smallBuilding());
    assert.equal(put.domain, A);
    assert.equal(put.revision, revision);
    assert.match(put.contentHash, /^[0-9a-f]{64}$/);
    const got = (await control.request("GET", "/v1/directory", { token })).json<DirectoryStatus>();
    assert.deepEqual(got, { ...put, loggedOut: [] });
    assert.deepEqual(rows("SELECT name, kind FROM unit ORDER BY name"), [
      { name: "entrance", kind: "door" },
      { name: "unit401", kind: "residential" },
    ]);
    assert.deepEqual(rows("SELECT DISTINCT password FROM subscriber"), [{ password: "" }]);
    assert.deepEqual(rows("SELECT from_unix, offset_seconds FROM site_clock"), [
      { from_unix: 0, offset_seconds: 3_600 },
    ]);
  });

  it("is not stored again when the same revision comes with the same content, in whatever order", async () => {
    const first = await store(smallBuilding());
    const body = directoryPut(A, revision, smallBuilding());
    body.accounts.reverse();
    body.units.reverse();
    body.rules.reverse();
    const reply = await put(body);
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.json<DirectoryStatus>(), first);
  });

  it("takes a unit on do-not-disturb, logs nobody out for it, and one that says nothing may be rung", async () => {
    const quiet = smallBuilding();
    const plain = await store(smallBuilding());
    quiet.units = quiet.units.map((unit) => (unit.name === "unit401" ? { ...unit, doNotDisturb: true } : unit));
    assert.deepEqual((await store(quiet)).loggedOut, []);
    const stored = () => rows("SELECT name, do_not_disturb AS quiet FROM unit ORDER BY name");
    assert.deepEqual(stored(), [
      { name: "entrance", quiet: 0 },
      { name: "unit401", quiet: 1 },
    ]);
    // As a bridge writes it that knows of no such thing: the same content, the same hash.
    assert.equal((await store(smallBuilding())).contentHash, plain.contentHash);
    quiet.units = quiet.units.map((unit) => ({ ...unit, doNotDisturb: false }));
    assert.equal((await store(quiet)).contentHash, plain.contentHash);
    assert.deepEqual(
      stored().filter((unit) => (unit as { quiet: number }).quiet === 1),
      [],
    );
  });

  it("refuses another content under the same revision, and an older revision, naming the current one", async () => {
    const first = await store(smallBuilding());
    for (const body of [directoryPut(A, revision, {}), directoryPut(A, revision - 1, smallBuilding())]) {
      const reply = await put(body);
      assert.equal(reply.status, 409);
      const { error } = reply.json<ControlError>();
      assert.equal(error.code, "REVISION_CONFLICT");
      assert.deepEqual(error.details, { currentRevision: revision, currentContentHash: first.contentHash });
    }
  });

  it("keeps the rows that did not change, rule ids included", async () => {
    const building = smallBuilding();
    building.rules.push({ unit: "unit401", position: 1, windows: [{ fromMinute: 0, toMinute: 600 }] });
    await store(building);
    const before = rows("SELECT id, unit, position FROM rule ORDER BY unit, position");
    building.rules.push({ unit: "unit401", position: 2, action: "forward", target: `sip:phone-1@${A}` });
    await store(building);
    const after = rows("SELECT id, unit, position FROM rule ORDER BY unit, position");
    assert.equal(after.length, before.length + 1);
    for (const row of before) assert.ok(after.some((other) => JSON.stringify(other) === JSON.stringify(row)));
    assert.deepEqual(rows("SELECT from_minute, to_minute FROM rule_window"), [{ from_minute: 0, to_minute: 600 }]);
  });

  it("can be emptied, and renamed from top to bottom", async () => {
    await store(smallBuilding());
    await store({
      units: [{ name: "unit501", kind: "residential" }],
      accounts: [{ username: "unit401", unit: "unit501" }],
      rules: [{ unit: "unit501" }],
    });
    assert.deepEqual(rows("SELECT username, unit FROM subscriber"), [{ username: "unit401", unit: "unit501" }]);
    await store({});
    assert.deepEqual(rows("SELECT name FROM unit UNION SELECT username FROM subscriber"), []);
    assert.deepEqual(rows("SELECT * FROM rule_window"), []);
  });

  it("asks to log out whoever is removed, disabled, re-keyed, moved or of another type, and nobody else", async () => {
    const building = smallBuilding();
    building.units.push({ name: "unit402", kind: "residential" });
    for (const username of ["kept", "removed", "disabled", "re-keyed", "moved", "retyped", "off"]) {
      building.accounts.push({ username, unit: "unit402", enabled: username !== "off" });
    }
    await store(building);
    const changed = {
      ...building,
      accounts: building.accounts
        .filter(({ username }) => username !== "removed" && username !== "off")
        .map((account) => {
          if (account.username === "disabled") return { ...account, enabled: false };
          if (account.username === "re-keyed") return { ...account, password: "another" };
          if (account.username === "moved") return { ...account, unit: "unit401" };
          if (account.username === "retyped") return { ...account, type: "mobile" as const };
          return account;
        }),
    };
    const { loggedOut, logOutLater } = await store(changed);
    // There is no Kamailio here: it is remembered.
    assert.deepEqual(loggedOut, []);
    assert.deepEqual(logOutLater?.toSorted(), ["disabled", "moved", "re-keyed", "removed", "retyped"]);
  });

  it("names every clash of names", async () => {
    const { units, accounts, rules } = smallBuilding();
    const unit = { name: "unit401", kind: "residential" } as const;
    assert.deepEqual(await conflicts({ units: [unit, unit] }), [{ problem: "duplicate-unit", name: "unit401" }]);
    assert.deepEqual(await conflicts({ units, accounts: [...accounts, { username: "panel-1", unit: null }] }), [
      { problem: "duplicate-account", name: "panel-1" },
    ]);
    assert.deepEqual(await conflicts({ units, accounts: [{ username: "panel-1", unit: "unit999" }] }), [
      { problem: "account-in-unknown-unit", name: "panel-1", unit: "unit999" },
    ]);
    assert.deepEqual(await conflicts({ units, accounts: [{ username: "unit401", unit: "entrance" }] }), [
      { problem: "name-is-unit-and-account", name: "unit401" },
    ]);
    assert.deepEqual(await conflicts({ units, accounts: [{ username: "unit401", unit: null }] }), [
      { problem: "name-is-unit-and-account", name: "unit401" },
    ]);
    assert.deepEqual(await conflicts({ units, rules: [{ unit: "unit999", position: 4 }] }), [
      { problem: "rule-of-unknown-unit", name: "unit999", position: 4 },
    ]);
    assert.deepEqual(await conflicts({ units, rules: [...rules, { unit: "unit401" }] }), [
      { problem: "duplicate-rule-position", name: "unit401", position: 0 },
    ]);
    assert.deepEqual(await conflicts({ units, rules: [{ unit: "unit401", action: "voicemail" }] }), [
      { problem: "rule-without-target", name: "unit401", position: 0 },
    ]);
    assert.deepEqual(await conflicts({ units, rules: [{ unit: "unit401", target: `sip:panel-1@${A}` }] }), [
      { problem: "rule-with-needless-target", name: "unit401", position: 0 },
    ]);
    const windows = [{ fromMinute: 600, toMinute: 600 }];
    assert.deepEqual(await conflicts({ units, rules: [{ unit: "unit401", windows }] }), [
      { problem: "window-ends-before-it-starts", name: "unit401", position: 0 },
    ]);
    const clock = [
      { fromUnix: 0, offsetSeconds: 0 },
      { fromUnix: 0, offsetSeconds: 3_600 },
    ];
    assert.deepEqual(await conflicts({ units }, { clock }), [{ problem: "duplicate-clock", name: "0" }]);
  });

  it("lets an account have the name of its own unit", async () => {
    await store({
      units: [{ name: "unit401", kind: "residential" }],
      accounts: [{ username: "unit401", unit: "unit401" }],
    });
  });

  it("takes 10,000 units in a few seconds, and a change to one of them in less", async () => {
    const town: Required<DirectoryDraft> = { units: [], accounts: [], rules: [] };
    for (let i = 0; i < 10_000; i++) {
      town.units.push({ name: `unit${i}`, kind: "residential" });
      town.accounts.push({ username: `panel-${i}`, unit: `unit${i}` }, { username: `phone-${i}`, unit: `unit${i}` });
      town.rules.push({ unit: `unit${i}` });
    }
    const sinceFirst = startWatch();
    await store(town);
    assert.ok(sinceFirst.stop() < 10_000, `${Math.round(sinceFirst.stop())} ms`);
    town.rules[5_000] = { unit: "unit5000", ringSeconds: 30 };
    const sinceSecond = startWatch();
    await store(town);
    assert.ok(sinceSecond.stop() < 5_000, `${Math.round(sinceSecond.stop())} ms`);
    assert.deepEqual(rows("SELECT count(*) AS n FROM rule WHERE ring_seconds = 30"), [{ n: 1 }]);
  });
});
