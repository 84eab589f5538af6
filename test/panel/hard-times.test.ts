/** What happens to a panel on a wall: impatient fingers, questions of the browser, lost connections, closed pages. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import type { Call } from "../lab/sip/call.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, openPanel, PANELS, putAway } from "./desk.ts";
import { onStage, stage } from "./stage.ts";

const ANSWER = "neolia-incoming-view button.go";
const TIMER = "neolia-call-view .time";
const HANG_UP = "neolia-call-view button.stop";
const READY = "neolia-home-view .status.good";
const DOOR_HZ = 440;

let rtp: RtpPeer;

onStage();

beforeEach(async () => {
  if (!stage.edge.kamailioRunning) await stage.edge.startKamailio();
  rtp = await RtpPeer.open();
  rtp.play(DOOR_HZ);
});

/** A call whose page was closed before it declined has its end some seconds later; Kamailio killed before that, its sound stays for a minute. */
afterEach(() =>
  until(async () => (await stage.edge.mediaSessions()) === 0, { what: "no media session" }).finally(() => rtp.close()),
);

async function panel(context?: BrowserContext): Promise<Page> {
  const page = await openPanel(context ?? (await stage.profile()), stage.desk.bridge.url);
  await page.locator(READY).waitFor();
  return page;
}

/** The door calls; resolves when the panel rings. */
async function ring(page: Page): Promise<Call> {
  const call = await stage.door.call("unit401", { rtp });
  await page.locator(ANSWER).waitFor();
  return call;
}

async function talk(page: Page): Promise<Call> {
  const call = await ring(page);
  await page.locator(ANSWER).click();
  await page.locator(TIMER).waitFor();
  // Only now the call is complete: no BYE may come before the caller's ACK (RFC 3261 section 15).
  await until(() => rtp.received > 10, { what: "sound at the door" });
  return call;
}

/** What the call view says. */
async function says(page: Page, text: string): Promise<void> {
  await page.locator("neolia-call-view .line", { hasText: text }).first().waitFor();
}

test("a page that is closed in mid-call hangs up: the door hears it at once", async () => {
  const page = await panel();
  const call = await talk(page);
  const sinceClosed = startWatch();
  await page.close({ runBeforeUnload: false });
  assert.equal((await call.endedByPeer).method, "BYE");
  assert.ok(sinceClosed.stop() < 2_000, `${Math.round(sinceClosed.stop())} ms`);
});

test("a reload in mid-call hangs up, and the panel rings again afterwards", async () => {
  const page = await panel();
  const call = await talk(page);
  await page.reload();
  assert.equal((await call.endedByPeer).method, "BYE");
  await page.locator(READY).waitFor();
  await (await ring(page)).cancel();
});

test("hung up while the server is away: the panel is free at once, and the door hears of it when the server is back", async () => {
  const page = await panel();
  const call = await talk(page);
  await stage.edge.killKamailio();
  await page.locator(HANG_UP).click();
  await says(page, "Call ended");
  await stage.edge.startKamailio();
  assert.equal((await call.endedByPeer).method, "BYE");
});

test("a double tap on answer answers once, and does not hang up", async () => {
  const page = await panel();
  const call = await ring(page);
  const box = await page.locator(ANSWER).boundingBox();
  assert.ok(box);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator(HANG_UP).waitFor();
  // The second tap, as the browser counts it; by now another button is under the finger.
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await until(() => rtp.received > 25, { what: "sound at the door" });
  assert.equal(call.messages.filter(({ status }) => status === 200).length, 1);
  await page.locator(TIMER).waitFor();
  assert.equal((await call.hangup()).status, 200);
});

test("the caller gives up while the browser asks for the microphone: the call is over, the late yes opens nothing", async () => {
  const context = await stage.profile();
  await context.addInitScript(`
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    globalThis.tracks = [];
    navigator.mediaDevices.getUserMedia = (wanted) => new Promise((resolve, reject) => {
      globalThis.allow = () => real(wanted).then((stream) => { tracks.push(...stream.getTracks()); resolve(stream); }, reject);
    });
  `);
  const page = await panel(context);
  const call = await ring(page);
  await page.locator(ANSWER).click();
  await page.waitForFunction("globalThis.allow !== undefined");
  await call.cancel();
  await says(page, "Missed call");
  await page.evaluate("allow()");
  await page.waitForFunction("tracks.length > 0 && tracks.every((track) => track.readyState === 'ended')");
  assert.equal((await call.final).status, 487);
});

test("cancelled at the instant of the answer, both sides end as one: no call is left at either", async () => {
  const page = await panel();
  for (let round = 0; round < 5; round++) {
    const call = await ring(page);
    // The button may be gone before the finger is there.
    const tap = page.locator(ANSWER).click({ timeout: 2_000 });
    await Promise.all([tap.catch(() => {}), call.cancel()]);
    const { status } = await call.final;
    if (status === 200) assert.equal((await call.hangup()).status, 200);
    else assert.equal(status, 487);
    await putAway(page);
  }
});

test("muted stays muted when the server was away in between", async () => {
  const page = await panel();
  const call = await talk(page);
  await page.getByRole("button", { name: "Mute" }).click();
  await stage.edge.killKamailio();
  await stage.edge.startKamailio();
  await page.getByRole("button", { name: "Unmute" }).waitFor();
  await says(page, "You are muted");
  await page.locator(HANG_UP).click();
  assert.equal((await call.endedByPeer).method, "BYE");
});

test("woken from a sleep in which the server restarted, the panel is registered and rings within 5 s", async () => {
  const page = await panel();
  const wake = await fallAsleep(page);
  await stage.edge.killKamailio();
  await stage.edge.startKamailio();
  await forgetPanels();
  assert.equal(await contacts(), 0);
  await wake();
  const sinceThawed = startWatch();
  await until(async () => (await contacts()) > 0, { what: "the registration" });
  assert.ok(sinceThawed.stop() < 5_000, `${Math.round(sinceThawed.stop())} ms`);
  await page.locator(READY).waitFor();
  await (await ring(page)).cancel();
});

test("on plain http a leader that slept while another tab took over gives way to it: one phone, not two", async () => {
  await forgetPanels();
  const context = await stage.browserWith({ hosts: ["panel.test"] });
  const url = `http://panel.test:${stage.desk.bridge.port}/`;
  const first = await openPanel(context, url);
  await first.locator(READY).waitFor();
  const second = await openPanel(context, url);
  await second.getByText("The phone is in another tab").waitFor();
  const wake = await fallAsleep(first);
  await second.getByText("The phone is in another tab").waitFor({ state: "hidden" });
  await second.locator(READY).waitFor();
  await wake();
  await first.getByText("The phone is in another tab").waitFor();
  await until(async () => (await contacts()) === 1, { what: "one registration" });
  const call = await ring(second);
  await first.locator(ANSWER).click();
  await second.locator(TIMER).waitFor();
  await call.hangup();
});

/** Stops everything in the page, as sleep does (a page that is shown cannot be frozen). Returns what wakes it. */
async function fallAsleep(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Debugger.enable");
  const paused = new Promise<void>((resolve) => session.once("Debugger.paused", () => resolve()));
  await session.send("Debugger.pause");
  await paused;
  return async () => {
    await session.send("Debugger.resume");
    await session.detach();
  };
}

/** Live contacts of panels; the door has one of its own. */
async function contacts(): Promise<number> {
  const dump = JSON.stringify(await stage.edge.jsonRpc("ul.dump", []));
  return (
    dump
      .split('"AoR":')
      .filter((part) => PANELS.some((name) => part.startsWith(`"${name}`)))
      .join()
      .split('"Address"').length - 1
  );
}

/** Whoever is not in the page any more keeps a contact until it expires. */
async function forgetPanels(): Promise<void> {
  for (const name of PANELS) await stage.edge.jsonRpc("ul.rm", ["location", `${name}@${DOMAIN}`]).catch(() => {});
}
