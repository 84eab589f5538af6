/** The bridge is killed at any moment of an import: afterwards all of the file is there, or nothing of it. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Backup } from "../../bridge/src/api/backup.ts";
import type { Job } from "../../bridge/src/api/bulk.ts";
import type { Building, Site } from "../../bridge/src/api/directory.ts";
import type { UnitPage } from "../../bridge/src/api/page.ts";
import { type Bridge, startBridge } from "../lab/bridge.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { NEW_SITE } from "./house.ts";

let lab: ReturnType<typeof labFolder>;
let ports: PortBlock;
let bridge: Bridge;

beforeEach(async () => {
  lab = labFolder("kill");
  ports = await reservePorts();
  bridge = await startBridge({ folder: lab.path, port: ports.base });
});
afterEach(async () => {
  await bridge.stop();
  ports.release();
  lab.remove();
});

const LINES = 4_000;
const total = async (siteId: string) =>
  (await (await bridge.api()).get<UnitPage>(`/api/units/page?siteId=${siteId}&limit=1`)).total;

test("all or nothing, whenever it dies", { timeout: 300_000 }, async () => {
  const first = await bridge.api();
  const site = await first.post<Site>("/api/sites", NEW_SITE);
  await first.post<Building>("/api/buildings", { siteId: site.id, name: "A" });
  let there = 0;
  const outcomes = new Set<string>();
  // From before the first line is looked at until after the last one is written.
  for (const [round, waitMs] of [0, 40, 120, 250, 400, 600, 900, 1_400].entries()) {
    const api = await bridge.api();
    const lines = Array.from({ length: LINES }, (_, at) => `A,r${round}-${at}`);
    const csv = `building,number\n${lines.join("\n")}\n`;
    const { id } = await api.post<Job>("/api/imports", { siteId: site.id, kind: "units", csv, dryRun: false });
    await delay(waitMs);
    const job = await api.get<Job>(`/api/jobs/${id}`);
    await killed();
    await bridge.start();
    const now = await total(site.id);
    assert.ok(
      now === there || now === there + LINES,
      `${now - there} of ${LINES} lines after ${waitMs} ms (${job.state})`,
    );
    // What was said to be done is there.
    if (job.state === "done") assert.equal(now, there + LINES);
    outcomes.add(now === there ? "nothing" : "all");
    there = now;
  }
  assert.ok(outcomes.has("nothing"), "no kill came early enough");
  const api = await bridge.api();
  const csv = `building,number\n${Array.from({ length: LINES }, (_, at) => `A,last-${at}`).join("\n")}\n`;
  const { id } = await api.post<Job>("/api/imports", { siteId: site.id, kind: "units", csv, dryRun: false });
  const done = await until(
    async () => {
      const now = await api.get<Job>(`/api/jobs/${id}`);
      return now.state === "done" ? now : null;
    },
    { what: "an import after all this", timeoutMs: 60_000 },
  );
  assert.equal(done.counts.added, LINES);
});

test("a restore is there whole or not at all, whenever it dies, and its devices keep their logins", {
  timeout: 300_000,
}, async () => {
  const first = await bridge.api();
  const site = await first.post<Site>("/api/sites", NEW_SITE);
  const load = async (kind: string, lines: string[]) => {
    const { id } = await first.post<Job>("/api/imports", {
      siteId: site.id,
      kind,
      csv: lines.join("\n"),
      dryRun: false,
    });
    await until(async () => (await first.get<Job>(`/api/jobs/${id}`)).state === "done", { what: "the import" });
  };
  const numbers = Array.from({ length: LINES }, (_, at) => at);
  await load("units", ["building,number", ...numbers.map((n) => `A,${n}`)]);
  await load("accounts", ["username,type,label,place", ...numbers.map((n) => `wall${n},panel,Wall,unit${n}`)]);
  const backup = await first.get<Backup>(`/api/sites/${site.id}/backup`);
  const logins = (of: Backup) => of.accounts.map(({ username, ha1 }) => `${username} ${ha1}`).toSorted();
  // Into the empty app of another machine.
  await bridge.stop();
  const folder = join(lab.path, "other");
  mkdirSync(folder);
  bridge = await startBridge({ folder, port: ports.base });

  let whole = false;
  // From before it is read until just after it is written, however long that takes here.
  for (const waitMs of [20, 80, 400, 1_200, 3_000, "said to be done"] as const) {
    const api = await bridge.api();
    const sent = api.post("/api/backups/restore", { backup, dryRun: false }).then(
      () => true,
      () => false,
    );
    if (waitMs === "said to be done") assert.ok(await sent);
    else await delay(waitMs);
    await killed();
    await sent;
    await bridge.start();
    const again = await bridge.api();
    const [there] = await again.get<Site[]>("/api/sites");
    if (waitMs === 20) assert.equal(there, undefined, "no kill came early enough");
    whole = there !== undefined;
    if (whole) {
      assert.deepEqual(logins(await again.get<Backup>(`/api/sites/${site.id}/backup`)), logins(backup));
      break;
    }
    assert.equal((await again.get<UnitPage>("/api/units/page?limit=1")).total, 0);
  }
  assert.ok(whole, "no restore was let through");
});

async function killed(): Promise<void> {
  const { pid } = bridge;
  bridge.signal("SIGKILL");
  await until(() => !bridge.running, { what: `the bridge (${pid}) to be dead` });
}
