/** What just happened, at the lower edge, with a way back: for how long it is there. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Building } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { AdminDesk, type SampleBuilding } from "./admin-desk.ts";

let desk: AdminDesk;
let house: SampleBuilding;
let number = 0;
around(
  async () => {
    desk = await AdminDesk.start();
  },
  () => desk?.stop(),
);
beforeEach(async () => {
  number++;
  house = await desk.makeBuilding(5, { domain: `site${number}.sip.example.com`, name: `Site ${number}` });
});
afterEach(() => desk.closePages());

/** A unit has just been moved, which can be taken back. */
async function moved(): Promise<{ page: Page; toast: Locator }> {
  await desk.api.post<Building>("/api/buildings", { siteId: house.site.id, name: "Villa" });
  const page = await desk.open(`/${house.site.id}/units/${house.reception.id}`);
  await page.getByLabel("Building").selectOption({ label: "Villa" });
  await page.clock.install();
  await page.getByRole("button", { name: "Save" }).click();
  const toast = page.locator("neolia-admin-toast .toast");
  await toast.waitFor();
  return { page, toast };
}

test("a message stays as long as the pointer or the keyboard is in it, whichever leaves first", async () => {
  const { page, toast } = await moved();
  await toast.hover();
  const close = toast.getByRole("button", { name: "Close" });
  await close.focus();
  await page.mouse.move(1, 1);
  await page.clock.fastForward(20_000);
  assert.equal(await toast.isVisible(), true, "the keyboard is still in it");
  await toast.hover();
  await close.blur();
  await page.clock.fastForward(20_000);
  assert.equal(await toast.isVisible(), true, "the pointer is still on it");
  await page.mouse.move(1, 1);
  await page.clock.fastForward(9_000);
  await toast.waitFor({ state: "detached" });
});

test("a message waits for whoever is on the way to it with the keyboard, and for nobody else", async () => {
  const { page, toast } = await moved();
  for (let pressed = 0; pressed < 4; pressed++) {
    await page.clock.fastForward(6_000);
    await page.keyboard.press("Tab");
  }
  assert.equal(await toast.isVisible(), true, "it is still there after 24 seconds on the way");
  await page.clock.fastForward(6_000);
  await page.keyboard.press("Shift");
  await page.clock.fastForward(3_000);
  await toast.waitFor({ state: "detached" });
});
