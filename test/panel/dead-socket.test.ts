/** The panel's WebSocket leads nowhere any more, and nobody told the browser: what a person does then still works. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { around } from "../lab/around.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { type Cuttable, cuttable } from "../lab/cuttable.ts";
import { defaultPassword, type Edge, ha1, startEdge } from "../lab/edge.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { type Desk, DOMAIN, openPanel, SEED, startDesk } from "./desk.ts";

const READY = "neolia-home-view .status.good";
const ANSWER = "neolia-incoming-view button.go";
const TIMER = "neolia-call-view .time";
const HANG_UP = "neolia-call-view button.stop";

const closers: (() => unknown)[] = [];
let edge: Edge;
let desk: Desk;
let way: Cuttable;
let page: Page;
let door: SipAgent;
let rtp: RtpPeer;

around(
  async () => {
    edge = await startEdge();
    closers.push(() => edge.stop());
    edge.seedDirectory(SEED);
    way = await cuttable(edge.values.plainWsPort ?? 0);
    closers.push(() => way.close());
    desk = await startDesk(`ws://127.0.0.1:${way.port}`, (user) => ha1(user, DOMAIN, defaultPassword(user)));
    closers.push(() => desk.stop());
    const browser = await startChromium({ certificateFile: edge.values.certificateFile });
    closers.push(() => browser.close());
    page = await openPanel(await newProfile(browser), desk.bridge.url);
    const account = { user: "entrance", domain: DOMAIN, password: defaultPassword("entrance") };
    door = await SipAgent.open({ port: edge.values.sipPort, ...account });
    closers.push(() => door.close());
    assert.equal((await door.register()).status, 200);
    rtp = await RtpPeer.open();
    closers.push(() => rtp.close());
    rtp.play(440);
    await page.locator(READY).waitFor();
  },
  async () => {
    for (const close of closers.reverse()) await close();
  },
);

test("an answer that was lost is given again over a new connection: both hear each other", async () => {
  const call = await door.call("unit401", { rtp });
  await page.locator(ANSWER).waitFor();
  way.silence();
  await page.locator(ANSWER).click();
  assert.equal((await call.final).status, 200);
  await page.locator(TIMER).waitFor();
  const before = rtp.received;
  await until(() => rtp.received > before + 50, { what: "sound at the door" });
  await page.locator(HANG_UP).click();
  await call.endedByPeer;
  await page.locator(READY).waitFor();
});

test("a hang-up that was lost is told over a new connection", async () => {
  const call = await door.call("unit401", { rtp });
  await page.locator(ANSWER).click();
  await page.locator(TIMER).waitFor();
  const before = rtp.received;
  await until(() => rtp.received > before + 10, { what: "sound at the door" });
  way.silence();
  await page.locator(HANG_UP).click();
  assert.equal((await call.endedByPeer).method, "BYE");
  await page.locator(READY).waitFor();
});

test("a call that was lost is said to be, and a moment later the next one rings the door", async () => {
  door.policy = { ring: true, final: null };
  const rang = door.incoming.length;
  way.silence();
  await page.getByRole("button", { name: "Call Main entrance" }).click();
  await page.locator("neolia-call-view .line", { hasText: "connection" }).waitFor();
  await page.locator(READY).waitFor();
  await page.getByRole("button", { name: "Call Main entrance" }).click();
  const call = await until(() => door.incoming[rang], { what: "the door to ring" });
  await page.locator(HANG_UP).click();
  await call.endedByPeer;
  await page.locator(READY).waitFor();
});

test("an offer of another path that was lost with its connection does not end the call", async () => {
  const call = await door.call("unit401", { rtp });
  await page.locator(ANSWER).click();
  await page.locator(TIMER).waitFor();
  const before = rtp.received;
  await until(() => rtp.received > before + 10, { what: "sound at the door" });
  // Of what the panel says, only its offers are as long.
  const lost = way.silenceAfter(/[\s\S]{1500}/);
  const connections = way.opened();
  rtp.pause();
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await lost;
  rtp.play(440);
  await until(() => way.opened() > connections, { what: "a new connection" });
  const after = rtp.received;
  await until(() => rtp.received > after + 150, { what: "sound at the door" });
  assert.ok(!call.isEndedByPeer);
  assert.equal((await call.hangup()).status, 200);
  await page.locator(READY).waitFor();
});

test("a call in which nothing is said over the connection goes on, and the panel is found by its new one", async () => {
  const call = await door.call("unit401", { rtp });
  await page.locator(ANSWER).click();
  await page.locator(TIMER).waitFor();
  const connections = way.opened();
  way.silence();
  // What a shown page does.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  const before = rtp.received;
  await until(() => rtp.received > before + 200, { what: "sound at the door" });
  await until(() => way.opened() > connections, { what: "a new connection" });
  assert.equal((await call.hangup()).status, 200);
  await page.locator("neolia-call-view .line").first().waitFor();
  await page.locator(READY).waitFor();
});
