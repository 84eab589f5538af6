/** The installer's pages on the real bridge, without a VPS: a built panel, a browser, and a sample building. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Account, Building, DoorWithPassword, Rule, Site, Unit } from "../../bridge/src/api/directory.ts";
import { adminTexts } from "../../panel/src/localize/admin.ts";
import { type Bridge, type BridgeApi, startBridge } from "../lab/bridge.ts";
import { builtPanel } from "../lab/built.ts";
import { newProfile, type PageOptions, startChromium } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";

export const SITE = {
  name: "12 Lake Road",
  address: "12 Lake Road, Lakeside",
  domain: "lake.sip.example.com",
  timeZone: "Europe/Paris",
};

export interface SampleBuilding {
  site: Site;
  building: Building;
  units: Unit[];
  reception: Unit;
  door: DoorWithPassword;
  phone: Account;
  rule: Rule;
}

export class AdminDesk {
  readonly bridge: Bridge;
  readonly api: BridgeApi;
  readonly browser: Browser;
  /** The built panel, for another bridge. */
  readonly panelFolder: string;
  private readonly stops: (() => unknown)[];
  private readonly contexts: BrowserContext[] = [];

  private constructor(bridge: Bridge, api: BridgeApi, browser: Browser, panelFolder: string, stops: (() => unknown)[]) {
    this.panelFolder = panelFolder;
    this.bridge = bridge;
    this.api = api;
    this.browser = browser;
    this.stops = stops;
  }

  /** `withServer`: an address where devices would register is configured; nobody is there. */
  static async start({ withServer = false } = {}): Promise<AdminDesk> {
    const folder = labFolder("admin");
    const ports = await reservePorts();
    const panel = builtPanel();
    const bridge = await startBridge({
      ...{ folder: folder.path, port: ports.base, env: { NEOLIA_PANEL: panel } },
      ...(withServer && { sipUri: `wss://localhost:${ports.base + 1}` }),
    });
    await until(() => bridge.token, { what: "the bridge to print its token" });
    const browser = await startChromium();
    const stops = [() => folder.remove(), () => ports.release(), () => bridge.stop(), () => browser.close()];
    return new AdminDesk(bridge, await bridge.api(), browser, panel, stops);
  }

  /** Opens a page of the installer, signed in. `path`: behind `#/admin`. */
  async open(path = "", options: PageOptions = {}): Promise<Page> {
    const context = await newProfile(this.browser, {
      viewport: { width: 1440, height: 900 },
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(30_000);
    this.contexts.push(context);
    const page = await context.newPage();
    await page.goto(this.bridge.pageUrl);
    await page.locator("neolia-setup-view, neolia-home-view").first().waitFor();
    await go(page, path);
    return page;
  }

  async closePages(): Promise<void> {
    for (const context of this.contexts.splice(0)) await context.close();
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.reverse()) await stop();
  }

  /** A site with a building of `count` units from 101 on, a reception with two rules and a phone, and a door. */
  async makeBuilding(count = 99, site: Partial<typeof SITE> = {}): Promise<SampleBuilding> {
    const { api } = this;
    const made = await api.post<Site>("/api/sites", { ...SITE, ...site });
    const building = await api.post<Building>("/api/buildings", { siteId: made.id, name: "Building A" });
    const range = { buildingId: building.id, from: 101, to: 100 + count, dryRun: false };
    const { units } = await api.post<{ units: Unit[] }>("/api/units/range", range);
    const reception = await api.post<Unit>("/api/units", { buildingId: building.id, number: "Reception" });
    const door = await api.post<DoorWithPassword>("/api/doors", {
      buildingId: building.id,
      label: "Main entrance",
      name: "entrance",
    });
    const phone = await api.post<Account>("/api/accounts", {
      siteId: made.id,
      type: "mobile",
      label: "Desk phone",
      unitId: reception.id,
    });
    const rule = await api.post<Rule>("/api/rules", {
      unitId: reception.id,
      sourcePattern: "entrance",
      action: "forward",
      targetSipUri: `sip:unit101@${made.domain}`,
      ringSeconds: 25,
      schedule: [0, 1, 2, 3, 4].map((day) => ({ fromMinute: day * 1440 + 480, toMinute: day * 1440 + 1080 })),
      enabled: true,
      position: 0,
    });
    return { site: made, building, units, reception, door, phone, rule };
  }
}

/** Goes to a page as a link would. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = `/admin${to}`;
  }, path);
  await page.locator("neolia-admin h1").first().waitFor({ state: "attached" });
}

/** Waits until nothing is being loaded any more: no skeleton, nothing that says so, no list without its count. */
export async function settled(page: Page): Promise<void> {
  const isIdle = async (): Promise<boolean> => (await page.evaluate(IDLE)) as boolean;
  await until(isIdle, { what: "the page to have loaded its lists" });
}

const LOADING = [adminTexts.en, adminTexts.fr].flatMap((text) => [text["list.loading"], text["home.loading"]]);

const IDLE = `(() => {
    const loading = ${JSON.stringify(LOADING)};
    let busy = false;
    const look = (root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.classList.contains("skeleton") || loading.includes(element.textContent.trim())) busy = true;
        if (element.shadowRoot) look(element.shadowRoot);
      }
    };
    look(document);
    return !busy;
  })()`;
