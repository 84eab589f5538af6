/** What is typed at the desk and not saved: asked about before it is lost, and there again where nobody could ask. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { api, deskHooks, lineId, open } from "./desk-browser.ts";

deskHooks();

const names = () => api.ordering.menus.get(lineId).menu.items.map(({ name }) => name);
const leaveQuestion = (page: Page): Locator => page.getByRole("dialog", { name: "Leave this page?" });

/** A form of the menu, and what is typed into it. */
const FORMS = {
  "a new dish": {
    opener: (page) => page.getByRole("button", { name: "Add a dish" }).first(),
    dialog: (page) => page.locator("neolia-item-dialog"),
  },
  "a dish": {
    opener: (page) => page.getByRole("button", { name: "Edit Margherita" }),
    dialog: (page) => page.locator("neolia-item-dialog"),
  },
  "a choice": {
    opener: (page) => page.getByRole("button", { name: "Add a choice" }),
    dialog: (page) => page.locator("neolia-group-dialog"),
  },
  "a category": {
    opener: (page) => page.getByRole("button", { name: "Add a category" }),
    dialog: (page) => page.locator("neolia-group-dialog"),
  },
} satisfies Record<string, { opener(page: Page): Locator; dialog(page: Page): Locator }>;

for (const [what, { opener, dialog }] of Object.entries(FORMS)) {
  test(`${what} that is typed asks before it closes, before the page goes, and is there again after a load; untouched it asks nothing`, async () => {
    const page = await open("board");
    await page.getByRole("link", { name: "Menu", exact: true }).click();
    await opener(page).click();
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    await opener(page).click();
    const name = dialog(page).getByLabel("Name", { exact: true });
    await name.fill("Quatre saisons");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Go on editing" }).click();
    await page.goBack();
    await leaveQuestion(page).getByRole("button", { name: "Stay on the page" }).click();
    assert.equal(await name.inputValue(), "Quatre saisons");
    page.on("dialog", (asked) => void asked.accept());
    await page.reload();
    await dialog(page).getByText("What you changed here is not saved yet.").waitFor();
    assert.equal(await name.inputValue(), "Quatre saisons");
    if (what === "a dish") await inspect(page, "desk dish typed before", "dialog[open]");
    await dialog(page).getByRole("button", { name: "Cancel" }).click();
    await page.reload();
    await opener(page).waitFor();
    assert.equal(await dialog(page).count(), 0, "given up");
  });
}

test("what could not be sent stays in its form, and is added once, also when only the answer was lost", async () => {
  const page = await open("menu");
  const { opener, dialog } = FORMS["a new dish"];
  const save = async (name: string): Promise<void> => {
    await dialog(page).getByLabel("Name", { exact: true }).fill(name);
    await dialog(page).getByLabel("Price in euros").fill("12,50");
    await dialog(page).getByRole("button", { name: "Save" }).click();
  };
  await opener(page).click();
  await page.context().setOffline(true);
  await save("Calzone du jour");
  await dialog(page).getByText("What you changed here is not saved yet.").waitFor();
  await page.context().setOffline(false);
  assert.equal(await dialog(page).getByLabel("Price in euros").inputValue(), "12.50");
  await dialog(page).getByRole("button", { name: "Save" }).click();
  await until(() => names().includes("Calzone du jour"), { what: "the dish in the menu" });
  await dialog(page).waitFor({ state: "detached" });
  await opener(page).click();
  await page.route("**/menu", async (route) => {
    if (route.request().method() !== "PUT") return route.continue();
    await route.fetch();
    await route.abort();
  });
  await save("Calzone de nuit");
  await until(() => names().includes("Calzone de nuit"), { what: "the dish in the menu" });
  await page.getByRole("button", { name: "Edit Calzone de nuit" }).waitFor();
  assert.equal(await dialog(page).count(), 0, "it is stored");
});

test("settings that are not saved are there again after a load, and Cancel puts every field back", async () => {
  const page = await open("settings");
  const greeting = page.getByLabel("Greeting in French");
  const by = page.getByLabel("Calls are answered by");
  await greeting.fill("Chez Luigi, bonsoir !");
  await by.selectOption("people");
  page.on("dialog", (asked) => void asked.accept());
  await page.reload();
  await page.getByText("Not saved yet").waitFor();
  assert.deepEqual([await greeting.inputValue(), await by.inputValue()], ["Chez Luigi, bonsoir !", "people"]);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByText("Not saved yet").waitFor({ state: "detached" });
  const { greeting: stored, answeredBy } = api.ordering.lines.get(lineId).settings;
  assert.deepEqual([await greeting.inputValue(), await by.inputValue()], [stored.fr ?? "", answeredBy]);
  await page.reload();
  await greeting.waitFor();
  assert.equal(await page.getByText("Not saved yet").count(), 0);
});

test("a line that is being added asks before its name is lost", async () => {
  const page = await open("board");
  await page.getByRole("link", { name: "Line", exact: true }).click();
  await page.getByRole("button", { name: "Add another line" }).click();
  await page.getByLabel("Name of the restaurant").fill("Chez Rosa");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Go on editing" }).click();
  await page.goBack();
  await leaveQuestion(page).getByRole("button", { name: "Stay on the page" }).click();
  assert.equal(await page.getByLabel("Name of the restaurant").inputValue(), "Chez Rosa");
});
