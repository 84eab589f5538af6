/** Many rows at once: ranges, CSV in and out, pages and search. All or nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import Database from "better-sqlite3";
import type { Job, NewImport, UnitRangeReply } from "../../bridge/src/api/bulk.ts";
import type { Account } from "../../bridge/src/api/directory.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { PanelMessage } from "../../bridge/src/api/live.ts";
import type { AccountPage, UnitPage } from "../../bridge/src/api/page.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";
import { exported as exportedFrom, importEnded, problemsOf as problems, runImport, startImport } from "./imports.ts";

let api: TestApp;
let house: House;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
});
afterEach(() => api.close());

const everything = (siteId = house.site.id) =>
  JSON.stringify([
    api.store.buildings.list(siteId),
    api.store.units.list({ siteId }),
    api.store.accounts.list({ siteId }),
    api.store.rules.list({ siteId }),
    api.store.provisioning.get(siteId),
  ]);

const run = (kind: string, csv: string, more: { dryRun?: boolean; siteId?: string; revision?: number } = {}) =>
  runImport(api, kind, csv, { siteId: house.site.id, ...more });
const ended = (id: string) => importEnded(api, id);
const exported = (kind: string, query = "", siteId = house.site.id) => exportedFrom(api, kind, siteId, query);

test("101 to 199 are made in one step, after a look that makes nothing", async () => {
  const range = { buildingId: house.building.id, from: 101, to: 199 };
  const before = everything();
  const look = await api.send("POST", "/api/units/range", { ...range, dryRun: true });
  assert.equal(look.status, 200);
  assert.deepEqual(look.json<UnitRangeReply>().numbers.length, 99);
  assert.equal(everything(), before);
  const made = await api.send("POST", "/api/units/range", { ...range, dryRun: false });
  assert.equal(made.status, 201);
  const { units } = made.json<UnitRangeReply>();
  assert.deepEqual([units.length, units[0]?.name, units.at(-1)?.number], [99, "unit101", "199"]);
  assert.equal(api.store.rules.list({ siteId: house.site.id }).length, 99 + 3);
});

test("A-01 to A-20 keep their zeros, and stand in the order in which people count", async () => {
  const range = { buildingId: house.building.id, from: 1, to: 20, prefix: "A-", digits: 2, dryRun: false };
  const made = await api.send("POST", "/api/units/range", range);
  assert.equal(made.status, 201, made.text);
  const { numbers } = made.json<UnitRangeReply>();
  assert.deepEqual([numbers[0], numbers[8], numbers[9], numbers.at(-1)], ["A-01", "A-09", "A-10", "A-20"]);
  const again = await api.send("POST", "/api/units/range", { ...range, from: 20, to: 21 });
  assert.deepEqual([again.status, again.code], [409, "UNIT_EXISTS"]);
  for (const digits of [0, 7, 1.5, "2"]) {
    const wrong = await api.send("POST", "/api/units/range", { ...range, digits });
    assert.deepEqual(
      [wrong.code, Object.keys(wrong.json<ErrorReply>().error.fields ?? {})],
      ["INVALID_REQUEST", ["digits"]],
    );
  }
});

test("a range with a unit that is there already makes none and names it", async () => {
  const before = everything();
  const range = { buildingId: house.building.id, from: 400, to: 405, dryRun: false };
  const reply = await api.send("POST", "/api/units/range", range);
  assert.deepEqual([reply.status, reply.code], [409, "UNIT_EXISTS"]);
  assert.match(reply.text, /"existing":\["401","402"\]/);
  assert.equal(everything(), before);
  for (const wrong of [
    { from: 9, to: 8 },
    { from: 0, to: 1000 },
  ]) {
    assert.equal((await api.send("POST", "/api/units/range", { ...range, ...wrong })).code, "INVALID_REQUEST");
  }
});

test("a file of units is looked at first, each bad line named, and nothing written", async () => {
  const csv = [
    "building,number,kind,name",
    "A,501,unit,",
    ",502,unit,",
    "A,503,house,",
    "A,504,unit,two words",
    "A,505,unit,unit505",
    "A,506,unit,unit505",
    '"A","a ""quoted"" number, with a comma",unit,',
  ].join("\n");
  const before = everything();
  const job = await run("units", csv);
  assert.equal(job.state, "refused");
  assert.deepEqual(problems(job), ["3 building BLANK", "4 kind NOT_ALLOWED", "5 name NAME_SPACE"]);
  assert.equal(everything(), before);
  const better = csv.replace(",502", "A,502").replace("house", "unit").replace("two words", "");
  const second = await run("units", better);
  assert.deepEqual(problems(second), ["7 name TWICE"]);
  assert.equal(everything(), before);
  const look = await run("units", better.replace("506,unit,unit505", "506,unit,"), { dryRun: true });
  assert.deepEqual([look.state, look.counts], ["done", { added: 7, changed: 0, same: 0, removed: 0 }]);
  assert.equal(everything(), before);
  const done = await run("units", better.replace("506,unit,unit505", "506,unit,"));
  assert.deepEqual([done.state, done.counts], ["done", { added: 7, changed: 0, same: 0, removed: 0 }]);
  assert.equal(api.store.units.list({ siteId: house.site.id }).length, 3 + 7);
});

test("a line number is the one an editor shows, also after empty lines and cells of several lines", async () => {
  const csv = 'username,type,label,place,note\n\npanel1,panel,Wall,unit401,"a\nb"\n\npanel2,panel,Wall,nowhere,\n';
  assert.deepEqual(problems(await run("accounts", csv)), ["3 note CONTROL_CHARACTERS"]);
  assert.deepEqual(problems(await run("accounts", csv.replace("a\nb", "ab"))), ["5 place UNKNOWN_PLACE"]);
});

test("what a spreadsheet of another country saves is read as well", async () => {
  const csv = "\ufeffnumber;building\r\n701;B\r\n702;B\r\n";
  assert.equal((await run("units", csv)).counts.added, 2);
  assert.deepEqual(
    api.store.units.list({ siteId: house.site.id }).map(({ name }) => name),
    ["intercom-entrance", "unit401", "unit402", "unit701", "unit702"],
  );
  // "Unicode text" is separated by tabs.
  assert.equal((await run("units", "number\tbuilding\r\n703\tB\r\n")).counts.added, 1);
});

test("Excel's separator line, an old Mac's line ends, and empty lines before the header are no hindrance", async () => {
  const before = api.store.units.list({ siteId: house.site.id }).length;
  assert.equal((await run("units", "\ufeffsep=;\r\nbuilding;number\r\nB;0801\r\n")).counts.added, 1);
  assert.equal((await run("units", "building;number\rB;802\rB;803\r")).counts.added, 2);
  assert.equal((await run("units", "\r\n\r\nnumber;building\r\n804;B\r\n")).counts.added, 1);
  assert.deepEqual(problems(await run("units", "sep=;\r\nbuilding;number\r\nB;805\r\n;806\r\n")), ["4 building BLANK"]);
  assert.deepEqual(problems(await run("units", "building;number\rB;805\r;806\r")), ["3 building BLANK"]);
  const labels = api.store.units.list({ siteId: house.site.id }).map(({ label }) => label);
  assert.equal(labels.length, before + 4);
  assert.ok(labels.includes("0801"), "a leading zero stays");
});

test("French headings and words are understood, however they are written, and the dry run says how", async () => {
  const units =
    '\ufeff"Bâtiment";"Numéro";"Type";"Nom SIP"\r\n"Cèdres";"901";"Logement";""\r\nCèdres;Hall;PORTE;hall\r\n';
  const look = await run("units", units, { dryRun: true });
  assert.deepEqual(look.headings, [
    { heading: "Bâtiment", column: "building" },
    { heading: "Numéro", column: "number" },
    { heading: "Type", column: "kind" },
    { heading: "Nom SIP", column: "name" },
  ]);
  assert.deepEqual([look.state, look.counts.added], ["done", 2]);
  assert.equal((await run("units", units)).counts.added, 2);
  assert.equal((await run("units", units)).counts.same, 2, "the same file twice changes nothing");
  const made = api.store.units.list({ siteId: house.site.id }).map(({ kind, label }) => `${kind} ${label}`);
  assert.ok(made.includes("door Hall") && made.includes("residential 901"), made.join());

  const accounts = "NOM D’UTILISATEUR SIP;Type d'appareil;Nom de l'appareil;Rattaché à;Peut se connecter;Modèle\n";
  const devices = await run(
    "accounts",
    `${accounts}mur901;Écran mural;Mur;unit901;oui;T10\ntel901;telephone;Ana;unit901;non;\n`,
  );
  assert.deepEqual([devices.state, devices.counts.added, problems(devices)], ["done", 2, []]);
  const phone = api.store.accounts.byUsername(house.site.id, "tel901");
  assert.deepEqual([phone?.type, phone?.enabled], ["mobile", false]);

  const rules = "logement;ordre;appelant;action;cible;secondes;horaires;activée\n";
  const domain = house.site.domain;
  const lines = `unit901;0,0;*;Sonner;;"25,00";Lun 08:00-18:00 | ven 22:00-sam 02:00;oui\nunit901;1;*;renvoi;sip:unit401@${domain};20;;non\n`;
  const put = await run("rules", rules + lines);
  assert.deepEqual([put.state, problems(put)], ["done", []]);
  const exportedRules = await exported("rules");
  assert.match(exportedRules, /unit901,0,\*,ring,,25,Mon 08:00-18:00 \| Fri 22:00-Sat 02:00,yes/);
  assert.match(exportedRules, new RegExp(`unit901,1,\\*,forward,sip:unit401@${domain},20,,no`));
});

test("what no French word of a column is stays as it is written; a column that is there in both languages is refused", async () => {
  const twice = await api.send("POST", "/api/imports", {
    ...{ siteId: house.site.id, kind: "units", dryRun: true },
    csv: "building;Bâtiment;number;couleur;__proto__;constructor\nA;A;1;;;\n",
  });
  assert.equal(twice.code, "CSV_COLUMNS");
  const { details } = twice.json<ErrorReply>().error;
  assert.deepEqual([details?.twice, details?.unknown], [["Bâtiment"], ["couleur", "__proto__", "constructor"]]);
  const odd = await run("units", "bâtiment;numéro;type\nA;Porte;maison\nA;logement;\nB;2;constructor\n", {
    dryRun: true,
  });
  assert.deepEqual(problems(odd), ["2 kind NOT_ALLOWED", "4 kind NOT_ALLOWED"]);
  assert.deepEqual(
    problems(await run("rules", "logement;ordre;appelant;action;secondes\nunit401;0,5;*;sonner;25,5\n")),
    ["2 position WRONG_TYPE", "2 ring_seconds WRONG_TYPE"],
  );
});

test("an import that was looked at is not written over what somebody changed since", async () => {
  const { building, unit401 } = house;
  const csv = `building,number,name\n${building.name},Smith,unit401\n`;
  const look = await run("units", csv, { dryRun: true });
  assert.deepEqual([look.state, look.counts.changed], ["done", 1]);
  await api.send("PATCH", `/api/units/${unit401.id}`, { number: "Jones" });
  const now = everything();
  const late = await run("units", csv, { revision: look.revision });
  assert.deepEqual([late.state, late.error], ["refused", "CHANGED_SINCE_CHECK"]);
  assert.equal(everything(), now);
  const again = await run("units", csv, { dryRun: true });
  assert.equal((await run("units", csv, { revision: again.revision })).state, "done");
  assert.equal(api.store.units.get(unit401.id)?.label, "Smith");
});

test("a dry run in a file that is too large to be copied tells the same, and writes nothing", async () => {
  const csv = "building,number\nC,9001\nC,9002\n";
  const small = await run("units", csv, { dryRun: true });
  const file = new Database(join(api.folder, "neolia.db"), { timeout: 5_000 });
  file.exec("CREATE TABLE ballast (bytes BLOB); INSERT INTO ballast VALUES (zeroblob(70000000))");
  file.close();
  assert.equal(api.store.trial(), null);
  const before = everything();
  const large = await run("units", csv, { dryRun: true });
  assert.deepEqual([large.state, large.counts, large.revision], ["done", small.counts, small.revision]);
  assert.equal(everything(), before);
  const twice = await run("units", `${csv}C,9001\n`, { dryRun: true });
  assert.equal(twice.state, "refused");
  assert.equal(everything(), before);
});

test("a dry run of a large file lets others have their turn also while it is tried: they edit, or cancel it", async () => {
  const csv = `building,number\n${Array.from({ length: 8_000 }, (_, n) => `C,${n}`).join("\n")}\n`;
  const beingTried = async () => {
    const { id } = await startImport(api, "units", csv, { siteId: house.site.id, dryRun: true });
    while (api.directory.bulk.job(id).state === "checking") await new Promise((resolve) => setImmediate(resolve));
    assert.equal(api.directory.bulk.job(id).state, "writing", "nobody had a turn while it was tried");
    return id;
  };
  const id = await beingTried();
  api.directory.units.update(house.unit401.id, { number: "Jones" }, null);
  const edited = everything();
  const look = await ended(id);
  assert.deepEqual([look.state, look.counts.added], ["done", 8_000]);
  assert.equal(everything(), edited, "nothing of it is written, and the edit stays");
  const late = await run("units", csv, { revision: look.revision });
  assert.deepEqual(
    [late.state, late.error],
    ["refused", "CHANGED_SINCE_CHECK"],
    "it was tried on what was there before",
  );
  assert.equal(everything(), edited);

  const other = await beingTried();
  await api.send("DELETE", `/api/jobs/${other}`, {});
  assert.equal((await run("units", csv, { dryRun: true })).counts.added, 8_000, "the next one need not wait");
  assert.equal((await ended(other)).state, "cancelled");
  assert.equal(everything(), edited);
});

test("an import is cancelled as long as nothing is written; one that is over stays as it is", async () => {
  const csv = `building,number\n${Array.from({ length: 5_000 }, (_, n) => `C,${n}`).join("\n")}\n`;
  const start = () => api.send("POST", "/api/imports", { siteId: house.site.id, kind: "units", csv, dryRun: false });
  const before = everything();
  const { id } = (await start()).json<Job>();
  const second = await start();
  assert.deepEqual([second.status, second.code], [409, "JOB_RUNNING"], "two at once");
  const cancelled = await api.send("DELETE", `/api/jobs/${id}`, {});
  assert.deepEqual([cancelled.status, cancelled.json<Job>().state], [200, "cancelled"]);
  const other = (await start()).json<Job>();
  assert.equal((await ended(other.id)).counts.added, 5_000, "the next one need not wait");
  assert.equal((await ended(id)).state, "cancelled");
  assert.notEqual(everything(), before);
  assert.equal(api.store.units.list({ siteId: house.site.id }).length, 5_003);
  assert.equal((await api.send("DELETE", `/api/jobs/${other.id}`, {})).json<Job>().state, "done");
  assert.equal((await api.send("DELETE", "/api/jobs/01J00000000000000000000000", {})).code, "UNKNOWN_JOB");
});

test("an import that runs is seen and cancelled, however many of another site begin and end meanwhile", async () => {
  const other = await makeHouse(api, { name: "Other", domain: "other.sip.example.com" });
  const csv = `building,number\n${Array.from({ length: 10_000 }, (_, n) => `C,${n}`).join("\n")}\n`;
  const large = await api.send("POST", "/api/imports", { siteId: house.site.id, kind: "units", csv, dryRun: false });
  const { id } = large.json<Job>();
  const before = everything();
  const { bulk } = api.directory;
  const small: NewImport = { siteId: other.site.id, kind: "units", csv: "building,number\n", dryRun: true };
  const starting = Array.from({ length: 25 }, () => {
    const started = bulk.start(small, { name: "admin", stillMay: () => true });
    bulk.cancel(bulk.list(other.site.id)[0]?.id ?? "");
    return started;
  });
  assert.equal(api.directory.bulk.job(id).state, "checking");
  assert.equal(api.directory.bulk.cancel(id).state, "cancelled");
  await Promise.all(starting);
  assert.equal((await ended(id)).state, "cancelled");
  assert.equal(everything(), before);
});

test("a line with more cells than columns is named, and never cut; empty ones behind the last are what spreadsheets leave", async () => {
  const job = await run("units", "building,number,kind,name\nA, Lake Road,901,unit,unit901\nA,902,unit,,,\n");
  assert.deepEqual(problems(job), ["2  EXTRA_CELLS"]);
  assert.equal((await run("units", "building,number,kind,name\nA,902,unit,,,\n")).counts.added, 1);
});

test("a file without its columns, or that is no CSV, is refused at once", async () => {
  const send = (csv: string) =>
    api.send("POST", "/api/imports", { siteId: house.site.id, kind: "units", csv, dryRun: true });
  for (const csv of ["", "building", "building,number,number", "building,number,colour"]) {
    assert.equal((await send(csv)).code, "CSV_COLUMNS", csv);
  }
  assert.equal((await send('building,number\n"A,1\nB,2')).code, "INVALID_REQUEST");
});

test("cells that a spreadsheet would run go out disarmed, and come back as they were", async () => {
  const odd = [
    "=1+1",
    "+33",
    "-2",
    "@SUM(A1)",
    "'=x",
    "''+y",
    "'quoted",
    'a "b", c',
    "plain",
    "#N/A",
    "#NOM?",
    "#####",
    "=cmd|' /C calc'!A0",
  ];
  for (const number of odd) {
    const made = await api.send("POST", "/api/units", { buildingId: house.building.id, number });
    assert.equal(made.status, 201, number);
  }
  const csv = await exported("units");
  for (const line of csv.split(/\r\n/)) {
    for (const cell of line.split(",")) assert.doesNotMatch(cell, /^"?[=+\-@]/, line);
  }
  const before = everything();
  const job = await run("units", csv);
  assert.deepEqual(job.counts, { added: 0, changed: 0, same: odd.length + 3, removed: 0 });
  assert.equal(everything(), before);
});

test("numbers that a spreadsheet would write otherwise go out so that it leaves them alone, and come back as they were", async () => {
  const odd = [
    ...[
      "007",
      "1-2",
      "1/2",
      "12.10",
      "12,10",
      ".5",
      "3E5",
      "1E+02",
      "12:30",
      "1 000",
      "50%",
      "5 €",
      "(12)",
      "1 A",
      "2 pm",
    ],
    ...["12345678901234567", "1 janv.", "Mar-26", "févr 3", "'007", "''1-2"],
  ];
  const plain = ["0", "7", "123456789012345", "1A", "A-01", "Marie 3", "12 bis", "192.0.2.9", "1h30"];
  for (const number of [...odd, ...plain]) {
    const made = await api.send("POST", "/api/units", { buildingId: house.building.id, number });
    assert.equal(made.status, 201, `${number} ${made.text}`);
  }
  const csv = await exported("units");
  const cells = new Set(csv.split(/\r\n/).map((line) => /^A,("[^"]*"|[^,]*),/.exec(line)?.[1]?.replaceAll('"', "")));
  assert.deepEqual(
    odd.filter((number) => !cells.has(`'${number}`)),
    [],
  );
  assert.deepEqual(
    plain.filter((number) => !cells.has(number)),
    [],
  );
  const before = everything();
  const job = await run("units", csv);
  assert.deepEqual(job.counts, { added: 0, changed: 0, same: odd.length + plain.length + 3, removed: 0 });
  assert.equal(everything(), before);
});

test("a whole site goes out as three files and comes back equal elsewhere, logins and all", async () => {
  const { site, building, unit401 } = house;
  await api.send("POST", "/api/units/range", { buildingId: building.id, from: 1, to: 20, prefix: "A-", dryRun: false });
  const account = { siteId: site.id, type: "panel", label: "Wall", unitId: unit401.id, username: "wall" };
  const deviceInfo = { vendor: "Akuvox", model: "R20A", mac: "0C1105AABBCC", note: "left of the door" };
  await api.send("POST", "/api/accounts", { ...account, deviceInfo });
  await api.send("POST", "/api/rules", {
    unitId: unit401.id,
    sourcePattern: "+33*",
    action: "forward",
    targetSipUri: `sip:unit402@${site.domain}`,
    ringSeconds: 20,
    schedule: [
      { fromMinute: 0, toMinute: 1440 },
      { fromMinute: 7100, toMinute: 7300 },
      { fromMinute: 9000, toMinute: 10_080 },
    ],
    enabled: false,
    position: 0,
  });
  const files = async (siteId: string) => ({
    units: await exported("units", "", siteId),
    accounts: await exported("accounts", "&logins=1", siteId),
    rules: await exported("rules", "", siteId),
  });
  const out = await files(site.id);
  const same = await run("rules", out.rules);
  assert.deepEqual([same.counts.added, same.counts.changed], [0, 0]);

  const other = (
    await api.send("POST", "/api/sites", { name: "New", address: "", domain: "new.example.com", timeZone: "UTC" })
  ).json<{ id: string }>();
  for (const [kind, csv] of Object.entries(out)) {
    assert.equal((await run(kind, csv, { siteId: other.id })).state, "done", kind);
  }
  assert.deepEqual(await files(other.id), out);
  assert.match(out.accounts, /[0-9a-f]{32}/);
  assert.doesNotMatch(await exported("accounts"), /[0-9a-f]{32}/);
});

test("an account that a file brings without a login gets one that nobody knows", async () => {
  const job = await run("accounts", "username,type,label,place\npanel-1,panel,Wall,unit401\n");
  assert.equal(job.state, "done");
  assert.match(api.store.accounts.byUsername(house.site.id, "panel-1")?.ha1 ?? "", /^[0-9a-f]{32}$/);
});

test("10,000 units are imported with progress that an administrator sees, and nobody else", async () => {
  const seen: PanelMessage[] = [];
  const residents: PanelMessage[] = [];
  const live = api.live;
  const offAdmin = live.subscribe(
    () => ({ unitIds: null, device: null }),
    (message) => seen.push(message),
  );
  const offResident = live.subscribe(
    () => ({ unitIds: [], device: null }),
    (message) => residents.push(message),
  );
  const lines = Array.from({ length: 10_000 }, (_, i) => `T${Math.floor(i / 100)},${i}`);
  const job = await run("units", `building,number\n${lines.join("\n")}\n`);
  assert.deepEqual([job.state, job.counts.added, job.total], ["done", 10_000, 10_000]);
  const steps = seen.flatMap((message) => (message.type === "job" ? [message.job] : []));
  assert.ok(steps.filter(({ state }) => state === "checking").length > 10);
  assert.deepEqual(
    steps.map(({ done }) => done),
    steps.map(({ done }) => done).toSorted((a, b) => a - b),
  );
  assert.equal(steps.at(-1)?.state, "done");
  assert.equal(residents.filter(({ type }) => type === "job").length, 0);
  // One edit, so one revision and one push.
  assert.equal(seen.filter(({ type }) => type === "directory").length, 1);

  offAdmin();
  offResident();

  const pageOf = async (query: string) => (await api.send("GET", `/api/units/page?${query}`)).json<UnitPage>();
  const first = await pageOf("limit=500");
  assert.equal(first.total, 10_002);
  const numbers: string[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const page: UnitPage = await pageOf(`limit=500${next && `&cursor=${next}`}`);
    numbers.push(...page.rows.map(({ buildingName, number }) => `${buildingName} ${number}`));
    next = page.next;
  }
  assert.equal(new Set(numbers).size, 10_002);
  const jump = await pageOf("limit=5&offset=9998");
  assert.deepEqual(
    jump.rows.map(({ buildingName, number }) => `${buildingName} ${number}`),
    numbers.slice(9_998),
  );
  assert.deepEqual([jump.next, (await pageOf("offset=20000")).rows], [null, []]);
  // Read from whichever end is nearer: the same rows, and the same way on.
  for (const offset of [1, 4_999, 5_000, 5_001, 5_002, 9_996, 9_997, 10_001]) {
    const page = await pageOf(`limit=5&offset=${offset}`);
    assert.deepEqual(
      page.rows.map(({ buildingName, number }) => `${buildingName} ${number}`),
      numbers.slice(offset, offset + 5),
    );
    if (page.next === null) assert.ok(offset + 5 >= 10_002, `more behind ${offset}`);
    else {
      const [after] = (await pageOf(`limit=5&cursor=${page.next}`)).rows;
      assert.equal(`${after?.buildingName} ${after?.number}`, numbers[offset + 5]);
    }
  }
  assert.deepEqual(numbers.slice(0, 4), ["A 401", "A 402", "T0 0", "T0 1"]);
  assert.ok(numbers.indexOf("T0 2") < numbers.indexOf("T0 10"));
  assert.deepEqual(
    (await pageOf("search=unit9999")).rows.map(({ number }) => number),
    ["9999"],
  );
  assert.equal((await pageOf("search=%25")).total, 0);
  assert.equal((await pageOf("search=_")).total, 0);
});

test("accounts are found by place, device and whether they are registered", async () => {
  const { site, unit401 } = house;
  const add = async (label: string, model: string) =>
    (
      await api.send("POST", "/api/accounts", {
        ...{ siteId: site.id, type: "mobile", label, unitId: unit401.id },
        deviceInfo: { vendor: "", model, mac: "", note: "" },
      })
    ).json<Account>();
  const ana = await add("Ana's phone", "Pixel");
  await add("Zoé's phone", "iPhone");
  const find = async (query: string) =>
    (await api.send("GET", `/api/accounts/page?siteId=${site.id}&${query}`))
      .json<AccountPage>()
      .rows.map(({ label }) => label);
  assert.deepEqual(await find("search=zoe"), ["Zoé's phone"]);
  assert.deepEqual(await find("search=pixel+401"), ["Ana's phone"]);
  assert.deepEqual(await find("type=door"), ["Entrance"]);
  assert.deepEqual((await find(`unitId=${unit401.id}`)).toSorted(), ["Ana's phone", "Zoé's phone"]);
  api.directory.registrations.heard(site.id, [
    {
      ...{ username: ana.username, address: "192.0.2.7:5060", transport: "tls", userAgent: "Linphone" },
      ...{ expiresInS: 60, lastSeenMs: 1_000 },
    },
  ]);
  assert.deepEqual(await find("registered=yes"), ["Ana's phone"]);
  assert.deepEqual((await find("registered=no")).toSorted(), ["Entrance", "Zoé's phone"]);
  const seen = () => api.send("GET", `/api/accounts/${ana.id}`).then((reply) => reply.json<Account>().registration);
  const known = { lastSeenMs: 1_000, userAgent: "Linphone", address: "192.0.2.7:5060", transport: "tls" };
  assert.deepEqual(await seen(), { state: "registered", contacts: 1, ...known });
  api.directory.registrations.heard(site.id, []);
  assert.deepEqual(await seen(), { state: "not-registered", contacts: 0, ...known });
  api.directory.registrations.heard(site.id, null);
  assert.deepEqual(await seen(), { state: "unknown", contacts: 0, ...known });
  assert.equal((await api.send("GET", "/api/accounts/page?cursor=bm9wZQ")).code, "INVALID_REQUEST");
});

test("a device is found by what its flat is called by now, and by the flat that it was moved to", async () => {
  const { site, unit401, unit402 } = house;
  const phone = { siteId: site.id, type: "mobile", label: "Phone", unitId: unit401.id };
  const { username } = (await api.send("POST", "/api/accounts", phone)).json<Account>();
  const found = async (search: string) =>
    (await api.send("GET", `/api/accounts/page?siteId=${site.id}&search=${search}`)).json<AccountPage>().total;
  const rename = (number: string) => api.send("PATCH", `/api/units/${unit401.id}`, { number });
  assert.deepEqual([await found("401"), await found("402")], [1, 0]);
  await rename("Étage 7");
  // The SIP name of a flat stays.
  assert.deepEqual([await found("etage+7"), await found("phone+unit401")], [1, 1]);

  // The VPS knows nothing of numbers: of the device itself nothing goes there again.
  api.store.provisioning.forgetChanges(site.id, Number.MAX_SAFE_INTEGER);
  await rename("8b");
  assert.deepEqual([await found("8b"), await found("etage")], [1, 0]);
  assert.deepEqual(
    api.store.provisioning.changes(site.id, 100).map(({ noun }) => noun),
    ["unit"],
  );

  await run("accounts", `username,type,label,place\n${username},mobile,Phone,${unit402.name}\n`);
  assert.deepEqual([await found("8b"), await found("402")], [0, 1]);
});

test("a large site's export and its health let others have their turn", async () => {
  const many = 4_000;
  const other = (await makeHouse(api, { domain: "large.sip.example.com" })).site.id;
  api.store.transaction(() => {
    for (let n = 0; n < many; n++) {
      api.store.accounts.insert({
        ...{ id: `large-${n}`, siteId: other, unitId: null, username: `wall${n}`, type: "gateway", label: `W ${n}` },
        ...{ ha1: "0".repeat(32), enabled: true, createdAtMs: 0 },
      });
    }
  });
  /** How often others are served while this is asked for. */
  const turns = async (path: string) => {
    let count = 0;
    let isOver = false;
    const asked = api.send("GET", path).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      count++;
    }
    assert.equal((await asked).status, 200);
    return count;
  };
  await exported("accounts");
  for (const path of ["/api/exports/accounts", "/api/site-health"]) {
    const small = await turns(`${path}?siteId=${house.site.id}`);
    const large = await turns(`${path}?siteId=${other}`);
    assert.ok(large >= small + 6, `${path}: ${large} turns, ${small} for a small site`);
  }
});
