/** Somebody quick at the restaurant's desk: what they press while an answer is still on its way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { holdAnswers } from "../lab/hold-answers.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { api, deskHooks, lineId, open, order } from "./desk-browser.ts";

deskHooks();

const stored = () => api.ordering.menus.get(lineId);
const item = (id: string) => stored().menu.items.find((one) => one.id === id);
const categories = () => stored().menu.categories.map(({ id }) => id);
/** As somebody at another screen does it. */
const repriced = (dish: string, priceCents: number): void => {
  const { revision, menu } = stored();
  const items = menu.items.map((one) => (one.id === dish ? { ...one, priceCents } : one));
  api.ordering.menus.put(lineId, { revision, menu: { ...menu, items } });
};
const undo = (page: Page) => page.getByRole("button", { name: "Undo", exact: true });

async function priced(page: Page, name: string, price: string): Promise<void> {
  await page.getByRole("button", { name: `Edit ${name}` }).click();
  const dialog = page.locator("neolia-item-dialog");
  await dialog.getByLabel("Price in euros").fill(price);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
}

test("two quick presses of up move a category up twice, and show it before the bridge has answered", async () => {
  const page = await open("menu");
  const last = stored().menu.categories.at(-1);
  const names = stored().menu.categories.map(({ name }) => name);
  assert.ok(last && names.length > 2);
  const up = page.getByRole("button", { name: `Move ${last.name} up` });
  await up.waitFor();
  const { count, release } = await holdAnswers(page, `api/lines/${lineId}/menu`);
  await up.click();
  await up.click();
  const shown = () => page.locator("neolia-menu-editor section[aria-labelledby^=c-] h2").allInnerTexts();
  assert.equal((await shown()).indexOf(last.name), names.length - 3);
  await until(() => count.passed === 1, { what: "the first press at the bridge" });
  release();
  await until(() => categories().indexOf(last.id) === names.length - 3, { what: "the category two places up" });
  await until(async () => (await page.getByText("Menu saved").count()) === 1, { what: "the word that it is saved" });
  assert.equal(await page.getByText("Somebody else changed the menu").count(), 0);
});

test("two prices written quickly are both kept, also of one dish, and undo takes only the last one back", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Edit Tiramisu" }).waitFor();
  const before = item("creme-brulee")?.priceCents;
  const { release } = await holdAnswers(page, `api/lines/${lineId}/menu`);
  await priced(page, "Tiramisu", "7,10");
  await priced(page, "Crème brûlée", "7,20");
  await priced(page, "Tiramisu", "7,30");
  release();
  await until(() => item("tiramisu")?.priceCents === 730, { what: "the last price" });
  assert.equal(item("creme-brulee")?.priceCents, 720);
  await undo(page).click();
  await until(() => item("tiramisu")?.priceCents === 710, { what: "the price before" });
  assert.notEqual(before, 720);
  assert.equal(item("creme-brulee")?.priceCents, 720);
});

test("the way back of a change goes as soon as the next begins; the next one's brings the dish back, sold out as it was", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Crème brûlée: Available" }).click();
  await page.getByRole("button", { name: "Crème brûlée: Sold out" }).waitFor();
  await until(() => stored().soldOut.includes("creme-brulee"), { what: "sold out" });
  await priced(page, "Crème brûlée", "7,20");
  await undo(page).waitFor();
  await until(() => item("creme-brulee")?.priceCents === 720, { what: "the price" });
  const { count, release } = await holdAnswers(page, `api/lines/${lineId}/menu`);
  await page.getByRole("button", { name: "Edit Crème brûlée" }).click();
  await page.locator("neolia-item-dialog").getByRole("button", { name: "Delete" }).click();
  await until(() => count.passed === 1, { what: "the dish to be gone" });
  assert.equal(await undo(page).count(), 0);
  release();
  await undo(page).click();
  await until(() => item("creme-brulee")?.priceCents === 720 && stored().soldOut.includes("creme-brulee"), {
    what: "the dish to be back as it was",
  });
  await page.getByRole("button", { name: "Crème brûlée: Sold out" }).waitFor();
});

test("what others change shows by itself: prices, what is sold out, and a menu that could not be loaded at first", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Tiramisu: Available" }).waitFor();
  api.ordering.menus.setSoldOut(lineId, "tiramisu", true);
  await page.getByRole("button", { name: "Tiramisu: Sold out" }).waitFor();
  repriced("tiramisu", 990);
  await page.getByText("€9.90").first().waitFor();
  assert.equal(await page.locator("neolia-admin-toast .toast").count(), 0);

  await page.route("**/menu", (route) => route.abort());
  await page.reload();
  await page.getByText("The menu could not be loaded.").waitFor();
  await inspect(page, "desk menu not there");
  await page.unroute("**/menu");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("button", { name: "Tiramisu: Sold out" }).waitFor();
});

test("what somebody else takes back in the moment of a press shows at once: the board is as it was and tells of nothing", async () => {
  const page = await open("menu");
  const whole: string[] = [];
  page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => !String(payload).startsWith('{"type":"change"') && whole.push("board")),
  );
  await page.reload();
  await page.getByRole("button", { name: "Tiramisu: Available" }).focus();
  await until(() => whole.length > 0, { what: "the board" });
  const before = whole.length;
  const off = api.ordering.boards.onChange(lineId, () => {
    off();
    api.ordering.menus.setSoldOut(lineId, "tiramisu", false);
  });
  await page.keyboard.press("Enter");
  await page.getByText("Tiramisu: sold out").waitFor();
  await page.getByRole("button", { name: "Tiramisu: Available" }).waitFor();
  assert.deepEqual(stored().soldOut, []);
  assert.equal(whole.length, before, "not only with the next whole board");
});

test("two people at the menu, one with a form open: what they change of different dishes is both kept", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Edit Crème brûlée" }).click();
  const dialog = page.locator("neolia-item-dialog");
  await dialog.getByLabel("Price in euros").fill("7,20");
  repriced("tiramisu", 990);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Menu saved").waitFor();
  await page.getByText("€9.90").first().waitFor();
  assert.deepEqual([item("creme-brulee")?.priceCents, item("tiramisu")?.priceCents], [720, 990]);
  await undo(page).click();
  await until(() => item("creme-brulee")?.priceCents !== 720, { what: "the price to be as it was" });
  assert.equal(item("tiramisu")?.priceCents, 990);
});

test("two people at one field of a dish: what the second typed stays, beside what the first made of it, and what was pressed behind it is not sent", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Edit Crème brûlée" }).click();
  const dialog = page.locator("neolia-item-dialog");
  await dialog.getByLabel("Price in euros").fill("7,20");
  await dialog.getByLabel("Description").fill("Vanille");
  repriced("creme-brulee", 990);
  const asItWas = categories();
  const { count, release } = await holdAnswers(page, `api/lines/${lineId}/menu`);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: `Move ${stored().menu.categories.at(-1)?.name} up` }).click();
  await until(() => count.passed === 1, { what: "the form at the bridge" });
  release();
  const note = dialog.getByRole("alert").filter({ hasText: "Somebody else changed this meanwhile" });
  await note.waitFor();
  assert.match((await note.textContent()) ?? "", /Price in euros\s+Theirs: €9\.90/);
  assert.doesNotMatch((await note.textContent()) ?? "", /Description/);
  assert.equal(await dialog.getByLabel("Price in euros").inputValue(), "7.20");
  assert.equal(await dialog.getByLabel("Description").inputValue(), "Vanille");
  await inspect(page, "desk menu clash");
  assert.deepEqual(categories(), asItWas);
  assert.equal(item("creme-brulee")?.priceCents, 990);
  assert.equal(count.passed, 1);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Menu saved").waitFor();
  assert.deepEqual([item("creme-brulee")?.priceCents, item("creme-brulee")?.description], [720, "Vanille"]);
});

test("two people at different fields of a dish: both are kept, and an undo takes back its own field", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Edit Crème brûlée" }).click();
  const dialog = page.locator("neolia-item-dialog");
  const described = item("creme-brulee")?.description;
  await dialog.getByLabel("Description").fill("Vanille");
  repriced("creme-brulee", 990);
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Menu saved").waitFor();
  assert.deepEqual([item("creme-brulee")?.priceCents, item("creme-brulee")?.description], [990, "Vanille"]);
  repriced("creme-brulee", 870);
  await undo(page).click();
  await until(() => item("creme-brulee")?.description === described, { what: "the words of before" });
  assert.equal(item("creme-brulee")?.priceCents, 870);
});

test("a dish that is deleted while somebody edits it: what they typed stays, and Save adds it again", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Edit Crème brûlée" }).click();
  const dialog = page.locator("neolia-item-dialog");
  await dialog.getByLabel("Price in euros").fill("7,20");
  const { revision, menu } = stored();
  const items = menu.items.filter(({ id }) => id !== "creme-brulee");
  api.ordering.menus.put(lineId, { revision, menu: { ...menu, items } });
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Somebody else deleted this").waitFor();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Menu saved").waitFor();
  assert.equal(item("creme-brulee")?.priceCents, 720);
});

test("an undo that would take back somebody else's change as well is refused, and said to be one", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Edit Crème brûlée" }).click();
  await page.locator("neolia-item-dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Crème brûlée deleted").waitFor();
  repriced("tiramisu", 990);
  await undo(page).click();
  await page.getByText("Not undone: somebody else changed the menu meanwhile.").waitFor();
  assert.equal(item("creme-brulee"), undefined);
});

test("an order accepted by two quick presses is accepted once, and nobody else is blamed", async () => {
  order("first");
  const page = await open();
  const accept = page.getByRole("button", { name: "Accept", exact: true });
  await accept.waitFor();
  const { count, release } = await holdAnswers(page, "api/orders/*/stage");
  await accept.evaluate((button: HTMLElement) => {
    button.click();
    button.click();
  });
  await until(() => count.passed === 1, { what: "the first press at the bridge" });
  release();
  await page.getByRole("button", { name: "Ready", exact: true }).waitFor();
  await undo(page).waitFor();
  assert.equal(count.passed, 1);
  assert.equal(await page.getByText("Somebody else was faster").count(), 0);
});
