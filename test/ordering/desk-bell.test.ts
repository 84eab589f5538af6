/** The kitchen's bell as the loudspeaker gets it: the page's own AudioContext, listened to where it ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { startChromium } from "../lab/chromium.ts";
import { until } from "../lab/until.ts";
import { api, deskHooks, lineId, open, openUntouched, order } from "./desk-browser.ts";

deskHooks();

/** From now on every note that is started leaves its frequency and the loudness it goes through. */
const listen = (page: Page): Promise<void> => page.evaluate(listenFromNowOn);

function listenFromNowOn(): void {
  const heard: { hertz: number; gain: number }[] = [];
  Object.assign(window, { heard });
  const { connect } = AudioNode.prototype;
  const leads = new Map<AudioNode, AudioNode>();
  AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
    leads.set(this, to);
    return Reflect.apply(connect, this, [to]);
  } as typeof connect;
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (this: OscillatorNode, at?: number) {
    const output = leads.get(leads.get(this) as AudioNode) as GainNode;
    heard.push({ hertz: Math.round(this.frequency.value), gain: output.gain.value });
    Reflect.apply(start, this, [at]);
  };
}

const heard = (page: Page) =>
  page.evaluate(() => (window as unknown as { heard: { hertz: number; gain: number }[] }).heard.splice(0));

/** G5, the first note of the kitchen. */
const KITCHEN_HERTZ = 784;

async function hears(page: Page, what: string): Promise<number> {
  const note = await until(async () => (await heard(page)).find(({ hertz }) => hertz === KITCHEN_HERTZ), { what });
  return note.gain;
}

const setCalling = (page: Page, calling: boolean) =>
  page.locator("neolia-desk").evaluate((desk, on) => Object.assign(desk, { calling: on }), calling);

test("a new order rings loudly until it is accepted, softly while a call is on, and is silent after", async () => {
  const page = await open();
  await page.getByText("No new order", { exact: true }).waitFor();
  await page.keyboard.press("Shift");
  await listen(page);
  order("first");
  const loud = await hears(page, "the order");
  await setCalling(page, true);
  await heard(page);
  const soft = await hears(page, "the order behind a call");
  assert.ok(soft > 0 && soft < loud / 3, `${soft} beside ${loud}`);
  await setCalling(page, false);
  await heard(page);
  assert.equal(await hears(page, "the order after the call"), loud);
  const [{ id = "" } = {}] = api.ordering.boards.board(lineId).orders;
  api.ordering.boards.move(id, "new", "accepted");
  await page.getByRole("button", { name: "Ready", exact: true }).waitFor();
  await heard(page);
  // Longer than both the melody's and the knock's time.
  await page.waitForTimeout(6_000);
  assert.deepEqual(await heard(page), []);
});

test("two tablets ring and say how long an order waits; one accepts it, and both are silent", async () => {
  const first = await open();
  const second = await first.context().newPage();
  await second.goto(first.url());
  const tablets = [first, second];
  for (const page of tablets) {
    await page.getByText("No new order", { exact: true }).waitFor();
    await page.keyboard.press("Shift");
    await listen(page);
  }
  order("first");
  for (const page of tablets) await hears(page, "the order");
  api.stage.laterMs = 61_000;
  api.ordering.orders.remind();
  for (const page of tablets) {
    await page.getByRole("alert").filter({ hasText: "1 min" }).waitFor();
    await heard(page);
    await hears(page, "the order after a minute");
  }
  await second.getByRole("button", { name: "Accept", exact: true }).click();
  for (const page of tablets) await page.getByRole("button", { name: "Ready", exact: true }).waitFor();
  for (const page of tablets) {
    assert.equal(await page.getByRole("alert").filter({ hasText: "1 min" }).count(), 0);
    await heard(page);
  }
  await first.waitForTimeout(6_000);
  for (const page of tablets) assert.deepEqual(await heard(page), []);
});

test("a browser that plays nothing before it is touched, as after a reload by itself, says so and is silent; from the touch on the order that waits rings", async () => {
  const shy = await startChromium({ autoplay: false });
  try {
    order("first");
    const page = await openUntouched(shy, listenFromNowOn);
    // What a test asks a page counts as a touch: until here nobody asked anything.
    assert.deepEqual(await heard(page), []);
    const sign = page.getByText("The board is silent until you touch it once.");
    await sign.waitFor();
    await page.getByRole("button", { name: "Turn the sound on" }).click();
    await sign.waitFor({ state: "detached" });
    await hears(page, "the order that waits");
  } finally {
    await shy.close();
  }
});

test("in a hidden tab an order rings all the same", async () => {
  const page = await open();
  await page.getByText("No new order", { exact: true }).waitFor();
  await page.keyboard.press("Shift");
  await listen(page);
  const other = await page.context().newPage();
  await other.bringToFront();
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  order("first");
  await hears(page, "the order in the hidden tab");
  await hears(page, "and again");
});
