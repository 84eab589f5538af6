/** What the audit log's page says of a change: in the words of the other pages, in both languages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changedLabel, changeTexts } from "../../panel/src/admin/audit-text.ts";
import type { Directory } from "../../panel/src/data/directory.ts";
import type { AuditEntry } from "../../panel/src/data/upkeep.ts";
import { adminLocalizer } from "../../panel/src/localize/admin.ts";

const directory = {
  buildings: [{ id: "B1", name: "Lake" }],
  units: [{ id: "U1", number: "401" }],
  doors: [{ id: "D1", label: "Entrance" }],
} as unknown as Directory;

function told(changes: AuditEntry["changes"], locale = "en"): string[] {
  return changeTexts({ changes } as AuditEntry, directory, adminLocalizer(locale));
}

test("a field has the name that it has on its page, and what an id stands for is named", () => {
  assert.deepEqual(
    told({
      ringSeconds: { from: 20, to: 30 },
      enabled: { from: true, to: false },
      buildingId: { from: "GONE", to: "B1" },
      unitId: { from: null, to: "U1" },
      unitIds: { from: [], to: ["U1", "D1"] },
    }),
    [
      "Seconds: 20 → 30",
      "Switched on: yes → no",
      "Building: GONE → Lake",
      "Unit: – → Unit 401",
      "Units: – → Unit 401 and Entrance",
    ],
  );
});

test("hours of a rule are read as its editor shows them, also in French", () => {
  const schedule = { from: [], to: [{ fromMinute: 480, toMinute: 1080 }] };
  assert.deepEqual(told({ schedule }), ["Times: always → Mon 08:00–18:00"]);
  assert.deepEqual(told({ schedule }, "fr"), ["Horaires\u00a0: toujours → lun. 08:00–18:00"]);
});

test("a new row's inner ids are left out, and a field without a name keeps its own", () => {
  const fresh = { id: { from: null, to: "U1" }, siteId: { from: null, to: "S" }, createdAtMs: { from: null, to: 1 } };
  assert.deepEqual(told({ ...fresh, later: { from: "", to: { a: 1 } } }), ['later: – → {"a":1}']);
});

test("imports and exports are told by what their page calls them", () => {
  const labelled = (noun: string, label: string, locale: string) =>
    changedLabel({ noun, label } as AuditEntry, adminLocalizer(locale));
  assert.equal(labelled("import", "accounts", "en"), "Devices");
  assert.equal(labelled("import", "rules", "fr"), "Règles d'appel");
  assert.equal(labelled("export", "Le Parc: units", "fr"), "Le Parc: Logements et portes");
  assert.equal(labelled("unit", "units", "en"), "units");
});
