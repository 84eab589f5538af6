/** A restaurant's desk in a real browser, on the bridge's real app: what the tests of its pages stand on. */

import { after, afterEach, before, beforeEach } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { buildPanel } from "../../panel/build.ts";
import { type TestApp, testApp } from "../directory/app.ts";
import { type House, makeHouse } from "../directory/house.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import {
  addSampleLine,
  leaveDraft,
  openSampleCall,
  type SampleLine,
  sampleEvening,
  takeOrder,
} from "./sample-evening.ts";

export { CALLER } from "./sample-evening.ts";

export const panel = labFolder("desk-panel");
export let browser: Browser;
export let ports: PortBlock;
export let api: TestApp;
export let house: House;
export let lineId: string;
let context: BrowserContext | null = null;

/** For each test a house of its own with a line and the sample menu. */
export function deskHooks(): void {
  before(async () => {
    await buildPanel({ outFolder: panel.path });
    browser = await startChromium();
    ports = await reservePorts();
  });
  after(async () => {
    await browser.close();
    ports.release();
    panel.remove();
  });
  beforeEach(async () => {
    api = await testApp({ panelFolder: panel.path, port: ports.base });
    await api.app.listen({ host: "127.0.0.1", port: ports.base });
    house = await makeHouse(api);
    lineId = await addSampleLine(api, house.building.id);
  });
  afterEach(async () => {
    await context?.close();
    context = null;
    await api.close();
  });
}

export interface Look {
  width: number;
  height: number;
  dark?: boolean;
  locale?: string;
  /** Of the browser. */
  timezoneId?: string;
}

export async function open(
  page_ = "board",
  { width, height, dark = false, locale = "en-GB", timezoneId = "Europe/Paris" }: Look = { width: 1440, height: 900 },
): Promise<Page> {
  const colorScheme = dark ? "dark" : "light";
  context = await newProfile(browser, { viewport: { width, height }, colorScheme, locale, timezoneId });
  context.setDefaultTimeout(30_000);
  const [name = "", value = ""] = api.cookie.split("=");
  await context.addCookies([{ name, value, url: `http://localhost:${ports.base}` }]);
  const page = await context.newPage();
  await page.goto(`http://localhost:${ports.base}/#/desk/${lineId}/${page_}`);
  await page.locator("neolia-desk h1").first().waitFor({ state: "attached" });
  return page;
}

const on = (): SampleLine => ({ ordering: api.ordering, lineId });
export const openCall = (callId: string) => openSampleCall(on(), callId);
export const order = (callId: string, item?: string): void => takeOrder(on(), callId, item);
export const draft = (callId: string): void => leaveDraft(on(), callId);
export const evening = (): void => sampleEvening(on());

/** A page of somebody who has not signed in here. */
export async function openUnsigned(width: number, height: number): Promise<Page> {
  context = await newProfile(browser, { viewport: { width, height } });
  const page = await context.newPage();
  await page.goto(`http://localhost:${ports.base}/`);
  return page;
}

/** The board in another browser, as it is after it has drawn itself for a while, without a question to the page. `before`: runs in the page first. */
export async function openUntouched(within: Browser, before: () => void): Promise<Page> {
  context = await newProfile(within, { viewport: { width: 1440, height: 900 } });
  const [name = "", value = ""] = api.cookie.split("=");
  await context.addCookies([{ name, value, url: `http://localhost:${ports.base}` }]);
  const page = await context.newPage();
  await page.addInitScript(before);
  const followed = page.waitForEvent("websocket", (socket) => socket.url().includes(`/lines/${lineId}/ws`));
  await page.goto(`http://localhost:${ports.base}/#/desk/${lineId}/board`);
  await (await followed).waitForEvent("framereceived");
  // Two periods of the bell.
  await delay(5_000);
  return page;
}
