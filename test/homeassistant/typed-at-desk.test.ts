/**
 * Home Assistant's own sidebar takes the whole page away and has no way to ask about it: what was typed at the order desk is there again
 * when its page is opened in the same tab, on a real Core.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Browser } from "playwright-core";
import type { LineWithPassword } from "../../bridge/src/api/line.ts";
import type { StoredMenu } from "../../bridge/src/api/menu.ts";
import { around } from "../lab/around.ts";
import { startChromium } from "../lab/chromium.ts";
import { until } from "../lab/until.ts";
import { AppHouse } from "./app-house.ts";
import { PanelAtHome } from "./panel-at-home.ts";

let house: AppHouse;
let browser: Browser;
let lineId: string;

around(
  async () => {
    house = await AppHouse.start();
    browser = await startChromium();
    const { units } = await house.furnish({ name: "Luigi", domain: "luigi.sip.example.com" }, ["1"]);
    const owner = await house.owner();
    const gateway = "ht841_restaurant1";
    const buildingId = units[0]?.buildingId;
    lineId = (await owner.post<LineWithPassword>("api/lines", { buildingId, label: "Chez Luigi", gateway })).id;
    await owner.post(`api/lines/${lineId}/menu/sample`, {});
  },
  async () => {
    await browser?.close();
    await house?.stop();
  },
);

/** By an entry of the sidebar to a page of Home Assistant's own; the panel is gone then. */
async function leave({ page, root }: PanelAtHome): Promise<void> {
  await page.locator("ha-sidebar").getByText("Olivia Owner").click();
  await page.waitForURL(/\/profile/);
  await root.locator("neolia-panel").waitFor({ state: "detached" });
}

/** By Neolia's entry in the sidebar, to the page of the desk as people reach it. */
async function comeBack({ page, root }: PanelAtHome, name: string): Promise<void> {
  await page.locator("ha-sidebar").getByText("Neolia").click();
  await root.getByRole("button", { name: "Restaurant orders" }).click();
  await root.getByRole("link", { name, exact: true }).click();
}

test("a dish and a greeting that were typed and not saved are there again after the sidebar took the page away, and saved they are gone from the tab", async () => {
  const panel = await PanelAtHome.open(browser, house, house.home.owner, { path: `/desk/${lineId}/menu` });
  const { root } = panel;
  await root.getByRole("button", { name: "Edit Margherita" }).click({ timeout: 60_000 });
  const dish = root.locator("neolia-item-dialog");
  await dish.getByLabel("Description").fill("Tomate, mozzarella di bufala");
  await leave(panel);
  await comeBack(panel, "Menu");
  await dish.getByText("What you changed here is not saved yet.").waitFor();
  assert.equal(await dish.getByLabel("Description").inputValue(), "Tomate, mozzarella di bufala");
  await dish.getByRole("button", { name: "Save" }).click();
  const owner = await house.owner();
  await until(
    async () =>
      (await owner.get<StoredMenu>(`api/lines/${lineId}/menu`)).menu.items.some(({ description }) =>
        description.includes("bufala"),
      ),
    { what: "the dish in the menu" },
  );

  await root.getByRole("link", { name: "Line", exact: true }).click();
  await root.getByLabel("Greeting in French").fill("Chez Luigi, bonsoir !");
  await leave(panel);
  await comeBack(panel, "Line");
  await root.getByText("Not saved yet").waitFor();
  assert.equal(await root.getByLabel("Greeting in French").inputValue(), "Chez Luigi, bonsoir !");
  await root.getByRole("button", { name: "Cancel", exact: true }).click();
  await root.getByText("Not saved yet").waitFor({ state: "detached" });
  const kept = await panel.frame.evaluate("JSON.stringify(sessionStorage)");
  assert.doesNotMatch(String(kept), /neolia\.typed/);
  await panel.close();
});
