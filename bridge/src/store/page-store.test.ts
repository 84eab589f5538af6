/** Lists in memory against the same lists by SQL: after random edits, renames, removals and rollbacks. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { labFolder } from "../../../test/lab/folder.ts";
import { openStore } from "./store.ts";
import { searchOf } from "./text.ts";

/** Letters whose order in UTF-16 is another one than in UTF-8, two scripts, accents, and words within words. */
const LABELS = ["1", "2", "10", "12 garden", "Été", "برج النخيل", "\u{1f3e0}", "\ufffd", "ﺀ", "a1b", "unit", "11 1"];
const WORDS = [
  "",
  "1",
  "11",
  "unit",
  "u n i t",
  "garden 1",
  "ETE",
  "النخيل",
  "\u{1f3e0}",
  "panel 2",
  "zz",
  "1 zz",
  "%",
  "t1",
];
const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const place = fc.nat(39);
const goneUnit = fc.record({ kind: fc.constant("removed unit" as const), at: place });
const goneAccount = fc.record({ kind: fc.constant("removed account" as const), at: place });
const edit = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("unit" as const), at: place, label: pick(LABELS), building: fc.nat(3) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("account" as const),
      at: place,
      label: pick(LABELS),
      unit: fc.option(place),
    }),
  },
  goneUnit,
  goneAccount,
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("building" as const), at: fc.nat(3), label: pick(LABELS) }) },
  fc.record({ kind: fc.constant("removed building" as const), at: fc.nat(9) }),
);
type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never;
const query = fc.record({
  search: pick(WORDS),
  siteId: fc.option(pick(["S0", "S1"])),
  buildingId: fc.option(pick(["B0", "B1", "B2"]), { freq: 2 }),
  limit: pick([1, 3, 50]),
  offset: pick([0, 0, 1, 4, 90]),
});
const round = fc.record({
  edits: fc.array(edit, { maxLength: 40 }),
  end: pick(["commit", "commit", "rollback"] as const),
  asked: query,
});

test("a list in memory is the list that SQL makes, whatever was edited, removed or rolled back", () => {
  const folder = labFolder("pages");
  const store = openStore({ folder: folder.path });
  const sql = new Sqlite(join(folder.path, "neolia.db"), { readonly: true });
  let found = 0;
  const siteOf = (building: number) => (building < 3 ? "S0" : "S1");

  const apply = (one: Edit): void => {
    if (one.kind === "building") {
      const building = store.buildings.get(`B${one.at}`);
      if (building) store.buildings.update({ ...building, name: `${one.label} ${one.at}` });
      else store.buildings.insert({ id: `B${one.at}`, siteId: siteOf(one.at), name: `${one.label} ${one.at}` });
    } else if (one.kind === "removed building") store.buildings.remove(`B${one.at}`);
    else if (one.kind === "removed unit") store.units.remove(`U${one.at}`);
    else if (one.kind === "removed account") store.accounts.remove(`A${one.at}`);
    else if (one.kind === "unit") {
      const siteId = siteOf(one.at % 4);
      const unit = store.units.get(`U${one.at}`);
      const buildingId = siteId === "S1" ? "B3" : `B${one.building % 3}`;
      if (!store.buildings.get(buildingId)) return;
      if (unit) store.units.update({ ...unit, label: one.label, buildingId });
      else {
        const kind = one.at % 5 === 0 ? "door" : "residential";
        store.units.insert({ id: `U${one.at}`, siteId, buildingId, kind, name: `unit${one.at}`, label: one.label });
      }
    } else {
      const siteId = siteOf(one.at % 4);
      const unit = one.unit === null ? null : store.units.get(`U${one.unit}`);
      const unitId = unit?.siteId === siteId ? unit.id : null;
      const account = store.accounts.get(`A${one.at}`);
      const fields = { label: one.label, unitId, enabled: true, ha1: "0".repeat(32) };
      if (account) store.accounts.update({ ...account, ...fields });
      else {
        const username = `panel${one.at}`;
        store.accounts.insert({ id: `A${one.at}`, siteId, username, type: "panel", createdAtMs: 0, ...fields });
      }
    }
  };

  const compare = ({
    search,
    siteId,
    buildingId,
    limit,
    offset,
  }: typeof query extends fc.Arbitrary<infer Q> ? Q : never) => {
    const { parameters, condition } = searchOf(search);
    const all = (from: string, words: string, order: string) =>
      sql
        .prepare<Record<string, string | null>, string>(
          `SELECT ${from} AND (@siteId IS NULL OR site = @siteId) AND (@buildingId IS NULL OR building = @buildingId)
           AND ${condition(words)} ORDER BY ${order}`,
        )
        .pluck()
        .all({ siteId, buildingId, ...parameters });
    const lists = {
      units: all(
        `id FROM (SELECT unit.*, unit.site_id AS site, building_id AS building, building.sort_key AS place FROM unit
          JOIN building ON building.id = building_id) WHERE kind = 'residential'`,
        "instr(search_text, %)",
        "place, building_id, sort_key, id",
      ),
      accounts: all(
        `id FROM (SELECT account.*, account.site_id AS site, unit.building_id AS building FROM account
          LEFT JOIN unit ON unit.id = unit_id) WHERE TRUE`,
        "instr(search_text, %)",
        "username, id",
      ),
    };
    const filter = { search, siteId: siteId ?? undefined, buildingId: buildingId ?? undefined };
    for (const noun of ["units", "accounts"] as const) {
      const ids = lists[noun];
      const page = store.pages[noun](filter, { limit, offset, cursor: undefined }) ?? assert.fail();
      assert.deepEqual([page.ids, page.total], [ids.slice(offset, offset + limit), ids.length], `${noun} ${search}`);
      assert.equal(page.next !== null, offset + limit < ids.length);
      found += page.ids.length;
      if (page.next === null) continue;
      const more = store.pages[noun](filter, { limit: 2, offset: 1, cursor: page.next }) ?? assert.fail();
      assert.deepEqual([more.ids, more.total], [ids.slice(offset + limit + 1, offset + limit + 3), ids.length]);
    }
  };

  try {
    for (const id of ["S0", "S1"])
      store.sites.insert({ id, name: id, address: "", domain: `${id.toLowerCase()}.example.com`, timeZone: "UTC" });
    fc.assert(
      fc.property(fc.array(round, { minLength: 1, maxLength: 12 }), (rounds) => {
        for (const { edits, end, asked } of rounds) {
          try {
            store.transaction(() => {
              for (const [at, one] of edits.entries()) {
                apply(one);
                // Who looks while the change is under way sees what may never come to be.
                if (at % 4 === 3)
                  store.pages.accounts({ buildingId: "B1" }, { limit: 5, offset: 0, cursor: undefined });
              }
              if (end === "rollback") throw new Undone();
            });
          } catch (error) {
            if (!(error instanceof Undone)) throw error;
          }
          compare(asked);
        }
      }),
      { numRuns: 150 },
    );
    assert.ok(found > 300, String(found));
  } finally {
    sql.close();
    store.close();
    folder.remove();
  }
});

class Undone extends Error {}
