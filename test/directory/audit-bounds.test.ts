/** The audit log grows to its bound and no further, says what went, and a page of it costs the same however long it is. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import { audit } from "../../bridge/src/directory/audit.ts";
import { openStore, type Store } from "../../bridge/src/store/store.ts";
import { labFolder } from "../lab/folder.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 30);
const SITE = "01J00000000000000000000000";

let folder: ReturnType<typeof labFolder>;
let store: Store;
beforeEach(() => {
  folder = labFolder("audit");
  store = openStore({ folder: folder.path });
});
afterEach(() => {
  store.close();
  folder.remove();
});

/** As many entries, evenly from so many days ago until now. */
function fill(count: number, days: number): void {
  const entry = { siteId: SITE, who: "Ada", userId: "a".repeat(32), from: "192.0.2.1", noun: "unit", verb: "changed" };
  const changes = { label: { from: "Hall", to: "Lobby" } };
  store.transaction(() => {
    for (let n = 1; n <= count; n++) {
      const atMs = NOW_MS - days * DAY_MS + (n * days * DAY_MS) / count;
      store.audit.add({ ...entry, atMs, rowId: null, label: `Entry ${n}`, changes });
    }
  });
}
const everything = () => store.audit.list({}, 1_000);

test("more than the bound: the oldest go, and the log says how many", async () => {
  const log = audit(store, () => NOW_MS, 365, 100);
  fill(250, 250);
  log.trim();
  const [newest, ...others] = everything();
  assert.deepEqual(
    [newest?.noun, newest?.verb, newest?.changes],
    ["audit", "trimmed", { count: { from: null, to: 150 } }],
  );
  assert.deepEqual([others.length, others[0]?.label, others.at(-1)?.label], [100, "Entry 250", "Entry 151"]);
  assert.deepEqual((await log.list({ limit: 1 })).keptEntries, 100);
});

test("whoever makes very many entries does not wash away what was done in the last thirty days", () => {
  const log = audit(store, () => NOW_MS, 365, 100);
  fill(600, 60);
  log.trim();
  const [, ...others] = everything();
  assert.equal(others.length, 301);
  assert.ok(others.every(({ atMs }) => atMs >= NOW_MS - 30 * DAY_MS));
});

test("a log within its bound loses only what is older than its days, without a word", () => {
  const log = audit(store, () => NOW_MS, 365, 1_000);
  fill(400, 400);
  log.trim();
  assert.equal(everything().length, 366);
  assert.ok(everything().every(({ noun }) => noun === "unit"));
});

test("the newest page of 100,000 entries is there at once, and pages follow each other while entries come in", async () => {
  const log = audit(store, () => NOW_MS);
  fill(100_000, 300);
  const took = async (work: () => Promise<unknown>): Promise<number> => {
    const times: number[] = [];
    for (let n = 0; n < 5; n++) {
      const startedMs = performance.now();
      await work();
      times.push(performance.now() - startedMs);
    }
    return times.toSorted((a, b) => a - b)[2] ?? 0;
  };
  // Sorting the log for it took 250 ms, a hundred times as long.
  assert.ok((await took(() => log.list({}))) < 50);
  assert.ok((await took(() => log.list({ siteId: SITE, noun: "unit", fromMs: NOW_MS - 299 * DAY_MS }))) < 50);
  const first = await log.list({ limit: 100 });
  fill(3, 0);
  const second = await log.list({ limit: 100, before: first.next ?? 0 });
  const labels = [...first.entries, ...second.entries].map(({ label }) => label);
  assert.deepEqual(
    labels,
    Array.from({ length: 200 }, (_, n) => `Entry ${100_000 - n}`),
  );
});

test("a search that finds nothing, or the first entry of all, leaves others their turns", async () => {
  const log = audit(store, () => NOW_MS);
  fill(20_000, 300);
  for (const [search, found] of [
    ["nothing of the kind", []],
    ["entry 1 ", ["Entry 1"]],
  ] as const) {
    let turns = 0;
    let page: AuditPage | null = null;
    const wanted = log.list({ search, toMs: NOW_MS - 299.98 * DAY_MS, limit: 5 });
    while (page === null) {
      page = await Promise.race([wanted, turn(null)]);
      turns += 1;
    }
    assert.deepEqual(
      page.entries.map(({ label }) => label),
      found,
    );
    assert.equal(page.next, null);
    assert.ok(turns >= 10, `${turns} turns`);
  }
});
