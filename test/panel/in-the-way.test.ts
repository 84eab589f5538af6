/** It rings while something else is on the screen: the ring is in front, nobody answers by accident, and nothing is lost. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { around } from "../lab/around.ts";
import { startChromium } from "../lab/chromium.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { Panel } from "../lab/panel.ts";
import type { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";
import { closeEnd } from "./desk.ts";
import { accessible } from "./inspect.ts";

let lab: Lab;
let door: SipPhone;
let browser: Browser;
let panel: Panel;
let page: Page;

around(
  async () => {
    lab = await startLab();
    door = await lab.startDoorStation(lab.toneFile(440));
    browser = await startChromium({ certificateFile: lab.edge.values.certificateFile });
    panel = await Panel.open(browser, lab, "401");
    page = panel.page;
    page.setDefaultTimeout(30_000);
  },
  async () => {
    await browser?.close();
    await lab?.stop();
  },
);

beforeEach(async () => {
  // Another page in between: the address differs only behind its #, which loads nothing anew.
  await page.goto("about:blank");
  await page.goto(lab.bridge.pageUrl);
  await panel.ready();
  door.mark();
});

async function ring(): Promise<void> {
  await door.dial("unit401");
  await panel.rings();
}

/** What has the focus, through all shadow trees: its text, or a field's id. */
async function focused(): Promise<string> {
  return (await page.evaluate(`(() => {
    let inner = document.activeElement;
    while (inner?.shadowRoot?.activeElement) inner = inner.shadowRoot.activeElement;
    if (inner === document.body) return "";
    return inner.localName === "input" ? inner.id : inner.innerText.trim();
  })()`)) as string;
}

async function hasFocus(what: string): Promise<void> {
  await until(async () => (await focused()) === what, { what: `the focus on ${what}` });
}

/** Nothing on the page lies over the ring: a finger on Answer meets Answer. */
async function isInFront(): Promise<void> {
  await page.locator("neolia-incoming-view button.go").click({ trial: true });
  await page.locator("neolia-incoming-view button.stop").click({ trial: true });
  await accessible(page, "a ring in front");
}

test("a dialog that is written into: letters still under way answer nothing, Escape only silences, and the text is there afterwards", async () => {
  await page.getByRole("button", { name: "Manage the building" }).click();
  await page.getByRole("link", { name: "Buildings" }).click();
  await page.getByRole("button", { name: "New building" }).click();
  const field = page.locator("neolia-admin-dialog").getByLabel("Name of the building");
  await field.fill("Annex");
  await hasFocus("name");
  await door.dial("unit401");
  // A, D, Enter and Space are commands of a ring. The hand that writes knows nothing of it yet, and goes on for a while.
  for (let words = 0; words < 4; ) {
    await page.keyboard.type("dad a");
    if (!(await panel.ringing)) continue;
    await page.keyboard.press("Enter");
    words += 1;
  }
  assert.equal(await panel.ringing, true);
  assert.equal(door.saw("CALL_CLOSED"), false, "not declined");
  assert.equal(door.saw("CALL_ESTABLISHED"), false, "not answered");
  await isInFront();
  await hasFocus("Answer");
  // After a pause keys are meant.
  await until(
    async () => {
      await page.waitForTimeout(1_100);
      await page.keyboard.press("Escape");
      return await page.getByText("Ringtone silenced").isVisible();
    },
    { what: "Escape to silence the ringtone" },
  );
  assert.equal(await panel.ringing, true);
  await page.keyboard.press("d");
  await door.waitFor("CALL_CLOSED");
  await page.keyboard.press("Escape");
  await field.waitFor();
  assert.match(await field.inputValue(), /^Annex[da ]*$/);
  await hasFocus("name");
  // Asked once whether to lose what was written.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator("neolia-admin-dialog").waitFor({ state: "detached" });
});

test("the settings of this panel: what is typed stays, and Enter answers after a ring that nobody's writing met", async () => {
  await page.getByRole("button", { name: "This panel" }).click();
  const name = page.locator("neolia-setup-view").getByLabel("Name of this device");
  await name.fill("Kitchen by the window");
  await page.locator("neolia-setup-view h1").first().click();
  await ring();
  await isInFront();
  await hasFocus("Answer");
  await page.keyboard.press("Enter");
  await panel.talking();
  await panel.hangUp();
  await closeEnd(page);
  await name.waitFor();
  assert.equal(await name.inputValue(), "Kitchen by the window");
});

test("the call log and a page of the installer without a dialog: the ring is in front, and the page is as it was", async () => {
  for (const open of [
    async () => await page.getByRole("button", { name: "Calls" }).click(),
    async () => {
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Manage the building" }).click();
      await page.getByRole("link", { name: "Units" }).click();
      await page.getByRole("searchbox").fill("40");
    },
  ]) {
    await open();
    const before = page.url();
    await ring();
    await isInFront();
    await hasFocus("Answer");
    await door.hangUp();
    await panel.ended();
    await closeEnd(page);
    assert.equal(page.url(), before);
    door.mark();
  }
  assert.equal(await page.getByRole("searchbox").inputValue(), "40");
  await page.getByRole("searchbox").fill("");
});

test("a message with a way back is still there after a call that was longer than it is shown", async () => {
  await page.getByRole("button", { name: "Manage the building" }).click();
  await page.getByRole("link", { name: "Buildings" }).click();
  await page.getByRole("button", { name: "New building" }).click();
  await page.locator("neolia-admin-dialog").getByLabel("Name of the building").fill("Mews");
  await page.getByRole("button", { name: "Add the building" }).click();
  const toast = page.locator("neolia-admin-toast .toast");
  await toast.waitFor();
  await ring();
  const rangAtMs = performance.now();
  await until(() => performance.now() - rangAtMs > 9_000, { what: "longer than a message is shown" });
  await page.locator("neolia-incoming-view button.stop").click();
  await door.waitFor("CALL_CLOSED");
  await closeEnd(page);
  await toast.waitFor();
});

test("another tab is in front: the ring is in the title, and Enter answers where the page is shown again", async () => {
  const other = await page.context().newPage();
  await other.goto("about:blank");
  await other.bringToFront();
  await door.dial("unit401");
  await until(async () => /Entrance is ringing/.test(await page.title()), { what: "the title to say who rings" });
  await page.bringToFront();
  await hasFocus("Answer");
  await page.keyboard.press("Enter");
  await panel.talking();
  await panel.hangUp();
  await other.close();
});
