/**
 * The hand-over's pages with phone codes, on the real system: until when they work, renewed and withdrawn in one press,
 * a word before dead ones are printed, and what a camera and a reader find in the PDF.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import type { Building, Site, Unit } from "../../bridge/src/api/directory.ts";
import type { Pairing } from "../../bridge/src/api/pairing.ts";
import { ControlClient } from "../../bridge/src/vps/control-client.ts";
import { documentId, newToken } from "../../infra/control/src/sealed-document.ts";
import type { DocumentPut } from "../../infra/control/src/wire.ts";
import { around } from "../lab/around.ts";
import { newProfile, type PageOptions } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { go } from "./admin-desk.ts";
import { type EmptySite, startEmptySite } from "./empty-site.ts";
import { pdfOf } from "./paper.ts";

const DOMAIN = "pages.sip.example.com";
const MINUTE_MS = 60_000;

let site: EmptySite;
let made: Site;
let building: Building;
let units: Unit[];
const contexts: BrowserContext[] = [];
const folder = labFolder("hand-over");
around(
  async () => {
    site = await startEmptySite(DOMAIN);
    const { api } = site;
    const place = { name: "12 Lake Road", address: "12 Lake Road, Lakeside", domain: DOMAIN, timeZone: "Europe/Paris" };
    made = await api.post<Site>("/api/sites", place);
    building = await api.post<Building>("/api/buildings", { siteId: made.id, name: "Building A" });
    const range = { buildingId: building.id, from: 101, to: 104, dryRun: false };
    ({ units } = await api.post<{ units: Unit[] }>("/api/units/range", range));
  },
  async () => {
    await site?.stop();
    folder.remove();
  },
);
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  const open = (await pairings()).filter(({ state }) => state === "waiting");
  for (const { id } of open) await site.api.delete(`/api/pairings/${id}`);
});

const pairings = () => site.api.get<Pairing[]>(`/api/pairings?siteId=${made.id}`);
const waiting = async () => (await pairings()).filter(({ state }) => state === "waiting").length;

async function open(path: string, options: PageOptions = {}): Promise<Page> {
  const context = await newProfile(site.browser, {
    ...{ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" },
    ...options,
  });
  context.setDefaultTimeout(30_000);
  contexts.push(context);
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(site.bridge.pageUrl);
  await page.locator("neolia-setup-view, neolia-home-view").first().waitFor();
  await go(page, `/${made.id}${path}`);
  return page;
}

async function openWithCodes(options: PageOptions = {}): Promise<Page> {
  const page = await open("/settings/handOver", options);
  await page.getByLabel("With a QR code that pairs a phone").check();
  await page.getByRole("button", { name: "One page per unit" }).click();
  await page.getByText("4 codes wait for their phones").waitFor();
  return page;
}

/** What a phone's camera reads in a picture. */
const scanned = (picture: string): string[] =>
  execFileSync("zbarimg", ["--raw", "--quiet", "--nodbus", picture], { encoding: "utf8" }).trim().split("\n");

async function codeOf(page: Page, number: string): Promise<string> {
  const picture = join(folder.path, `${number}.png`);
  await page
    .getByRole("article", { name: `Unit ${number}` })
    .getByRole("img", { name: "QR code that pairs a phone" })
    .screenshot({ path: picture });
  return scanned(picture)[0] ?? "";
}

/** As Linphone asks for it. */
function fetched(url: string): number {
  const args = ["-sk", "-o", "/dev/null", "-w", "%{http_code}", "-A", "LinphoneAndroid/6.0", url];
  return Number(execFileSync("curl", args, { encoding: "utf8" }));
}

test("the page says until when its codes work; renewed in one press they are others, and the old ones are counted and dead", async () => {
  const page = await openWithCodes();
  const old = await codeOf(page, "101");
  await page
    .getByRole("article", { name: "Unit 101" })
    .getByText(/The code works once, until \d+ \w+ \d{4}, \d\d:\d\d/)
    .waitFor();
  await page.getByRole("button", { name: "Renew the codes" }).click();
  await page.getByText("4 new codes were made. 4 earlier codes were withdrawn").waitFor();
  assert.equal(await waiting(), 4);
  const renewed = await codeOf(page, "101");
  assert.notEqual(renewed, old);
  assert.equal(fetched(old), 404);
  assert.equal(fetched(renewed), 200);
  // A phone that came is told, and keeps what it has when the rest is renewed.
  await page.getByText("1 phone has been paired.").waitFor();
  await page
    .getByRole("article", { name: "Unit 101" })
    .getByText("A phone was paired with the code of this page.")
    .waitFor();
  await page.getByRole("button", { name: "Renew the codes" }).click();
  await page.getByText("3 new codes were made. 3 earlier codes were withdrawn").waitFor();
  await page.getByRole("button", { name: "New code: Unit 102" }).click();
  await page.getByText("1 new code was made. 1 earlier code was withdrawn").waitFor();
  await page.getByRole("button", { name: "Withdraw the codes" }).click();
  await page.getByText("3 earlier codes were withdrawn").waitFor();
  assert.equal(await waiting(), 0);
  assert.equal(await page.getByRole("img", { name: "QR code that pairs a phone" }).count(), 0);
});

test("pages that are ready are not drawn anew as time goes by or for another page's code: a site has a thousand of them", async () => {
  const page = await openWithCodes();
  // Each page says to the minute when it was drawn.
  const made = page.getByRole("article", { name: "Unit 103" }).getByText(/^Made /);
  const before = await made.innerText();
  const code = page.getByRole("article", { name: "Unit 102" }).locator("path").last();
  const old = await code.getAttribute("d");
  await page.clock.fastForward(3 * MINUTE_MS);
  await page.getByText("4 codes wait for their phones").waitFor();
  assert.equal(await made.innerText(), before);
  await page.getByRole("button", { name: "Withdraw the codes" }).click();
  await page.getByText("4 earlier codes were withdrawn").waitFor();
  assert.notEqual(await made.innerText(), before, "it has another content now");
  assert.notEqual(await page.getByRole("article", { name: "Unit 102" }).locator("path").last().getAttribute("d"), old);
});

test("in the site's report a login that waits for its phone is not set up yet: it has lost no connection", async () => {
  await openWithCodes();
  const page = await open("/settings/handOver");
  await page.getByRole("button", { name: "Report of the site" }).click();
  const rows = page.getByRole("article").getByRole("row", { name: /\(Phone\)/ });
  await rows.first().waitFor();
  // Those of these codes, and one that took its settings above and never came.
  const shown = await rows.allInnerTexts();
  assert.ok(shown.length >= 4);
  assert.deepEqual(
    shown.filter((text) => !text.includes("Not set up yet")),
    [],
  );
});

test("before codes are printed that end soon or have run out it is said, with the way out", async () => {
  const page = await openWithCodes();
  const printed = await pdfOf(page, folder.path);
  assert.equal(await page.locator("neolia-admin-dialog").count(), 0, "good ones are printed without a question");
  assert.equal(printed.codes.flat().filter((code) => code.includes("/p/")).length, 4);
  await page.clock.fastForward(11 * MINUTE_MS);
  await page.getByText("4 codes end within 5 minutes.").waitFor();
  await page.getByRole("button", { name: "Print", exact: true }).click();
  const dialog = page.locator("neolia-admin-dialog");
  await dialog.getByText("4 codes end within 5 minutes.").waitFor();
  await inspect(page, "hand-over-warning");
  await dialog.getByRole("button", { name: "Renew first" }).click();
  await page.getByText("4 new codes were made.").waitFor();
  await page.clock.fastForward(16 * MINUTE_MS);
  await page.getByText("4 codes are no longer valid: their pages pair no phone.").waitFor();
  assert.equal(await page.getByRole("img", { name: "QR code that pairs a phone" }).count(), 0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await inspect(page, `hand-over-over-${colorScheme}`);
  }
  const dead = await pdfOf(page, folder.path, "Print all the same");
  assert.equal(dead.codes.flat().filter((code) => code.includes("/p/")).length, 0, "a dead code is not printed");
});

test("who leaves while codes are made leaves none behind; codes from before are told and withdrawn in one press", async () => {
  const page = await open("/settings/handOver");
  await page.getByLabel("With a QR code that pairs a phone").check();
  // The third code does not come until the person has gone.
  let go = (): void => undefined;
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  let count = 0;
  await page.route("**/api/pairings", async (route) => {
    if (route.request().method() === "POST" && ++count > 2) await gone;
    await route.continue();
  });
  await page.getByRole("button", { name: "One page per unit" }).click();
  await until(async () => (await waiting()) === 2, { what: "two codes" });
  await page.evaluate(() => {
    location.hash = location.hash.replace("settings/handOver", "units");
  });
  await page.getByRole("heading", { name: "Units", level: 1 }).waitFor();
  go();
  await until(async () => (await waiting()) === 0 && (await pairings()).length >= 4, { what: "no code left behind" });
  await page.unrouteAll();

  const [unit] = units;
  await site.api.post("/api/pairings", { kind: "phone", unitId: unit?.id, label: "From before" });
  await page.goBack();
  await page.getByText("1 other code for a phone of this site is open").waitFor();
  await page.getByRole("button", { name: "Withdraw them" }).click();
  await page.getByText("1 earlier code was withdrawn").waitFor();
  assert.equal(await waiting(), 0);
});

test("a unit leads to its own page, for the installer at its door", async () => {
  const unit = units.find(({ number }) => number === "103");
  const page = await open(`/units/${unit?.id}`);
  await page.getByRole("button", { name: "Hand-over page" }).click();
  await page.getByRole("button", { name: "One page per unit" }).click();
  await page.getByText("1 code waits for its phone").waitFor();
  assert.equal(await page.locator("article.sheet").count(), 1);
  assert.equal(await waiting(), 1);
});

test("a server that goes while codes are made: what was made is on its page, the rest is counted and made in one press", async () => {
  const page = await open("/settings/handOver");
  await page.getByLabel("With a QR code that pairs a phone").check();
  let count = 0;
  await page.route("**/api/pairings", async (route) => {
    if (route.request().method() !== "POST" || ++count <= 2) return route.continue();
    const error = { code: "VPS_UNREACHABLE", message: "the VPS does not answer" };
    return route.fulfill({ status: 503, contentType: "application/json", body: JSON.stringify({ error }) });
  });
  await page.getByRole("button", { name: "One page per unit" }).click();
  await page.getByText("2 pages have no code yet.").waitFor();
  await page.getByText("2 codes wait for their phones").waitFor();
  await page.unrouteAll();
  await page.getByRole("button", { name: "Renew the codes" }).click();
  await page.getByText("4 codes wait for their phones").waitFor();
  assert.equal(await waiting(), 4);
});

test("a server that takes no more codes of the site is said to be full, and not to be silent", async () => {
  const control = new ControlClient(site.access);
  const ids = Array.from({ length: 500 }, () => documentId(newToken()));
  const filler: DocumentPut = { kind: "file", sealed: "x".repeat(200), validMs: 600_000, logins: [] };
  try {
    for (const id of ids) if (await isFull(control, id, filler)) break;
    const page = await open("/settings/handOver");
    await page.getByLabel("With a QR code that pairs a phone").check();
    await page.getByRole("button", { name: "One page per unit" }).click();
    await page.getByText("So many codes wait for their devices that the server takes no more.").waitFor();
    assert.equal(await waiting(), 0);
  } finally {
    for (const id of ids) await control.withdrawDocument(id);
    control.close();
  }
});

/** Puts one more there. */
const isFull = (control: ControlClient, id: string, document: DocumentPut): Promise<boolean> =>
  control.putDocument(id, document).then(
    () => false,
    () => true,
  );

for (const locale of ["en-GB", "fr-FR"] as const) {
  test(`in ${locale} the PDF has a page for each unit, with nothing cut off, and both codes can be scanned from it`, async () => {
    const isFrench = locale === "fr-FR";
    const names = [
      "١٠١ قاعة الاستقبال",
      "דירה של משפחת כהן",
      `Appartement ${"de Monsieur Très-Long-Nom ".repeat(2)}`.trim(),
      "104",
    ];
    for (const [at, unit] of units.entries()) {
      await site.api.patch(`/api/units/${unit.id}`, { number: names[at] });
    }
    const page = await open("/settings/handOver", { locale });
    await page
      .getByLabel(isFrench ? "Avec un code QR qui associe un téléphone" : "With a QR code that pairs a phone")
      .check();
    await page.getByRole("button", { name: isFrench ? "Une page par logement" : "One page per unit" }).click();
    await page.getByText(isFrench ? "4 codes attendent" : "4 codes wait").waitFor();
    const { pages, codes } = await pdfOf(page, folder.path, isFrench ? "Imprimer" : "Print");
    assert.equal(pages.length, 4);
    const open4 = new Set(codes.flat().filter((code) => code.includes("/p/")));
    assert.equal(open4.size, 4);
    for (const [at, text] of pages.entries()) {
      assert.match(text, isFrench ? /Interphone\u00a0?:|Interphone/ : /Intercom of/);
      assert.match(
        text,
        isFrench ? /Le code sert une fois, jusqu'au \d+ \S+ \d{4}/ : /The code works once, until \d+ \w+ \d{4}/,
      );
      assert.match(text, isFrench ? /Reçu par, date, signature/ : /Received by, date, signature/);
      assert.equal(codes[at]?.length, 2, `page ${at + 1}: ${codes[at]}`);
    }
    const whole = pages.join("\n");
    for (const word of ["Très-Long-Nom", "12 Lake Road", "Building A"]) assert.ok(whole.includes(word), word);
  });
}
