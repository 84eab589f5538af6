/** The restaurant's desk in a real browser, on the bridge's real app: what staff see, press and hear. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { ulid } from "ulid";
import type { AssistantProblem, LineWithPassword, PrinterState } from "../../bridge/src/api/line.ts";
import { buildPanel, bundleGzipBytes } from "../../panel/build.ts";
import { type TestApp, testApp } from "../directory/app.ts";
import { type House, makeHouse } from "../directory/house.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";

const CALLER = "+33639980178";
const panel = labFolder("desk-panel");
let browser: Browser;
let ports: PortBlock;
let api: TestApp;
let house: House;
let lineId: string;
let context: BrowserContext | null = null;

before(async () => {
  await buildPanel({ outFolder: panel.path });
  browser = await startChromium();
  ports = await reservePorts();
});
after(async () => {
  await browser.close();
  ports.release();
  panel.remove();
});
beforeEach(async () => {
  api = await testApp({ panelFolder: panel.path, port: ports.base });
  await api.app.listen({ host: "127.0.0.1", port: ports.base });
  house = await makeHouse(api);
  const made = await api.send("POST", "/api/lines", {
    buildingId: house.building.id,
    label: "Chez Luigi",
    gateway: "ht841_restaurant1",
  });
  lineId = made.json<LineWithPassword>().id;
  await api.send("POST", `/api/lines/${lineId}/menu/sample`, {});
});
afterEach(async () => {
  await context?.close();
  context = null;
  await api.close();
});

interface Look {
  width: number;
  height: number;
  dark?: boolean;
  locale?: string;
}

async function open(
  page_ = "board",
  { width, height, dark = false, locale = "en-GB" }: Look = { width: 1440, height: 900 },
): Promise<Page> {
  context = await newProfile(browser, { viewport: { width, height }, colorScheme: dark ? "dark" : "light", locale });
  context.setDefaultTimeout(30_000);
  const [name = "", value = ""] = api.cookie.split("=");
  await context.addCookies([{ name, value, url: `http://localhost:${ports.base}` }]);
  const page = await context.newPage();
  await page.goto(`http://localhost:${ports.base}/#/desk/${lineId}/${page_}`);
  await page.locator("neolia-desk h1").first().waitFor({ state: "attached" });
  return page;
}

const openCall = (callId: string) => api.ordering.desk.open({ callId, lineId, callerNumber: CALLER, language: "fr" });

function order(callId: string, item = "margherita"): void {
  const call = openCall(callId);
  call.heard("Bonjour, deux pizzas s'il vous plaît.");
  call.callTool(
    "add_item",
    { item_id: item, quantity: 2, option_ids: ["taille-grande", "sup-olives"], note: "bien cuite" },
    "1",
  );
  call.callTool("add_item", { item_id: "tiramisu", quantity: 1 }, "2");
  call.callTool("set_details", { name: "Paul Martin", pickup_time: "asap" }, "3");
  const readBack = call.callTool("read_back", {}, "4");
  call.said(readBack.say.text);
  call.playedToEnd(readBack.say.mark ?? "");
  call.callerTurn({ beganAtMs: Date.now() + 1 });
  call.heard("Oui, c'est ça.");
  const { say } = call.callTool("confirm_order", {}, "5");
  call.playedToEnd(say.mark ?? "");
  call.end({ reason: "completed", costCents: 12 });
}

function draft(callId: string): void {
  const call = openCall(callId);
  call.callTool("add_item", { item_id: "cola", quantity: 2 }, "1");
  call.callTool("set_details", { name: "Anne" }, "2");
  call.end({ reason: "caller-hung-up", costCents: 4 });
}

function evening(): void {
  order("first");
  order("second", "reine");
  order("third", "calzone");
  const [one, two] = api.ordering.boards.board(lineId).orders;
  if (one) api.ordering.orders.move(one.id, "new", "accepted");
  if (two) api.ordering.orders.move(two.id, "new", "accepted");
  if (two) api.ordering.orders.move(two.id, "accepted", "ready");
  draft("left");
  const live = openCall("running");
  live.heard("Bonjour, je voudrais une Reine.");
  live.callTool("add_item", { item_id: "reine", quantity: 1 }, "1");
  live.said("J'ai noté une Reine. Pour Reine, la taille : normale ou grande ?");
}

const SIZES: [string, Look][] = [
  ["1440x900 light", { width: 1440, height: 900 }],
  ["1024x600 dark", { width: 1024, height: 600, dark: true }],
  ["390x844 light, French", { width: 390, height: 844, locale: "fr-FR" }],
  ["390x844 dark", { width: 390, height: 844, dark: true }],
];

for (const [name, look] of SIZES) {
  test(`every page of the desk is accessible and fits: ${name}`, async () => {
    evening();
    const page = await open("board", look);
    await page.locator("neolia-kitchen-board .order").first().waitFor();
    await inspect(page, `desk board ${name}`);
    for (const [id, wait] of [
      ["menu", "neolia-menu-editor li"],
      ["settings", "neolia-line-settings input"],
      ["history", "neolia-call-history tbody tr"],
    ] as const) {
      await page.goto(`http://localhost:${ports.base}/#/desk/${lineId}/${id}`);
      await page.locator(wait).first().waitFor();
      await inspect(page, `desk ${id} ${name}`);
    }
  });
}

for (const [name, look] of SIZES) {
  test(`every dialog of the desk is accessible, fits, and gives the keyboard back where it came from: ${name}`, async () => {
    evening();
    const page = await open("board", look);
    await page.locator("neolia-kitchen-board .order").first().waitFor();
    const t = look.locale?.startsWith("fr") ? WORDS.fr : WORDS.en;
    const dialogs = [
      ["board", t.pause, "pause"],
      ["board", t.cancel, "cancel"],
      ["menu", t.edit, "dish"],
      ["menu", t.choice, "choice"],
      ["menu", t.category, "category"],
      ["history", t.call, "call"],
    ] as const;
    for (const [place, button, what] of dialogs) {
      await page.goto(`http://localhost:${ports.base}/#/desk/${lineId}/${place}`);
      const opener = page.getByRole("button", { name: button }).first();
      await opener.focus();
      await page.keyboard.press("Enter");
      await page.locator("dialog[open]").waitFor();
      // What is behind it is the view, which has a test of its own.
      await inspect(page, `desk ${what} ${name}`, "dialog[open]");
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      await until(() => opener.evaluate((element) => element.matches(":focus")), {
        what: `the keyboard back at ${what}`,
      });
    }
  });
}

const WORDS = {
  en: {
    pause: "Pause phone orders",
    cancel: /^Cancel the order/,
    edit: /^Edit Margherita/,
    choice: "Add a choice",
    category: "Add a category",
    call: /^Show the call/,
  },
  fr: {
    pause: "Suspendre les commandes",
    cancel: /^Annuler la commande/,
    edit: /^Modifier Margherita/,
    choice: "Ajouter un choix",
    category: "Ajouter une catégorie",
    call: /^Voir l'appel/,
  },
};

test("a new order shows at once, rings until somebody accepts it, and goes through the kitchen with undo", async () => {
  const page = await open();
  await page.getByText("No new order").waitFor();
  order("first");
  const accept = page.getByRole("button", { name: "Accept", exact: true });
  await accept.waitFor();
  assert.match(
    await page.locator("neolia-kitchen-board article").innerText(),
    /1[\s\S]*Paul Martin[\s\S]*2 × Margherita[\s\S]*olives[\s\S]*bien cuite/,
  );
  await accept.click();
  const ready = page.getByRole("button", { name: "Ready", exact: true });
  await ready.waitFor();
  const stage = () => api.ordering.boards.board(lineId).orders[0]?.stage;
  assert.equal(stage(), "accepted");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await accept.waitFor();
  assert.equal(stage(), "new");
  await accept.click();
  await ready.click();
  await page.getByRole("button", { name: "Handed out", exact: true }).click();
  await page.locator(".order.gone").waitFor();
  assert.equal(stage(), "gone");
  await page.getByRole("button", { name: "One step back: 1" }).click();
  await until(() => stage() === "ready", { what: "the order to be back" });
});

test("an order for another day names the day, and what was taken twice says so", async () => {
  const call = openCall("tomorrow");
  call.callTool(
    "add_item",
    { item_id: "margherita", quantity: 1, option_ids: ["taille-normale", "sup-olives", "sup-olives"] },
    "1",
  );
  call.callTool("set_details", { name: "Paul", pickup_time: "asap" }, "2");
  const { say } = call.callTool("read_back", {}, "3");
  call.playedToEnd(say.mark ?? "");
  call.callerTurn({ beganAtMs: Date.now() + 1 });
  call.callTool("confirm_order", {}, "4");
  call.end({ reason: "completed", costCents: 1 });
  const row = api.store.orders.inStages(lineId, ["new"])[0];
  assert.ok(row);
  const pickupAtMs = Date.now() + 30 * 3_600_000;
  api.store.orders.insert({ ...row, id: ulid(), ordinal: 2, number: 2, pickupAtMs });
  const page = await open();
  const card = page
    .locator("neolia-kitchen-board .order", { hasText: "2" })
    .filter({ has: page.locator(".number", { hasText: "2" }) });
  const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" }).format(pickupAtMs);
  assert.match(await card.innerText(), new RegExp(`${weekday} \\d\\d:\\d\\d[\\s\\S]*olives × 2`));
  await inspect(page, "desk board, another day");
});

test("cancelling an order asks first and can be taken back", async () => {
  order("first");
  const page = await open();
  await page.getByRole("button", { name: "Cancel the order 1" }).click();
  await page.getByRole("button", { name: "Keep it" }).click();
  assert.equal(api.ordering.boards.board(lineId).orders.length, 1);
  await page.getByRole("button", { name: "Cancel the order 1" }).click();
  await page.getByRole("button", { name: "Cancel the order", exact: true }).click();
  await page.getByText("No new order").waitFor();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByRole("button", { name: "Accept", exact: true }).waitFor();
});

test("a broken-off call is shown first with call-back, and becomes an order or is put aside", async () => {
  draft("left");
  const page = await open();
  const card = page.locator(".draft");
  await card.waitFor();
  assert.match(await card.innerText(), /Anne[\s\S]*the caller hung up[\s\S]*2 × Cola/);
  assert.equal(await card.getByRole("link").getAttribute("href"), `tel:${CALLER}`);
  await card.getByRole("button", { name: "Put aside" }).click();
  await card.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await card.getByRole("button", { name: "Make it an order" }).click();
  await page.getByRole("button", { name: "Accept", exact: true }).waitFor();
});

test("a running call shows cart and words as they come; taking over reaches the phone once", async () => {
  const page = await open();
  const call = openCall("running");
  const commands: string[] = [];
  call.onCommand(({ type }) => commands.push(type));
  call.heard("une Reine, grande");
  call.callTool("add_item", { item_id: "reine", quantity: 1, option_ids: ["taille-grande"] }, "1");
  const card = page.locator("neolia-live-call .order");
  await card.getByText("une Reine, grande").waitFor();
  assert.match(await card.innerText(), /1 × Reine[\s\S]*€15\.50/);
  await card.getByRole("button", { name: "Take over" }).click();
  await card.getByText("admin takes this call").waitFor();
  assert.ok(await card.getByRole("button", { name: "Take over" }).isDisabled());
  await card.getByRole("button", { name: "Hang up" }).click();
  await page.locator("neolia-live-call neolia-admin-dialog").getByRole("button", { name: "Hang up" }).click();
  await until(() => commands.length === 2, { what: "the commands" });
  assert.deepEqual(commands, ["take-over", "hang-up"]);
});

test("a dish is sold out with one press, edited, added, deleted with undo, and found by its name", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Tiramisu: Available" }).click();
  await until(() => api.store.lines.soldOut(lineId).includes("tiramisu"), { what: "sold out" });
  await page.getByLabel("Find a dish").fill("creme");
  await page.getByRole("button", { name: "Edit Crème brûlée" }).click();
  const dialog = page.locator("neolia-item-dialog");
  await dialog.getByLabel("Price in euros").fill("abc");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Write the price like 12.50.").waitFor();
  await dialog.getByLabel("Price in euros").fill("7,20");
  await dialog.getByRole("button", { name: "Save" }).click();
  const item = (id: string) => api.store.lines.menu(lineId).menu.items.find((one) => one.id === id);
  await until(() => item("creme-brulee")?.priceCents === 720, { what: "the new price" });
  await page.getByRole("button", { name: "Edit Crème brûlée" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await until(() => !item("creme-brulee"), { what: "the dish to be gone" });
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await until(() => item("creme-brulee")?.priceCents === 720, { what: "the dish to be back" });
});

test("a category gets hours of its own, and a choice its options", async () => {
  const page = await open("menu");
  await page.getByRole("button", { name: "Add a category" }).click();
  const dialog = page.locator("neolia-group-dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Brunch");
  await dialog.getByLabel(/Only at these times/).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  const stored = () => api.store.lines.menu(lineId).menu;
  await until(() => stored().categories.some(({ id, available }) => id === "brunch" && available.length > 0), {
    what: "the category",
  });
  await page.getByRole("button", { name: "Add a choice" }).click();
  await dialog.getByLabel("Name", { exact: true }).fill("Lait");
  await dialog.getByLabel("Option", { exact: true }).fill("Avoine");
  await dialog.getByLabel("Extra price").fill("0,50");
  await dialog.getByRole("button", { name: "Save" }).click();
  await until(() => stored().groups.some(({ id, options }) => id === "lait" && options[0]?.priceCents === 50), {
    what: "the choice",
  });
});

test("a file with mistakes changes nothing and names the lines; a good one replaces the menu", async () => {
  const page = await open("menu");
  const bring = async (text: string | Buffer): Promise<void> => {
    const file = {
      name: "menu.csv",
      mimeType: "text/csv",
      buffer: typeof text === "string" ? Buffer.from(text) : text,
    };
    await page.locator("neolia-menu-files input[type=file]").setInputFiles(file);
    await page.getByRole("button", { name: "Replace the menu" }).click();
  };
  await bring("type,id,parent,name,price,tax\ncategory,a,,A\nitem,b,a,B,zwölf,10\n");
  await page.getByText("Line 3").waitFor();
  assert.ok(api.store.lines.menu(lineId).menu.items.length > 40);
  await bring("type,id,parent,name,price,tax\ncategory,a,,A\nitem,b,a,B,12,10\n");
  await page.getByText("Imported: 1 dishes, 0 choices").waitFor();
  assert.equal(api.store.lines.menu(lineId).menu.items.length, 1);
  // As a French Excel saves it: Windows-1252.
  await bring(Buffer.from("type;id;parent;name;price;tax\ncategory;a;;Crêpes\nitem;b;a;Crêpe;4,50;5,5\n", "latin1"));
  await until(() => api.store.lines.menu(lineId).menu.items[0]?.name === "Crêpe", { what: "the crêpe" });
});

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
  api.ordering.lines.update(lineId, { settings: { hours: [{ fromMinute: 600, toMinute: 840 }] } });
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
  await card.getByLabel("Telephone number").fill("06 39 98 01 78");
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
  await page.getByText("Erased: 1 calls, 0 orders. Left alone: 2").waitFor();
  const [first] = api.ordering.boards.board(lineId).orders;
  api.ordering.orders.move(first?.id ?? "", "new", "gone");
  await inspect(page, "desk caller data");
  await erase();
  await page.getByText("Erased: 1 calls, 1 orders.").waitFor();
  assert.deepEqual(api.ordering.privacy.export(CALLER), { calls: [], orders: [] });
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
  assert.ok(bundleGzipBytes(panel.path) < 110_000, `${bundleGzipBytes(panel.path)} bytes`);
});

test("staff who live nowhere in the house come straight to the board, and see nothing of the building", async () => {
  order("first");
  api.stage.resident = { unitIds: [], desk: true };
  context = await newProfile(browser, { viewport: { width: 1024, height: 600 } });
  const page = await context.newPage();
  await page.goto(`http://localhost:${ports.base}/`);
  await page.getByRole("button", { name: "Accept", exact: true }).waitFor();
  assert.equal(await page.getByText("401").count(), 0);
  await page.getByRole("link", { name: "Line", exact: true }).click();
  await page.getByText("Only an administrator changes these.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Remove this line" }).count(), 0);
});
