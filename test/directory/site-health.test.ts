/** Could it ring now? From what devices report to a sentence, and what a test call finds. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { ulid } from "ulid";
import type { PanelMessage } from "../../bridge/src/api/live.ts";
import type { DeviceHealth, DeviceReport, SiteHealth, TestRing } from "../../bridge/src/api/site-health.ts";
import { openDirectory } from "../../bridge/src/directory/directory.ts";
import { type DeviceFacts, deviceProblems } from "../../bridge/src/directory/health/device-problems.ts";
import type { TestCallOutcome } from "../../bridge/src/directory/health/test-rings.ts";
import { until } from "../lab/until.ts";
import { type TestApp, testApp } from "./app.ts";
import { DEVICE, type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;
beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
  await api.send("PUT", `/api/devices/${DEVICE}`, { unitId: house.unit401.id, label: "Wall" });
});
afterEach(() => api.close());

const GOOD: DeviceReport = {
  registered: true,
  rttMs: 20,
  audioUnlocked: true,
  microphone: "granted",
  certificateDays: 60,
};
const panelId = () => api.store.devices.accountId(DEVICE) ?? "";
const register = (...accountIds: string[]) =>
  api.directory.registrations.heard(
    house.site.id,
    accountIds.map((id) => ({
      ...{ username: api.store.accounts.get(id)?.username ?? "", address: "192.0.2.1:1", transport: "wss" },
      ...{ userAgent: "x", expiresInS: 60, lastSeenMs: Date.now() },
    })),
  );
const health = async () => (await api.send("GET", `/api/site-health?siteId=${house.site.id}`)).json<SiteHealth>();
const deviceOf = (site: SiteHealth, id: string) => site.devices.find(({ accountId }) => accountId === id);
const codes = (device: DeviceHealth | undefined) => device?.problems.map(({ code }) => code);

test("a site says what is wrong with it, with each unit and with each device", async () => {
  register(panelId());
  await api.send("POST", `/api/devices/${DEVICE}/report`, { ...GOOD, audioUnlocked: false, certificateDays: 3 });
  const site = await health();
  assert.equal(site.ok, false);
  assert.deepEqual(
    site.problems.map(({ code, params }) => [code, ...Object.values(params)]),
    [["VPS_NOT_CONFIGURED"], ["EDITS_WAITING"], ["UNIT_RINGS_NOBODY", "402"]],
  );
  const panel = deviceOf(site, panelId());
  assert.deepEqual(codes(panel), ["AUDIO_LOCKED", "CERTIFICATE_ENDS"]);
  assert.deepEqual([panel?.placeLabel, panel?.ok, panel?.report?.audioUnlocked], ["401", false, false]);
  assert.deepEqual(codes(deviceOf(site, house.door.account.id)), ["DEVICE_NEVER_SEEN"]);
  await api.send("POST", `/api/devices/${DEVICE}/report`, GOOD);
  assert.deepEqual(codes(deviceOf(await health(), panelId())), []);
});

test("each thing that a panel may report has its own sentence", () => {
  const nowMs = 10_000_000;
  const facts: DeviceFacts = {
    ...{ type: "panel", nowMs, listeningMs: 600_000, lastTest: null },
    registration: {
      ...{ state: "registered", lastSeenMs: nowMs, contacts: 1 },
      ...{ userAgent: "", address: "", transport: "" },
    },
    report: { ...GOOD, atMs: nowMs - 30_000 },
  };
  const report = (change: Partial<DeviceReport>, atMs = nowMs) => ({ report: { ...GOOD, ...change, atMs } });
  const unknown = { registration: { ...facts.registration, state: "unknown" as const } };
  const failed = { accountId: "a", ringMs: null, answerMs: null, atMs: 1, failedStep: "answer" as const };
  const cases: [Partial<DeviceFacts>, string[]][] = [
    [{}, []],
    [report({ microphone: "denied" }), ["MICROPHONE_DENIED"]],
    [report({ microphone: "prompt" }), ["MICROPHONE_NOT_ASKED"]],
    [report({ microphone: "absent" }), ["MICROPHONE_ABSENT"]],
    [report({ rttMs: 900 }), ["DEVICE_SLOW"]],
    [report({ rttMs: null, certificateDays: null }), []],
    [report({ certificateDays: 14 }), []],
    [report({ certificateDays: 13 }), ["CERTIFICATE_ENDS"]],
    [report({ certificateDays: 0 }), ["CERTIFICATE_ENDS"]],
    [report({ certificateDays: -1 }), ["CERTIFICATE_EXPIRED"]],
    [report({}, nowMs - 200_000), ["DEVICE_SILENT"]],
    [{ report: null }, ["DEVICE_SILENT"]],
    [{ report: null, listeningMs: 1_000 }, []],
    [{ report: null, type: "mobile" }, []],
    [{ registration: { ...facts.registration, state: "not-registered" } }, ["DEVICE_NOT_REGISTERED"]],
    [{ registration: { ...facts.registration, state: "unknown" } }, []],
    [{ lastTest: { ...failed, state: "failed" } }, ["TEST_RING_FAILED"]],
    // The edge keeps a contact for a while, and an edge that is away cannot be asked: the panel knows better.
    [report({ registered: false }), ["DEVICE_NOT_REGISTERED"]],
    [{ ...unknown, ...report({ registered: false }) }, ["DEVICE_NOT_REGISTERED"]],
    [{ ...unknown, ...report({ registered: false }, nowMs - 200_000) }, ["DEVICE_SILENT"]],
    // One fault, one sentence.
    [{ registration: { ...facts.registration, state: "not-registered" }, report: null }, ["DEVICE_NOT_REGISTERED"]],
    [
      { registration: { ...facts.registration, state: "not-registered" }, ...report({ registered: false }) },
      ["DEVICE_NOT_REGISTERED"],
    ],
  ];
  for (const [change, expected] of cases) {
    const found = deviceProblems({ ...facts, ...change }).map(({ code }) => code);
    assert.deepEqual(found, expected, JSON.stringify(change));
  }
});

test("a device that was disabled on purpose is none of the site's troubles", async () => {
  register(panelId());
  await api.send("PATCH", `/api/accounts/${house.door.account.id}`, { enabled: false });
  assert.equal(deviceOf(await health(), house.door.account.id), undefined);
});

test("a device's report is taken from nobody else", async () => {
  api.stage.resident = { unitIds: [house.unit402.id] };
  assert.equal((await api.send("POST", `/api/devices/${DEVICE}/report`, GOOD)).code, "DEVICE_UNKNOWN");
  assert.equal(api.directory.reports.of(panelId()), null);
});

const WELL: TestCallOutcome = { ringMs: 50, answerMs: 200, packetsHeard: 100, forbidden: false };
const calls: [name: string, outcome: TestCallOutcome, packetsIn: number, expected: [string, string | null]][] = [
  ["passes when both sides heard each other", WELL, 100, ["passed", null]],
  ["fails at reaching when nothing rang", { ...WELL, ringMs: null, answerMs: null }, 0, ["failed", "reach"]],
  ["fails at answering", { ...WELL, answerMs: null }, 0, ["failed", "answer"]],
  ["fails when the panel's microphone is not heard", { ...WELL, packetsHeard: 0 }, 100, ["failed", "audio-out"]],
  ["fails when the panel hears nothing", WELL, 0, ["failed", "audio-in"]],
  ["says nothing where the rules keep the test out", { ...WELL, forbidden: true }, 0, ["skipped", null]],
];
for (const [name, outcome, packetsIn, expected] of calls) {
  test(`a test ring ${name}`, async () => {
    const { store, bus } = api;
    let called = "";
    const directory = openDirectory({
      ...{ store, bus, now: Date.now, newId: () => ulid(), sipUri: null },
      testCaller: async () => ({
        caller: "neolia-test",
        call: async (_siteId, username) => {
          called = username;
          directory.testRings.noteResult(panelId(), { testId: test.id, packetsIn, packetsOut: 1 });
          return outcome;
        },
      }),
    });
    const heard: PanelMessage[] = [];
    const account = store.accounts.get(panelId());
    const off = api.live.subscribe(
      () => ({ unitIds: [], device: { siteId: house.site.id, username: account?.username ?? "" } }),
      (message) => heard.push(message),
    );
    directory.registrations.heard(house.site.id, [
      {
        ...{ username: account?.username ?? "", address: "192.0.2.1:1", transport: "wss", userAgent: "x" },
        ...{ expiresInS: 60, lastSeenMs: 1 },
      },
    ]);
    const test = directory.testRings.start({ siteId: house.site.id, accountIds: [panelId()] }, "asked");
    const ended = await until(
      () => {
        const now = directory.testRings.get(test.id);
        return now.endedAtMs === null ? null : now;
      },
      { what: "the test's end" },
    );
    off();
    const [device] = ended.devices;
    assert.deepEqual([device?.state, device?.failedStep], expected);
    assert.equal(called, account?.username);
    const told = heard.find((message) => message.type === "testCall");
    assert.deepEqual(told?.type === "testCall" && told.testCall, {
      ...{ testId: test.id, caller: "neolia-test", forMs: 20_000 },
    });
    assert.equal(store.tests.get(panelId())?.state ?? "skipped", expected[0]);
  });
}

test("without a phone of its own the bridge says who is not registered and skips the rest", async () => {
  register(panelId());
  const { id } = (await api.send("POST", "/api/test-rings", { siteId: house.site.id })).json<TestRing>();
  const ended = await until(
    async () => {
      const now = (await api.send("GET", `/api/test-rings/${id}`)).json<TestRing>();
      return now.endedAtMs === null ? null : now;
    },
    { what: "the test's end" },
  );
  const states = new Map(ended.devices.map(({ accountId, state, failedStep }) => [accountId, [state, failedStep]]));
  assert.deepEqual(states.get(panelId()), ["skipped", null]);
  assert.deepEqual(states.get(house.door.account.id), ["failed", "register"]);
});
