/** At the desk in a browser: what was pressed by mistake is taken back, and an earlier call is found. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { api, deskHooks, draft, lineId, open, order } from "./desk-browser.ts";

deskHooks();

const board = () => api.ordering.boards.board(lineId);
const stage = (callId: string) => board().orders.find((one) => one.callId === callId)?.stage;

test("a cancelled order is taken back on the board to where it was, also after its notice has gone", async () => {
  order("first");
  const page = await open();
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByRole("button", { name: "Cancel the order 1" }).click();
  await page.getByRole("button", { name: "Cancel the order", exact: true }).click();
  await until(() => stage("first") === "cancelled", { what: "cancelled" });
  await page.reload();
  const back = page.getByRole("button", { name: "Take back: 1" });
  await back.waitFor();
  await inspect(page, "desk cancelled");
  await back.focus();
  await page.keyboard.press("Enter");
  await until(() => stage("first") === "accepted", { what: "accepted again" });
  await page.getByRole("button", { name: "Cancel the order 1" }).waitFor();
});

test("a draft made an order by mistake comes back by its notice", async () => {
  draft("broken-off");
  const page = await open();
  await page.getByRole("button", { name: "Make it an order" }).click();
  await page.getByText("It is order 1 now").waitFor();
  assert.equal(stage("broken-off"), "new");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByRole("button", { name: "Make it an order" }).waitFor();
  assert.deepEqual([board().drafts.length, stage("broken-off")], [1, "cancelled"]);
});

for (const look of [
  { width: 390, height: 844, dark: true },
  { width: 1440, height: 900 },
]) {
  test(`an earlier call is found by name, result and day, ${look.width} pixels wide`, async () => {
    order("first");
    draft("broken-off");
    const page = await open("history", look);
    const rows = page.locator("neolia-call-history tbody tr");
    await until(async () => (await rows.count()) === 2, { what: "both calls" });
    await page.getByLabel("Name, telephone or order number").fill("anne");
    await until(async () => (await rows.count()) === 1, { what: "Anne's call" });
    await page.getByText("1 call", { exact: true }).waitFor({ state: "attached" });
    await inspect(page, `desk history found ${look.width}`);
    await page.getByLabel("Result of the call").selectOption({ label: "An order came of it" });
    await page.getByText("No call is like that.").waitFor();
    await page.getByLabel("Name, telephone or order number").fill("06 39 98");
    await until(async () => (await rows.count()) === 1, { what: "the order's call" });
    await page.getByLabel("Day").fill("2020-01-01");
    await page.getByText("No call is like that.").waitFor();
    await page.getByLabel("Day").fill("");
    await page.getByLabel("Result of the call").selectOption({ label: "All calls" });
    await until(async () => (await rows.count()) === 2, { what: "both calls again" });
  });
}
