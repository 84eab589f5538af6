/** A site that is managed from another Neolia: what is done there, and how large answers come. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import type { Grant } from "../../bridge/src/api/remote.ts";
import { RemoteLimits } from "../../infra/control/src/wire.ts";
import {
  addUnit,
  at,
  failures,
  grant,
  house,
  installer,
  inTwoNeolias,
  join,
  recorded,
  site,
  units,
} from "./two-neolias.ts";

inTwoNeolias();

test("an invitation opens one site, and what is done there stands in its log", async () => {
  const { id, code } = await grant();
  const remote = await join(code);
  assert.deepEqual([remote.siteId, remote.name, remote.domain], [house.site.id, house.site.name, house.site.domain]);
  assert.equal((await addUnit(remote, "501")).status, 201);
  assert.ok(units().includes("501"));
  const log = (await site.directory.audit.list({ siteId: house.site.id })).entries;
  assert.deepEqual(
    log.slice(0, 3).map(({ who, from, noun, verb }) => `${who} | ${from} | ${noun} ${verb}`),
    [
      "admin (Dupont) | Dupont SARL | unit added",
      "admin (Dupont) | Dupont SARL | grant visited",
      "Dupont SARL | Dupont | grant taken",
    ],
  );
  const listed = (await site.send("GET", `/api/grants?siteId=${house.site.id}`)).json<Grant[]>();
  const shown = listed.find((one) => one.id === id);
  assert.deepEqual([shown?.state, shown?.takenBy, shown?.usedBy], ["active", "Dupont SARL", "admin"]);
  assert.ok(!JSON.stringify(listed).includes("secret"));
});

test("replies come as the site made them: status, version, refusals with their fields", async () => {
  const remote = await join((await grant()).code);
  const row = await installer.send("GET", at(remote, `units/${house.unit401.id}`));
  assert.equal(row.headers.etag, `"${row.json<{ version: number }>().version}"`);
  const stale = await installer.send(
    "PATCH",
    at(remote, `units/${house.unit401.id}`),
    { number: "9" },
    { "if-match": '"99"' },
  );
  assert.equal(stale.code, "EDITED_MEANWHILE");
  const taken = await addUnit(remote, "401");
  assert.equal(
    taken.code,
    (await site.send("POST", "/api/units", { buildingId: house.building.id, number: "401" })).code,
  );
  const csv = await installer.send("GET", at(remote, `exports/units?siteId=${house.site.id}`));
  assert.match(String(csv.headers["content-type"]), /^text\/csv/);
  assert.match(csv.text, /401/);
  assert.equal(
    (await installer.send("DELETE", at(remote, `rules/${site.store.rules.list({ unitId: house.unit402.id })[0]?.id}`)))
      .status,
    204,
  );
});

describe("an audit log of more than a frame carries", () => {
  const fill = (entries: number, labelOf: (n: number) => string) =>
    site.store.transaction(() => {
      const entry = {
        siteId: house.site.id,
        who: "Olivia (Dupont)",
        userId: null,
        from: "Dupont SARL",
        noun: "unit",
        verb: "changed",
      };
      for (let n = 0; n < entries; n++) {
        site.store.audit.add({ ...entry, atMs: Date.now(), rowId: null, label: labelOf(n), changes: {} });
      }
    });
  const path = () => `audit/export?siteId=${house.site.id}`;

  test("comes over whole", async () => {
    const remote = await join((await grant()).code);
    fill(40_000, (n) => `Unit ${n} `.padEnd(300, "of the house at the lake "));
    const here = (await site.send("GET", `/api/${path()}`)).text;
    assert.ok(here.length > RemoteLimits.replyBytes, `${here.length} bytes fit into a frame as they are`);
    const there = await installer.send("GET", at(remote, path()));
    assert.equal(there.status, 200, there.text.slice(0, 200));
    const [lines, read] = [here.split("\n"), there.text.split("\n")];
    // One line more: the visit itself is noted, and comes first.
    assert.equal(read.length, lines.length + 1);
    assert.ok(read.slice(2, 40_002).join("\n") === lines.slice(1, 40_001).join("\n"));
    assert.ok(recorded.every(({ reply }) => (reply?.length ?? 0) <= RemoteLimits.replyBytes));
  });

  test("is refused with what to do when it does not even fit deflated", async () => {
    const remote = await join((await grant()).code);
    fill(30_000, () => randomBytes(300).toString("base64"));
    const refused = await installer.send("GET", at(remote, path()));
    assert.deepEqual([refused.status, refused.code], [413, "REMOTE_TOO_LARGE"]);
    assert.equal((await installer.send("GET", `${at(remote, path())}&limit=100`)).status, 200);
    assert.deepEqual(failures, []);
  });
});

test("a site whose own API breaks down says so at once, and its log hears of it", async () => {
  const remote = await join((await grant()).code);
  const { inject } = site.app;
  const broken = new Error("a part of the bundle is missing");
  site.app.inject = (() => Promise.reject(broken)) as unknown as typeof inject;
  const refused = await addUnit(remote, "501");
  site.app.inject = inject;
  assert.deepEqual([refused.status, refused.code], [503, "REMOTE_FAILED"]);
  assert.ok(!refused.text.includes(broken.message));
  assert.deepEqual(failures, [broken]);
  assert.equal((await addUnit(remote, "502")).status, 201);
});
