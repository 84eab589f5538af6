/** A page with something unsaved on it: every way off it asks first, and only when something would be lost. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Unit } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { AdminDesk, go, type SampleBuilding } from "./admin-desk.ts";

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
  house = await desk.makeBuilding(3, { domain: `leave${number}.sip.example.com`, name: `Leave ${number}` });
});
afterEach(() => desk.closePages());

const question = (page: Page): Locator => page.getByRole("dialog", { name: "Leave this page?" });
const field = (page: Page): Locator =>
  page.locator("neolia-unit-detail neolia-admin-form").getByLabel("Number or name");
const switcher = (page: Page): Locator => page.locator("neolia-admin .switcher select");

/** A unit's page, come to from the list. */
async function unitPage(): Promise<Page> {
  const page = await desk.open(`/${house.site.id}/units`);
  await go(page, `/${house.site.id}/units/${house.units[0]?.id}`);
  await field(page).waitFor();
  return page;
}

const ways: Record<string, (page: Page) => Promise<unknown>> = {
  "another entry of the menu": (page) => page.getByRole("link", { name: "Doors" }).click(),
  "another row of the list": (page) => page.getByRole("option", { name: /102/ }).click(),
  "a button that leads to another page": (page) => page.getByRole("button", { name: "Open the rules" }).click(),
  "the browser's Back": (page) => page.goBack(),
  "the way back to the intercom": (page) => page.getByRole("button", { name: "Back to the intercom" }).click(),
  "the site switcher": (page) => switcher(page).selectOption(""),
};

for (const [name, leave] of Object.entries(ways)) {
  test(`${name} asks before what was typed is lost: staying keeps it, leaving means it`, async () => {
    if (name === "the site switcher") {
      number++;
      await desk.makeBuilding(1, { domain: `leave${number}.sip.example.com`, name: `Leave ${number}` });
    }
    const page = await unitPage();
    await field(page).fill("Penthouse");
    const here = page.url();
    await leave(page);
    await question(page).waitFor();
    if (name === "another row of the list") await inspect(page, "leaving");
    await page.keyboard.press("Escape");
    await question(page).waitFor({ state: "detached" });
    assert.equal(await field(page).inputValue(), "Penthouse");
    await until(() => page.url() === here, { what: "the address to be that of the page again" });
    if (name === "the site switcher") assert.equal(await switcher(page).inputValue(), house.site.id);
    await leave(page);
    await question(page).getByRole("button", { name: "Leave without saving" }).click();
    await question(page).waitFor({ state: "detached" });
    await page.waitForFunction(() => !document.body.textContent?.includes("Penthouse"));
    assert.notEqual(page.url(), here);
    assert.equal((await desk.api.get<Unit>(`/api/units/${house.units[0]?.id}`)).number, "101");
  });
}

test("Back after staying leads to where it led before", async () => {
  const page = await unitPage();
  await field(page).fill("Penthouse");
  for (const leave of [ways["another entry of the menu"], ways["the browser's Back"]]) {
    await leave?.(page);
    await question(page).getByRole("button", { name: "Stay on the page" }).click();
    await question(page).waitFor({ state: "detached" });
  }
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "Penthouse" }).waitFor();
  await page.goBack();
  await page.getByText("Choose a unit").waitFor();
});

test("the keyboard: the question has the focus on staying, and gives it back to the field", async () => {
  const page = await unitPage();
  await field(page).fill("Penthouse");
  await page.goBack();
  await question(page).waitFor();
  assert.equal(await page.evaluate(FOCUSED), "Stay on the page");
  await page.keyboard.press("Enter");
  await question(page).waitFor({ state: "detached" });
  await page.keyboard.type(" 2");
  assert.match(await field(page).inputValue(), /Penthouse/);
  assert.match(await field(page).inputValue(), / 2/);
});

test("in French it asks in French", async () => {
  const page = await desk.open(`/${house.site.id}/units/${house.units[0]?.id}`, { locale: "fr-FR" });
  await page.locator("neolia-unit-detail neolia-admin-form input").first().fill("Combles");
  await page.getByRole("link", { name: "Portes" }).click();
  const asked = page.getByRole("dialog", { name: "Quitter cette page ?" });
  await asked.getByRole("button", { name: "Quitter sans enregistrer" }).click();
  await page.getByRole("heading", { name: "Portes", level: 1 }).waitFor();
});

test("nothing is asked when nothing would be lost: untouched, typed back, saved, cancelled, or given up in a dialog", async () => {
  const page = await unitPage();
  const away = async (what: string): Promise<void> => {
    await page.getByRole("link", { name: "Doors" }).click();
    await page.getByRole("heading", { name: "Doors", level: 1 }).waitFor();
    assert.equal(await question(page).count(), 0, what);
    await page.goBack();
    await field(page).waitFor();
  };
  await away("untouched");
  await field(page).fill("Penthouse");
  await field(page).fill("101");
  await away("typed back");
  await field(page).fill("Loft");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "Loft" }).waitFor();
  await away("saved");
  await field(page).fill("Attic");
  await page.getByRole("button", { name: "Cancel" }).click();
  await away("cancelled");
  // A new row is saved by the same press that opens its page.
  await page.getByRole("button", { name: "New unit" }).click();
  const dialog = page.locator("neolia-admin-dialog");
  await dialog.getByLabel("Number or name").fill("Cellar");
  await dialog.getByRole("button", { name: "Add the unit" }).click();
  await page.getByRole("heading", { name: "Cellar" }).waitFor();
  assert.equal(await question(page).count(), 0, "a new row");
  for (const [opener, label] of [
    ["New unit", "Number or name"],
    ["Make many", "Before the number"],
  ] as const) {
    await page.getByRole("button", { name: opener }).click();
    await dialog.getByLabel(label).fill("Shed");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Close without saving" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await question(page).count(), 0, `${opener}: asked once`);
    // A dialog has an address of its own, so Back leaves it.
    await page.getByRole("button", { name: opener }).click();
    await dialog.getByLabel(label).fill("Shed");
    await page.goBack();
    await question(page).getByRole("button", { name: "Stay on the page" }).click();
    assert.equal(await dialog.getByLabel(label).inputValue(), "Shed");
    await page.goBack();
    await question(page).getByRole("button", { name: "Leave without saving" }).click();
    await dialog.waitFor({ state: "detached" });
  }
});

test("closing the tab asks, as the browser does, as long as something is unsaved", async () => {
  const page = await unitPage();
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await field(page).click();
  await field(page).fill("Penthouse");
  await page.close({ runBeforeUnload: true });
  await until(() => asked.length === 1, { what: "the browser to ask" });
  assert.deepEqual([asked, page.isClosed()], [["beforeunload"], false]);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.close({ runBeforeUnload: true });
  await until(() => page.isClosed(), { what: "the tab to be closed" });
  assert.equal(asked.length, 1);
});

const FOCUSED = `(() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.textContent.trim();
})()`;
