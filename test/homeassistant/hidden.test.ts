/**
 * A tab that nobody looks at: Home Assistant takes a native panel out of the page after five minutes and suspends its
 * own connection. The doorbell rings all the same, and whoever comes back finds the call. The five minutes are the
 * frontend's own; its timer alone is told that they are over.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { until } from "../lab/until.ts";
import { accessible } from "../panel/inspect.ts";
import { DOOR_HZ } from "./door-house.ts";
import { browser, house, houseWithBrowser } from "./house-with-browser.ts";
import { PanelAtHome, type Way } from "./panel-at-home.ts";

houseWithBrowser();

/** Before the page loads: the tab can be hidden, and five minutes can be over. */
const TAB = `(() => {
  if (window !== window.top) {
    Object.defineProperty(document, "hidden", { get: () => window.top.document.hidden });
    Object.defineProperty(document, "visibilityState", { get: () => window.top.document.visibilityState });
    return;
  }
  let hidden = false;
  Object.defineProperty(document, "hidden", { get: () => hidden });
  Object.defineProperty(document, "visibilityState", { get: () => (hidden ? "hidden" : "visible") });
  const FIVE_MINUTES = 300_000;
  const waiting = new Map();
  const original = window.setTimeout;
  window.setTimeout = (callback, ms, ...rest) => {
    const id = original(callback, ms, ...rest);
    if (ms === FIVE_MINUTES) waiting.set(id, callback);
    return id;
  };
  window.labTab = {
    show(now) {
      hidden = !now;
      const frames = Array.from({ length: window.frames.length }, (_, index) => window.frames[index].document);
      for (const each of [document, ...frames]) each.dispatchEvent(new Event("visibilitychange"));
    },
    fiveMinutes() {
      const due = [...waiting];
      waiting.clear();
      for (const [id, callback] of due) {
        clearTimeout(id);
        callback();
      }
      return due.length;
    },
  };
})()`;

async function show(page: Page, shown: boolean): Promise<void> {
  await page.evaluate(`labTab.show(${shown})`);
}

/** Whether the phone rings, wherever it is on screen. */
async function ringtone(panel: PanelAtHome): Promise<boolean> {
  return (await panel.frame.evaluate("globalThis.labOscillators > 0")) as boolean;
}

/** Counts the notes that the ringtone strikes. */
const EARS = `(() => {
  globalThis.labOscillators = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    globalThis.labOscillators++;
    return start.apply(this, when);
  };
})()`;

for (const way of ["native", "frame"] as Way[]) {
  test(`a panel that was hidden beyond Home Assistant's limit rings, and shows the call when it is looked at again: ${way}`, async () => {
    const panel = await PanelAtHome.open(browser, house, house.home.rosa, {
      way,
      scripts: [TAB, EARS],
      suspendWhenHidden: true,
    });
    await panel.setUp(house, "401");
    await show(panel.page, false);
    assert.ok(((await panel.page.evaluate("labTab.fiveMinutes()")) as number) > 0);
    const gone = way === "native" ? 0 : 1;
    await until(async () => (await panel.root.locator("neolia-panel").count()) === gone, { what: "the removal" });

    house.door.mark();
    await house.door.dial("unit401");
    await until(() => ringtone(panel), { what: "the ringtone" });
    assert.equal(await panel.root.locator("neolia-panel").count(), gone);
    await show(panel.page, true);
    assert.equal(await panel.rings(), "Entrance");
    await panel.answer();
    await panel.hears(DOOR_HZ);
    await panel.hangUp();
    await house.door.waitFor("CALL_CLOSED");
    await panel.ready();
    await panel.close();
  });
}

test("a native panel's doorbell is seen and answered on any other page of Home Assistant", async () => {
  const panel = await PanelAtHome.open(browser, house, house.home.rosa, { way: "native" });
  await panel.setUp(house, "401");
  await panel.visit("/profile");
  await panel.root.locator("neolia-panel").waitFor({ state: "detached" });
  const banner = panel.root.locator("neolia-ring-banner");
  assert.equal(await banner.getByRole("alert").count(), 0);

  house.door.mark();
  await house.door.dial("unit401");
  await banner.getByText("Entrance is ringing").waitFor();
  await accessible(panel.frame, "the banner", "neolia-ring-banner");
  if (process.env.NEOLIA_SHOTS) await panel.page.screenshot({ path: join(process.env.NEOLIA_SHOTS, "banner.png") });
  await banner.getByRole("button", { name: "Answer" }).click();
  await panel.root.locator("neolia-call-view .time").waitFor();
  assert.equal(new URL(panel.page.url()).pathname, "/intercom");
  assert.equal(await banner.getByRole("alert").count(), 0);
  await panel.hangUp();
  await house.door.waitFor("CALL_CLOSED");
  await panel.ready();
  await panel.close();
});
