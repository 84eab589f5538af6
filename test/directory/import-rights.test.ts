/** An import whose starter loses the right to it, or the page that followed it: nothing is half done, and nothing lost sight of. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Job } from "../../bridge/src/api/bulk.ts";
import type { GrantWithCode, RemoteSite } from "../../bridge/src/api/remote.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";
import { importEnded, startImport } from "./imports.ts";

let api: TestApp;
let house: House;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
});
afterEach(() => api.close());

const LINES = 6_000;
const csv = `building,number\n${Array.from({ length: LINES }, (_, at) => `T${at % 60},${at}`).join("\n")}\n`;
const units = () => api.store.units.list({ siteId: house.site.id }).length;
const imports = async () => (await api.directory.audit.list({ noun: "import" })).entries;

const ended = (id: string) => importEnded(api, id);

async function start(): Promise<Job> {
  const job = await startImport(api, "units", csv, { siteId: house.site.id });
  assert.equal(job.state, "checking", "it was over before anything could be taken from its starter");
  return job;
}

async function nothingCameOf(id: string, before: number): Promise<void> {
  const job = await ended(id);
  assert.deepEqual([job.state, job.error], ["refused", "PERMISSION_ENDED"]);
  assert.equal(units(), before);
  assert.deepEqual(await imports(), []);
}

describe("nothing is written for somebody who may not any more, though they might when they started it", () => {
  test("whose role was taken", async () => {
    const before = units();
    const { id } = await start();
    api.stage.resident = { unitIds: [house.unit401.id] };
    await nothingCameOf(id, before);
    api.stage.resident = null;
    // The next one is not held up.
    assert.equal((await ended((await start()).id)).state, "done");
  });

  test("who signed out", async () => {
    const before = units();
    const { id } = await start();
    assert.equal((await api.send("DELETE", "/api/session", undefined)).status, 204);
    await nothingCameOf(id, before);
  });

  for (const [how, end] of [
    ["was withdrawn", (grantId: string) => api.directory.grants.revoke(grantId)],
    [
      "ran out",
      (grantId: string) => (api.stage.laterMs = (api.store.grants.get(grantId)?.expiresAtMs ?? 0) - Date.now()),
    ],
  ] as const) {
    test(`from elsewhere, whose permission ${how}`, async () => {
      const installer = await testApp();
      try {
        installer.stage.relay = async ({ grantId }, frame) =>
          (await api.directory.grantDoor.answer(house.site.id, grantId, frame, assert.ifError)) ?? Buffer.alloc(0);
        const grant = { siteId: house.site.id, label: "Dupont", hours: 24, backups: false };
        const { id: grantId, code } = (await api.send("POST", "/api/grants", grant)).json<GrantWithCode>();
        const body = { code, by: "Dupont SARL" };
        const remote = (await installer.send("POST", "/api/remote-sites", body)).json<RemoteSite>();
        const before = units();
        const at = `/api/remote-sites/${remote.id}/at/api`;
        const request = { siteId: house.site.id, kind: "units", csv, dryRun: false };
        const job = (await installer.send("POST", `${at}/imports`, request)).json<Job>();
        assert.deepEqual([job.state, job.by], ["checking", "admin (Dupont)"]);
        end(grantId);
        await nothingCameOf(job.id, before);
        assert.equal((await installer.send("GET", `${at}/jobs/${job.id}`)).code, "GRANT_ENDED");
      } finally {
        await installer.close();
      }
    });
  }
});

test("an import runs on without its page, and whoever comes back finds it: running, and how it ended", async () => {
  const before = units();
  const job = await start();
  const list = async () => (await api.send("GET", `/api/jobs?siteId=${house.site.id}`)).json<Job[]>();
  const [running] = await list();
  assert.deepEqual([running?.id, running?.state, running?.by], [job.id, "checking", "admin"]);
  await ended(job.id);
  const [over] = await list();
  assert.deepEqual([over?.id, over?.state, over?.counts.added], [job.id, "done", LINES]);
  assert.equal(units(), before + LINES);
  // Also when the bridge was restarted meanwhile: the log knows which job wrote it.
  assert.deepEqual(
    (await imports()).map(({ rowId, label }) => [rowId, label]),
    [[job.id, "units"]],
  );
  assert.equal((await api.send("GET", `/api/jobs?siteId=${"0".repeat(26)}`)).code, "UNKNOWN_SITE");
});
