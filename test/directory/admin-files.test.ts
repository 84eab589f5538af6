/** What goes out as a file and comes in again: backups, also into an empty app; files of devices; the hand-over's pages. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Site, Unit } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { startBridge } from "../lab/bridge.ts";
import { newProfile } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { inspect } from "../panel/inspect.ts";
import { AdminDesk, type SampleBuilding } from "./admin-desk.ts";
import { printed } from "./paper.ts";

let desk: AdminDesk;
let house: SampleBuilding;
let number = 0;
around(
  async () => {
    desk = await AdminDesk.start({ withServer: true });
  },
  () => desk?.stop(),
);
beforeEach(async () => {
  number++;
  house = await desk.makeBuilding(5, { domain: `files${number}.sip.example.com`, name: `Site ${number}` });
});
afterEach(() => desk.closePages());

const dialogOf = (page: Page): Locator => page.locator("neolia-admin-dialog");
const open = (path: string): Promise<Page> => desk.open(`/${house.site.id}${path}`);

async function download(page: Page, press: () => Promise<void>): Promise<{ name: string; path: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  const path = await file.path();
  return { name: file.suggestedFilename(), path, text: readFileSync(path, "utf8") };
}

test("a backup is saved, and its file is refused where the site still is", async () => {
  const page = await open("/settings/backup");
  const file = await download(page, () => page.getByRole("button", { name: "Save a backup" }).click());
  await page.getByLabel("Backup file").setInputFiles(file.path);
  await page.getByText("This site is here already.").waitFor();
  await page
    .getByLabel("Backup file")
    .setInputFiles({ name: "b.json", mimeType: "application/json", buffer: Buffer.from('{"half') });
  await page.getByText("This is not a whole backup of Neolia.").waitFor();
});

test("the hand-over prints one page for each unit, with its QR code", async () => {
  const page = await open("/settings/handOver");
  await page.getByRole("button", { name: "One page per unit" }).click();
  await page.getByText("6 pages are ready.").waitFor();
  const sheets = page.locator("article.sheet");
  assert.equal(await sheets.count(), 6);
  assert.equal(await sheets.first().getByRole("img", { name: "QR code that opens Neolia" }).count(), 1);
  const paper = await printed(page);
  assert.equal(await pagesOf(paper), 6);
  for (const code of await paper.locator("svg.qr").all()) {
    assert.equal(await readCode(code), desk.bridge.pageUrl.split("#")[0]);
  }
});

test("a unit's printed page goes on where its devices do not fit, and the report has them in order", async () => {
  const [unit] = house.units;
  await desk.api.patch(`/api/units/${unit?.id}`, { number: `Apartment of ${"Mrs Long-Name ".repeat(4)}` });
  for (let n = 30; n > 0; n--) {
    const phone = { siteId: house.site.id, type: "mobile", label: `Phone ${n}`, unitId: unit?.id };
    await desk.api.post("/api/accounts", phone);
  }
  const page = await open("/settings/handOver");
  await page.getByRole("button", { name: "One page per unit" }).click();
  // Six units, and one of them on more than one page.
  assert.ok((await pagesOf(await printed(page))) > 6);
  await page.getByRole("button", { name: "Report of the site" }).click();
  await page.getByText("1 page is ready.").waitFor();
  const report = await printed(page);
  const labels = await report.locator("tbody tr td:first-child").allInnerTexts();
  const phones = labels
    .filter((label) => label.startsWith("Phone"))
    .map((label) => Number.parseInt(label.slice(6), 10));
  assert.deepEqual(
    phones,
    Array.from({ length: 30 }, (_, at) => at + 1),
  );
});

async function pagesOf(paper: Page): Promise<number> {
  const pdf = await paper.pdf({ format: "A4", preferCSSPageSize: true });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

test("a saved site is restored into the empty app of another machine, and stands there as it was", async () => {
  const page = await open("/settings/backup");
  const file = await download(page, () => page.getByRole("button", { name: "Save a backup" }).click());
  assert.match(file.name, /^neolia Site \d+ \d{4}-\d\d-\d\d\.json$/);
  const folder = labFolder("restored");
  const ports = await reservePorts();
  const bridge = await startBridge({
    folder: folder.path,
    port: ports.base,
    env: { NEOLIA_PANEL: desk.panelFolder },
  });
  const context = await newProfile(desk.browser, { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  try {
    const empty = await context.newPage();
    empty.setDefaultTimeout(30_000);
    await empty.goto(bridge.pageUrl);
    await empty.getByRole("button", { name: "Manage the building" }).click();
    await empty.getByRole("heading", { name: "Welcome. Three steps to a door that rings." }).waitFor();
    await empty.getByLabel("Backup file").setInputFiles(file.path);
    await empty.getByText(/1 building, 6 units, 1 door, 2 devices/).waitFor();
    const other = await bridge.api();
    assert.deepEqual(await other.get<Site[]>("/api/sites"), [], "a look writes nothing");
    await empty.getByRole("button", { name: "Restore this site" }).click();
    await empty.getByRole("heading", { name: house.site.name, level: 1 }).waitFor();
    await empty.getByText(`${house.site.name} was restored.`).waitFor();
    await empty.getByRole("link", { name: "Units" }).click();
    await empty.getByRole("option", { name: "Reception" }).waitFor();
    const units = async (api: typeof other) =>
      (await api.get<Unit[]>(`/api/units?siteId=${house.site.id}`)).map(({ id, number: label }) => [id, label]);
    assert.deepEqual(await units(other), await units(desk.api));
  } finally {
    await context.close();
    await bridge.stop();
    ports.release();
    folder.remove();
  }
});

test("a door station's file is made and downloaded, with what nobody has proved yet named beside it", async () => {
  const page = await open(`/devices/${house.door.account.id}`);
  await page.getByRole("button", { name: "Configuration file" }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel("Digits that open the door").fill("4711");
  await dialog.getByRole("button", { name: "Make the file" }).click();
  const file = await download(page, () => dialog.getByRole("button", { name: /^Save / }).click());
  assert.match(file.name, /\.cfg$/);
  assert.match(file.text, /Config\.Account1\.GENERAL\.UserName\s*=\s*entrance/);
  assert.match(file.text, /4711/);
  await dialog.getByText("Not proved on a device yet").waitFor();
});

test("a gateway's file is made and downloaded for its lines", async () => {
  const gateway = await desk.api.post<{ id: string }>("/api/accounts", {
    ...{ siteId: house.site.id, type: "gateway", label: "HT841", username: "line1" },
  });
  const page = await open(`/devices/${gateway.id}`);
  await page.getByRole("button", { name: "Configuration file" }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole("button", { name: "Make the file" }).click();
  const file = await download(page, () => dialog.getByRole("button", { name: /^Save / }).click());
  assert.match(file.name, /\.xml$/);
  assert.match(file.text, /<gs_provision version="1">/);
  assert.match(file.text, /<P4061>line1<\/P4061>/);
});

test("what a camera reads off the codes on the screen is the panel's link and the whole card, in light and dark", async () => {
  const page = await open(`/units/${house.reception.id}`);
  const dialog = dialogOf(page);
  await page.getByRole("button", { name: "Pair a wall panel" }).click();
  await dialog.getByRole("button", { name: "Make the code" }).click();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const link = await page.locator("[data-pairing-link]").getAttribute("data-pairing-link");
    assert.equal(await readCode(dialog.locator("svg.qr")), link);
  }
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Other SIP device" }).click();
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  const read = await readCode(dialog.locator("svg.qr"));
  for (const name of ["username", "password"]) {
    const shown = await page.locator(`[data-card="${name}"]`).innerText();
    assert.ok(read.includes(shown), `${name}: ${shown} in ${read}`);
  }
});

/** As a phone's camera would, by a decoder that knows nothing of how it was drawn. */
async function readCode(code: Locator): Promise<string> {
  const folder = labFolder("code");
  try {
    const path = `${folder.path}/code.png`;
    await code.screenshot({ path });
    return execFileSync("zbarimg", ["--raw", "--quiet", "--nodbus", path], { encoding: "utf8" }).trim();
  } finally {
    folder.remove();
  }
}

test("ten thousand lines that a French spreadsheet saved come in with their accents, and a mended file can be chosen again", async () => {
  const page = await open("/settings/import");
  const lines = Array.from({ length: 10_000 }, (_, n) => `Bâtiment ${Math.floor(n / 500)};É${n};unit;`);
  const file = (rows: string[]) => ({
    ...{ name: "logements.csv", mimeType: "text/csv" },
    buffer: Buffer.from(["building;number;kind;name", ...rows, ""].join("\r\n"), "latin1"),
  });
  const input = page.getByLabel("CSV file");
  // Which column is not known stands beside the refusal.
  const odd = Buffer.from("Bâtisse;number\r\nA;1\r\n", "latin1");
  await input.setInputFiles({ name: "odd.csv", mimeType: "text/csv", buffer: odd });
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByText("Missing: “building”. Not known: “Bâtisse”.").waitFor();
  await inspect(page, "import-columns");
  const french = Buffer.from("Bâtiment;Numéro\r\nTilleuls;1\r\n", "latin1");
  await input.setInputFiles({ name: "french.csv", mimeType: "text/csv", buffer: french });
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByText("understood: “Bâtiment” as building, “Numéro” as number.").waitFor();
  // Somebody else is at work meanwhile: what was looked at is no longer what would happen.
  await desk.api.post("/api/buildings", { siteId: house.site.id, name: "Tilleuls" });
  await page.getByRole("button", { name: "Import now" }).click();
  await page.getByText("somebody changed this site since the file was checked").waitFor();
  assert.equal(await page.getByRole("button", { name: "Import now" }).count(), 0);
  await inspect(page, "import-changed");
  await input.setInputFiles(file([...lines.slice(0, 9_999), "Bâtiment 1;\"=cmd|'/C calc'!A0\";unit;two words"]));
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByText("1 line is wrong.").waitFor({ timeout: 120_000 });
  await page.getByRole("cell", { name: "10001", exact: true }).waitFor();
  await input.evaluate((element) => element.dispatchEvent(new MouseEvent("click", { cancelable: true })));
  assert.equal(await page.getByRole("cell", { name: "10001", exact: true }).count(), 0);
  await input.setInputFiles(file(lines));
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.locator("[data-import=could]").waitFor({ timeout: 120_000 });
  // Cancelled midway, nothing of it is there. Pressed in the page itself: by a busy machine's pointer it came after the end.
  await page.locator("neolia-import-part").evaluate((part) => {
    const press = () =>
      [...(part.shadowRoot?.querySelectorAll("button") ?? [])].find((one) => one.textContent === "Cancel");
    const watch = new MutationObserver(() => {
      if (press() !== undefined) watch.disconnect();
      press()?.click();
    });
    watch.observe(part.shadowRoot as ShadowRoot, { childList: true, subtree: true });
  });
  await page.getByRole("button", { name: "Import now" }).click();
  await page.getByText("Cancelled. Nothing was imported.").waitFor();
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.locator("[data-import=could]").waitFor({ timeout: 120_000 });
  await page.getByRole("button", { name: "Import now" }).click();
  await page.locator("[data-import=did]").waitFor({ timeout: 120_000 });
  await page.getByRole("link", { name: "Units" }).click();
  await page.getByRole("searchbox").fill("E9999");
  await page.getByRole("option", { name: /^É9999 .*Bâtiment 19/ }).waitFor();
  await page.getByRole("searchbox").fill("");
  await page.getByText("10,006 entries").waitFor();
  await page.getByRole("listbox").focus();
  await page.keyboard.press("End");
  // Building 19 is the last, not 9.
  await page.getByRole("option", { name: /^É9999 / }).waitFor();
});

test("a file of rules that leaves one out says that it takes it away, before and after", async () => {
  const house = await desk.makeBuilding(2, { domain: "less.sip.example.com", name: "Less" });
  const page = await desk.open(`/${house.site.id}/settings/import`);
  await page.getByLabel("What is in the file").selectOption("rules");
  const text = "unit,position,source_pattern,action\nreception,0,*,ring\n";
  await page.getByLabel("CSV file").setInputFiles({ name: "r.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByText("1 rule that is not in the file would be removed.").waitFor();
  await inspect(page, "import-removes");
  await page.getByRole("button", { name: "Import now" }).click();
  await page.getByText("1 rule that was not in the file was removed.").waitFor();
  await page.reload();
  await page.getByText(/Last import: Call rules.* 1 rule that was not in the file was removed\.$/).waitFor();
});
