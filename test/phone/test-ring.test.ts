/** A silent test call by the bridge's own phone to a real device, through the real edge. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import type { CallPage } from "../../bridge/src/api/call.ts";
import type { Account, AccountWithPassword } from "../../bridge/src/api/directory.ts";
import type { SiteHealth, TestRing, TestRingDevice } from "../../bridge/src/api/site-health.ts";
import { startChromium } from "../lab/chromium.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { Panel } from "../lab/panel.ts";
import type { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";

const PAGE = "7b0e3c9e-8f5c-4d1e-9a55-0123456789ab";

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

test("a device that answers is heard; what only its page could tell is named as the missing link; no call is logged", async () => {
  await lab.api.put(`/api/devices/${PAGE}`, { unitId: lab.unit("401").id, label: "Wall" });
  const wall = (await allAccounts()).find(({ label }) => label === "Wall") ?? assert.fail("no account was made");
  const account = await lab.api.post<AccountWithPassword>(`/api/accounts/${wall.id}/password`, {});
  const phone = await connected(account);
  const device = await tested(account);
  assert.deepEqual([device?.state, device?.failedStep], ["failed", "audio-in"]);
  assert.ok((device?.answerMs ?? 0) > 0);
  assert.deepEqual((await lab.api.get<CallPage>("/api/calls")).calls, []);
  await phone.stop();
});

test("a panel that is no page of ours would ring at half past three: it is not called", async () => {
  const account = await lab.api.post<AccountWithPassword>("/api/accounts", {
    ...{ siteId: lab.house.site.id, type: "panel", label: "Indoor station", unitId: lab.unit("402").id },
  });
  const phone = await connected(account);
  const device = await tested(account);
  assert.deepEqual([device?.state, device?.failedStep], ["skipped", null]);
  assert.deepEqual(
    lab.edge.events().filter(({ callee }) => callee === account.username),
    [],
  );
  await phone.stop();
});

test("a panel's own page has itself called: sound went both ways; without RTPEngine it says that the server carried none", async () => {
  const browser = await startChromium({ certificateFile: lab.edge.values.certificateFile });
  try {
    const { page } = await Panel.open(browser, lab, "401");
    await page.getByRole("button", { name: "This panel" }).click();
    await page.getByRole("button", { name: "Sound, test and settings of this device" }).click();
    assert.match(await rungFromPage(page), /works Answered after \d+ ms; sound went both ways/);
    await page.getByText("This device can ring, speak and hear.").waitFor();
    await lab.edge.killRtpengine();
    assert.match(await rungFromPage(page), /fails The server carried no call just now/);
    await page.getByText("Failed at: Test ring").waitFor();
  } finally {
    await lab.edge.restartRtpengine();
    await browser.close();
  }
  assert.deepEqual((await lab.api.get<CallPage>("/api/calls")).calls, []);
});

/** Runs the test of this device to its end, and returns what it says of the test ring. */
async function rungFromPage(page: Page): Promise<string> {
  await page.getByRole("button", { name: /Start the test|Test again/ }).click();
  await page.getByText("Do you hear the ringtone?").waitFor({ timeout: 90_000 });
  await page.getByRole("button", { name: "Yes" }).click();
  await page.getByRole("button", { name: "Test again" }).waitFor();
  return (await page.locator('[data-step="ring"]').innerText()).replace(/\s+/g, " ");
}

test("while RTPEngine is away the server is named, and no device", async () => {
  const page = "1c0e3c9e-8f5c-4d1e-8a55-0123456789ab";
  await lab.api.put(`/api/devices/${page}`, { unitId: lab.unit("402").id, label: "Kitchen" });
  const kitchen = (await allAccounts()).find(({ label }) => label === "Kitchen") ?? assert.fail("no account was made");
  const account = await lab.api.post<AccountWithPassword>(`/api/accounts/${kitchen.id}/password`, {});
  const phone = await connected(account);
  await lab.edge.killRtpengine();
  const device = await tested(account);
  assert.deepEqual([device?.state, device?.failedStep], ["failed", "server"]);
  const health = async () => {
    const site = await lab.api.get<SiteHealth>(`/api/site-health?siteId=${lab.house.site.id}`);
    const found = site.devices.find(({ accountId }) => accountId === account.id);
    return found?.problems.map(({ code }) => code).filter((code) => code !== "DEVICE_SILENT");
  };
  await until(async () => (await health())?.join() === "DEVICE_WAITS_FOR_SERVER", { what: "the device to say why" });
  await lab.edge.startRtpengine();
  await until(async () => (await health())?.length === 0, { what: "nothing to be wrong any more", timeoutMs: 30_000 });
  await phone.stop();
});

const allAccounts = () => lab.api.get<Account[]>(`/api/accounts?siteId=${lab.house.site.id}`);

/** A SIP phone with this login, which the bridge knows to be there. */
async function connected(account: AccountWithPassword): Promise<SipPhone> {
  await lab.directoryLive();
  const phone = await lab.startCard(account.card, "auto");
  const isThere = async () => {
    const { registration } = await lab.api.get<Account>(`/api/accounts/${account.id}`);
    return registration.state === "registered";
  };
  await until(isThere, { what: "the bridge to know of the device" });
  return phone;
}

async function tested({ id: accountId }: AccountWithPassword): Promise<TestRingDevice | undefined> {
  const request = { siteId: lab.house.site.id, accountIds: [accountId] };
  const { id } = await lab.api.post<TestRing>("/api/test-rings", request);
  const now = () => lab.api.get<TestRing>(`/api/test-rings/${id}`);
  await until(async () => (await now()).endedAtMs !== null, { what: "the test's end", timeoutMs: 60_000 });
  return (await now()).devices[0];
}
