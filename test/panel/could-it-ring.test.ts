/** Could it ring now: what a panel reports, a test ring that nobody hears, and the device's own test page. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { around } from "../lab/around.ts";
import { defaultPassword } from "../lab/edge.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, openPanel, SEED } from "./desk.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
around(
  async () => {
    stage = await Stage.start();
  },
  () => stage?.stop(),
);
beforeEach(() => {
  stage.reset();
  stage.desk.bridge.reports.splice(0);
  stage.desk.bridge.testResults.splice(0);
});
afterEach(() => stage.closeOpened());

test("a panel tells soon after it is ready that it is registered, may sound and has a microphone", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const report = await until(() => stage.desk.bridge.reports.find(({ registered }) => registered), {
    timeoutMs: 30_000,
    what: "a report of a registered panel",
  });
  assert.deepEqual(
    { audioUnlocked: report.audioUnlocked, microphone: report.microphone, certificateDays: report.certificateDays },
    { audioUnlocked: true, microphone: "granted", certificateDays: null },
  );
});

test("a test ring is answered without a sound or a picture of it, and its packets are counted on both sides", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  await until(() => stage.desk.bridge.connected > 0, { what: "the panel's link to the bridge" });
  const testId = "01J00000000000000000000009";
  stage.desk.bridge.push({ type: "testCall", testCall: { testId, caller: "entrance", forMs: 20_000 } });
  const rtp = await RtpPeer.open();
  stage.opened.push(rtp);
  const call = await stage.door.call("unit401", { rtp });
  rtp.play(440);
  const seen = page.locator("neolia-incoming-view, neolia-call-view");
  await until(async () => (await seen.count()) > 0 || rtp.received > 50, { what: "a second of the panel's silence" });
  assert.equal(await seen.count(), 0);
  await call.hangup();
  const [result] = await until(() => stage.desk.bridge.testResults.length > 0 && stage.desk.bridge.testResults, {
    what: "the panel's result",
  });
  assert.equal(result?.testId, testId);
  assert.ok((result?.packetsIn ?? 0) > 0 && (result?.packetsOut ?? 0) > 0, JSON.stringify(result));
});

test("a call of somebody else rings while a test is awaited", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  await until(() => stage.desk.bridge.connected > 0, { what: "the panel's link to the bridge" });
  const testId = "01J00000000000000000000009";
  stage.desk.bridge.push({ type: "testCall", testCall: { testId, caller: "bridge-1", forMs: 20_000 } });
  const rtp = await RtpPeer.open();
  stage.opened.push(rtp);
  const call = await stage.door.call("unit401", { rtp });
  await page.getByRole("button", { name: "Answer" }).waitFor();
  await call.cancel();
  assert.deepEqual(stage.desk.bridge.testResults, []);
});

test("a test call that the page was not told of wakes nobody", async () => {
  const caller = { user: "neolia-test", domain: DOMAIN, password: defaultPassword("neolia-test") };
  const accounts = [...SEED.accounts, { username: caller.user, type: "bridge" as const, unit: null }];
  stage.edge.seedDirectory({ ...SEED, accounts });
  const bridge = await SipAgent.open({ port: stage.edge.values.sipPort, ...caller });
  stage.opened.push(bridge);
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const call = await bridge.call("unit401");
  const { status } = await call.final;
  assert.equal(status, 480);
  assert.equal(await page.locator("neolia-incoming-view, neolia-call-view").count(), 0);
});

test("the device's test goes through every link of a call and names the one that fails", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  await page.getByRole("button", { name: "This panel" }).click();
  await page.getByRole("button", { name: "Sound, test and settings of this device" }).click();
  await page.getByLabel("Telephone").check();
  await page.getByRole("button", { name: "Start the test" }).click();
  await page.getByText("Do you hear the ringtone?").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "No" }).click();
  await page.getByText("Failed at: Loudspeaker").waitFor();
  const step = (name: string): Promise<string | null> =>
    page.locator(`[data-step="${name}"]`).getAttribute("data-state");
  for (const name of ["secure", "bridge", "sip", "sound", "microphone"]) {
    assert.equal(await step(name), "passed", name);
  }
  // The lab's bridge has no relay to tell of.
  for (const name of ["network", "turn"]) assert.equal(await step(name), "warning", name);
  assert.equal(await step("speaker"), "failed");
});
