/** What the panel's tests share: a sample site, the built panel, a browser page signed in and set up. */
import type { BrowserContext, Page } from "playwright-core";
import type { Call } from "../../bridge/src/api/call.ts";
import type { LiveState } from "../../bridge/src/api/live.ts";
import { type BridgeContent, BridgeFake, type BridgeFakeOptions } from "../fakes/bridge-api.ts";
import { builtPanel } from "../lab/built.ts";
import type { SiteSeed } from "../lab/edge.ts";
import { until } from "../lab/until.ts";

export const DOMAIN = "sip.example.com";
export const TOKEN = "correct-horse-battery-staple";

const id = (n: number): string => `01J0000000000000000000000${n}`;
export const SITE_ID = id(0);
export const UNIT_401 = id(2);
export const UNIT_402 = id(3);
export const DOOR_ID = id(5);
export const DOOR_ACCOUNT = id(6);

/** Each test profile is one of these accounts, in the order the browsers set themselves up. */
export const PANELS = ["panel-a", "panel-b"];

/** The same site for Kamailio. */
export const SEED: SiteSeed = {
  domain: DOMAIN,
  units: [
    { name: "unit401", kind: "residential" },
    { name: "unit402", kind: "residential" },
    { name: "entrance", kind: "door" },
  ],
  accounts: [
    ...PANELS.map((username) => ({ username, type: "panel" as const, unit: "unit401" })),
    { username: "neighbour", type: "mobile", unit: "unit402" },
    { username: "entrance", type: "door", unit: "entrance" },
  ],
  rules: [
    { unit: "unit401", ringSeconds: 30 },
    { unit: "unit402", ringSeconds: 30 },
    { unit: "entrance", ringSeconds: 30 },
  ],
};

const MARKS = { version: 1, revision: 1 };
const NO_VIDEO = { videoUrl: "", hasVideo: false };

export function content(): BridgeContent {
  return {
    sites: [{ id: SITE_ID, name: "Rue du Lac 4", address: "", domain: DOMAIN, timeZone: "Europe/Paris", ...MARKS }],
    buildings: [{ id: id(1), siteId: SITE_ID, name: "Building A", ...MARKS }],
    units: [
      {
        id: UNIT_401,
        siteId: SITE_ID,
        buildingId: id(1),
        number: "401",
        name: "unit401",
        doNotDisturb: false,
        ...MARKS,
      },
      {
        id: UNIT_402,
        siteId: SITE_ID,
        buildingId: id(1),
        number: "402",
        name: "unit402",
        doNotDisturb: false,
        ...MARKS,
      },
      {
        id: id(4),
        siteId: SITE_ID,
        buildingId: id(1),
        number: "Reception",
        name: "reception",
        doNotDisturb: false,
        ...MARKS,
      },
    ],
    doors: [
      {
        id: DOOR_ID,
        siteId: SITE_ID,
        buildingId: id(1),
        label: "Main entrance",
        name: "entrance",
        accountId: DOOR_ACCOUNT,
        ...NO_VIDEO,
        ...MARKS,
      },
      {
        id: id(7),
        siteId: SITE_ID,
        buildingId: id(1),
        label: "Garage",
        name: "garage",
        accountId: id(8),
        ...NO_VIDEO,
        ...MARKS,
      },
    ],
    calls: [],
    live: liveState(),
    iceServers: { iceServers: [], expiresAtMs: 0 },
    server: { sipUri: null },
  };
}

export function liveState(change: Partial<LiveState> = {}): LiveState {
  return {
    vps: { link: "up", code: null, partsDown: [] },
    mqtt: { link: "up", code: null },
    provisioning: [{ siteId: SITE_ID, revision: 3, liveRevision: 3, state: "live", problem: null }],
    registered: [DOOR_ACCOUNT],
    calls: [],
    ...change,
  };
}

const DOOR = { name: "entrance", label: "Main entrance", kind: "door" } as const;
const UNIT = { name: "unit401", label: "Unit 401", kind: "unit" } as const;

/** A logged call of the door, missed unless changed. */
export function loggedCall(number: number, startedAtMs: number, change: Partial<Call> = {}): Call {
  return {
    callId: String(number).padStart(32, "0"),
    siteId: SITE_ID,
    unitId: UNIT_401,
    doorId: DOOR_ID,
    caller: DOOR,
    callee: UNIT,
    status: "no-answer",
    reason: "no-answer",
    answeredBy: null,
    startedAtMs,
    ringingAtMs: startedAtMs + 200,
    answeredAtMs: null,
    endedAtMs: startedAtMs + 30_000,
    ...change,
  };
}

export interface Desk {
  bridge: BridgeFake;
  stop(): Promise<void>;
}

/** Serves the panel with the sample site. `sipUri` null: no VPS is configured. */
export async function startDesk(
  sipUri: string | null,
  ha1: (username: string) => string,
  options: Pick<BridgeFakeOptions, "headers" | "address"> = {},
): Promise<Desk> {
  const names = new Map<string, string>();
  const bridge = new BridgeFake({
    folder: builtPanel(),
    token: TOKEN,
    content: content(),
    ...options,
    sip: (deviceId) => {
      const username = names.get(deviceId) ?? PANELS[names.size % PANELS.length] ?? "";
      names.set(deviceId, username);
      return { username, domain: DOMAIN, ha1: ha1(username), uri: sipUri };
    },
  });
  await bridge.start();
  return { bridge, stop: () => bridge.stop() };
}

/** Opens the panel with the token in its address and chooses unit 401, as a person does on first use. */
export async function openPanel(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}#token=${TOKEN}`);
  await page.locator("neolia-setup-view, neolia-home-view").first().waitFor();
  if (await page.locator("neolia-setup-view").isVisible()) {
    await page.locator("neolia-setup-view label", { hasText: "401" }).click();
    await page.locator("neolia-setup-view button.accent").first().click();
  }
  await page.locator("neolia-home-view").waitFor();
  return page;
}

/** Puts away the end of a call, which also goes by itself after some seconds, and waits until the panel could be rung. */
export async function putAway(page: Page): Promise<void> {
  await closeEnd(page);
  await page.locator("neolia-home-view .status.good").waitFor();
}

/** Puts away the end of a call, which also goes by itself after some seconds, on whatever page the call came to. */
export async function closeEnd(page: Page): Promise<void> {
  const close = page.locator("neolia-call-view").getByRole("button", { name: "Close" });
  await until(
    async () => {
      // Gone between the look and the click: it need not be there.
      if (await close.isVisible()) await close.click({ timeout: 500 }).catch(() => undefined);
      return (await page.locator("neolia-call-view, neolia-incoming-view").count()) === 0;
    },
    { what: "the end of the call to be put away" },
  );
}
