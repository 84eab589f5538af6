/**
 * An installer works on while the server is away: what the pages say of edits and of devices is never more than is true,
 * and all of it goes out in order when the server is back.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import type { SiteHealth } from "../../bridge/src/api/site-health.ts";
import type { RingCheck } from "../../bridge/src/mqtt/site-state.ts";
import { around } from "../lab/around.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import type { MqttListener } from "../lab/mosquitto.ts";
import { Panel } from "../lab/panel.ts";
import type { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";
import { go, settled } from "./admin-desk.ts";

const SERVER_BACK = { timeout: 60_000 };

let lab: Lab;
let browser: Browser;
let page: Page;
let phone: SipPhone;
let wall: Panel;
let listener: MqttListener;
around(
  async () => {
    lab = await startLab();
    browser = await startChromium({ certificateFile: lab.edge.values.certificateFile });
    listener = await lab.broker.listen("neolia/#");
    phone = await lab.startMobile("402", { hz: 500 });
    wall = await Panel.open(browser, lab, "401");
    page = await (await newProfile(browser, { viewport: { width: 1440, height: 900 } })).newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(lab.bridge.pageUrl);
    await page.locator("neolia-setup-view, neolia-home-view").first().waitFor();
  },
  async () => {
    await listener?.close();
    await browser?.close();
    await lab?.stop();
  },
);

const open = async (path: string): Promise<void> => {
  await go(page, `/${lab.house.site.id}${path}`);
  await settled(page);
};
const listed = (text: string) => page.getByRole("option", { name: new RegExp(text) });
const panelCheck = (): RingCheck | undefined => {
  const topic = listener.messages
    .map((message) => message.topic)
    .find((one) => /account\/panel-.*\/could-ring$/.test(one));
  const payload = topic && listener.last(topic);
  return payload ? (JSON.parse(payload) as RingCheck) : undefined;
};
const panelCheckIs = (state: RingCheck["state"]) =>
  until(() => panelCheck()?.state === state, { timeoutMs: 90_000, what: `the panel's ring check to be ${state}` });
const health = () => lab.api.get<SiteHealth>(`/api/site-health?siteId=${lab.house.site.id}`);

test("a phone that is switched off is not said to ring, and nobody is told that everything could", async () => {
  await open("/health");
  const row = page.locator("li.device", { hasText: "Mobile" });
  // The server's contacts are read every few seconds: one that was there for less was never seen.
  await row.getByText("Could ring").waitFor({ timeout: 60_000 });
  await phone.stop();
  await row.getByText("It is not connected to the server.").waitFor({ timeout: 60_000 });
  await row.getByText("Would not ring").waitFor();
  await page.getByText("2 devices would not ring now.").waitFor();
  assert.equal(await page.getByText("Rings, but look").count(), 0);
});

test("while Kamailio alone is away nobody is said to be connected, and the panel says so itself", async () => {
  await panelCheckIs("ok");
  await open("/devices");
  await listed("Wall panel.*Connected").waitFor();
  await lab.edge.stopKamailio();
  await listed("Wall panel.*Not known").waitFor({ timeout: 60_000 });
  await panelCheckIs("problem");
  // Whose fault it is stands there too.
  assert.deepEqual(panelCheck()?.problems, ["DEVICE_WAITS_FOR_SERVER"]);
  assert.deepEqual(
    (await health()).problems.map(({ code }) => code),
    ["VPS_PART_DOWN"],
  );
});

test("edits are saved, wait in order while the server is away, and are live when it is back", async () => {
  await lab.control.stop();
  const { site, units, door } = lab.house;
  await open(`/units/${units[0]?.id}`);
  const chip = page.locator("neolia-unit-detail [data-stage]");
  const number = page.locator("neolia-unit-detail").getByLabel("Number or name");
  for (const word of ["401a", "401b"]) {
    await number.fill(word);
    await page.locator("neolia-unit-detail").getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: `Unit ${word}`, level: 1 }).waitFor();
    await until(async () => (await chip.getAttribute("data-stage")) === "saved", { what: "the edit to be saved only" });
  }
  // In no list is a device connected, or not; nothing that was done is to be done again.
  await listed("Unit 401b.*1 device").waitFor();
  assert.equal(await page.getByText(/ of \d+ connected/).count(), 0);
  await open("/doors");
  await listed(`${door.label}.*Not known`).waitFor();
  await open("");
  await page.getByText("All is entered. The test ring proves it once the server is reached.").waitFor();
  await page
    .getByText("Not reachable. Changes wait here and go out in order; calls go on where devices still reach it.")
    .waitFor();
  await open("/health");
  await page.getByText("The server cannot be reached.").waitFor();
  await page.getByText("Changes wait here: the server does not have them yet.").waitFor();

  // One login is made and its name freed again, another takes the name: only the order makes the second one work.
  const login = { siteId: site.id, unitId: units[1]?.id, type: "mobile", username: "lobby-phone", label: "Lobby" };
  const first = await lab.api.post<AccountWithPassword>("/api/accounts", login);
  await lab.api.delete(`/api/accounts/${first.id}`);
  const second = await lab.api.post<AccountWithPassword>("/api/accounts", login);
  await open(`/devices/${second.id}`);
  await page.locator("[data-stage=saved]").first().waitFor();

  await lab.edge.startKamailio();
  await lab.control.start();
  await page.locator("neolia-device-detail [data-stage=live]").waitFor(SERVER_BACK);
  const back = await lab.startCard(second);
  assert.equal((await lab.contacts("lobby-phone")).length, 1);
  await back.stop();
  await open(`/units/${units[0]?.id}`);
  await page.locator("neolia-unit-detail [data-stage=live]").waitFor();
});

test("when the server is back the link is up as soon as an edit went out, and everything says so", async () => {
  await until(async () => (await health()).problems.every(({ code }) => code !== "VPS_DOWN"), {
    timeoutMs: 15_000,
    what: "the link to be up",
  });
  await wall.ready(60_000);
  await panelCheckIs("ok");
  await open("/devices");
  await listed("Wall panel.*Connected").waitFor(SERVER_BACK);
});
