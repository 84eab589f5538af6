/** A call outlives a change of network: the browser's path to the server changes its address in mid-call. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { around } from "../lab/around.ts";
import { findTone, tone, writeWav } from "../lab/audio.ts";
import { newProfile, recordRemote, startChromium } from "../lab/chromium.ts";
import { defaultPassword, type Edge, ha1, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import type { Call } from "../lab/sip/call.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { TwoNetworks } from "../lab/two-networks.ts";
import { until } from "../lab/until.ts";
import { type Desk, DOMAIN, openPanel, putAway, SEED, startDesk } from "./desk.ts";

const DOOR_HZ = 440;
const PANEL_HZ = 1000;

const folder = labFolder("network-change");
let ports: PortBlock;
let networks: TwoNetworks;
let edge: Edge;
let desk: Desk;
let browser: Browser;
let page: Page;
let door: SipAgent;
let rtp: RtpPeer;

around(
  async () => {
    ports = await reservePorts();
    networks = await TwoNetworks.start(ports.number, folder.path);
    const { server } = networks;
    edge = await startEdge({ ports, values: { listenAddress: server, advertisedAddress: server } });
    edge.seedDirectory(SEED);
    const { wssPort, sipPort, certificateFile } = edge.values;
    const login = (user: string) => ha1(user, DOMAIN, defaultPassword(user));
    desk = await startDesk(`wss://localhost:${wssPort}`, login, { address: server });
    const sound = join(folder.path, "microphone.wav");
    writeWav(sound, tone(PANEL_HZ, 10, 48_000));
    const network = { hosts: ["localhost"], hostAddress: server, within: networks.prefix };
    browser = await startChromium({ sound, certificateFile, ...network });
    page = await openPanel(await newProfile(browser), `http://localhost:${desk.bridge.port}/`);
    await page.locator("neolia-home-view .status.good").waitFor();
    const account = { user: "entrance", domain: DOMAIN, password: defaultPassword("entrance") };
    door = await SipAgent.open({ host: server, port: sipPort, ...account });
    assert.equal((await door.register()).status, 200);
    rtp = await RtpPeer.open();
    rtp.play(DOOR_HZ);
  },
  async () => {
    rtp?.close();
    door?.close();
    await browser?.close();
    await desk?.stop();
    await edge?.stop();
    await networks?.stop();
    ports?.release();
    folder.remove();
  },
);

/** A call in which both hear each other. */
async function talk(): Promise<Call> {
  await page.locator("neolia-home-view .status.good").waitFor();
  const call = await door.call("unit401", { rtp });
  await page.locator("neolia-incoming-view button.go").click();
  await page.locator("neolia-call-view .time").waitFor();
  await bothHear();
  return call;
}

async function bothHear(): Promise<void> {
  const patience = { timeoutMs: 20_000 };
  const heard = async () => findTone(await recordRemote(page, 1_000), DOOR_HZ).found;
  await until(heard, { ...patience, what: "the door's tone at the panel" });
  const before = rtp.received;
  const again = () => rtp.received > before + 25 && rtp.share(PANEL_HZ) > 0.5;
  await until(again, { ...patience, what: "the panel's tone at the door" });
}

async function busyNetwork(): Promise<{ busy: 0 | 1; other: 0 | 1 }> {
  const busy = await networks.busy();
  return { busy, other: busy === 0 ? 1 : 0 };
}

async function over(call: Call): Promise<void> {
  assert.equal((await call.hangup()).status, 200);
  await page.locator("neolia-call-view .line", { hasText: "Call ended" }).waitFor();
  await putAway(page);
}

test("when a device moves to another network in mid-call both hear each other again within seconds", async (t) => {
  const call = await talk();
  networks.move(0, 1);
  const movedAtMs = performance.now();
  await bothHear();
  t.diagnostic(`both heard each other ${Math.round(performance.now() - movedAtMs)} ms after the move`);
  await over(call);
});

test("when a device moves and the door refuses the new offer twice, the call stays and is heard again", async () => {
  const call = await talk();
  const { busy, other } = await busyNetwork();
  // Both have one to make at the same time (RFC 3261 section 14.1), then the door would rather not.
  call.refusals = [491, 488];
  networks.move(busy, other);
  await bothHear();
  assert.deepEqual(call.refusals, []);
  await over(call);
  networks.move(other, busy);
});

test("hung up just as the network died without a word: the door hears of it over the other network", async () => {
  networks.join(0);
  const call = await talk();
  const { busy, other } = await busyNetwork();
  networks.fade(busy, other);
  await page.locator("neolia-call-view button.stop").click();
  assert.equal((await call.endedByPeer).method, "BYE");
  await putAway(page);
  networks.heal(busy);
});

test("when one of two networks dies without a word to the browser, the call goes on over the other", async (t) => {
  const call = await talk();
  const { busy, other } = await busyNetwork();
  networks.fade(busy, other);
  const fadedAtMs = performance.now();
  assert.equal(await networks.busy(), other);
  t.diagnostic(`the door's packets came again after ${Math.round(performance.now() - fadedAtMs)} ms`);
  await bothHear();
  await over(call);
});
