/** Could it ring now? From what devices report to a sentence, and what a test call finds. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { ulid } from "ulid";
import type { PanelMessage } from "../../bridge/src/api/live.ts";
import type {
  DeviceHealth,
  DeviceReport,
  SiteHealth,
  TestCallResult,
  TestRing,
} from "../../bridge/src/api/site-health.ts";
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
/** Of directories of their own: what their tests still do would come after the store is closed. */
const stops: (() => void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await api.close();
});

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
    ...{ type: "panel", nowMs, listeningMs: 600_000, lastTest: null, partsDown: [] },
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
    [{ lastTest: { ...failed, state: "failed", failedStep: "server" } }, []],
    // Without these parts of the server no call comes, and what the device lacks by that is none of its faults.
    [{ partsDown: ["rtpengine"] }, ["DEVICE_WAITS_FOR_SERVER"]],
    [{ partsDown: ["kamailio", "rtpengine"], ...report({ registered: false }) }, ["DEVICE_WAITS_FOR_SERVER"]],
    [{ partsDown: ["coturn", "outbox", "directory"] }, []],
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

const WELL: TestCallOutcome = { ringMs: 50, answerMs: 200, packetsHeard: 100, forbidden: false, serverDown: false };
const UNHEARD: TestCallOutcome = { ...WELL, packetsHeard: 0 };
type Seen = Omit<TestCallResult, "testId">;
const TALKED: Seen = { packetsIn: 100, packetsOut: 100, checksIn: 2, checksAnswered: 2 };
/** As a browser is whose network lets nothing through one way: it sends no sound then. */
const CUT: Seen = { packetsIn: 0, packetsOut: 0, checksIn: 0, checksAnswered: 0 };
const calls: [name: string, outcome: TestCallOutcome, seen: Seen, expected: [string, string | null]][] = [
  ["passes when both sides heard each other", WELL, TALKED, ["passed", null]],
  ["fails at reaching when nothing rang", { ...WELL, ringMs: null, answerMs: null }, CUT, ["failed", "reach"]],
  ["fails at answering", { ...WELL, answerMs: null }, CUT, ["failed", "answer"]],
  ["fails where nothing gets out of the panel's network", UNHEARD, { ...CUT, checksIn: 9 }, ["failed", "audio-out"]],
  ["fails where the server does not get to the panel", UNHEARD, CUT, ["failed", "audio-both"]],
  ["fails when the panel sends nothing", UNHEARD, { ...TALKED, packetsOut: 0 }, ["failed", "audio-out"]],
  ["fails when an older page is not heard", UNHEARD, { packetsIn: 100, packetsOut: 1 }, ["failed", "audio-out"]],
  ["fails when an older page hears nothing", WELL, { packetsIn: 0, packetsOut: 1 }, ["failed", "audio-in"]],
  ["does not blame a device for what Neolia cannot hear", UNHEARD, TALKED, ["failed", "audio-home"]],
  ["does not blame a device that hears no Neolia", WELL, { ...TALKED, packetsIn: 0 }, ["failed", "audio-home"]],
  ["does not blame a device for its server", { ...WELL, answerMs: null, serverDown: true }, CUT, ["failed", "server"]],
  ["says nothing where the rules keep the test out", { ...WELL, forbidden: true }, CUT, ["skipped", null]],
];
for (const [name, outcome, seen, expected] of calls) {
  test(`a test ring ${name}`, async () => {
    const { store, bus } = api;
    let called = "";
    const directory = openDirectory({
      ...{ store, bus, now: Date.now, newId: () => ulid(), sipUri: null },
      testCaller: async () => ({
        caller: "neolia-test",
        call: async (_siteId, username) => {
          called = username;
          directory.testRings.noteResult(panelId(), { testId: test.id, ...seen });
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

/** Tests of six panels, of which at most three are called at once; `answer` ends the calls that are on. */
async function sixPanels() {
  const { store, bus } = api;
  const accountIds = [panelId()];
  for (let n = 1; n < 6; n++) {
    const deviceId = `00000000-0000-4000-8000-00000000000${n}`;
    await api.send("PUT", `/api/devices/${deviceId}`, { unitId: house.unit401.id, label: `Wall ${n}` });
    accountIds.push(store.devices.accountId(deviceId) ?? "");
  }
  const called: string[] = [];
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const directory = openDirectory({
    ...{ store, bus, now: Date.now, newId: () => ulid(), sipUri: null },
    testCaller: async () => ({
      caller: "neolia-test",
      call: async (_siteId, username) => {
        called.push(username);
        await answered;
        return WELL;
      },
    }),
  });
  stops.push(directory.testRings.stop);
  const contacts = accountIds.map((id) => ({
    ...{ username: store.accounts.get(id)?.username ?? "", address: "192.0.2.1:1", transport: "wss" },
    ...{ userAgent: "x", expiresInS: 60, lastSeenMs: 1 },
  }));
  directory.registrations.heard(house.site.id, contacts);
  return { directory, accountIds, called, answer };
}

test("a test that is cancelled calls nobody else, and says of whom nothing was learned", async () => {
  const { directory, accountIds, called, answer } = await sixPanels();
  const { id } = directory.testRings.start({ siteId: house.site.id, accountIds }, "asked");
  await until(() => called.length === 3, { what: "the first calls" });
  const { endedAtMs, devices } = directory.testRings.cancel(id);
  assert.notEqual(endedAtMs, null);
  assert.deepEqual(
    devices.map(({ state }) => state),
    Array.from(accountIds, () => "skipped"),
  );
  answer();
  const first = accountIds[0] ?? "";
  await until(() => api.store.tests.get(first), { what: "the calls that were on to end" });
  assert.deepEqual(directory.testRings.get(id).devices, devices, "what comes late changes nothing");
  assert.deepEqual(directory.testRings.cancel(id).endedAtMs, endedAtMs);
  assert.equal(called.length, 3);
});

test("a site's test goes on, however many devices test themselves meanwhile", async () => {
  const { directory, accountIds, called, answer } = await sixPanels();
  const { id } = directory.testRings.start({ siteId: house.site.id, accountIds }, "asked");
  await until(() => called.length === 3, { what: "the first calls" });
  for (let n = 0; n < 60; n++) directory.testRings.start({ siteId: house.site.id, accountIds: [] }, "asked");
  answer();
  await until(() => called.length === 6, { what: "the other panels to be called" });
  answer();
  await until(() => directory.testRings.get(id).endedAtMs !== null, { what: "the test's end" });
});

test("a test ends with the right of whoever started it", async () => {
  const { directory, accountIds, called, answer } = await sixPanels();
  let may = true;
  const { id } = directory.testRings.start({ siteId: house.site.id, accountIds }, "asked", () => may);
  await until(() => called.length === 3, { what: "the first calls" });
  may = false;
  answer();
  const ended = await until(
    () => {
      const now = directory.testRings.get(id);
      return now.endedAtMs === null ? null : now;
    },
    { what: "the test's end" },
  );
  assert.equal(called.length, 3);
  assert.equal(ended.devices.filter(({ state }) => state === "skipped").length >= 3, true);
});

test("over HTTP a test is cancelled by its id", async () => {
  const { id } = (await api.send("POST", "/api/test-rings", { siteId: house.site.id })).json<TestRing>();
  const reply = await api.send("DELETE", `/api/test-rings/${id}`, {});
  assert.equal(reply.status, 200, reply.text);
  assert.notEqual(reply.json<TestRing>().endedAtMs, null);
  assert.equal((await api.send("DELETE", `/api/test-rings/${ulid()}`, {})).code, "UNKNOWN_TEST");
});

test("what is called a panel but is no page of ours would ring, and is looked up only; a server that is away is no fault of theirs", async () => {
  const { directory, called, answer } = await sixPanels();
  answer();
  const account = { siteId: house.site.id, type: "panel", label: "Indoor station", unitId: house.unit401.id };
  const station = (await api.send("POST", "/api/accounts", account)).json<{ id: string; username: string }>();
  const contact = { username: station.username, address: "192.0.2.9:1", transport: "tls", userAgent: "Akuvox" };
  directory.registrations.heard(house.site.id, [{ ...contact, expiresInS: 60, lastSeenMs: 1 }]);
  const test = async () => {
    const { id } = directory.testRings.start({ siteId: house.site.id, accountIds: [station.id] }, "nightly");
    const over = () => directory.testRings.get(id).endedAtMs !== null;
    await until(over, { what: "the test's end" });
    const [device] = directory.testRings.get(id).devices;
    return [device?.state, device?.failedStep];
  };
  assert.deepEqual(await test(), ["skipped", null]);
  assert.deepEqual(called, []);
  directory.registrations.heard(house.site.id, null);
  assert.deepEqual(await test(), ["failed", "server"]);
});

test("clocks that differ, and a disk that fills, are told with figures", async () => {
  const { store, bus } = api;
  let free: number | null = null;
  const directory = openDirectory({
    ...{ store, bus, now: Date.now, newId: () => ulid(), sipUri: null },
    freeBytes: () => free,
  });
  const told = async (clockAheadMs: number | undefined, link: "up" | "down" = "up") =>
    (
      await directory.siteHealth(house.site.id, {
        vps: { link, code: null, partsDown: [], ...(clockAheadMs !== undefined && { clockAheadMs }) },
        mqtt: { link: "up", code: null },
      })
    ).problems
      .filter(({ code }) => ["CLOCKS_DIFFER", "DISK_FULL"].includes(code))
      .map(({ severity, params }) => [severity, ...Object.values(params)]);
  for (const nothing of [told(undefined), told(80_000), told(-80_000), told(600_000, "down")])
    assert.deepEqual(await nothing, []);
  assert.deepEqual(await told(300_000), [["warning", 5, "server"]]);
  assert.deepEqual(await told(-7_200_000), [["warning", 120, "here"]]);
  free = 499e6;
  assert.deepEqual(await told(0), [["warning", 499]]);
  free = 1e6;
  assert.deepEqual(await told(0), [["error", 1]]);
});

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

test("a large site whose devices are all away is tested while others are served, and told of in pieces", async () => {
  const many = 1_000;
  api.store.transaction(() => {
    for (let n = 0; n < many; n++) {
      api.store.accounts.insert({
        ...{ id: ulid(), siteId: house.site.id, unitId: house.unit401.id, username: `away${n}`, type: "mobile" },
        ...{ label: `Away ${n}`, ha1: "0".repeat(32), enabled: true, createdAtMs: 0 },
      });
    }
  });
  register();
  let told = 0;
  api.bus.on("testRingChanged", () => told++);
  const startedMs = performance.now();
  const { id } = (await api.send("POST", "/api/test-rings", { siteId: house.site.id })).json<TestRing>();
  await api.send("GET", "/api/health");
  const { testRings } = api.directory;
  assert.equal(testRings.get(id).endedAtMs, null, "a request was answered before the test was over");
  await until(() => testRings.get(id).endedAtMs !== null, { what: "the test's end" });
  const { devices } = testRings.get(id);
  assert.equal(devices.filter(({ failedStep }) => failedStep === "register").length >= many, true);
  // A timer may come a moment early, and the end is told at once.
  assert.ok(told <= (performance.now() - startedMs) / 90 + 2, `told ${told} times`);
});
