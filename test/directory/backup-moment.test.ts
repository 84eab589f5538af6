/** A backup of a site that is being edited: one moment of it, and nobody waits for it. */
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ulid } from "ulid";
import type { Backup } from "../../bridge/src/api/backup.ts";
import { checksumOf } from "../../bridge/src/directory/backup-checksum.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

let api: TestApp;
let other: TestApp;
let house: House;
before(async () => {
  api = await testApp();
  other = await testApp();
  house = await makeHouse(api);
  const { store } = api;
  const siteId = house.site.id;
  store.transaction(() => {
    for (let n = 0; n < UNITS; n++) {
      const unitId = ulid();
      const place = { siteId, buildingId: house.building.id, kind: "residential" as const };
      store.units.insert({ ...place, id: unitId, name: `many${n}`, label: `${n}` });
      const account = { siteId, unitId, type: "panel" as const, ha1: "0".repeat(32), enabled: true };
      store.accounts.insert({ ...account, id: ulid(), username: `panel-${n}`, label: "0", createdAtMs: 0 });
      const rule = { siteId, unitId, position: 0, sourcePattern: "*", action: "ring" as const };
      store.rules.insert({
        ...rule,
        id: ulid(),
        targetSipUri: null,
        ringSeconds: 20,
        schedule: [],
        enabled: true,
      });
    }
  });
});
after(async () => {
  await api.close();
  await other.close();
});

const UNITS = 1_000;
const bodyOf = (backup: Backup, dryRun: boolean) => Buffer.from(JSON.stringify({ backup, dryRun }));

test("edits that are made meanwhile are in it whole or not at all, and its restore is what it was then", async () => {
  const { store, directory } = api;
  const siteId = house.site.id;
  let round = 0;
  /** Every device, its flat and its rule in one edit. */
  const editAll = () => {
    round += 1;
    store.transaction(() => {
      for (const account of store.accounts.list({ siteId })) store.accounts.update({ ...account, label: `${round}` });
      for (const rule of store.rules.list({ siteId })) store.rules.update({ ...rule, ringSeconds: 20 + (round % 100) });
      for (const unit of store.units.list({ siteId })) store.units.update({ ...unit, label: `${unit.name} ${round}` });
    });
  };
  editAll();
  for (let time = 0; time < 2; time++) {
    const startedAt = round;
    const made = directory.backups.make(siteId, "test").then(({ content }) => text(content()));
    let turns = 0;
    let found: string | null = null;
    while (found === null) {
      found = await Promise.race([made, turn(null)]);
      turns += 1;
      if (found === null) editAll();
    }
    assert.ok(turns > 2, `others had ${turns} turns while it was made`);
    const { checksum, ...content } = JSON.parse(found) as Backup;
    assert.equal(checksum, checksumOf(content));
    const rounds = new Set([
      ...content.accounts.map(({ label }) => Number(label)),
      ...content.units.map(({ name, number }) => Number(number.slice(name.length))),
    ]);
    assert.equal(rounds.size, 1, `edits ${[...rounds].join()} are in it`);
    const [at = 0] = rounds;
    assert.ok(at >= startedAt && at <= round, `${at}`);
    assert.deepEqual(new Set(content.rules.map(({ ringSeconds }) => ringSeconds)), new Set([20 + (at % 100)]));
    assert.equal(content.units.length, UNITS + 2);
    if (time > 0) continue;
    await other.directory.restores.restore(bodyOf({ ...content, checksum }, false));
    assert.equal(other.store.rules.list({ siteId }).length, content.rules.length);
  }
});

test("the file by itself is the same as one that is made in one go", async () => {
  const reply = await api.send("GET", `/api/sites/${house.site.id}/backup`);
  assert.equal(reply.headers["content-type"], "application/json; charset=utf-8");
  assert.equal(Number(reply.headers["content-length"]), Buffer.byteLength(reply.text));
  const { checksum, ...content } = reply.json<Backup>();
  assert.equal(checksum, checksumOf(content));
  const restored = await other.directory.restores.restore(bodyOf(reply.json<Backup>(), true)).then(
    () => "restored",
    ({ code }) => code,
  );
  assert.equal(restored, "SITE_EXISTS");
});

test("a site that goes while its backup is made has none", async () => {
  const reply = api.send("GET", `/api/sites/${house.site.id}/backup`);
  await turn();
  api.store.sites.remove(house.site.id);
  const { status, text: body } = await reply;
  assert.equal(status, 404, body);
});
