/** Files that are nearly right, and files that take something away: what an import makes of them, and what it says. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Account, Door, Unit } from "../../bridge/src/api/directory.ts";
import { siteSnapshot } from "../../bridge/src/directory/snapshot.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";
import { exported, problemsOf, runImport } from "./imports.ts";

let api: TestApp;
let house: House;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
});
afterEach(() => api.close());

const run = (kind: string, csv: string, dryRun = false) => runImport(api, kind, csv, { siteId: house.site.id, dryRun });
const listed = async <T>(noun: string) => (await api.send("GET", `/api/${noun}?siteId=${house.site.id}`)).json<T[]>();
const RULE = { sourcePattern: "x*", action: "ring", targetSipUri: null, ringSeconds: 20, schedule: [], enabled: true };

test("a file of rules with one line less takes that rule away, and says so beforehand", async () => {
  await api.send("POST", "/api/rules", { ...RULE, unitId: house.unit401.id });
  const file = await exported(api, "rules", house.site.id);
  const shorter = file.replace(/^unit401,1,.*\r\n/m, "");
  assert.notEqual(shorter, file);
  const rules = () => api.store.rules.list({ unitId: house.unit401.id }).length;
  const look = await run("rules", shorter, true);
  assert.deepEqual([look.state, look.counts], ["done", { added: 0, changed: 0, same: 3, removed: 1 }]);
  assert.equal(rules(), 2);
  const done = await run("rules", shorter);
  assert.deepEqual([done.state, done.counts], ["done", { added: 0, changed: 0, same: 3, removed: 1 }]);
  assert.equal(rules(), 1);
  const [entry] = (await api.directory.audit.list({ noun: "import" })).entries;
  assert.equal(entry?.changes.removed?.to, 1);
});

test("a door without a SIP name gets one made from its label, as a unit does", async () => {
  const done = await run("units", "building,number,kind,name\nA,Entrée Nord,door,\nA,112,door,\n");
  assert.deepEqual([done.state, done.counts.added], ["done", 2], JSON.stringify(done.problems));
  const names = (await listed<Door>("doors")).map(({ label, name }) => `${label}: ${name}`);
  assert.deepEqual(names.toSorted(), ["112: door112", "Entrance: intercom-entrance", "Entrée Nord: entree-nord"]);
  const accounts = (await listed<Account>("accounts")).map(({ username }) => username);
  assert.deepEqual(accounts.toSorted(), ["door112", "entree-nord", "intercom-entrance"]);
  assert.ok(siteSnapshot(api.store, house.site.id, Date.now()).accounts.every(({ username }) => username !== ""));
});

test("a door that is named like a telephone number is refused in the column in which the name stands", async () => {
  assert.deepEqual(problemsOf(await run("units", "building,number,kind,name\nA,Gate,door,112\n")), [
    "2 name NAME_RESERVED",
  ]);
});

test("two lines never become one unit, also when one names the SIP name that the other is given", async () => {
  const job = await run("units", "building,number,kind,name\nA,901,unit,\nA,902,unit,unit901\n");
  assert.deepEqual([job.state, ...problemsOf(job)], ["refused", "3 name TWICE"]);
  const twice = await run("units", "building,number,kind,name\nA,401,unit,\nA,499,unit,unit401\n");
  assert.deepEqual([twice.state, ...problemsOf(twice)], ["refused", "3 name TWICE"]);
  assert.deepEqual((await listed<Unit>("units")).map(({ number }) => number).toSorted(), ["401", "402"]);
});

test("numbers of a building may change places in a file, and never be the same of two units", async () => {
  const swap = await run("units", "building,number,kind,name\nA,402,unit,unit401\nA,401,unit,unit402\n");
  assert.deepEqual([swap.state, swap.counts.changed], ["done", 2], JSON.stringify(swap.problems));
  const same = await run("units", "building,number,kind,name\nA,401,unit,unit401\n");
  assert.deepEqual(problemsOf(same), ["2 number NUMBER_TAKEN"]);
  const fresh = await run("units", "building,number,kind,name\na,Loge,unit,\nA ,LOGE,unit,other\n");
  assert.deepEqual(problemsOf(fresh), ["2 number NUMBER_TAKEN", "3 number NUMBER_TAKEN"]);
  assert.deepEqual(
    api.store.buildings.list(house.site.id).map(({ name }) => name),
    ["A"],
  );
});

test("what was typed with spaces or composed otherwise comes back from its own export unchanged", async () => {
  const made = await api.send("POST", "/api/units", { buildingId: house.building.id, number: " Entre\u0301e\u00a0" });
  assert.equal(made.json<Unit>().number, "Entrée");
  await api.send("POST", "/api/accounts", {
    ...{ siteId: house.site.id, type: "mobile", label: " Ana ", unitId: house.unit401.id },
    deviceInfo: { vendor: " Acme ", model: "e\u0301", mac: "", note: " n " },
  });
  for (const kind of ["units", "accounts"]) {
    const again = await run(kind, await exported(api, kind, house.site.id));
    assert.deepEqual([again.state, again.counts.added, again.counts.changed], ["done", 0, 0], kind);
  }
});

test("hours over midnight are read as people write them, also where the week ends, and come back as they went out", async () => {
  const rules = (schedule: string) =>
    run("rules", `unit,position,source_pattern,action,schedule\nunit401,0,*,ring,${schedule}\n`);
  const day = 1440;
  const cases: [string, [number, number][]][] = [
    ["Fri 22:00-02:00", [[4 * day + 1320, 5 * day + 120]]],
    ["ven 22:00-sam 02:00", [[4 * day + 1320, 5 * day + 120]]],
    [
      "Sun 22:00-Mon 02:00",
      [
        [6 * day + 1320, 7 * day],
        [0, 120],
      ],
    ],
    [
      "Sun 22:00-02:00",
      [
        [6 * day + 1320, 7 * day],
        [0, 120],
      ],
    ],
    ["Sun 22:00-00:00", [[6 * day + 1320, 7 * day]]],
    ["Mon 22:00-24:00", [[1320, day]]],
    ["Mon 00:00-Sun 24:00", [[0, 7 * day]]],
  ];
  for (const [text, windows] of cases) {
    const job = await rules(text);
    assert.deepEqual([job.state, ...problemsOf(job)], ["done"], text);
    const { schedule = [] } = api.store.rules.list({ unitId: house.unit401.id })[0] ?? {};
    assert.deepEqual(
      schedule.map(({ fromMinute, toMinute }) => [fromMinute, toMinute]),
      windows,
      text,
    );
    const again = await run("rules", await exported(api, "rules", house.site.id));
    assert.deepEqual([again.counts.added, again.counts.changed], [0, 0], text);
  }
  for (const text of [
    "Mon 08:00-08:00",
    "Tue 10:00-Mon 09:00",
    "Fri 18:00-Thu 08:00",
    "Mon 25:00-26:00",
    "Mon 8:00-9:00",
  ]) {
    assert.deepEqual(problemsOf(await rules(text)), ["2 schedule WRONG_TYPE"], text);
  }
});

test("a problem stands in the column that it is about, as the file calls it", async () => {
  const rule = "unit,position,source_pattern,action,target_sip_uri\n";
  assert.deepEqual(problemsOf(await run("rules", `${rule}unit401,0,*,forward,\n`)), ["2 target_sip_uri REQUIRED"]);
  const account = "username,type,label,place\n";
  for (const line of ["p2,panel,x,intercom-entrance", "d2,door,x,", "g2,gateway,x,unit401"]) {
    assert.deepEqual(problemsOf(await run("accounts", `${account}${line}\n`)), ["2 place ACCOUNT_PLACE"], line);
  }
});

test("what a spreadsheet leaves behind in a file is no content: rows of separators, a column without a name, VRAI and FAUX", async () => {
  const done = await run("units", "building;number;;kind\r\nA;501;;\r\n;;;\r\nA;502\r\n;;;\r\n ; ;;\r\n", true);
  assert.deepEqual([done.state, done.counts.added], ["done", 2], JSON.stringify(done.problems));
  const stray = await run("units", "building;number;\r\nA;501;\r\n;;\r\nA;502;oops\r\n", true);
  assert.deepEqual(problemsOf(stray), ["4  EXTRA_CELLS"]);
  const rules = "unit;position;source_pattern;action;enabled\r\nunit401;0;*;ring;VRAI\r\nunit401;1;*;ring;FAUX\r\n";
  assert.deepEqual(problemsOf(await run("rules", rules)), []);
  assert.deepEqual(
    api.store.rules.list({ unitId: house.unit401.id }).map(({ enabled }) => enabled),
    [true, false],
  );
});

test("what a spreadsheet has made of a number is refused with that reason, and a number that it was forced to leave alone is read", async () => {
  const damaged = ["1,00E+02", "1E+02", "1.5e+10", "#N/A", "#REF!", "#NOM?", "#####", "02-janv", "2-Jan", "févr-26"];
  const file = `building;number\r\n${damaged.map((number) => `A;${number}`).join("\r\n")}\r\n`;
  assert.deepEqual(
    problemsOf(await run("units", file, true)),
    damaged.map((_, at) => `${at + 2} number SPREADSHEET`),
  );
  const fine = await run("units", 'building;number\r\nA;"=""0101"""\r\nA;1E2\r\nA;#3\r\nA;E+02\r\n');
  assert.deepEqual(problemsOf(fine), []);
  const numbers = (await listed<Unit>("units")).map(({ number }) => number);
  for (const number of ["0101", "1E2", "#3", "E+02"]) assert.ok(numbers.includes(number), number);
});

test("a number that stands twice in a file without SIP names is named in the column of the number", async () => {
  assert.deepEqual(problemsOf(await run("units", "number,building\n1,B\n1,B\n")), ["3 number TWICE"]);
});

test("each of many new units has its one rule, and many new rules of a file stand in the file's order", async () => {
  const numbers = Array.from({ length: 601 }, (_, n) => 1_000 + n);
  const units = await run("units", `building,number\n${numbers.map((n) => `A,${n}`).join("\n")}\n`);
  assert.deepEqual([units.state, units.counts.added], ["done", numbers.length], JSON.stringify(units.problems));
  const rulesOf = (n: number) =>
    api.store.rules
      .list({ unitId: api.store.units.byName(house.site.id, `unit${n}`)?.id })
      .map(({ version, revision, position, sourcePattern, ringSeconds, schedule, enabled }) => [
        ...[version, revision, position, sourcePattern, ringSeconds, JSON.stringify(schedule), enabled],
      ]);
  const revision = () => api.store.provisioning.get(house.site.id)?.revision;
  const made = revision();
  for (const n of numbers) assert.deepEqual(rulesOf(n), [[1, made, 0, "*", 30, "[]", true]]);

  const lines = numbers.flatMap((n) => [`unit${n},1,x*,ring,20,Mon 08:00-12:00,no`, `unit${n},2,*,ring,40,,yes`]);
  const file = `unit,position,source_pattern,action,ring_seconds,schedule,enabled\n${lines.join("\n")}\n`;
  const rules = await run("rules", file);
  assert.deepEqual(
    [rules.state, rules.counts],
    ["done", { added: numbers.length, changed: numbers.length, same: 0, removed: 0 }],
    JSON.stringify(rules.problems.slice(0, 3)),
  );
  const hours = JSON.stringify(api.store.rules.list({ siteId: house.site.id }).find((rule) => !rule.enabled)?.schedule);
  assert.notEqual(hours, "[]");
  for (const n of numbers) {
    assert.deepEqual(rulesOf(n), [
      [2, revision(), 0, "x*", 20, hours, false],
      [1, revision(), 1, "*", 40, "[]", true],
    ]);
  }
  const again = await run("rules", file);
  assert.deepEqual(again.counts, { added: 0, changed: 0, same: 2 * numbers.length, removed: 0 });
});
