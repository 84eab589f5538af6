/** The whole way in two browsers: a site's administrator allows an installer, who works there, until it ends. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { AccountWithPassword, Building, Site, Unit } from "../../bridge/src/api/directory.ts";
import { type Bridge, type BridgeApi, startBridge } from "../lab/bridge.ts";
import { builtPanel } from "../lab/built.ts";
import { newProfile, type PageOptions, startChromium } from "../lab/chromium.ts";
import { startControl } from "../lab/control.ts";
import { type Edge, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { go, settled } from "./admin-desk.ts";

const DOMAIN = "lake.sip.example.com";

const stops: (() => unknown)[] = [];
const contexts: BrowserContext[] = [];
let browser: Browser;
let atSite: Bridge;
let atInstaller: Bridge;
let site: BridgeApi;
let lake: Site;
let edge: Edge;

before(async () => {
  const folder = labFolder("elsewhere-panel");
  const ports = await reservePorts();
  stops.push(
    () => folder.remove(),
    () => ports.release(),
  );
  edge = await startEdge({ rtpengine: false });
  stops.push(() => edge.stop());
  const control = await startControl({ values: edge.values, caFile: null });
  stops.push(() => control.stop());
  const token = await control.addSite(DOMAIN);
  const env = { NEOLIA_PANEL: builtPanel() };
  const access = { url: control.url, token, caFile: null };
  atSite = await startBridge({ folder: join(folder.path, "site"), port: ports.base, control: access, env });
  stops.push(() => atSite.stop());
  atInstaller = await startBridge({ folder: join(folder.path, "installer"), port: ports.base + 1, env });
  stops.push(() => atInstaller.stop());
  site = await atSite.api();
  const fields = { name: "12 Lake Road", address: "Lakeside", domain: DOMAIN, timeZone: "Europe/Paris" };
  lake = await site.post<Site>("/api/sites", fields);
  browser = await startChromium();
  stops.push(() => browser.close());
});
after(async () => {
  for (const stop of stops.reverse()) await stop();
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

async function open(bridge: Bridge, path: string, options: PageOptions = {}): Promise<Page> {
  const viewport = { width: 1440, height: 900 };
  const context = await newProfile(browser, { viewport, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(30_000);
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(bridge.pageUrl);
  await page.locator("neolia-setup-view, neolia-home-view").first().waitFor();
  await go(page, path);
  return page;
}

/** What the site's administrator hands over. */
async function codeFrom(page: Page, whom: string): Promise<string> {
  await go(page, `/${lake.id}/settings/access`);
  await page.getByLabel("Whom").fill(whom);
  // Opened at localhost, the page does not offer that to panels elsewhere: it says so and leaves the field empty.
  const address = page.getByLabel("Address of this page for wall panels");
  assert.equal(await address.inputValue(), "");
  await page.getByText(/^This page was opened at http:\/\/localhost:\d+\/, which no panel can reach/).waitFor();
  await address.fill(atSite.pageUrl.split("#")[0] ?? "");
  await page.getByRole("button", { name: "Make a code" }).click();
  const code = await page.locator("[data-code]").innerText();
  await page.getByRole("button", { name: "Done", exact: true }).click();
  return code;
}

async function take(page: Page, code: string): Promise<void> {
  await go(page, "/sites");
  await page.getByRole("button", { name: "Manage a site elsewhere" }).click();
  await page.getByLabel("Code").fill(code);
  await page.getByLabel("Your name or company").fill("Dupont SARL");
  await page.getByRole("button", { name: "Take the code" }).click();
  await page.getByText("This site is elsewhere.").waitFor();
}

test("a site is opened, managed, looked after in the log, and closed while the page is open", async () => {
  const home = await open(atSite, `/${lake.id}/settings`);
  await home.getByRole("button", { name: "Open: Remote management" }).click();
  await home.getByText("Nobody manages this site from elsewhere.").waitFor();
  const code = await codeFrom(home, "Dupont Electric");
  assert.match(code, /^neolia-[\w-]+$/);
  await home.getByText("Code not used yet").waitFor();

  const away = await open(atInstaller, "");
  await away.getByRole("button", { name: "Manage a site elsewhere" }).click();
  await take(away, code);
  await away.getByRole("heading", { name: lake.name, level: 1 }).waitFor();
  const links = await away.getByRole("navigation").getByRole("link").allInnerTexts();
  assert.ok(!links.some((name) => name.includes("Residents")) && links.some((name) => name.includes("Units")));

  await away.getByRole("navigation").getByRole("link", { name: "Buildings" }).click();
  await away.getByRole("button", { name: "New building" }).click();
  await away.getByLabel("Name of the building").fill("Tower");
  await away.keyboard.press("Enter");
  await away.getByText("Tower was added.").waitFor();
  const [building] = await site.get<Building[]>("/api/buildings");
  assert.equal(building?.name, "Tower");
  await site.post<Unit>("/api/units", { buildingId: building?.id, number: "101" });
  // What is changed at the site shows elsewhere by itself, behind the dialog that follows a first building.
  await away.keyboard.press("Escape");
  await away.getByText("101").first().waitFor();

  await home.getByText("Taken by Dupont SARL").waitFor();
  await home.getByRole("button", { name: "What was done: Dupont Electric" }).click();
  await home.getByText("admin (Dupont Electric)").first().waitFor();
  await home.getByText("Tower", { exact: false }).first().waitFor();

  await go(home, `/${lake.id}/settings/access`);
  await home.getByRole("button", { name: "End: Dupont Electric" }).click();
  await home.getByRole("button", { name: "End it now" }).click();
  await home.getByText("Dupont Electric cannot manage this site any more.").waitFor();
  await away.getByText("The site's administrator has ended this permission.").waitFor();
  assert.equal(await away.getByText("101").count(), 0);
  await away.getByRole("button", { name: "All sites…" }).click();
  await away.getByRole("button", { name: `Give back: ${lake.name}` }).click();
  await away.getByRole("button", { name: "Give it back" }).click();
  await away.getByText(`${lake.name} was given back.`).waitFor();
});

test("the address and the switcher lead to a site elsewhere, also after a reload; one site alone needs no switcher", async () => {
  const home = await open(atSite, `/${lake.id}`);
  await home.getByRole("heading", { name: lake.name, level: 1 }).waitFor();
  assert.equal(await home.getByRole("combobox", { name: "Site" }).count(), 0);
  const code = await codeFrom(home, "Second");
  const installer = await atInstaller.api();
  const own = await installer.post<Site>("/api/sites", {
    name: "Workshop",
    address: "",
    domain: "workshop.sip.example.com",
    timeZone: "Europe/Paris",
  });
  const away = await open(atInstaller, "");
  await away.getByRole("heading", { name: "Workshop", level: 1 }).waitFor();
  await take(away, code);
  const switcher = away.getByRole("combobox", { name: "Site" });
  assert.equal(await switcher.locator("option:checked").innerText(), lake.name);
  await away.reload();
  await away.getByRole("heading", { name: lake.name, level: 1 }).waitFor();
  await switcher.focus();
  await switcher.selectOption({ label: "Workshop" });
  await away.getByRole("heading", { name: "Workshop", level: 1 }).waitFor();
  assert.ok(away.url().includes(own.id));
  await go(away, "/01ARZ3NDEKTSV4RRFFQ69G5FAV/units");
  await away.getByRole("heading", { name: "This site is not there any more" }).waitFor();
});

test("a wall panel is paired from elsewhere: the QR code opens the site's own page, and the site's log has it all", async () => {
  const building = await site.post<Building>("/api/buildings", { siteId: lake.id, name: "Mill" });
  await site.post<Unit>("/api/units", { buildingId: building.id, number: "301" });
  const home = await open(atSite, `/${lake.id}`);
  const code = await codeFrom(home, "Panel fitter");
  const away = await open(atInstaller, "");
  await take(away, code);
  await away.getByRole("navigation").getByRole("link", { name: "Units" }).click();
  await away.getByRole("option", { name: "Unit 301" }).click();
  await away.getByRole("button", { name: "Pair a wall panel" }).click();
  await away.getByRole("button", { name: "Make the code" }).click();
  await away.getByRole("img", { name: /QR/ }).waitFor();
  const link = (await away.locator("[data-pairing-link]").getAttribute("data-pairing-link")) ?? "";
  assert.equal(link.split("#")[0], atSite.pageUrl.split("#")[0]);

  const context = await newProfile(browser);
  contexts.push(context);
  const panel = await context.newPage();
  await panel.goto(link);
  await panel.getByRole("heading", { name: "Unit 301" }).waitFor();
  await away.getByText("Paired. The device has its settings.").waitFor();
  await away.getByRole("button", { name: "Done" }).click();

  // Who invited it and that it came stands at the site; the installer's own log has none of it.
  const { entries } = await site.get<AuditPage>(`/api/audit?siteId=${lake.id}&noun=pairing`);
  assert.deepEqual(
    entries.map(({ verb, who }) => `${verb} ${who}`),
    ["paired Wall panel", "added admin (Panel fitter)"],
  );
  const installer = await atInstaller.api();
  assert.deepEqual((await installer.get<AuditPage>("/api/audit?noun=pairing")).entries, []);

  // The printed pages lead there as well.
  await away.getByRole("navigation").getByRole("link", { name: "Settings" }).click();
  await away.getByRole("button", { name: "Open: Hand-over" }).click();
  await away.getByRole("button", { name: "One page per unit" }).click();
  await away.getByRole("heading", { name: /301/ }).waitFor();
  assert.equal(await away.locator(".sheet .mono").first().innerText(), link.split("#")[0]);
});

test("the list of devices shows elsewhere by itself who is connected and who left", async () => {
  const { username, password } = await site.post<AccountWithPassword>("/api/accounts", {
    ...{ siteId: lake.id, type: "gateway", label: "Comer" },
  });
  const home = await open(atSite, `/${lake.id}`);
  const away = await open(atInstaller, "");
  await take(away, await codeFrom(home, "Watcher"));
  await away.getByRole("navigation").getByRole("link", { name: "Devices" }).click();
  const row = away.getByRole("option", { name: "Comer" });
  await row.getByText("Not connected", { exact: true }).waitFor();
  const box = await SipAgent.open({ port: edge.values.sipPort, user: username, domain: DOMAIN, password });
  stops.push(() => box.close());
  await until(async () => (await box.register()).status === 200, { what: "the device to be known" });
  await row.getByText("Connected", { exact: true }).waitFor();
  assert.equal((await box.register(0)).status, 200);
  await row.getByText("Not connected", { exact: true }).waitFor();
});

test("a site that is away is said to be away, and comes back by itself", async () => {
  const home = await open(atSite, `/${lake.id}`);
  const code = await codeFrom(home, "Third");
  const away = await open(atInstaller, "");
  await take(away, code);
  await away.getByRole("navigation").getByRole("link", { name: "Buildings" }).click();
  await away.getByRole("button", { name: "New building" }).click();
  const name = away.locator("neolia-admin-dialog").getByLabel("Name of the building");
  await name.fill("Half typed");
  await atSite.kill();
  // What is being typed stays, and says why it is not saved.
  await away.locator(".elsewhere[role=alert]").getByText("The site is not connected at the moment.").waitFor();
  assert.equal(await name.inputValue(), "Half typed");
  await name.press("Enter");
  await away.locator("neolia-admin-dialog").getByText("The site is not connected at the moment.").waitFor();
  await atSite.start();
  await until(async () => (await away.getByText("This site is elsewhere.").count()) > 0, {
    what: "the site to be back",
    timeoutMs: 40_000,
  });
  assert.equal(await name.inputValue(), "Half typed");

  // The permission ends in the middle of it: said in a sentence, and the text is there to be copied, until the page is left.
  const [grant] = (await site.get<{ id: string; state: string }[]>(`/api/grants?siteId=${lake.id}`)).filter(
    ({ state }) => state === "active",
  );
  await site.delete(`/api/grants/${grant?.id}`);
  await away.getByText(/has ended this permission.*What you have typed stays here/).waitFor();
  assert.equal(await name.inputValue(), "Half typed");
  await name.press("Enter");
  await away.locator("neolia-admin-dialog").getByText("This permission is over.").waitFor();
  assert.deepEqual(
    (await site.get<Building[]>("/api/buildings")).filter((building) => building.name === "Half typed"),
    [],
  );
  await inspect(away, "ended-while-typing");
  // Asked once whether to lose it.
  await away.keyboard.press("Escape");
  await away.keyboard.press("Escape");
  await away.getByRole("navigation").getByRole("link", { name: "Units" }).click();
  await away.locator("neolia-remote-page").getByText("has ended this permission").waitFor();
});

for (const look of [
  { name: "desk-en-light", viewport: { width: 1440, height: 900 }, locale: "en-GB", colorScheme: "light" },
  { name: "wall-fr-dark", viewport: { width: 1024, height: 600 }, locale: "fr-FR", colorScheme: "dark" },
  { name: "phone-fr-light", viewport: { width: 390, height: 844 }, locale: "fr-FR", colorScheme: "light" },
] as const) {
  test(`${look.name}: the pages of both ends are accessible and fit`, async () => {
    const { name, ...options } = look;
    const grant = { siteId: lake.id, label: `Dupont ${name}`, hours: 24, backups: true };
    const { code } = await site.post<{ code: string }>("/api/grants", grant);
    const installer = await atInstaller.api();
    const joined = await until(
      () =>
        installer
          .request<{ id: string }>("POST", "/api/remote-sites", { code, by: "Dupont SARL" })
          .then((reply) => reply.status === 201 && reply.body),
      { what: "the invitation" },
    );
    const home = await open(atSite, `/${lake.id}/settings/access`, options);
    await home.locator("[data-grant]").first().waitFor();
    await inspect(home, `${name}-access`);
    await home.locator("[data-grant=active] .danger").first().click();
    await inspect(home, `${name}-access-end`);
    const away = await open(atInstaller, "/sites", options);
    await away.locator("[data-remote-site]").first().waitFor();
    await inspect(away, `${name}-sites`);
    await away
      .getByRole("button", { name: /elsewhere|ailleurs/ })
      .first()
      .click();
    await inspect(away, `${name}-remote-form`);
    for (const path of ["", "/units", "/devices", "/health", "/settings"]) {
      await go(away, `/${joined.id}${path}`);
      await away.locator(".elsewhere").waitFor();
      await settled(away);
      await inspect(away, `${name}-elsewhere${path.replaceAll("/", "-")}`);
    }
    await site.delete(`/api/grants/${(await site.get<{ id: string }[]>(`/api/grants?siteId=${lake.id}`))[0]?.id}`);
    await go(away, `/${joined.id}`);
    await away.locator("neolia-remote-page [role=alert]").waitFor();
    await inspect(away, `${name}-ended`);
  });
}
