/** The desk in French with the keyboard alone: where the keyboard is when what it was on goes away, and when Save can be pressed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { api, deskHooks, draft, lineId, open, openCall, order } from "./desk-browser.ts";

deskHooks();

const look = { width: 1024, height: 600, locale: "fr-FR" };

/** What a screen reader says of where the keyboard is. */
const keyboardAt = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement;
    for (let inner = element; inner; inner = element?.shadowRoot?.activeElement ?? null) element = inner;
    if (element === null || element === document.body) return "nowhere";
    return element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "";
  });
const keyboardComesTo = async (page: Page, name: string): Promise<void> => {
  await until(async () => (await keyboardAt(page)) === name, { what: `the keyboard at ${name}` });
};
const press = async (button: Locator): Promise<void> => {
  await button.focus();
  await button.press("Enter");
};
const orderNumber = (number: number) => {
  const found = api.ordering.boards.board(lineId).orders.find((one) => one.number === number);
  assert.ok(found);
  return found;
};

test("a card that somebody else moves takes the keyboard along, on no button; a draft and a call that go hand it on", async () => {
  for (const id of ["one", "two"]) order(id);
  draft("left");
  const page = await open("board", look);
  await page.getByRole("button", { name: "Accepter", exact: true }).nth(1).focus();
  api.ordering.boards.move(orderNumber(2).id, "new", "accepted");
  await keyboardComesTo(page, "Commande 2 : En cuisine");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await keyboardAt(page), "Prête");
  await page.getByRole("button", { name: "Mettre de côté" }).focus();
  api.ordering.boards.dismissDraft("left");
  await keyboardComesTo(page, "Tableau");
  const call = openCall("running");
  call.onCommand(() => {});
  call.callTool("add_item", { item_id: "tiramisu", quantity: 1 }, "1");
  await page.getByRole("button", { name: "Raccrocher" }).focus();
  call.end({ reason: "caller-hung-up", costCents: 1 });
  await keyboardComesTo(page, "Pas encore de nom, le client a raccroché");
  assert.equal(orderNumber(1).stage, "new");
  assert.equal(orderNumber(2).stage, "accepted");
});

test("whoever takes a call over stays at its card; whoever pauses the line is told so and is not on the button that ends it", async () => {
  const call = openCall("running");
  call.onCommand(() => {});
  const page = await open("board", look);
  await press(page.getByRole("button", { name: "Prendre l'appel" }));
  await page.getByText("admin prend cet appel").waitFor();
  await keyboardComesTo(page, "Au téléphone maintenant");
  await press(page.getByRole("button", { name: "Suspendre les commandes" }));
  await keyboardComesTo(page, "15 minutes");
  await page.keyboard.press("Enter");
  await page
    .getByRole("status")
    .getByText("En pause")
    .or(page.getByRole("status", { name: "En pause" }))
    .waitFor();
  await keyboardComesTo(page, "En pause");
  await page.keyboard.press("Tab");
  assert.equal(await keyboardAt(page), "Reprendre les commandes");
  await page.keyboard.press("Enter");
  await keyboardComesTo(page, "Ouvert");
  await inspect(page, "desk board, keyboard");
});

test("Save can be pressed as soon as something is typed, and keeps the keyboard; what is no number says so at its field", async () => {
  const page = await open("settings", look);
  const save = page.getByRole("button", { name: "Enregistrer", exact: true });
  const calls = page.getByLabel("Appels à la fois");
  const settings = () => api.ordering.lines.get(lineId).settings;
  assert.ok(await save.isDisabled());
  await calls.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("4");
  await page.getByText("Pas encore enregistré").waitFor();
  assert.ok(await save.isEnabled());
  await save.focus();
  await page.keyboard.press("Enter");
  await until(() => settings().concurrentCalls === 4, { what: "the new number" });
  await page.getByText("Pas encore enregistré").waitFor({ state: "detached" });
  assert.ok(await save.isDisabled());
  await keyboardComesTo(page, "Enregistrer");
  await calls.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Tab");
  assert.equal(await calls.inputValue(), "");
  assert.ok(await save.isEnabled());
  await save.focus();
  await page.keyboard.press("Enter");
  assert.ok(await calls.evaluate((input) => input.matches(":focus:invalid")));
  assert.equal(settings().concurrentCalls, 4);
  await press(page.getByRole("button", { name: "Annuler", exact: true }));
  await keyboardComesTo(page, "Enregistrer");
  assert.equal(await calls.inputValue(), "4");
});

test("hours that make no sense are found by Save; a day taken off the list leaves the keyboard beside it", async () => {
  const page = await open("settings", look);
  await page.getByLabel("Seulement à ces heures").press("Space");
  const time = page.locator("neolia-schedule-editor .time").first();
  for (const day of ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]) {
    const box = time.getByLabel(day, { exact: true });
    if (await box.isChecked()) await box.press("Space");
  }
  await time.getByRole("alert").waitFor();
  const save = page.getByRole("button", { name: "Enregistrer", exact: true });
  assert.ok(await save.isEnabled());
  await save.focus();
  await page.keyboard.press("Enter");
  await keyboardComesTo(page, "lundi");
  await press(page.getByRole("button", { name: "Annuler", exact: true }));
  await press(page.getByRole("button", { name: "Ajouter un jour" }));
  await press(page.locator(".holiday").getByRole("button", { name: /^Supprimer/ }));
  await keyboardComesTo(page, "Ajouter un jour");
});

test("a category that is moved keeps the keyboard on its button, also at the end; so does an export of a number; an undo leaves it at the page's heading", async () => {
  const page = await open("menu", look);
  const { categories } = api.ordering.menus.get(lineId).menu;
  const second = categories[1];
  assert.ok(second);
  await press(page.getByRole("button", { name: `Monter ${second.name}`, exact: true }));
  await until(() => api.ordering.menus.get(lineId).menu.categories[0]?.id === second.id, { what: "it to be first" });
  await keyboardComesTo(page, `Monter ${second.name}`);
  await page.keyboard.press("Enter");
  await press(page.getByRole("button", { name: "Tiramisu : Disponible" }));
  await press(page.getByRole("button", { name: "Rétablir", exact: true }));
  await page.getByRole("button", { name: "Tiramisu : Disponible" }).waitFor();
  await keyboardComesTo(page, "Carte");
  await page.getByRole("link", { name: "Ligne", exact: true }).press("Enter");
  const tel = page.getByLabel("Numéro de téléphone");
  await tel.fill("06 39 98 01 78");
  const saved = page.waitForEvent("download");
  await press(page.getByRole("button", { name: "Exporter", exact: true }).last());
  await saved;
  await keyboardComesTo(page, "Exporter");
  assert.equal(await page.getByText("Pas encore enregistré").count(), 0);
});
