/**
 * The whole way of an installer in a real browser on the real system, without a terminal: from an empty app to a hundred
 * units, a door, and devices that ring: a SIP phone from its card, and a wall panel from its link.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import type { Page } from "playwright-core";
import type { Account, Unit } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { newProfile } from "../lab/chromium.ts";
import type { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { settled } from "./admin-desk.ts";
import { type EmptySite, startEmptySite } from "./empty-site.ts";

const DOMAIN = "lake.sip.example.com";

let site: EmptySite;
around(
  async () => {
    site = await startEmptySite(DOMAIN);
  },
  () => site?.stop(),
);

test("an empty app greets with three steps, and ends as a building whose devices ring", async () => {
  const page = await (await newProfile(site.browser, { viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(site.bridge.pageUrl);
  await page.getByRole("button", { name: "Manage the building" }).click();
  await page.getByRole("heading", { name: "Welcome. Three steps to a door that rings." }).waitFor();

  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await inspect(page, `welcome-${colorScheme}`);
  }

  await page.getByLabel("Name of the site").fill("12 Lake Road");
  await page.getByLabel("Time zone").fill("Europe/Paris");
  await page.getByLabel("SIP domain").fill(DOMAIN);
  await page.getByRole("button", { name: "Make the site" }).click();
  await page.getByRole("heading", { name: "12 Lake Road", level: 1 }).waitFor();

  await page.getByRole("button", { name: /Add a building/ }).click();
  await page.getByRole("button", { name: "New building" }).click();
  await page.getByLabel("Name of the building").fill("Building A");
  await page.getByRole("button", { name: "Add the building" }).click();

  // The first building leads on to its units.
  await page.getByLabel("From").fill("101");
  await page.getByLabel("to", { exact: true }).fill("200");
  await page.getByRole("button", { name: "Make 100 units" }).click();
  await page.getByText("100 entries").waitFor();

  const door = await addDoor(page);
  const mobile = await addSipPhone(page, "101");
  const link = await pairingLink(page, "102");
  await page.getByText("Live", { exact: true }).first().waitFor();

  const panel = await (await newProfile(site.browser)).newPage();
  panel.setDefaultTimeout(30_000);
  await panel.goto(link);
  await panel.getByRole("heading", { name: "Unit 102" }).waitFor();
  await panel.getByText("Ready to ring").waitFor();
  await page.getByText("Paired. The device has its settings.").waitFor();

  // The link once more: where it has paired it says so and goes there; to anybody else it is a wrong one.
  await panel.goto("about:blank");
  await panel.goto(link);
  await panel.getByText("This device is paired with Unit 102 already.").waitFor();
  await panel.getByRole("heading", { name: "Unit 102" }).waitFor();
  await inspect(panel, "paired-already");
  await panel.getByRole("button", { name: "Close" }).click();
  await panel.getByText("This device is paired with Unit 102 already.").waitFor({ state: "detached" });
  const stranger = await (await newProfile(site.browser)).newPage();
  await stranger.goto(link);
  await stranger.getByText("This code is wrong, used or too old. Ask for a new one.").waitFor();
  // On a wall panel, without scrolling.
  await stranger.setViewportSize({ width: 1024, height: 600 });
  const told = await stranger.getByText("This code is wrong, used or too old.").boundingBox();
  assert.ok(told && told.y >= 0 && told.y + told.height <= 600, JSON.stringify(told));
  assert.equal(await stranger.getByText("102").count(), 0);
  await stranger.close();

  const station = await site.phone("main-entrance", door.password);
  const phone = await site.phone(mobile.username, mobile.password);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: "Devices" }).click();
  await settled(page);
  await until(async () => (await page.getByText("Connected", { exact: true }).count()) >= 3, {
    timeoutMs: 30_000,
    what: "the list to show that door, phone and panel are connected",
  });
  // The overview says what is so: one more device that nobody has connected, and all is no longer set.
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("heading", { name: "All set. Let the test ring prove it." }).waitFor();
  const [unit] = await site.api.get<Unit[]>("/api/units");
  const spare = { siteId: unit?.siteId, unitId: unit?.id, type: "mobile", label: "Spare" };
  const { id } = await site.api.post<Account>("/api/accounts", spare);
  await page.getByRole("heading", { name: "All is entered, but not every device is connected." }).waitFor();
  await site.api.delete(`/api/accounts/${id}`);

  await station.dial("unit101");
  await phone.waitFor("CALL_INCOMING");
  await hangUp(station);
  await station.dial("unit102");
  await panel.getByRole("button", { name: "Answer" }).waitFor();
  assert.match(await panel.locator("neolia-incoming-view h1").innerText(), /Main entrance/);
  await hangUp(station);

  // The installer's own browser is a panel as well: a ring stands above a half-filled form, and leaves it as it was.
  await page.goto(await pairingLink(page, "103"));
  await page.getByText("Ready to ring").waitFor();
  // A link that is no good is told also to whoever is signed in, and changes nothing.
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByText("This code is wrong, used or too old. Ask for a new one.").waitFor();
  await page.getByText("Ready to ring").waitFor();
  await page.getByText("This code is wrong, used or too old. Ask for a new one.").waitFor();
  await page.getByRole("heading", { name: "Unit 103" }).waitFor();
  await page.getByRole("button", { name: "Manage the building" }).click();
  await page.getByRole("link", { name: "Buildings" }).click();
  await page.getByRole("button", { name: "New building" }).click();
  const field = page.locator("neolia-admin-dialog").getByLabel("Name of the building");
  await field.fill("Annex");
  await station.dial("unit103");
  await page.getByRole("button", { name: "Decline" }).click();
  await field.waitFor({ timeout: 30_000 });
  assert.equal(await field.inputValue(), "Annex");
});

test("a change that the server refuses is named with its way out, and goes on by itself once it is taken", async () => {
  const [made] = await site.api.get<{ id: string }[]>("/api/sites");
  const siteId = made?.id ?? assert.fail("the way above made a site");
  // The bridge lets nobody give one name twice: what an older version may have left is put into its file.
  const db = new Database(join(site.bridge.dataFolder, "neolia.db"));
  db.prepare(
    `INSERT INTO account (id, site_id, unit_id, username, type, label, ha1, enabled, created_at_ms)
     VALUES (?, ?, NULL, 'unit150', 'gateway', 'Old gateway', ?, 1, 0)`,
  ).run("01J00000000000000000000099", siteId, "0".repeat(32));
  db.close();
  const page = await (await newProfile(site.browser, { viewport: { width: 1440, height: 900 } })).newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(site.bridge.pageUrl);
  await page.getByRole("button", { name: "Manage the building" }).click();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByLabel("Address").fill("12 Lake Road, Lakeside");
  await page.getByRole("button", { name: "Save" }).click();
  const unit = (await site.api.get<{ id: string }[]>(`/api/units?siteId=${siteId}`))[0];
  await site.api.patch(`/api/units/${unit?.id}`, { number: "101a" });
  await page.getByRole("heading", { name: "The server refuses the latest changes" }).waitFor();
  await page.getByText("unit150 is the name of a unit and of a device.").waitFor();
  await inspect(page, "stuck");
  await site.api.delete("/api/accounts/01J00000000000000000000099");
  await page.getByRole("heading", { name: "The server refuses the latest changes" }).waitFor({ state: "detached" });
  await page.getByText("Live", { exact: true }).first().waitFor();
});

/** Waits until the call is over: the station takes one at a time. */
async function hangUp(station: SipPhone): Promise<void> {
  await station.hangUp();
  await station.waitFor("CALL_CLOSED");
  station.mark();
}

async function addDoor(page: Page): Promise<{ password: string }> {
  await page.getByRole("link", { name: "Doors" }).click();
  await page.getByRole("button", { name: "New door" }).click();
  await page.getByLabel("Name of the door").fill("Main entrance");
  await page.getByLabel("SIP name").fill("main-entrance");
  await page.getByRole("button", { name: "Add the door" }).click();
  return await readCard(page);
}

async function addSipPhone(page: Page, unit: string): Promise<{ username: string; password: string }> {
  await openUnit(page, unit);
  await page.getByRole("button", { name: "Other SIP device" }).click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  return await readCard(page);
}

/** What a person would type off the card, before it is gone for good. */
async function readCard(page: Page): Promise<{ username: string; password: string }> {
  const read = (name: string): Promise<string> => page.locator(`[data-card="${name}"]`).innerText();
  const card = { username: await read("username"), password: await read("password") };
  await page.getByRole("button", { name: "I have it" }).click();
  return card;
}

async function pairingLink(page: Page, unit: string): Promise<string> {
  await openUnit(page, unit);
  await page.getByRole("button", { name: "Pair a wall panel" }).click();
  await page.getByRole("button", { name: "Make the code" }).click();
  const link = await page.locator("[data-pairing-link]").getAttribute("data-pairing-link");
  assert.ok(link);
  return link;
}

async function openUnit(page: Page, number: string): Promise<void> {
  await page.getByRole("link", { name: "Units" }).click();
  await page.getByRole("searchbox").fill(number);
  await page.getByRole("option", { name: `Unit ${number}` }).click();
  await page.getByRole("heading", { name: `Unit ${number}`, level: 1 }).waitFor();
}
