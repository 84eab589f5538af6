/** A line: which calls it takes, what comes with it and what takes it along. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { DOMAIN, type Restaurant, restaurant } from "./restaurant.ts";

let luigi: Restaurant;
beforeEach(async () => {
  luigi = await restaurant();
});
afterEach(() => luigi.close());

test("calls are admitted by pause and hours", () => {
  const admit = (via = "ht841_restaurant1") => luigi.ordering.desk.admit({ siteId: luigi.siteId, via });
  const first = admit();
  assert.ok(first.kind === "answer" && first.greeting.text === "Chez Luigi, bonjour. Que désirez-vous commander ?");
  assert.equal(admit(luigi.line.name).kind, "answer");
  assert.deepEqual(admit("stranger"), { kind: "people", reason: "unknown-line" });
  luigi.ordering.lines.pause(luigi.line.id, { paused: true, minutes: 30 });
  assert.deepEqual(admit(), { kind: "people", reason: "paused" });
  luigi.wait(31 * 60_000);
  luigi.settings({ holidays: [{ date: "2026-11-21", label: "Closed", open: [] }] });
  const closed = admit();
  assert.ok(closed.kind === "after-hours" && /est fermé/.test(closed.message.text));
});

test("a line that people answer sends every call on at once, in its hours and outside, and misses no assistant", () => {
  luigi.assistant("no-key");
  luigi.settings({ answeredBy: "people" });
  const at = { siteId: luigi.siteId, via: "ht841_restaurant1" };
  assert.deepEqual(luigi.ordering.desk.admit(at), { kind: "people", reason: "people" });
  assert.equal(luigi.ordering.lines.get(luigi.line.id).assistantProblem, null);
  luigi.settings({ hours: [{ fromMinute: 0, toMinute: 60 }] });
  assert.deepEqual(luigi.ordering.desk.admit(at), { kind: "people", reason: "people" });
  luigi.settings({ hours: [], answeredBy: "assistant" });
  assert.equal(luigi.ordering.desk.admit(at).kind, "answer");
  assert.equal(luigi.ordering.lines.get(luigi.line.id).assistantProblem, "no-key");
});

test("neither its unit nor its building takes a line along: it is removed as a line", () => {
  const { directory, line, siteId, store } = luigi;
  const building = directory.buildings.list(siteId)[0]?.id ?? "";
  for (const remove of [
    () => directory.units.remove(line.unitId, null),
    () => directory.buildings.remove(building, null),
  ]) {
    assert.throws(remove, { code: "UNIT_HAS_LINE", details: { lines: ["Chez Luigi"] } });
  }
  luigi.ordering.lines.remove(line.id, null);
  directory.buildings.remove(building, null);
  assert.deepEqual(store.units.list({ siteId }), []);
});

test("a line comes with its unit, gateway, the bridge's account and rules: the bridge first, people next, then the backup, and a message last", async () => {
  const { directory, line, siteId } = luigi;
  const rules = () =>
    directory.rules
      .list({ unitId: line.unitId })
      .map(({ sourcePattern, action, targetSipUri }) => [sourcePattern, action, targetSipUri]);
  const bridge = luigi.store.accounts.list({ siteId }).find(({ type }) => type === "bridge")?.username;
  const first = ["ht841_restaurant1", "forward", `sip:${bridge}@${DOMAIN}`];
  const message = ["ht841_restaurant1", "voicemail", `sip:${bridge}@${DOMAIN}`];
  assert.deepEqual(rules(), [first, ["*", "ring", null], message]);
  assert.throws(() => luigi.settings({ backupNumber: "0639980178" }), { code: "BACKUP_UNKNOWN" });
  directory.accounts.create({ siteId, type: "gateway", label: "Trunk", username: "chef" });
  luigi.settings({ backupNumber: "chef" });
  assert.deepEqual(rules(), [first, ["*", "ring", null], ["*", "forward", `sip:chef@${DOMAIN}`], message]);
  const warnings = await directory.ruleWarnings({ unitId: line.unitId });
  const lastKinds = warnings.filter(({ kind }) => kind === "repeats");
  assert.deepEqual(lastKinds, [], "a message is no repetition");
  luigi.settings({ backupNumber: null });
  assert.deepEqual(rules(), [first, ["*", "ring", null], message]);
  assert.throws(
    () =>
      luigi.ordering.lines.create({
        buildingId: directory.buildings.list(siteId)[0]?.id ?? "",
        label: "Two",
        gateway: "ht841_restaurant1",
      }),
    { code: "NAME_TAKEN" },
  );
  assert.equal(luigi.ordering.lines.list().length, 1);
  luigi.ordering.lines.remove(line.id, null);
  assert.deepEqual([luigi.ordering.lines.list(), directory.units.list({ siteId })], [[], []]);
});
