/** A line in a real browser: its settings, what is wrong with it, lines that come and go, and who sees what. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AssistantProblem, PrinterState } from "../../bridge/src/api/line.ts";
import { bundleGzipBytes } from "../../panel/build.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { api, CALLER, deskHooks, draft, lineId, open, openCall, openUnsigned, order, panel } from "./desk-browser.ts";

deskHooks();

const lines = (text: string): string[] => text.split("\n").map((line) => line.trim());

test("settings are saved and hold; a pause is set, seen and ended", async () => {
  const page = await open("settings");
  await page.getByLabel("Calls at once").fill("3");
  await page.getByLabel("Calls at once").press("Tab");
  await page.getByRole("button", { name: "Add a day" }).click();
  // Not the offered tomorrow: near midnight that is today at the site.
  await page.getByLabel("Day", { exact: true }).fill("2040-01-02");
  await page.getByLabel("What it is").fill("Inventory");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Settings saved").waitFor();
  const { settings } = api.ordering.lines.get(lineId);
  assert.deepEqual([settings.concurrentCalls, settings.holidays[0]?.label], [3, "Inventory"]);
  await page.getByRole("button", { name: "Pause phone orders" }).click();
  await page.getByRole("button", { name: "30 minutes" }).click();
  await page.getByText("Paused").waitFor();
  assert.equal(api.ordering.lines.get(lineId).state, "paused");
  await page.getByRole("button", { name: "Take phone orders again" }).click();
  await page.getByText("Open", { exact: true }).waitFor();
});

test("a setting that does not fit says so at its field, is not sent, and Cancel takes it back", async () => {
  const page = await open("settings");
  const problem = (label: string) =>
    page
      .getByLabel(label, { exact: true })
      .last()
      .evaluate((input: HTMLInputElement) => input.validationMessage);
  const save = page.getByRole("button", { name: "Save" });
  const total = page.getByLabel("Largest order in euros");
  await page.getByLabel("Calls at once").fill("3");
  await total.fill("0,50");
  await save.click();
  assert.equal(await problem("Largest order in euros"), "From 1 to 10 000 euros.");
  const host = page.getByLabel("Kitchen printer: address");
  await page.getByRole("button", { name: "Cancel" }).click();
  // The only thing that was changed: Save can be pressed, and says what is wrong with it.
  await host.pressSequentially("the kitchen's");
  await page.getByText("Not saved yet").waitFor();
  await save.click();
  assert.match(await problem("Kitchen printer: address"), /^Write a name or an address/);
  assert.equal(await host.evaluate((input) => input.matches(":focus")), true, "the field is shown");
  await page.getByLabel("Calls at once").fill("3");
  await total.fill("0,50");
  for (const wrong of ["the kitchen's", "http://192.0.2.9", "192.0.2.9:99999"]) {
    await host.fill(wrong);
    await host.press("Tab");
    assert.match(await problem("Kitchen printer: address"), /^Write a name or an address/, wrong);
  }
  for (const day of [0, 1]) {
    await page.getByRole("button", { name: "Add a day" }).click();
    await page.getByLabel("Day", { exact: true }).nth(day).fill("2040-01-02");
  }
  await until(async () => (await problem("Day")) === "This day is in the list twice.", {
    what: "the day to be refused",
  });
  await page.getByRole("button", { name: "Delete 2040-01-02" }).last().click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await until(async () => (await total.inputValue()) === "300.00" && (await host.inputValue()) === "", {
    what: "the fields as they were",
  });
  // A port that is written with the address goes to its own field.
  await host.fill("[2001:db8::9]:9101");
  await host.press("Tab");
  await save.click();
  await page.getByText("Settings saved").waitFor();
  const { settings } = api.ordering.lines.get(lineId);
  assert.deepEqual([settings.printer, settings.concurrentCalls], [{ host: "2001:db8::9", port: 9101 }, 2]);
  const sent = await api.send("PATCH", `/api/lines/${lineId}`, {
    settings: { printer: { host: "192.0.2.9:9100", port: 9100 } },
  });
  assert.equal(sent.status, 400, sent.text);
});

test("two people at one line: what the other one changed stays, and what both changed is asked", async () => {
  const page = await open("settings");
  const calls = page.getByLabel("Calls at once");
  const saved = () => api.ordering.lines.get(lineId).settings;
  const type = async (value: string): Promise<void> => {
    await calls.fill(value);
    await calls.press("Tab");
  };
  await type("4");
  api.ordering.lines.update(lineId, { settings: { maxLines: 7, upsell: false } }, null);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Settings saved").waitFor();
  assert.deepEqual([saved().concurrentCalls, saved().maxLines, saved().upsell], [4, 7, false]);

  await type("6");
  api.ordering.lines.update(lineId, { settings: { concurrentCalls: 9 } }, null);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Nothing was overwritten. Both of you changed:").waitFor();
  const clash = page.locator("neolia-line-settings .note dl > div");
  assert.deepEqual((await clash.allInnerTexts()).map(lines), [["Calls at once", "Yours: 6", "Theirs: 9"]]);
  assert.equal(await page.getByText("Settings saved").count(), 0, "what was saved before is no word on this");
  await inspect(page, "desk line clash");
  assert.equal(saved().concurrentCalls, 9);
  await page.getByRole("button", { name: "Take theirs" }).click();
  assert.equal(await calls.inputValue(), "9");
  assert.equal(await page.getByText("Not saved yet").count(), 0);

  await type("5");
  api.ordering.lines.update(lineId, { settings: { concurrentCalls: 8 } }, null);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Save mine instead" }).click();
  await page.getByText("Both of you changed").waitFor({ state: "detached" });
  await until(() => saved().concurrentCalls === 5, { what: "mine to be saved" });
});

test("of what both changed both versions are shown, in words: hours, special days, greetings, money", async () => {
  const page = await open("settings");
  await page.getByLabel("Greeting in French").fill("Chez Luigi, bonsoir !");
  await page.getByLabel("Largest order in euros").fill("90");
  await page.getByRole("button", { name: "Add a day" }).click();
  await page.getByLabel("What it is").fill("Inventory");
  api.ordering.lines.update(
    lineId,
    {
      settings: {
        greeting: { fr: "Bienvenue chez Luigi." },
        maxTotalCents: 15_000,
        holidays: [{ date: "2026-12-24", label: "Christmas Eve", open: [{ fromMinute: 600, toMinute: 900 }] }],
      },
    },
    null,
  );
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Both of you changed:").waitFor();
  const clashes = (await page.locator("neolia-line-settings .note dl > div").allInnerTexts()).map(lines);
  assert.deepEqual(
    clashes.map(([label, , theirs]) => [label, theirs]),
    [
      ["Greeting in French", "Theirs: Bienvenue chez Luigi."],
      ["Largest order in euros", "Theirs: €150.00"],
      ["Holidays and special days", "Theirs: 24 Dec 2026, Christmas Eve, 10:00–15:00"],
    ],
  );
  assert.equal(clashes[0]?.[1], "Yours: Chez Luigi, bonsoir !");
  assert.match(clashes[2]?.[1] ?? "", /^Yours: .*, Inventory, Closed all day$/);
  await inspect(page, "desk line clash of words");
});

test("settings that are not saved yet are still there after a look at another page, and the window asks before it closes", async () => {
  const page = await open("settings");
  await page.getByLabel("Greeting in French").fill("Chez Luigi, bonsoir !");
  await page.getByText("Not saved yet").waitFor();
  await page.getByRole("link", { name: "Board", exact: true }).click();
  await page.getByText("No new order").waitFor();
  await page.getByRole("link", { name: "Line", exact: true }).click();
  await page.getByText("Not saved yet").waitFor();
  assert.equal(await page.getByLabel("Greeting in French").inputValue(), "Chez Luigi, bonsoir !");
  const asked = page.waitForEvent("dialog");
  void page.close({ runBeforeUnload: true });
  const question = await asked;
  assert.equal(question.type(), "beforeunload");
  await question.dismiss();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Settings saved").waitFor();
  assert.equal(api.ordering.lines.get(lineId).settings.greeting.fr, "Chez Luigi, bonsoir !");
  assert.equal(await page.getByText("Not saved yet").count(), 0);
});

test("an assistant that answers no calls is told on every page with what to do, and is gone when it answers again", async () => {
  const page = await open();
  const away = page.getByText("The assistant answers no calls; they ring your people.");
  await page.getByText("No new order").waitFor();
  assert.equal(await away.count(), 0);
  const say = (problem: AssistantProblem | null): void => {
    api.stage.assistantProblem = problem;
    api.bus.emit("linkChanged", { link: "voice" });
  };
  say("no-credit");
  await away.waitFor();
  await page.getByText("Add credit there").waitFor();
  await inspect(page, "desk assistant away");
  await page.getByRole("link", { name: "Line", exact: true }).click();
  await page.getByText("Add credit there").waitFor();
  say("key-refused");
  await page.getByText("refuses the key").waitFor();
  say(null);
  await away.waitFor({ state: "detached" });
});

test("a line that people answer, as a choice, has no alarm about its assistant", async () => {
  api.stage.assistantProblem = "no-key";
  const page = await open("settings");
  const away = page.getByText("The assistant answers no calls; they ring your people.");
  await away.waitFor();
  await page.getByLabel("Calls are answered by").selectOption({ label: "people" });
  await inspect(page, "desk people answer");
  await page.getByRole("button", { name: "Save" }).click();
  await away.waitFor({ state: "detached" });
  assert.equal(api.ordering.lines.get(lineId).assistantProblem, null);
  await page.getByLabel("Calls are answered by").selectOption({ label: "the assistant" });
  await page.getByRole("button", { name: "Save" }).click();
  await away.waitFor();
});

test("a printer without paper is told on every page with what to do; one that tells nothing is said to tell nothing", async () => {
  const page = await open();
  await page.getByText("No new order").waitFor();
  const say = (printer: PrinterState): void => {
    api.stage.printer = printer;
    api.bus.emit("linkChanged", { link: "voice" });
  };
  say("paper-out");
  await page.getByText("out of paper. Tickets wait for a new roll.").waitFor();
  await inspect(page, "desk printer without paper");
  say("unsure");
  await page.getByText("out of paper").waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Line", exact: true }).click();
  await page.getByText("tells nothing about its paper").waitFor();
});

test("an administrator adds a second line beside the first, goes between them, and removes one after the question", async () => {
  api.ordering.lines.update(lineId, { settings: { hours: [{ fromMinute: 600, toMinute: 840 }] } }, null);
  const page = await open("settings");
  const list = page.locator("neolia-line-list");
  await list.getByText("Chez Luigi, ht841_restaurant1").waitFor();
  await list.getByRole("button", { name: "Add another line" }).click();
  assert.equal(await page.getByLabel("Name of the gateway's login").inputValue(), "ht841_restaurant2");
  await inspect(page, "desk second line");
  await page.getByLabel("Name of the restaurant").fill("Bistro");
  await list.getByRole("button", { name: "Add a line", exact: true }).click();
  await page.getByText("The password is shown only now").waitFor();
  // What is shown once does not go with Escape.
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "I have noted it" }).click();
  await page.getByText("No new order").waitFor();
  const picker = page.getByRole("combobox", { name: "Line" });
  const shown = () => picker.evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.textContent);
  assert.equal(await shown(), "Bistro");
  await page.getByRole("link", { name: "Line", exact: true }).click();
  await list.getByRole("link", { name: "Chez Luigi, ht841_restaurant1" }).click();
  await until(async () => (await shown()) === "Chez Luigi", { what: "the first line" });
  await picker.selectOption("Bistro");
  await page.getByRole("heading", { name: "Bistro" }).waitFor();
  // Each has its own hours.
  const always = () => page.getByRole("radio", { name: "Always" }).isChecked();
  await until(always, { what: "the new line's hours" });
  await picker.selectOption("Chez Luigi");
  await page.getByRole("heading", { name: "Chez Luigi" }).waitFor();
  await until(async () => !(await always()), { what: "the first line's hours" });
  await picker.selectOption("Bistro");
  await page.getByRole("heading", { name: "Bistro" }).waitFor();
  await page.locator("neolia-remove-line > section").getByRole("button", { name: "Remove this line" }).click();
  const dialog = page.locator("neolia-remove-line neolia-admin-dialog");
  await dialog.getByRole("button", { name: "Remove this line" }).click();
  await page.getByText("Bistro was removed.").waitFor();
  assert.deepEqual(
    api.ordering.lines.list().map(({ label }) => label),
    ["Chez Luigi"],
  );
});

test("an administrator exports and erases a caller; what the kitchen still has is left and said so", async () => {
  order("first");
  draft("left");
  const page = await open("settings");
  const card = page.locator("neolia-caller-data");
  const number = card.getByLabel("Telephone number");
  for (const written of [
    "06-39.98/01 78",
    "+33 (0)6 39 98 01 78",
    "06\u202f39\u00a098\u00a001\u00a078",
    "\u202a06 39 98 01 78\u202c",
    // Without its zero, or its plus.
    "639 98 01 78",
    "33 6 39 98 01 78",
  ]) {
    await number.fill(written);
    const shown = /^\+?33/.test(written) ? "Erase +33639980178?" : "Erase 0639980178?";
    await card.getByRole("button", { name: "Erase" }).click();
    await card.getByRole("heading", { name: shown }).waitFor();
    await page.keyboard.press("Escape");
    await card.locator("neolia-admin-dialog").waitFor({ state: "detached" });
  }
  await number.fill("06 39 98 01 78");
  const file = page.waitForEvent("download");
  await card.getByRole("button", { name: "Export" }).click();
  assert.equal((await file).suggestedFilename(), "caller.json");
  const erase = async (): Promise<void> => {
    await card.getByRole("button", { name: "Erase" }).click();
    const dialog = card.locator("neolia-admin-dialog");
    await dialog.getByRole("heading", { name: "Erase 0639980178?" }).waitFor();
    await dialog.getByRole("button", { name: "Erase" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  await erase();
  await page.getByText("Erased: 1 call, 0 orders. Left alone: 2").waitFor();
  const [first] = api.ordering.boards.board(lineId).orders;
  api.ordering.orders.move(first?.id ?? "", "new", "gone");
  await inspect(page, "desk caller data");
  await erase();
  await page.getByText("Erased: 1 call, 1 order.").waitFor();
  api.stage.vpsErased = "away";
  await erase();
  await page.getByText("The VPS could not be reached: its list of calls").waitFor();
  assert.deepEqual(api.ordering.privacy.export(CALLER), { calls: [], orders: [], log: [], messages: [] });
});

test("an administrator adds the line, sees the gateway's password once, and starts with an empty board", async () => {
  await api.send("DELETE", `/api/lines/${lineId}`);
  const page = await open();
  await page.getByLabel("Name of the restaurant").fill("Bistro");
  await page.getByLabel("Name of the gateway's login").fill("intercom-entrance");
  await page.getByRole("button", { name: "Add a line" }).click();
  await page.getByRole("alert").filter({ hasText: /name/i }).first().waitFor();
  await page.getByLabel("Name of the gateway's login").fill("ht841_bistro");
  await page.getByRole("button", { name: "Add a line" }).click();
  await page.getByText("ht841_bistro").waitFor();
  await inspect(page, "desk new line");
  await page.getByRole("button", { name: "I have noted it" }).click();
  await page.getByText("No new order").waitFor();
  assert.equal(await page.getByText("ht841_bistro").count(), 0);
});

test("an administrator removes the line after a question that says what goes; Cancel and a running call keep it", async () => {
  order("first");
  draft("left");
  const running = openCall("running");
  const page = await open("settings");
  const remove = page.locator("neolia-remove-line > section").getByRole("button", { name: "Remove this line" });
  const dialog = page.locator("neolia-remove-line neolia-admin-dialog");
  const lines = () => api.store.lines.list().map(({ id }) => id);
  await remove.focus();
  await page.keyboard.press("Enter");
  await dialog.getByText("not handed out yet: 1").waitFor();
  await dialog.getByText("not dealt with yet: 1").waitFor();
  await inspect(page, "desk remove line");
  const file = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Export as JSON" }).click();
  assert.match((await file).suggestedFilename(), /\.json$/);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(lines(), [lineId]);
  await remove.click();
  await dialog.getByRole("button", { name: "Remove this line" }).click();
  await dialog.getByRole("alert").filter({ hasText: "There is a call on the line" }).waitFor();
  assert.deepEqual(lines(), [lineId]);
  running.end({ reason: "caller-hung-up", costCents: 1 });
  await dialog.getByRole("button", { name: "Remove this line" }).click();
  await page.getByRole("heading", { name: "There is no phone line yet" }).waitFor();
  await page.getByText("Chez Luigi was removed.").waitFor();
  await page.getByLabel("Name of the restaurant").waitFor();
  await page.locator("neolia-desk h1:focus").waitFor();
  assert.deepEqual(lines(), []);
});

test("a desk whose line was removed elsewhere shows so by itself", async () => {
  const page = await open();
  await page.getByText("No new order").waitFor();
  await api.send("DELETE", `/api/lines/${lineId}`);
  await page.getByRole("heading", { name: "There is no phone line yet" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Pause phone orders" }).count(), 0);
});

test("the desk is a script of its own: what residents load has nothing of it", () => {
  assert.ok(bundleGzipBytes(panel.path) < 112_000, `${bundleGzipBytes(panel.path)} bytes`);
});

test("staff who live nowhere in the house come straight to the board, and see nothing of the building", async () => {
  order("first");
  api.stage.resident = { unitIds: [], desk: true };
  const page = await openUnsigned(1024, 600);
  await page.getByRole("button", { name: "Accept", exact: true }).waitFor();
  assert.equal(await page.getByText("401").count(), 0);
  await page.getByRole("link", { name: "Line", exact: true }).click();
  await page.getByText("Only an administrator changes these.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Remove this line" }).count(), 0);
});
