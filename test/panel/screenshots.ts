/**
 * `node test/panel/screenshots.ts`: pictures of every page of the panel into docs/screenshots, from the real bridge with a
 * sample building: at the three sizes that it is used at, light and dark, English and French. An argument names a folder
 * to write to instead.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Building, DoorWithPassword, Site } from "../../bridge/src/api/directory.ts";
import type { Provisioning } from "../../bridge/src/api/provisioning.ts";
import { buildPanel } from "../../panel/build.ts";
import { AdminDesk, go, type SampleBuilding, SITE, settled } from "../directory/admin-desk.ts";
import { testApp } from "../directory/app.ts";
import { startEmptySite } from "../directory/empty-site.ts";
import { makeHouse } from "../directory/house.ts";
import { WhepCamera } from "../fakes/whep-camera.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { addSampleLine, sampleEvening } from "../ordering/sample-evening.ts";
import { smallPng } from "./small-png.ts";

const SIZES = {
  wall: { width: 1024, height: 600 },
  phone: { width: 390, height: 844 },
  desk: { width: 1440, height: 900 },
} as const;
const LOOKS = [
  { theme: "light", locale: "en-GB" },
  { theme: "dark", locale: "fr-FR" },
] as const;

/** Page of the order desk → what is there when it is drawn. */
const DESK_PAGES = {
  board: "neolia-kitchen-board .order",
  menu: "neolia-menu-editor li",
  settings: "neolia-line-settings input",
  history: "neolia-call-history tbody tr",
};

const folder = process.argv[2] ?? join(import.meta.dirname, "../../docs/screenshots");
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) if (file.endsWith(".png")) rmSync(join(folder, file));

const desk = await AdminDesk.start();
try {
  for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
    for (const look of LOOKS) await take(size, look, "welcome", "");
  }
  const house = await desk.makeBuilding();
  await desk.api.post("/api/sites", {
    name: "Villa Aurora",
    address: "",
    domain: "villa.sip.example.com",
    timeZone: "Europe/Paris",
  });
  for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
    for (const look of LOOKS) await takeAll(size, look, house);
  }
} finally {
  await desk.stop();
}
await takeRinging();
await takeOrderDesk();
const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
console.log(`${folder}: ${readdirSync(folder).length} files, ${(bytes / 1e6).toFixed(1)} MB`);

type Look = (typeof LOOKS)[number];

/** Name of the picture → path behind `#/admin`. */
function pages({ site, reception, door, phone }: SampleBuilding): Record<string, string> {
  const at = (path: string): string => `/${site.id}${path}`;
  return {
    sites: "/sites",
    overview: at(""),
    buildings: at("/buildings"),
    units: at("/units"),
    unit: at(`/units/${reception.id}`),
    "units-range": at("/units/many"),
    residents: at("/members"),
    door: at(`/doors/${door.id}`),
    rules: at("/rules"),
    "rules-of-unit": at(`/rules/${reception.id}`),
    devices: at("/devices"),
    device: at(`/devices/${phone.id}`),
    health: at("/health"),
    audit: at("/audit"),
    settings: at("/settings"),
    import: at("/settings/import"),
    backup: at("/settings/backup"),
    "hand-over": at("/settings/handOver"),
    "remote-management": at("/settings/access"),
  };
}

async function takeAll(size: keyof typeof SIZES, look: Look, house: SampleBuilding): Promise<void> {
  const page = await open(size, look);
  for (const [name, path] of Object.entries(pages(house))) {
    await go(page, path);
    await settled(page);
    await keep(page, name, size, look);
  }
  await page.evaluate(() => {
    location.hash = "/device";
  });
  await page.locator("neolia-device-page h1").waitFor();
  await keep(page, "this-device", size, look);
  await desk.closePages();
}

/** With a server, a door that rings and its camera: what the sample building alone cannot show. */
async function takeRinging(): Promise<void> {
  const site = await startEmptySite("lake.sip.example.com");
  const camera = await WhepCamera.start(site.browser);
  try {
    const { api } = site;
    const made = await api.post<Site>("/api/sites", SITE);
    const building = await api.post<Building>("/api/buildings", { siteId: made.id, name: "Building A" });
    await api.post("/api/units/range", { buildingId: building.id, from: 101, to: 104, dryRun: false });
    const names = { label: "Main entrance", name: "entrance", videoUrl: camera.url };
    const door = await api.post<DoorWithPassword>("/api/doors", { buildingId: building.id, ...names });
    await until(
      async () => (await api.get<Provisioning[]>("/api/provisioning")).every(({ state }) => state === "live"),
      { what: "the server to know the door" },
    );
    const station = await site.phone("entrance", door.account.password);
    for (const [at, size] of (Object.keys(SIZES) as (keyof typeof SIZES)[]).entries()) {
      for (const look of LOOKS) {
        const { theme, locale } = look;
        const profile = await newProfile(site.browser, {
          ...{ viewport: SIZES[size], colorScheme: theme, locale, reducedMotion: "reduce" },
        });
        const page = await profile.newPage();
        await page.goto(site.bridge.pageUrl);
        await page.locator("neolia-setup-view label", { hasText: `10${at + 1}` }).click();
        await page.locator("neolia-setup-view button.accent").first().click();
        await page.locator("neolia-home-view button.go:enabled").first().waitFor();
        await station.dial(`unit10${at + 1}`);
        await page.locator("neolia-incoming-view neolia-door-picture[shown]").waitFor();
        await page.locator("neolia-door-picture video").evaluate(
          // The second frame: by then the first one is on the screen.
          (video: HTMLVideoElement) =>
            new Promise<void>((resolve) => {
              video.requestVideoFrameCallback(() => video.requestVideoFrameCallback(() => resolve()));
            }),
        );
        await keep(page, "door-rings", size, look);
        await station.hangUp();
        await page.locator("neolia-incoming-view").waitFor({ state: "detached" });
        await go(page, `/${made.id}/health`);
        await page.locator("neolia-health-page li.device").first().waitFor();
        await keep(page, "health-server", size, look);
        await profile.close();
      }
    }
  } finally {
    await camera.close();
    await site.stop();
  }
}

/** The restaurant's pages: as staff see them in the middle of an evening. */
async function takeOrderDesk(): Promise<void> {
  const panel = labFolder("desk-pictures");
  const ports = await reservePorts();
  await buildPanel({ outFolder: panel.path });
  const api = await testApp({ panelFolder: panel.path, port: ports.base });
  const browser = await startChromium();
  try {
    await api.app.listen({ host: "127.0.0.1", port: ports.base });
    const { building } = await makeHouse(api);
    const lineId = await addSampleLine(api, building.id);
    sampleEvening({ ordering: api.ordering, lineId });
    const url = `http://localhost:${ports.base}`;
    const [name = "", value = ""] = api.cookie.split("=");
    for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
      for (const look of LOOKS) {
        const { theme, locale } = look;
        const profile = await newProfile(browser, { viewport: SIZES[size], colorScheme: theme, locale });
        await profile.addCookies([{ name, value, url }]);
        const page = await profile.newPage();
        for (const [at, ready] of Object.entries(DESK_PAGES)) {
          await page.goto(`${url}/#/desk/${lineId}/${at}`);
          await page.locator(ready).first().waitFor();
          await keep(page, `desk-${at}`, size, look);
        }
        await profile.close();
      }
    }
  } finally {
    await browser.close();
    await api.close();
    ports.release();
    panel.remove();
  }
}

async function take(size: keyof typeof SIZES, look: Look, name: string, path: string): Promise<void> {
  const page = await open(size, look);
  await go(page, path);
  await keep(page, name, size, look);
  await desk.closePages();
}

async function open(size: keyof typeof SIZES, { theme, locale }: Look): Promise<Page> {
  return await desk.open("", { viewport: SIZES[size], colorScheme: theme, locale });
}

async function keep(page: Page, name: string, size: string, { theme, locale }: Look): Promise<void> {
  const picture = await page.screenshot({ animations: "disabled", caret: "hide" });
  writeFileSync(join(folder, `${name}-${size}-${theme}-${locale.slice(0, 2)}.png`), smallPng(picture));
}
