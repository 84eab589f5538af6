/**
 * A site's tables, opened and saved by a spreadsheet: the files beside this are what LibreOffice Calc 7.4, set to French, made of
 * the export of this very site, with its recognition of special numbers on.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readText } from "../../panel/src/admin/components/read-text.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";
import { runImport } from "./imports.ts";

/** What it would take for formulas, numbers, dates and times, and what another code page does not have. */
const NUMBERS = [
  ...["007", "+33612345678", "=1+1", "@SUM(A1)", "-2", "1-2", "1/2", "12.10", "12,10", "3E5", "12:30", "Éà; ü", "🏠 9"],
  ...['a "b", c', "12345678901234567", "'007", "1 janv.", "50%", "1 000", "5 €"],
];

let api: TestApp;
let house: House;
before(async () => {
  api = await testApp();
  house = await makeHouse(api);
  const { id: buildingId } = house.building;
  for (const number of NUMBERS) await api.send("POST", "/api/units", { buildingId, number });
  const made = await api.send("POST", "/api/accounts", {
    ...{ siteId: house.site.id, unitId: house.unit401.id, type: "mobile", username: "mobile-1" },
    label: '=HYPERLINK("http://x")',
    deviceInfo: { vendor: "Akuvox", model: "R20A", mac: "001122334455", note: 'left; of the "door" é 🏠 =1+1' },
  });
  assert.equal(made.status, 201, made.text);
  const rule = { unitId: house.unit401.id, action: "ring", targetSipUri: null, ringSeconds: 20, schedule: [] };
  const forward = { action: "forward", targetSipUri: `sip:unit402@${house.site.domain}` };
  const hours = [
    { fromMinute: 0, toMinute: 1_440 },
    { fromMinute: 9_000, toMinute: 10_080 },
  ];
  for (const more of [
    { sourcePattern: "+33*", ...forward, schedule: hours, enabled: false },
    { sourcePattern: "0612345678", enabled: true },
  ]) {
    const reply = await api.send("POST", "/api/rules", { ...rule, ...more, position: 0 });
    assert.equal(reply.status, 201, reply.text);
  }
});
after(() => api.close());

/** Read as the page reads what is chosen there. */
const saved = (name: string) =>
  readText(new Blob([readFileSync(join(import.meta.dirname, "spreadsheets", `${name}.csv`))]));
const look = async (kind: string, name: string) =>
  runImport(api, kind, await saved(name), { siteId: house.site.id, dryRun: true });

for (const name of ["units-semicolons-utf8", "units-semicolons-utf16"]) {
  test(`every unit comes back as it was: ${name}`, async () => {
    const { counts, problems } = await look("units", name);
    assert.deepEqual(problems, []);
    assert.deepEqual(counts, { added: 0, changed: 0, same: NUMBERS.length + 3, removed: 0 });
  });
}

test("a code page without a unit's characters changes that unit and no other, and the look beforehand says so", async () => {
  const { counts, problems } = await look("units", "units-tabs-windows-1252");
  assert.deepEqual(problems, []);
  assert.deepEqual(counts, { added: 0, changed: 1, same: NUMBERS.length + 2, removed: 0 });
});

test("devices and rules come back as they were", async () => {
  for (const kind of ["rules", "accounts"]) {
    const { counts, problems } = await look(kind, `${kind}-semicolons-utf8`);
    assert.deepEqual(problems, []);
    assert.deepEqual([counts.added, counts.changed, counts.removed], [0, 0, 0], kind);
  }
});
