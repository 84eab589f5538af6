/** The page of the audit log: what stands in it is what its filters ask for, however they are filled in. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Page } from "playwright-core";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { AdminDesk, type SampleBuilding, settled } from "./admin-desk.ts";

let desk: AdminDesk;
let house: SampleBuilding;
around(
  async () => {
    desk = await AdminDesk.start();
    house = await desk.makeBuilding(5);
  },
  () => desk?.stop(),
);
afterEach(() => desk.closePages());

async function open(): Promise<Page> {
  const page = await desk.open(`/${house.site.id}/audit`);
  await settled(page);
  return page;
}
const lines = (page: Page) => page.locator("neolia-audit-page tbody tr");

test("a day that is typed key by key asks for nothing that is refused, and then for that day", async () => {
  const page = await open();
  const statuses: number[] = [];
  page.on("response", (response) => {
    if (response.url().includes("/api/audit?")) statuses.push(response.status());
  });
  for (const label of ["Since", "Until"]) {
    const day = page.getByLabel(label);
    await day.focus();
    // The field's order of day and month is the browser's; a first of January has none.
    await page.keyboard.type("01012026");
    assert.equal(await day.inputValue(), "2026-01-01");
  }
  await page.getByText("Nothing was noted in this time.").waitFor();
  assert.ok(statuses.length > 0);
  assert.deepEqual(
    statuses.filter((status) => status !== 200),
    [],
  );
});

test("the answer to an earlier search that comes late does not take the place of the later one's", async () => {
  const page = await open();
  const all = await lines(page).count();
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHeld = false;
  await page.route("**/api/audit?*search=reception*", async (route) => {
    const response = await route.fetch();
    isHeld = true;
    await released;
    await route.fulfill({ response });
  });
  const search = page.getByRole("searchbox");
  await search.fill("reception");
  await until(() => isHeld, { what: "the search to be answered" });
  await search.fill("main entrance");
  await until(async () => (await lines(page).count()) < all, { what: "the later search's answer" });
  const shown = await lines(page).allInnerTexts();
  const late = page.waitForResponse((response) => response.url().includes("search=reception"));
  release();
  await (await late).finished();
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))");
  assert.deepEqual(await lines(page).allInnerTexts(), shown);
});

test("a search that finds nothing says so, and not that nothing was noted", async () => {
  const page = await open();
  await page.getByRole("searchbox").fill("nobody of that name");
  await page.getByText("Nothing that was noted fits.").waitFor();
  await inspect(page, "audit without a hit");
});
