/** The restaurant's desk in a real browser: what staff see, press and hear at the board and in the menu. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ulid } from "ulid";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import {
  api,
  CALLER,
  deskHooks,
  draft,
  evening,
  type Look,
  lineId,
  open,
  openCall,
  order,
  ports,
} from "./desk-browser.ts";

deskHooks();

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
  // One kind may be taken several times.
  await dialog.getByLabel("At most").fill("3");
  await dialog.getByLabel("At least").fill("2");
  await dialog.getByText("Allergens: not known").click();
  await dialog.getByLabel("Known:", { exact: true }).check();
  await dialog.getByText("Allergens: none").waitFor();
  await dialog.getByLabel("gluten").check();
  await dialog.getByText("Allergens: gluten").waitFor();
  await dialog.getByRole("button", { name: "Save" }).click();
  const made = await until(() => stored().groups.find(({ id }) => id === "lait"), { what: "the choice" });
  assert.deepEqual([made.min, made.max], [2, 3]);
  assert.deepEqual(
    made.options.map(({ priceCents, allergens }) => [priceCents, allergens]),
    [[50, ["gluten"]]],
  );
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
