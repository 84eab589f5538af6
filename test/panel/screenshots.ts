/**
 * `node test/panel/screenshots.ts`: pictures of every page of the panel into docs/screenshots, from the real bridge with a
 * sample building: at the three sizes that it is used at, light and dark, English and French. An argument names a folder
 * to write to instead.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { AdminDesk, go, type SampleBuilding, settled } from "../directory/admin-desk.ts";
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
