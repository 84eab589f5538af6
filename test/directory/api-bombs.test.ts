/** Files and requests that are made to hurt: each is refused in a moment, in our words, and nothing of it is taken. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { parse } from "csv-parse/sync";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { Backup } from "../../bridge/src/api/backup.ts";
import type { Job } from "../../bridge/src/api/bulk.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import { checksumOf } from "../../bridge/src/directory/backup-checksum.ts";
import { until } from "../lab/until.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
});
afterEach(() => api.close());

const everything = () =>
  JSON.stringify([
    api.store.sites.list(),
    api.store.buildings.list(house.site.id),
    api.store.units.list({}),
    api.store.accounts.list({}),
    api.store.rules.list({}),
    api.store.provisioning.get(house.site.id),
  ]);
const send = (kind: string, csv: string, dryRun = false) =>
  api.send("POST", "/api/imports", { siteId: house.site.id, kind, csv, dryRun });

async function ended(id: string): Promise<Job> {
  return until(
    async () => {
      const job = (await api.send("GET", `/api/jobs/${id}`)).json<Job>();
      return job.state === "done" || job.state === "refused" ? job : undefined;
    },
    { what: "the import's end", timeoutMs: 60_000 },
  );
}

const many = (line: string, times: number) => line.repeat(times);
const distinct = (times: number) => Array.from({ length: times }, (_, at) => `c${at}`);

/** What is refused before a single line of it is looked at. */
const BOMBS: Record<string, { csv: string; code: string }> = {
  "a million lines": { csv: `building,number\n${many("A,1\n", 1_000_000)}`, code: "TOO_LARGE" },
  "a million empty cells a line": { csv: `building,number${many(",", 1_000_000)}\n`, code: "TOO_LARGE" },
  "a million columns of different names": { csv: `${distinct(1_000_000).join(",")}\n1\n`, code: "TOO_LARGE" },
  "thousands of columns of different names": { csv: `${distinct(30_000).join(",")}\n1\n`, code: "CSV_COLUMNS" },
  "a quote that never ends": { csv: `building,number\n"${many("x", 7_000_000)}`, code: "INVALID_REQUEST" },
  "more bytes than a file may have": { csv: many("x", 8_000_001), code: "INVALID_REQUEST" },
};

for (const [name, { csv, code }] of Object.entries(BOMBS)) {
  test(`a file is refused whole and at once: ${name}`, async () => {
    const before = everything();
    const reply = await send("units", csv);
    assert.equal(reply.code, code, reply.text.slice(0, 300));
    assert.ok(reply.text.length < 4_000, "the answer is as short as any other");
    assert.equal(everything(), before);
    // The way is free for the next file.
    assert.equal((await send("units", "building,number\nA,1\n", true)).status, 202);
  });
}

test("a line of 400,000 cells and cells of 64 kB are named by line and column, and nothing is written", async () => {
  const before = everything();
  const long = many("9", 65_536);
  const csv = `building,number,kind,name\nA,1${many(",", 400_000)}\n${many(`${long},${long},unit,${long}\n`, 30)}`;
  const { id } = (await send("units", csv)).json<Job>();
  const job = await ended(id);
  assert.equal(job.state, "refused");
  const codes = new Set(job.problems.map(({ column, code }) => `${column} ${code}`));
  for (const column of ["building", "number", "name"]) assert.ok(codes.has(`${column} TOO_LONG`), [...codes].join());
  assert.ok(JSON.stringify(job).length < 100_000);
  assert.equal(everything(), before);
});

test("NUL, line ends and marks that turn the text's direction are refused in each column of each kind of file", async () => {
  const good: Record<string, Record<string, string>> = {
    units: { building: "A", number: "9", kind: "unit", name: "unit9" },
    accounts: {
      ...{ username: "panel9", type: "panel", label: "Wall", place: "unit401", enabled: "yes" },
      ...{ vendor: "V", model: "M", mac: "0C1105AABBCC", note: "N", ha1: "" },
    },
    rules: {
      ...{ unit: "unit401", position: "1", source_pattern: "*", action: "ring", target_sip_uri: "" },
      ...{ ring_seconds: "20", schedule: "", enabled: "yes" },
    },
  };
  const before = everything();
  for (const [kind, row] of Object.entries(good)) {
    for (const column of Object.keys(row)) {
      for (const bad of ["a\u0000b", "a\r\nb", "a\u202eb"]) {
        const cells = Object.entries({ ...row, [column]: bad }).map(([, cell]) => `"${cell}"`);
        const reply = await send(kind, `${Object.keys(row).join(",")}\n${cells.join(",")}\n`);
        assert.equal(reply.status, 202, reply.text);
        const job = await ended(reply.json<Job>().id);
        assert.equal(job.state, "refused", `${kind} ${column} ${JSON.stringify(bad)}`);
        assert.deepEqual([job.problems[0]?.line, job.problems[0]?.column], [2, column]);
      }
    }
  }
  assert.equal(everything(), before);
});

test("a range that goes down, never ends, or is no range makes nothing and says which end is wrong", async () => {
  const before = everything();
  const range = (change: object) =>
    api.send("POST", "/api/units/range", { buildingId: house.building.id, from: 1, to: 2, dryRun: false, ...change });
  const wrong: [object, string][] = [
    [{ from: 101, to: 100 }, "to"],
    [{ from: 1, to: 1e9 }, "to"],
    [{ from: 1, to: 1001 }, "to"],
    [{ from: 999_999, to: 1_000_000 }, "to"],
    [{ from: -5, to: 5 }, "from"],
    [{ from: 1.5, to: 5 }, "from"],
    [{ from: "A-01", to: "A-20" }, "from"],
    [{ prefix: "A\u0000" }, "prefix"],
    [{ suffix: "\r\n" }, "suffix"],
    [{ prefix: "\u202e" }, "prefix"],
    [{ prefix: "x".repeat(21) }, "prefix"],
  ];
  for (const [change, field] of wrong) {
    const reply = await range(change);
    assert.deepEqual([reply.status, reply.code], [400, "INVALID_REQUEST"], JSON.stringify(change));
    assert.ok(field in (reply.json<ErrorReply>().error.fields ?? {}), `${JSON.stringify(change)} ${reply.text}`);
  }
  assert.equal(everything(), before);
});

test("the audit log goes out disarmed for spreadsheets", async () => {
  for (const number of ["=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-1", "\t=1"]) {
    await api.send("POST", "/api/units", { buildingId: house.building.id, number });
  }
  const { text } = await api.send("GET", "/api/audit/export");
  assert.match(text, /'=cmd/);
  const cells = (parse(text, { bom: true }) as string[][]).flat();
  assert.deepEqual(
    cells.filter((cell) => /^[=+\-@\t\r]/.test(cell)),
    [],
  );
});

const backup = async () => (await api.send("GET", `/api/sites/${house.site.id}/backup`)).json<Backup>();
const signed = ({ checksum: _checksum, ...content }: Backup): Backup => ({ ...content, checksum: checksumOf(content) });

test("a backup of a newer Neolia says so; one that is cut, or put back twice, or beside another site, writes nothing twice", async () => {
  const other = await testApp();
  try {
    const restore = (of: unknown) => other.send("POST", "/api/backups/restore", { backup: of, dryRun: false });
    const whole = await backup();
    const newer = await restore({ ...whole, formatVersion: 2, moreOf: [] });
    assert.deepEqual([newer.status, newer.code], [400, "BACKUP_NEWER"]);
    const text = JSON.stringify({ backup: whole, dryRun: false });
    assert.equal((await other.send("POST", "/api/backups/restore", text.slice(0, -200))).code, "MALFORMED_JSON");
    for (const part of ["units", "accounts", "rules", "buildings", "site", "checksum"] as const) {
      const { [part]: _gone, ...rest } = whole;
      assert.equal((await restore(rest)).code, "INVALID_REQUEST", part);
    }
    assert.deepEqual(other.store.sites.list(), []);
    await makeHouse(other, { domain: "other.sip.example.com" });
    assert.equal((await restore(whole)).status, 201);
    assert.equal(other.store.sites.list().length, 2);
    const after = JSON.stringify([other.store.units.list({}), other.store.audit.list({}, 1_000).length]);
    assert.equal((await restore(whole)).code, "SITE_EXISTS");
    assert.equal(JSON.stringify([other.store.units.list({}), other.store.audit.list({}, 1_000).length]), after);
  } finally {
    await other.close();
  }
});

test("in a backup nothing is believed that the form would not take: HA1s, names, patterns, ids of others", async () => {
  const other = await testApp();
  try {
    const whole = await backup();
    const [account] = whole.accounts;
    const [unit] = whole.units;
    const [rule] = whole.rules;
    assert.ok(account && unit && rule);
    const wrong: Backup[] = [
      { ...whole, accounts: [{ ...account, ha1: "0".repeat(31) }] },
      { ...whole, accounts: [{ ...account, ha1: "G".repeat(32) }] },
      { ...whole, accounts: [{ ...account, ha1: `${"0".repeat(31)}'` }] },
      { ...whole, accounts: [{ ...account, username: "a@b" }] },
      { ...whole, accounts: [{ ...account, username: "+33123456789" }] },
      { ...whole, accounts: [{ ...account, username: unit.name }] },
      { ...whole, units: [{ ...unit, number: "a\u0000" }] },
      { ...whole, rules: [{ ...rule, sourcePattern: "a\r\nb" }] },
      { ...whole, rules: [{ ...rule, targetSipUri: "sip:x@y\r\nVia: z" }] },
      { ...whole, site: { ...whole.site, domain: "no domain" } },
      { ...whole, site: { ...whole.site, timeZone: "Nowhere/Land" } },
      { ...whole, members: [{ userId: "../../x", unitId: unit.id }] },
    ];
    for (const [at, bad] of wrong.entries()) {
      const reply = await other.send("POST", "/api/backups/restore", { backup: signed(bad), dryRun: false });
      assert.ok([400].includes(reply.status), `${at}: ${reply.status} ${reply.text.slice(0, 200)}`);
    }
    assert.deepEqual(
      [other.store.sites.list(), other.store.units.list({}), other.store.accounts.list({})],
      [[], [], []],
    );
  } finally {
    await other.close();
  }
});

test("what a name is made of forges no line of the log and no header, whatever it holds", async () => {
  const names = ["👩‍👩‍👧 401", "שלום", "a'b\"c", "%0d%0aSet-Cookie: x=1", "\\r\\n", "$" + "{jndi:x}", "نص"];
  for (const number of names) {
    assert.equal((await api.send("POST", "/api/units", { buildingId: house.building.id, number })).status, 201, number);
  }
  const { entries } = (await api.send("GET", "/api/audit?noun=unit")).json<AuditPage>();
  assert.deepEqual(
    entries.slice(0, names.length).map(({ label }) => label),
    names.toReversed(),
  );
  const odd = await api.send("PATCH", `/api/sites/${house.site.id}`, { name: 'Ho"use\\ €😀' });
  assert.equal(odd.status, 200, odd.text);
  const file = await api.send("GET", `/api/sites/${house.site.id}/backup`);
  assert.match(String(file.headers["content-disposition"]), /^attachment; filename="neolia-[a-z0-9.-]+\.json"$/);
});

test("a backup of more rows than memory has room for is refused before it is read", async () => {
  const before = everything();
  const body = `{"backup":{"format":"neolia-site","formatVersion":1,"extras":{"a":[${"{},".repeat(20_000_000)}{}]}},"dryRun":false}`;
  const reply = await api.send("POST", "/api/backups/restore", body);
  assert.deepEqual([reply.status, reply.code], [413, "BACKUP_TOO_LARGE"], reply.text);
  assert.equal(everything(), before);
});
