/** The panel's phone on the real edge: Kamailio, RTPEngine and Chromium, driven by clicks on the real page. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { around } from "../lab/around.ts";
import { findTone, tone, writeWav } from "../lab/audio.ts";
import { newProfile, recordRemote, startChromium } from "../lab/chromium.ts";
import { defaultPassword, type Edge, ha1, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { SipPhone } from "../lab/sip-phone.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { closeEnd, type Desk, DOMAIN, openPanel, PANELS, SEED, startDesk } from "./desk.ts";

const DOOR_HZ = 440;
const PANEL_HZ = 1000;
/** CSS of what a person sees. */
const INCOMING = "neolia-incoming-view";
const ANSWER = `${INCOMING} button.go`;
const DECLINE = `${INCOMING} button.stop`;
const TIMER = "neolia-call-view .time";
const HANG_UP = "neolia-call-view button.stop";
const LINE = "neolia-call-view .line";
const READY = "neolia-home-view .status.good";

const folder = labFolder("panel-phone");
let edge: Edge;
let desk: Desk;
let browser: Browser;
/** The device of the unit: one profile for the whole file, as on a wall. */
let profile: BrowserContext;
let page: Page;
let door: SipAgent;
const extra: { close(): unknown }[] = [];

around(
  async () => {
    const sound = join(folder.path, "microphone.wav");
    writeWav(sound, tone(PANEL_HZ, 10, 48_000));
    edge = await startEdge();
    edge.seedDirectory(SEED);
    desk = await startDesk(`wss://localhost:${edge.values.wssPort}`, (user) =>
      ha1(user, DOMAIN, defaultPassword(user)),
    );
    browser = await startChromium({ sound, certificateFile: edge.values.certificateFile });
    profile = await newProfile(browser);
    door = await SipAgent.open(account("entrance"));
  },
  async () => {
    door?.close();
    await browser?.close();
    await desk?.stop();
    await edge?.stop();
    folder.remove();
  },
);

beforeEach(async () => {
  page = await openPanel(profile, desk.bridge.url);
  page.setDefaultTimeout(30_000);
  await page.locator(READY).waitFor();
  door.policy = { final: null };
  door.onCall = () => {};
  assert.equal((await door.register()).status, 200);
});

afterEach(async () => {
  for (const thing of extra.splice(0).reverse()) await thing.close();
  await page.close();
});

function account(user: string) {
  return { port: edge.values.sipPort, user, domain: DOMAIN, password: defaultPassword(user) };
}

async function speaker(): Promise<RtpPeer> {
  const rtp = await RtpPeer.open();
  extra.push(rtp);
  return rtp;
}

/** Another device, account or browser tab of the same test. */
async function device(context: BrowserContext): Promise<Page> {
  extra.push({ close: () => context.close() });
  const opened = await openPanel(context, desk.bridge.url);
  await opened.locator(READY).waitFor();
  return opened;
}

/** The door calls with sound; resolves when the panel rings. */
async function ring(on: Page = page) {
  const rtp = await speaker();
  const call = await door.call("unit401", { rtp });
  rtp.play(DOOR_HZ);
  await on.locator(INCOMING).waitFor();
  return { call, rtp };
}

async function hearsDoor(on: Page): Promise<void> {
  const found = async () => findTone(await recordRemote(on, 1_200), DOOR_HZ).found;
  await until(found, { what: "the door's tone at the panel" });
}

/** What the call view says. */
async function says(text: string, on: Page = page): Promise<void> {
  await on.locator(LINE, { hasText: text }).first().waitFor();
}

async function contacts(user: string): Promise<number> {
  const all = await Promise.allSettled([edge.jsonRpc("ul.lookup", ["location", `${user}@${DOMAIN}`])]);
  const found = all[0].status === "fulfilled" ? (all[0].value as { Contacts: unknown[] }) : { Contacts: [] };
  return found.Contacts.length;
}

test("a door rings, the panel answers, both hear each other, the door hangs up", async () => {
  const { call, rtp } = await ring();
  assert.equal(await page.locator(`${INCOMING} h1`).innerText(), "Main entrance");
  await page.locator(ANSWER).click();
  await page.locator(TIMER).waitFor();
  await hearsDoor(page);
  await until(() => rtp.share(PANEL_HZ) > 0.5, { what: "the panel's tone at the door" });
  assert.equal((await call.hangup()).status, 200);
  await says("Call ended");
  await page.locator("neolia-home-view").waitFor();
});

test("the panel hangs up and the door gets its BYE", async () => {
  const { call } = await ring();
  await page.locator(ANSWER).click();
  await page.locator(TIMER).waitFor();
  await page.locator(HANG_UP).click();
  assert.equal((await call.endedByPeer).method, "BYE");
  await page.locator("neolia-home-view").waitFor();
});

test("muted, the door hears silence; unmuted, it hears the panel again", async () => {
  const { rtp } = await ring();
  await page.locator(ANSWER).click();
  await until(() => rtp.share(PANEL_HZ) > 0.5, { what: "the panel's tone at the door" });
  await page.getByRole("button", { name: "Mute" }).click();
  await until(() => rtp.share(PANEL_HZ) < 0.1, { what: "silence at the door" });
  await page.getByRole("button", { name: "Unmute" }).click();
  await until(() => rtp.share(PANEL_HZ) > 0.5, { what: "the tone again" });
  await page.locator(HANG_UP).click();
});

test("a door that gives up leaves a missed call and no ringtone", async () => {
  const { call } = await ring();
  assert.match(await page.title(), /Main entrance is ringing|Neolia/);
  await call.cancel();
  await says("Missed call");
  assert.equal(await page.title(), "Neolia");
  await page.locator("neolia-home-view").waitFor();
});

test("decline ends the call for everyone with 603", async () => {
  const { call } = await ring();
  await page.locator(DECLINE).click();
  assert.equal((await call.final).status, 603);
  await says("Declined");
});

test("answered on another device: this one stops ringing and says so", async () => {
  const other = await device(await newProfile(browser));
  await ring();
  await other.locator(ANSWER).click();
  await says("Answered on another device");
  await other.locator(HANG_UP).click();
});

test("the panel calls the door and both hear each other", async () => {
  const rtp = await speaker();
  door.onCall = (call) => {
    rtp.play(DOOR_HZ);
    setTimeout(() => call.answer(200, { rtp }), 200);
  };
  await page.getByRole("button", { name: "Call Main entrance" }).click();
  await page.locator(TIMER).waitFor();
  await hearsDoor(page);
  await until(() => rtp.share(PANEL_HZ) > 0.5, { what: "the panel's tone at the door" });
  await page.locator(HANG_UP).click();
});

test("a call that is not taken says why: busy, declined, unknown, and our own cancel", async () => {
  door.policy = { final: 486 };
  await page.getByRole("button", { name: "Call Main entrance" }).click();
  await says("Busy, try again later");
  door.policy = { final: 603 };
  await closeEnd(page);
  await page.getByRole("button", { name: "Call Main entrance" }).click();
  await says("The call was declined");
  await closeEnd(page);
  await page.getByRole("button", { name: "Call Reception" }).click();
  await says("Not connected at the moment");
  door.policy = { final: null };
  await closeEnd(page);
  await page.getByRole("button", { name: "Call Main entrance" }).click();
  await says("Ringing at Main entrance");
  await page.getByRole("button", { name: "Cancel" }).click();
  await says("Call cancelled");
  await until(() => door.incoming.at(-1)?.messages.some((m) => m.method === "CANCEL"), { what: "CANCEL at the door" });
});

test("no sound within 5 s of the answer: the panel says so and hangs up properly", async () => {
  const rtp = await speaker();
  const call = await door.call("unit401", { rtp });
  await page.locator(ANSWER).click();
  await page.locator(TIMER).waitFor();
  await says("No sound is arriving.");
  await says("no sound arrived");
  assert.equal((await call.endedByPeer).method, "BYE");
});

test("without a microphone the panel still answers, hears the door, and says why it is not heard", async () => {
  const deaf = await newProfile(browser);
  await deaf.addInitScript(`navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("in use", "NotReadableError");
  };`);
  const other = await device(deaf);
  const { call } = await ring(other);
  await other.locator(ANSWER).click();
  await other.locator(TIMER).waitFor();
  await hearsDoor(other);
  await says("They cannot hear you.", other);
  assert.ok(await other.getByText("The microphone is in use by another program").isVisible());
  await other.locator(HANG_UP).click();
  assert.equal((await call.endedByPeer).method, "BYE");
});

test("a reload replaces its own registration, and the panel rings again", async () => {
  const account = PANELS[0] ?? "";
  const beforeReload = await contacts(account);
  await page.reload();
  await page.locator(READY).waitFor();
  assert.equal(await contacts(account), beforeReload);
  const { call } = await ring();
  await call.cancel();
});

test("the server restarts during a call: sound goes on, and the panel is back within 5 s and hangs up", async () => {
  const { call, rtp } = await ring();
  await page.locator(ANSWER).click();
  await until(() => rtp.share(PANEL_HZ) > 0.5, { what: "the call's sound" });
  await edge.killKamailio();
  await edge.startKamailio();
  const sinceUp = startWatch();
  const connections = async () => ((await edge.jsonRpc("ws.dump")) as { connections: unknown[] }).connections.length;
  await until(async () => (await connections()) > 0, { what: "the panel to be back" });
  const tookMs = sinceUp.stop();
  assert.ok(tookMs < 5_000, `back after ${Math.round(tookMs)} ms`);
  await hearsDoor(page);
  await page.locator(HANG_UP).click();
  assert.equal((await call.endedByPeer).method, "BYE");
  await page.locator(READY).waitFor();
});

test("the server is away: one plain sentence, and ready within 5 s of its return", async () => {
  await edge.stopKamailio();
  await page.getByText("The call server cannot be reached.").waitFor();
  await edge.startKamailio();
  const sinceUp = startWatch();
  await page.locator(READY).waitFor();
  const tookMs = sinceUp.stop();
  assert.ok(tookMs < 5_000, `${Math.round(tookMs)} ms`);
});

test("the element is taken out of the page during a call and put back: the call goes on", async () => {
  const { call } = await ring();
  await page.locator(ANSWER).click();
  await page.locator(TIMER).waitFor();
  await page.evaluate("window.kept = document.querySelector('neolia-panel'); window.kept.remove()");
  await hearsDoor(page);
  await page.evaluate("document.body.append(window.kept)");
  await page.locator(HANG_UP).click();
  assert.equal((await call.endedByPeer).method, "BYE");
});

test("a half-dead connection is noticed when the page wakes, and replaced within 5 s", async () => {
  const frozen = edge.kamailioProcesses();
  for (const pid of frozen) process.kill(pid, "SIGSTOP");
  try {
    await profile.setOffline(true);
    await profile.setOffline(false);
    await page.locator(READY).waitFor({ state: "hidden" });
  } finally {
    for (const pid of frozen) process.kill(pid, "SIGCONT");
  }
  const sinceThawed = startWatch();
  await page.locator(READY).waitFor();
  assert.ok(sinceThawed.stop() < 5_000);
});

test("a TURN server that never replies holds neither an answer nor a call of ours up for more than a second", async () => {
  const silent = createSocket("udp4");
  let asked = 0;
  silent.on("message", () => asked++);
  silent.bind(0, "127.0.0.1");
  await once(silent, "listening");
  extra.push({ close: () => silent.close() });
  const urls = [`turn:127.0.0.1:${silent.address().port}?transport=udp`];
  desk.bridge.content.iceServers = {
    iceServers: [{ urls, username: "someone", credential: "something" }],
    expiresAtMs: Date.now() + 60_000,
  };
  extra.push({
    close: () => {
      desk.bridge.content.iceServers = { iceServers: [], expiresAtMs: 0 };
    },
  });
  const { call } = await ring();
  const sinceAnswered = startWatch();
  await page.locator(ANSWER).click();
  assert.equal((await call.final).status, 200);
  assert.ok(sinceAnswered.stop() < 1_500, `answered after ${Math.round(sinceAnswered.stop())} ms`);
  await hearsDoor(page);
  await page.locator(HANG_UP).click();
  await closeEnd(page);

  const before = door.incoming.length;
  const sinceCalled = startWatch();
  await page.getByRole("button", { name: "Call Main entrance" }).click();
  await until(() => door.incoming.length > before, { what: "the INVITE at the door" });
  assert.ok(sinceCalled.stop() < 1_500, `called after ${Math.round(sinceCalled.stop())} ms`);
  assert.ok(asked > 0, "the browser did ask the silent server");
  await page.getByRole("button", { name: "Cancel" }).click();
});

test("keys of the key pad reach the other end as telephone events, also without a microphone", async () => {
  const ports = await reservePorts();
  extra.push({ close: () => ports.release() });
  const sound = join(folder.path, "door.wav");
  writeWav(sound, tone(DOOR_HZ, 60));
  const station = await SipPhone.start({
    username: "neighbour",
    domain: DOMAIN,
    password: defaultPassword("neighbour"),
    server: `127.0.0.1:${edge.values.sipPort}`,
    folder: join(folder.path, "station"),
    port: ports.base,
    sound,
    answer: "auto",
  });
  extra.push({ close: () => station.stop() });
  const deaf = await newProfile(browser);
  await deaf.addInitScript(`navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("no device", "NotFoundError");
  };`);
  for (const on of [page, await device(deaf)]) {
    station.mark();
    await on.getByRole("button", { name: "Call Unit 402" }).click();
    await on.locator(TIMER).waitFor();
    await station.waitFor("CALL_ESTABLISHED");
    await on.getByRole("button", { name: "Keys" }).click();
    await on.getByRole("button", { name: "Key 7" }).click();
    await on.getByRole("button", { name: "Key hash" }).click();
    await until(() => digits(station) === "7#", { what: "7# at the station" });
    await on.locator(HANG_UP).click();
    await station.waitFor("CALL_CLOSED");
    await closeEnd(on);
  }
});

/** The last two keys that the station heard. */
function digits(station: SipPhone): string {
  const keys = station.events.filter((event) => event.type === "CALL_DTMF_START").map((event) => event.param);
  return keys.slice(-2).join("");
}

test("two tabs are one phone: either answers, and when the leader closes the other takes over within 2 s", async () => {
  const second = await openPanel(profile, desk.bridge.url);
  await second.getByText("The phone is in another tab").waitFor();
  const { call } = await ring(second);
  await second.locator(ANSWER).click();
  await second.locator(TIMER).waitFor();
  // The leader shows the same call.
  await page.locator(TIMER).waitFor();
  await hearsDoor(page);
  await second.locator(HANG_UP).click();
  assert.equal((await call.endedByPeer).method, "BYE");
  await second.locator("neolia-home-view").waitFor();

  const first = page;
  page = second;
  const sinceClosed = startWatch();
  await first.close();
  await second.getByText("The phone is in another tab").waitFor({ state: "hidden" });
  await second.locator(READY).waitFor();
  assert.ok(sinceClosed.stop() < 2_000, `${Math.round(sinceClosed.stop())} ms`);
  const again = await ring(second);
  await again.call.cancel();
});

test("on plain http, where browsers have no locks, two tabs are one phone all the same", async () => {
  const insecure = await startChromium({ certificateFile: edge.values.certificateFile, hosts: ["panel.test"] });
  extra.push(insecure);
  const context = await newProfile(insecure);
  const url = `http://panel.test:${desk.bridge.port}/`;
  const first = await openPanel(context, url);
  await first.locator(READY).waitFor();
  const second = await openPanel(context, url);
  await second.getByText("The phone is in another tab").waitFor();
  const sinceClosed = startWatch();
  await first.close();
  await second.getByText("The phone is in another tab").waitFor({ state: "hidden" });
  await second.locator(READY).waitFor();
  assert.ok(sinceClosed.stop() < 3_500, `${Math.round(sinceClosed.stop())} ms`);
  const { call } = await ring(second);
  await second.locator(ANSWER).click();
  await hearsDoor(second);
  await second.locator(HANG_UP).click();
  assert.equal((await call.endedByPeer).method, "BYE");
});
