/** A restaurant's desk in a real browser, on the bridge's real app: what the tests of its pages stand on. */
import { after, afterEach, before, beforeEach } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { LineWithPassword } from "../../bridge/src/api/line.ts";
import { buildPanel } from "../../panel/build.ts";
import { type TestApp, testApp } from "../directory/app.ts";
import { type House, makeHouse } from "../directory/house.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";

export const CALLER = "+33639980178";
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
    const made = await api.send("POST", "/api/lines", {
      buildingId: house.building.id,
      label: "Chez Luigi",
      gateway: "ht841_restaurant1",
    });
    lineId = made.json<LineWithPassword>().id;
    await api.send("POST", `/api/lines/${lineId}/menu/sample`, {});
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
}

export async function open(
  page_ = "board",
  { width, height, dark = false, locale = "en-GB" }: Look = { width: 1440, height: 900 },
): Promise<Page> {
  context = await newProfile(browser, { viewport: { width, height }, colorScheme: dark ? "dark" : "light", locale });
  context.setDefaultTimeout(30_000);
  const [name = "", value = ""] = api.cookie.split("=");
  await context.addCookies([{ name, value, url: `http://localhost:${ports.base}` }]);
  const page = await context.newPage();
  await page.goto(`http://localhost:${ports.base}/#/desk/${lineId}/${page_}`);
  await page.locator("neolia-desk h1").first().waitFor({ state: "attached" });
  return page;
}

export const openCall = (callId: string) =>
  api.ordering.desk.open({ callId, lineId, callerNumber: CALLER, language: "fr" });

export function order(callId: string, item = "margherita"): void {
  const call = openCall(callId);
  call.heard("Bonjour, deux pizzas s'il vous plaît.");
  call.callTool(
    "add_item",
    { item_id: item, quantity: 2, option_ids: ["taille-grande", "sup-olives"], note: "bien cuite" },
    "1",
  );
  call.callTool("add_item", { item_id: "tiramisu", quantity: 1 }, "2");
  call.callTool("set_details", { name: "Paul Martin", pickup_time: "asap" }, "3");
  const readBack = call.callTool("read_back", {}, "4");
  call.said(readBack.say.text);
  call.playedToEnd(readBack.say.mark ?? "");
  call.callerTurn({ beganAtMs: Date.now() + 1 });
  call.heard("Oui, c'est ça.");
  const { say } = call.callTool("confirm_order", {}, "5");
  call.playedToEnd(say.mark ?? "");
  call.end({ reason: "completed", costCents: 12 });
}

export function draft(callId: string): void {
  const call = openCall(callId);
  call.callTool("add_item", { item_id: "cola", quantity: 2 }, "1");
  call.callTool("set_details", { name: "Anne" }, "2");
  call.end({ reason: "caller-hung-up", costCents: 4 });
}

export function evening(): void {
  order("first");
  order("second", "reine");
  order("third", "calzone");
  const [one, two] = api.ordering.boards.board(lineId).orders;
  if (one) api.ordering.orders.move(one.id, "new", "accepted");
  if (two) api.ordering.orders.move(two.id, "new", "accepted");
  if (two) api.ordering.orders.move(two.id, "accepted", "ready");
  draft("left");
  const live = openCall("running");
  live.heard("Bonjour, je voudrais une Reine.");
  live.callTool("add_item", { item_id: "reine", quantity: 1 }, "1");
  live.said("J'ai noté une Reine. Pour Reine, la taille : normale ou grande ?");
}

/** A page of somebody who has not signed in here. */
export async function openUnsigned(width: number, height: number): Promise<Page> {
  context = await newProfile(browser, { viewport: { width, height } });
  const page = await context.newPage();
  await page.goto(`http://localhost:${ports.base}/`);
  return page;
}
