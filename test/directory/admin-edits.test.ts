/** What an installer does with the pages: makes, edits, moves, removes, imports; two people at once; hostile names. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Building, Rule, Site, Unit } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { holdAnswers } from "../lab/hold-answers.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { AdminDesk, go, type SampleBuilding, settled } from "./admin-desk.ts";

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
  house = await desk.makeBuilding(5, { domain: `site${number}.sip.example.com`, name: `Site ${number}` });
});
afterEach(() => desk.closePages());

/** What a dialog shows is slotted into it: its element is where to look. */
const dialogOf = (page: Page): Locator => page.locator("neolia-admin-dialog");

const open = (path: string): Promise<Page> => desk.open(`/${house.site.id}${path}`);

test("a hundred units are made in one step, and none of them when one is there already", async () => {
  const page = await open("/units/many");
  const dialog = dialogOf(page);
  // What is offered is free: the floor above the highest number.
  await dialog.getByText("99 units: 201 to 299").waitFor();
  await dialog.getByLabel("From").fill("105");
  await dialog.getByLabel("to", { exact: true }).fill("110");
  await dialog.getByText("There already: 105.").waitFor();
  assert.equal(await dialog.getByRole("button", { name: /^Make \d+ units?$/ }).isEnabled(), false);
  // What lies between them is not said to be there.
  const eight = await desk.api.post<Unit>("/api/units", { buildingId: house.building.id, number: "108" });
  await dialog.getByLabel("From").fill("101");
  await dialog.getByText("There already: 101 to 105 and 108.").waitFor();
  await desk.api.delete(`/api/units/${eight.id}`);
  await dialog.getByLabel("From").fill("-1");
  await dialog.getByText("Enter two whole numbers from 0 to 999,999").waitFor();
  await dialog.getByLabel("From").fill("201");
  await dialog.getByLabel("to", { exact: true }).fill("299");
  await dialog.getByRole("button", { name: "Make 99 units" }).click();
  await page.getByText("99 units were made.").waitFor();
  const units = await desk.api.get<Unit[]>(`/api/units?siteId=${house.site.id}`);
  assert.equal(units.length, 5 + 1 + 99);
  await page.getByText("105 entries").waitFor();
});

test("01 to 20 are made with their zeros", async () => {
  const page = await open("/units/many");
  const dialog = dialogOf(page);
  await dialog.getByLabel("From").fill("01");
  await dialog.getByLabel("to", { exact: true }).fill("20");
  await dialog.getByLabel("Before the number").fill("A-");
  await dialog.getByText("20 units: A-01 to A-20").waitFor();
  assert.equal(await dialog.getByLabel("From").inputValue(), "01");
  await dialog.getByRole("button", { name: "Make 20 units" }).click();
  await dialog.waitFor({ state: "detached" });
  const numbers = (await desk.api.get<Unit[]>(`/api/units?siteId=${house.site.id}`)).map(({ number: it }) => it);
  assert.ok(numbers.includes("A-01") && numbers.includes("A-20") && !numbers.includes("A-1"));
});

test("search finds a unit among many by its number, from the keyboard alone, and opens it", async () => {
  const page = await open("/units");
  await page.getByText("6 entries").waitFor();
  await page.getByRole("searchbox").focus();
  await page.keyboard.type("recep");
  await page.getByText("1 entry").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Reception", level: 1 }).waitFor();
  assert.ok(page.url().endsWith(house.reception.id));
  await page.goBack();
  await page.getByText("Choose a unit").waitFor();
});

test("two people edit the same unit: the second sees both versions, chooses, and nothing is overwritten unseen", async () => {
  const page = await open(`/units/${house.reception.id}`);
  const field = page.getByLabel("Number or name");
  await field.fill("Front desk");
  const current = await desk.api.get<Unit>(`/api/units/${house.reception.id}`);
  const reply = await changeFrom(current, "Lobby");
  assert.equal(reply, 200);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Somebody else changed this meanwhile").waitFor();
  assert.equal((await desk.api.get<Unit>(`/api/units/${current.id}`)).number, "Lobby");
  assert.equal(await page.getByLabel("Theirs: Lobby").isChecked(), true);
  await page.getByLabel("Yours: Front desk").check();
  await page.getByRole("button", { name: "Save the choice" }).click();
  await until(async () => (await desk.api.get<Unit>(`/api/units/${current.id}`)).number === "Front desk", {
    what: "the chosen version to be stored",
  });
});

test("a unit moves to another building, and the move is taken back", async () => {
  const villa = await desk.api.post<Building>("/api/buildings", { siteId: house.site.id, name: "Villa" });
  const page = await open(`/units/${house.reception.id}`);
  await page.getByLabel("Building").selectOption({ label: "Villa" });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Moved to Villa.").waitFor();
  const building = async (): Promise<string> =>
    (await desk.api.get<Unit>(`/api/units/${house.reception.id}`)).buildingId;
  assert.equal(await building(), villa.id);
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await building()) === house.building.id, { what: "the unit to be back" });
});

test("removing a building says what it takes along, asks, and does nothing when the answer is no", async () => {
  const page = await open("/buildings");
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog", { name: "Remove Building A?" }).waitFor();
  const dialog = dialogOf(page);
  await dialog.getByText(/^6 units: Reception, 101/).waitFor();
  await dialog.getByText(/^1 door: Main entrance$/).waitFor();
  await dialog.getByText(/^2 devices with their logins: .*Desk phone/).waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal((await desk.api.get<Unit[]>(`/api/units?siteId=${house.site.id}`)).length, 6);
  await page.getByRole("button", { name: "Remove" }).click();
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("Building A was removed.").waitFor();
  assert.deepEqual(await desk.api.get<Unit[]>(`/api/units?siteId=${house.site.id}`), []);
});

test("two quick arrow keys move a rule two places, and nobody else is blamed", async () => {
  const { id: unitId } = house.reception;
  const rules = () => desk.api.get<Rule[]>(`/api/rules?unitId=${unitId}`);
  const { id: _id, siteId: _site, version: _version, revision: _revision, ...fields } = house.rule;
  await desk.api.post("/api/rules", { ...fields, unitId, sourcePattern: "mobile101" });
  const [first] = await rules();
  const page = await open(`/rules/${unitId}`);
  const grip = page.getByRole("button", { name: /^Rule 1:/ });
  await grip.focus();
  const { count, release } = await holdAnswers(page, "api/rules/*");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await until(() => count.passed === 1, { what: "the first key at the bridge" });
  release();
  await until(async () => (await rules()).at(-1)?.id === first?.id, { what: "the rule two places down" });
  await page
    .getByRole("button", { name: /^Rule 3:/ })
    .and(page.locator(":focus"))
    .waitFor();
  assert.equal(await page.locator("neolia-admin-toast .toast").count(), 0);
});

test("rules are put in order by the keys alone, and a removed one comes back", async () => {
  const page = await open(`/rules/${house.reception.id}`);
  const rules = async (): Promise<string[]> =>
    (await desk.api.get<Rule[]>(`/api/rules?unitId=${house.reception.id}`)).map(({ action }) => action);
  assert.deepEqual(await rules(), ["forward", "ring"]);
  const grip = page.getByRole("button", { name: /^Rule 1: drag/ });
  await grip.focus();
  await page.keyboard.press("ArrowDown");
  await until(async () => (await rules()).join() === "ring,forward", { what: "the rule to have moved down" });
  await page.getByText("Rule moved to place 2.").waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Remove: Rule 2" }).click();
  await until(async () => (await rules()).join() === "ring", { what: "the rule to be gone" });
  await page.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await rules()).join() === "ring,forward", { what: "the rule to be back" });
});

test("a rule is dragged with the pointer past a taller one, down and up, and stays where it was dropped", async () => {
  const page = await open(`/rules/${house.reception.id}`);
  const rules = async (): Promise<string[]> =>
    (await desk.api.get<Rule[]>(`/api/rules?unitId=${house.reception.id}`)).map(({ action }) => action);
  const rows = page.locator("neolia-rules-editor li");
  const drag = async (from: number, to: number): Promise<void> => {
    const [grabbed, target] = [await rows.nth(from).boundingBox(), await rows.nth(to).boundingBox()];
    assert.ok(grabbed && target);
    const x = grabbed.x + grabbed.width / 2;
    await page.mouse.move(x, grabbed.y + 12);
    await page.mouse.down();
    // A browser takes a press for a drag once it has moved, and tells of what is below only while it moves on.
    const y = to > from ? target.y + target.height - 12 : target.y + 12;
    await page.mouse.move(x, y, { steps: 10 });
    for (let still = 0; still < 5; still++) await page.mouse.move(x, y + (still % 2));
  };
  await rows.nth(1).waitFor();
  await drag(0, 1);
  await until(async () => /Unit 101/.test(await rows.nth(1).innerText()), {
    what: "the list to show what dropping would make",
  });
  assert.deepEqual(await rules(), ["forward", "ring"], "nothing is saved before it is dropped");
  await page.mouse.up();
  await until(async () => (await rules()).join() === "ring,forward", { what: "the dropped rule to be saved" });
  await page.getByText("Rule moved to place 2.").waitFor({ state: "attached" });
  // The short one up over the tall one's lower end: it may not flutter there.
  await drag(1, 0);
  await page.mouse.up();
  await until(async () => (await rules()).join() === "forward,ring", { what: "the rule to be back" });
  const [tall, short] = [await rows.nth(0).boundingBox(), await rows.nth(1).boundingBox()];
  assert.ok(tall && short && tall.height > short.height + 30);
  await page.mouse.move(short.x + short.width / 2, short.y + 12);
  await page.mouse.down();
  for (let still = 0; still < 13; still++) {
    await page.mouse.move(short.x + short.width / 2, tall.y + tall.height - 10 - (still % 2));
  }
  assert.match(await rows.nth(0).innerText(), /Unit 101/, "not far enough: nothing moves");
  await page.mouse.move(short.x + short.width / 2, tall.y + 20, { steps: 5 });
  await page.mouse.move(short.x + short.width / 2, tall.y + 21);
  await page.mouse.up();
  await until(async () => (await rules()).join() === "ring,forward", { what: "the short rule to be first" });
});

test("what was typed into a dialog is not lost by Escape or its cross: it asks first, and Escape again means it", async () => {
  const page = await open(`/rules/${house.reception.id}`);
  const dialog = page.getByRole("dialog");
  const begin = async (): Promise<void> => {
    await page.getByRole("button", { name: "Add a rule" }).click();
    await page.getByLabel("For how many seconds").waitFor();
  };
  await begin();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await begin();
  await page.getByLabel("For how many seconds").fill("77");
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByText("What you changed here is not saved yet.").waitFor();
  await inspect(page, "unsaved");
  await page.keyboard.press("Enter");
  await page.getByText("What you changed here is not saved yet.").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("For how many seconds").inputValue(), "77");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Close without saving" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal((await desk.api.get<Rule[]>(`/api/rules?unitId=${house.reception.id}`)).length, 2);
  // Days and hours are no field of the form itself.
  await begin();
  await page.getByLabel("Only at these times, on the clock of the site").check();
  await page.keyboard.press("Escape");
  await page.getByText("What you changed here is not saved yet.").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

test("a rule is dragged by its grip with a finger, on a telephone, and stays where it was let go", async () => {
  const page = await desk.open(`/${house.site.id}/rules/${house.reception.id}`, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  const rules = async (): Promise<string[]> =>
    (await desk.api.get<Rule[]>(`/api/rules?unitId=${house.reception.id}`)).map(({ id }) => id);
  const before = await rules();
  const grips = page.locator("neolia-rules-editor .grip");
  await grips.nth(1).scrollIntoViewIfNeeded();
  const [from, to] = [await grips.nth(0).boundingBox(), await grips.nth(1).boundingBox()];
  assert.ok(from && to);
  const x = from.x + from.width / 2;
  const finger = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd" | "touchCancel", y: number) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints: y < 0 ? [] : [{ x, y }] });
  const pull = async (): Promise<void> => {
    await touch("touchStart", from.y + 20);
    for (let step = 1; step <= 10; step++) await touch("touchMove", from.y + 20 + ((to.y + 60 - from.y) * step) / 10);
  };
  const top = async () => (await page.locator("neolia-rules-editor li").nth(0).getAttribute("data-rule")) ?? "";
  await pull();
  await until(async () => (await top()) === before[1], { what: "the list to show what letting go would make" });
  assert.deepEqual(await rules(), before, "nothing is saved before it is let go");
  await touch("touchCancel", -1);
  await until(async () => (await top()) === before[0], { what: "a drag that the system took away to be undone" });
  assert.deepEqual(await rules(), before);
  await pull();
  await touch("touchEnd", -1);
  await until(async () => (await rules()).join() === before.toReversed().join(), { what: "the rule to be saved" });
});

test("who calls is chosen: anyone, a door of this site by its name, or text of one's own, which alone may be wrong", async () => {
  const page = await open(`/rules/${house.reception.id}`);
  const dialog = dialogOf(page);
  const choice = dialog.getByLabel("Who calls");
  const typed = dialog.getByLabel("Number, account name or pattern");
  const stored = async (): Promise<string | undefined> =>
    (await desk.api.get<Rule[]>(`/api/rules?unitId=${house.reception.id}`)).at(-1)?.sourcePattern;
  const save = dialog.getByRole("button", { name: "Save" });
  await page.getByRole("button", { name: "Add a rule" }).click();
  assert.deepEqual(await choice.locator("option").allTextContents(), [
    "Anyone",
    "Main entrance",
    "A number, another account or a pattern…",
  ]);
  assert.equal(await typed.count(), 0);
  // By the keyboard: the last choice, and on to the text.
  await choice.focus();
  await page.keyboard.press("End");
  await typed.waitFor();
  await page.keyboard.press("Tab");
  await save.click();
  await dialog.getByText("Fill this in").or(dialog.locator(".why")).first().waitFor();
  await typed.fill("+331*");
  await inspect(page, "rule-caller-text", "neolia-rule-dialog");
  await save.click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await stored(), "+331*");
  const edit = async (): Promise<void> => page.getByRole("button", { name: "Edit: Rule 3" }).click();
  await edit();
  assert.equal(await typed.inputValue(), "+331*");
  await choice.selectOption({ label: "Main entrance" });
  await typed.waitFor({ state: "detached" });
  // What was chosen goes with Cancel, and the choice shows what is stored.
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await typed.inputValue(), "+331*");
  await choice.selectOption({ label: "Main entrance" });
  await save.click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await stored(), "entrance");
  await edit();
  assert.equal(await choice.inputValue(), "entrance");
  await choice.selectOption({ label: "Anyone" });
  await save.click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(await stored(), "*");
});

test("a rule for nights and a weekend is made in the form, and the simulator names it on Friday at 23:10", async () => {
  const page = await open(`/rules/${house.reception.id}`);
  await page.getByRole("button", { name: "Add a rule" }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel("Who calls").selectOption({ label: "Main entrance" });
  await dialog.getByLabel("What happens").selectOption({ label: "Ring somewhere else" });
  await dialog.getByRole("combobox", { name: "Where" }).click();
  await page.keyboard.type("102");
  await dialog.getByRole("option", { name: /Unit 102/ }).click();
  await dialog.getByLabel("Only at these times, on the clock of the site").check();
  for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday"]) await dialog.getByLabel(day).uncheck();
  await dialog.getByLabel("From").fill("22:00");
  await dialog.getByLabel("to", { exact: true }).fill("06:00");
  await dialog.getByText("until the next day").waitFor();
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  const made = (await desk.api.get<Rule[]>(`/api/rules?unitId=${house.reception.id}`)).at(-1);
  assert.deepEqual(made?.schedule, [{ fromMinute: 4 * 1440 + 1320, toMinute: 5 * 1440 + 360 }]);
  assert.equal(made?.targetSipUri, `sip:unit102@${house.site.domain}`);

  for (const to of [2, 1]) {
    await page.getByRole("button", { name: `Move rule ${to + 1} up` }).click();
    await page.getByText(`Rule moved to place ${to}.`).waitFor({ state: "attached" });
  }
  await desk.api.post("/api/accounts", {
    siteId: house.site.id,
    type: "mobile",
    label: "Guest phone",
    unitId: house.units[1]?.id,
  });
  const simulator = page.getByRole("region", { name: "What would happen?" });
  await simulator.getByLabel("When").fill("2026-11-27T23:10");
  await simulator.getByLabel("When").blur();
  await simulator.getByRole("button", { name: "Try it" }).click();
  await simulator.getByText(/It would ring: Guest phone \(mobile-\w+\), for 30 s, by rule 1\./).waitFor();
  await simulator.getByText("Fires", { exact: true }).waitFor();
  await simulator.getByText("Is for other times").waitFor();
  // Of an hour that comes twice, each has its offset; an answer goes with its question.
  const answer = simulator.locator(".answer");
  const when = async (at: string) => {
    await simulator.getByLabel("When").fill(at);
    await simulator.getByLabel("When").blur();
    await answer.waitFor({ state: "detached" });
    await simulator.getByRole("button", { name: "Try it" }).click();
  };
  await when("2026-10-25T02:30");
  await answer.getByText(/2:30.*\(UTC\+02:00\)/).waitFor();
  await answer.getByLabel("Take the second time").check();
  await answer.getByText(/2:30.*\(UTC\+01:00\)/).waitFor();
  await when("2027-03-28T02:30");
  await answer.getByText("That time does not exist: the clock goes forward that night.").waitFor();
  await answer.getByText(/3:30.*the clock of the site/).waitFor();
  await when("");
  await simulator.getByText("Choose a day and a time.").waitFor();
});

test("before there is a building, a link to a new unit or door leads to making one", async () => {
  const domain = `bare${number}.sip.example.com`;
  const bare = await desk.api.post<Site>("/api/sites", { name: "Bare", address: "", domain, timeZone: "Europe/Paris" });
  for (const path of ["units/many", "units/new", "doors/new"]) {
    const page = await desk.open(`/${bare.id}/${path}`);
    await page.getByRole("button", { name: "Add a building" }).waitFor();
    assert.equal(await page.getByRole("dialog").count(), 0, path);
    await page.getByRole("button", { name: "Add a building" }).click();
    await page.getByRole("heading", { name: "Buildings", level: 1 }).waitFor();
  }
});

test("a CSV file with a bad line changes nothing and names the line; mended, it is imported whole", async () => {
  const page = await open("/settings/import");
  const choose = (csv: string): Promise<void> =>
    page.getByLabel("CSV file").setInputFiles({ name: "units.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await choose("building,number,name\nBuilding A,301,unit301\nBuilding A,302,no/slash\n");
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByText("1 line is wrong. Nothing is imported until all are right.").waitFor();
  const row = page.getByRole("row", { name: /no\s*\/|^3 / });
  assert.match(await row.innerText(), /^3\s+name\s+No \/ \+ # \$/);
  assert.equal(await page.getByRole("button", { name: "Import now" }).count(), 0);
  await choose("building,number,name\nBuilding A,301,unit301\nBuilding A,302,unit302\n");
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByText("Would add 2, change 0, and leave 0 as they are.").waitFor();
  assert.equal((await desk.api.get<Unit[]>(`/api/units?siteId=${house.site.id}`)).length, 6);
  await page.getByRole("button", { name: "Import now" }).click();
  await page.getByText("Added 2, changed 0, left 0 as they were.").waitFor();
  assert.equal((await desk.api.get<Unit[]>(`/api/units?siteId=${house.site.id}`)).length, 8);
});

test("the password of a login is shown once, with its QR code, and closes by its own button only", async () => {
  const page = await open(`/units/${house.reception.id}`);
  await page.getByRole("button", { name: "Other SIP device" }).click();
  await page.getByLabel("Name of the device").fill("Kitchen phone");
  await page.getByRole("button", { name: "Add" }).click();
  const card = dialogOf(page);
  await card.getByRole("img", { name: "QR code of this card" }).waitFor();
  const password = await card.locator('[data-card="password"]').innerText();
  assert.ok(password.length >= 16, password);
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("dialog", { name: "Login of Kitchen phone" }).isVisible(), true);
  await card.getByRole("button", { name: "I have it" }).click();
  await card.waitFor({ state: "detached" });
  await page.getByText("Kitchen phone").waitFor();
  assert.equal((await page.content()).includes(password), false);
});

const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  '"><script>alert(2)</script>',
  "'; DROP TABLE units; --",
  "👩‍👩‍👧‍👦 Émile’s",
  "مدخل الطابق",
  "{{t}} $" + "{7*7}",
];

test("hostile and foreign names are stored and shown as plain text everywhere", async () => {
  for (const [at, name] of HOSTILE.entries()) {
    const building = await desk.api.post<Building>("/api/buildings", { siteId: house.site.id, name });
    await desk.api.post("/api/units", { buildingId: building.id, number: name, name: `hostile${at}` });
    await desk.api.post("/api/doors", { buildingId: building.id, label: name, name: `door${at}` });
  }
  const page = await open("/buildings");
  const alerts: string[] = [];
  page.on("dialog", (dialog) => {
    alerts.push(dialog.message());
    void dialog.dismiss();
  });
  for (const name of HOSTILE) await page.getByRole("heading", { name, exact: true, level: 2 }).waitFor();
  for (const path of ["/units", "/doors", "/rules", "/audit"]) {
    await go(page, `/${house.site.id}${path}`);
    await settled(page);
    await page
      .getByText(HOSTILE[0] ?? "")
      .filter({ visible: true })
      .first()
      .waitFor();
  }
  assert.deepEqual(alerts, []);
  assert.equal(await page.locator("img[src=x]").count(), 0);
});

test("what the API refuses stands beside its field: 64 kB, control characters, a name with a slash", async () => {
  const page = await open("/units/new");
  const dialog = dialogOf(page);
  const number = dialog.getByLabel("Number or name");
  // The field cuts at 80 characters; a program would not.
  await number.evaluate((input: HTMLInputElement) => {
    input.removeAttribute("maxlength");
    input.value = "A".repeat(65_536);
    input.dispatchEvent(new Event("input"));
  });
  await dialog.getByRole("button", { name: "Add the unit" }).click();
  await dialog.getByText("That is too large. Shorten the text, or split the file.").waitFor();
  await number.evaluate((input: HTMLInputElement) => {
    input.value = "A".repeat(81);
    input.dispatchEvent(new Event("input"));
  });
  await dialog.getByRole("button", { name: "Add the unit" }).click();
  await dialog.getByText("This is too long.").waitFor();
  assert.equal(await number.getAttribute("aria-invalid"), "true");
  await number.fill("Lobby");
  await dialog.getByLabel("SIP name").fill("lobby/1");
  await dialog.getByRole("button", { name: "Add the unit" }).click();
  await dialog.getByText("No / + # $: Home Assistant uses them for other things.").waitFor();
  assert.equal((await desk.api.get<Unit[]>(`/api/units?siteId=${house.site.id}`)).length, 6);
});

test("the keyboard alone makes a building and a unit", async () => {
  const page = await open("/buildings");
  await tabTo(page, "New building");
  await page.keyboard.press("Enter");
  await tabTo(page, "Name of the building");
  await page.keyboard.type("Annex");
  await page.keyboard.press("Enter");
  await page.getByText("Annex was added.").waitFor();
  await go(page, `/${house.site.id}/units`);
  await settled(page);
  await tabTo(page, "New unit");
  await page.keyboard.press("Enter");
  await tabTo(page, "Number or name");
  await page.keyboard.type("7");
  await page.keyboard.press("Enter");
  await page.getByText("Unit 7 was added.").waitFor();
  await page.getByRole("heading", { name: "Unit 7", level: 1 }).waitFor();
});

test("the switcher leads from site to site, and a deep link opens its own", async () => {
  const other = await desk.api.post<Site>("/api/sites", {
    name: `Other ${number}`,
    address: "",
    domain: `o${number}.sip.example.com`,
    timeZone: "Europe/Paris",
  });
  const page = await open("/units");
  await page.getByText("6 entries").waitFor();
  await page.getByRole("combobox", { name: "Site" }).selectOption({ label: other.name });
  await page.getByRole("heading", { name: other.name, level: 1 }).waitFor();
  assert.ok(page.url().includes(other.id));
  await go(page, `/${house.site.id}/buildings`);
  await page.getByRole("heading", { name: "Building A", level: 2 }).waitFor();
});

test("among fifty sites one is found by typing", async () => {
  for (let n = 1; n <= 50; n++) {
    const fields = { name: `Réf ${n}`, address: `${n} Quai`, domain: `ref${n}-${number}.sip.example.com` };
    await desk.api.post<Site>("/api/sites", { ...fields, timeZone: "Europe/Paris" });
  }
  const page = await open("/units");
  const switcher = page.getByRole("combobox", { name: "Site" });
  await switcher.selectOption({ label: "Réf 37" });
  await page.getByRole("heading", { name: "Réf 37", level: 1 }).waitFor();
  // A closed list of choices follows what is typed on it, in every browser.
  await desk.api.post<Site>("/api/sites", {
    name: "Zenith",
    address: "",
    domain: `zenith${number}.sip.example.com`,
    timeZone: "Europe/Paris",
  });
  await page
    .getByRole("combobox", { name: "Site" })
    .locator("option", { hasText: "Zenith" })
    .waitFor({ state: "attached" });
  await switcher.focus();
  await page.keyboard.type("zen");
  await page.getByRole("heading", { name: "Zenith", level: 1 }).waitFor();
  await switcher.selectOption({ label: "All sites…" });
  const names = page.locator("neolia-sites-page h2", { hasText: /^Réf/ });
  await page.getByRole("searchbox", { name: "Search: Sites" }).fill("ref 42");
  await until(async () => (await names.allInnerTexts()).join() === "Réf 42", { what: "the one site" });
  await page.getByRole("searchbox").fill("nowhere");
  await page.getByText("Nothing found for “nowhere”").waitFor();
  assert.equal(await names.count(), 0);
  await inspect(page, "fifty-sites");
});

async function tabTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      const labels =
        element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((label) => label.innerText) : [];
      return [
        element?.getAttribute("aria-label") ?? "",
        (element as HTMLElement | null)?.innerText ?? "",
        ...labels,
      ].join("\n");
    });
    if (focused.split("\n").some((text) => text.trim() === name)) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}

async function changeFrom(unit: Unit, to: string): Promise<number> {
  const response = await fetch(`${desk.bridge.url}/api/units/${unit.id}`, {
    method: "PATCH",
    headers: {
      cookie: desk.api.cookie,
      "content-type": "application/json",
      "x-neolia": "1",
      "if-match": `"${unit.version}"`,
    },
    body: JSON.stringify({ number: to }),
  });
  return response.status;
}
