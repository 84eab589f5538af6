/** The night's test rings: once a night on each site's own clock, also in nights that have no half past three. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import type { NewTestRing } from "../../bridge/src/api/site-health.ts";
import { testNightly } from "../../bridge/src/directory/health/nightly.ts";
import { type TestApp, testApp } from "./app.ts";
import { makeHouse } from "./house.ts";

let api: TestApp;
beforeEach(async () => {
  api = await testApp();
});
afterEach(() => api.close());

/** Starts of the tests, by the minutes of these hours. */
async function nights(timeZone: string, from: string, hours: number, stepMs = 60_000): Promise<string[]> {
  const { site } = await makeHouse(api);
  api.store.sites.update({ ...site, timeZone });
  let nowMs = Date.parse(from);
  const started: string[] = [];
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    const tests = { ...api.directory.testRings, start: () => started.push(new Date(nowMs).toISOString()) as never };
    const stop = testNightly(api.store, tests, () => nowMs);
    for (const endMs = nowMs + hours * 3_600_000; nowMs < endMs; nowMs += stepMs) mock.timers.tick(60_000);
    stop();
  } finally {
    mock.timers.reset();
  }
  return started;
}

test("once a night, at half past three of the site's clock", async () => {
  assert.deepEqual(await nights("Europe/Paris", "2026-01-10T20:00:00Z", 48), [
    "2026-01-11T02:30:00.000Z",
    "2026-01-12T02:30:00.000Z",
  ]);
});

test("once in the night when the hour comes twice", async () => {
  assert.deepEqual(await nights("Europe/Athens", "2026-10-24T20:00:00Z", 12), ["2026-10-25T00:30:00.000Z"]);
});

test("also in the night that jumps over it", async () => {
  assert.deepEqual(await nights("Europe/Athens", "2026-03-28T20:00:00Z", 12), ["2026-03-29T01:00:00.000Z"]);
});

test("also when the machine stood still just then", async () => {
  assert.deepEqual(await nights("Europe/Paris", "2026-01-10T20:00:00Z", 12, 7 * 60_000 + 1), [
    "2026-01-11T02:32:00.056Z",
  ]);
});

test("what failed is tested again each hour until it passes; what is not connected is not", async () => {
  const { unit401, site } = await makeHouse(api);
  const panel = async (n: number): Promise<string> => {
    const deviceId = `00000000-0000-4000-8000-00000000000${n}`;
    await api.send("PUT", `/api/devices/${deviceId}`, { unitId: unit401.id, label: `Wall ${n}` });
    return api.store.devices.accountId(deviceId) ?? "";
  };
  const [broken, away, well] = [await panel(1), await panel(2), await panel(3)];
  const put = (accountId: string, failedStep: "answer" | "register" | null) =>
    api.store.tests.put({
      ...{ accountId, failedStep, ringMs: null, answerMs: null, atMs: 1 },
      state: failedStep === null ? "passed" : "failed",
    });
  put(broken, "answer");
  put(away, "register");
  put(well, null);
  const fromMs = Date.parse("2026-01-10T12:00:00Z");
  let minutes = 0;
  const started: unknown[] = [];
  const start = ({ accountIds }: NewTestRing) => started.push({ siteId: site.id, minutes, accountIds }) as never;
  mock.timers.enable({ apis: ["setInterval"] });
  const stop = testNightly(api.store, { ...api.directory.testRings, start }, () => fromMs + minutes * 60_000);
  try {
    while (++minutes < 300) {
      if (minutes === 130) put(broken, null);
      mock.timers.tick(60_000);
    }
  } finally {
    stop();
    mock.timers.reset();
  }
  const again = { siteId: site.id, accountIds: [broken] };
  assert.deepEqual(started, [
    { ...again, minutes: 60 },
    { ...again, minutes: 120 },
  ]);
});
