/** The microphone goes away in mid-call: one sentence, the call goes on, and it is heard again once there is one. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { findTone, tone, writeWav } from "../lab/audio.ts";
import { recordRemote } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import type { Call } from "../lab/sip/call.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { until } from "../lab/until.ts";
import { openPanel } from "./desk.ts";
import { inspect } from "./inspect.ts";
import { onStage, stage } from "./stage.ts";

const DOOR_HZ = 440;
const PANEL_HZ = 1000;
const LINE = "neolia-call-view .line";

onStage();

/** A panel whose microphone is a tone, and which the test can unplug (`unplug()` and `plugIn()` in the page). */
async function panel(): Promise<{ context: BrowserContext; page: Page }> {
  const folder = labFolder("microphone");
  stage.opened.push({ close: () => folder.remove() });
  const sound = join(folder.path, "microphone.wav");
  writeWav(sound, tone(PANEL_HZ, 10, 48_000));
  const context = await stage.browserWith({ sound });
  await context.addInitScript(PLUG);
  const page = await openPanel(context, stage.desk.bridge.url);
  await page.locator("neolia-home-view .status.good").waitFor();
  return { context, page };
}

/** The browser's own part of unplugging: the device is listed no more, its tracks end, and the page is told. */
const PLUG = `(() => {
  const devices = navigator.mediaDevices;
  const [open, list] = [devices.getUserMedia.bind(devices), devices.enumerateDevices.bind(devices)];
  const tracks = new Set();
  globalThis.opened = 0;
  let plugged = true;
  devices.getUserMedia = async (wanted) => {
    if (!plugged) throw new DOMException("Requested device not found", "NotFoundError");
    const stream = await open(wanted);
    globalThis.opened += 1;
    for (const track of stream.getTracks()) tracks.add(track);
    return stream;
  };
  devices.enumerateDevices = async () => (plugged ? await list() : []);
  const change = (to) => {
    plugged = to;
    devices.dispatchEvent(new Event("devicechange"));
  };
  globalThis.endTracks = () => {
    for (const track of tracks) {
      if (track.readyState === "ended") continue;
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }
  };
  globalThis.unplug = () => { change(false); endTracks(); };
  globalThis.plugIn = () => change(true);
})()`;

/** In a call with sound both ways. */
async function talk(page: Page): Promise<{ call: Call; rtp: RtpPeer }> {
  const rtp = await RtpPeer.open();
  stage.opened.push(rtp);
  const call = await stage.door.call("unit401", { rtp });
  rtp.play(DOOR_HZ);
  await page.locator("neolia-incoming-view button.go").click();
  await page.locator("neolia-call-view .time").waitFor();
  await hearsTone(rtp);
  return { call, rtp };
}

async function hearsTone(rtp: RtpPeer): Promise<void> {
  await until(() => rtp.share(PANEL_HZ) > 0.5, { what: "the panel's tone at the door" });
}

/** Nothing is heard, but packets come: a door station without them would hang up. */
async function hearsSilence(rtp: RtpPeer): Promise<void> {
  const before = rtp.received;
  await until(() => rtp.received > before + 50 && rtp.share(PANEL_HZ) < 0.1, { what: "silence in packets" });
}

test("unplugged in mid-call it is told in one sentence, the door is still heard, and plugged in again it is heard", async () => {
  const { page } = await panel();
  const { call, rtp } = await talk(page);
  await page.evaluate("unplug()");
  await page.locator(LINE, { hasText: "They cannot hear you." }).waitFor();
  await page.getByText("No microphone found.").waitFor();
  await inspect(page, "microphone-unplugged");
  await hearsSilence(rtp);
  assert.ok(findTone(await recordRemote(page, 1_000), DOOR_HZ).found, "the panel hears the door");
  await page.evaluate("plugIn()");
  await page.locator(LINE, { hasText: "They cannot hear you." }).waitFor({ state: "detached" });
  await hearsTone(rtp);
  assert.equal((await call.hangup()).status, 200);
});

test("with another microphone there, the call changes over to it without a word", async () => {
  const { page } = await panel();
  const { call, rtp } = await talk(page);
  await page.evaluate("endTracks()");
  await page.waitForFunction("opened === 2");
  const before = rtp.received;
  await until(() => rtp.received > before + 50 && rtp.share(PANEL_HZ) > 0.5, { what: "the tone of the other one" });
  assert.equal(await page.getByText("They cannot hear you.").isVisible(), false);
  assert.equal((await call.hangup()).status, 200);
});

test("muted stays muted through a change of microphone", async () => {
  const { page } = await panel();
  const { call, rtp } = await talk(page);
  await page.getByRole("button", { name: "Mute" }).click();
  await until(() => rtp.share(PANEL_HZ) < 0.1, { what: "silence at the door" });
  await page.evaluate("unplug()");
  await page.getByText("No microphone found.").waitFor();
  await page.evaluate("plugIn()");
  await page.getByText("You are muted").waitFor();
  await hearsSilence(rtp);
  await page.getByRole("button", { name: "Unmute" }).click();
  await hearsTone(rtp);
  assert.equal((await call.hangup()).status, 200);
});

test("taken by another program it can be tried again from the call", async () => {
  const { context, page } = await panel();
  await context.addInitScript(`{
    const open = navigator.mediaDevices.getUserMedia;
    let busy = true;
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      if (busy) throw new DOMException("Could not start audio source", "NotReadableError");
      return await open(wanted);
    };
    globalThis.closeProgram = () => { busy = false; };
  }`);
  await page.reload();
  await page.locator("neolia-home-view .status.good").waitFor();
  const rtp = await RtpPeer.open();
  stage.opened.push(rtp);
  const call = await stage.door.call("unit401", { rtp });
  rtp.play(DOOR_HZ);
  await page.locator("neolia-incoming-view button.go").click();
  await page.getByText("The microphone is in use by another program").waitFor();
  await hearsSilence(rtp);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The microphone is in use by another program").waitFor();
  await page.evaluate("closeProgram()");
  await page.getByRole("button", { name: "Try again" }).click();
  await hearsTone(rtp);
  await page.locator(LINE, { hasText: "They cannot hear you." }).waitFor({ state: "detached" });
  assert.equal((await call.hangup()).status, 200);
});

test("its permission taken back in mid-call is told as such, and given again it is heard again", async () => {
  const { context, page } = await panel();
  const { call, rtp } = await talk(page);
  const session = await context.newCDPSession(page);
  const { targetInfo } = await session.send("Target.getTargetInfo");
  const { browserContextId } = targetInfo;
  assert.ok(browserContextId);
  const { origin } = new URL(stage.desk.bridge.url);
  const set = (setting: "denied" | "granted") =>
    session.send("Browser.setPermission", { permission: { name: "microphone" }, setting, origin, browserContextId });
  await set("denied");
  await page.getByText("this browser was told not to allow it").waitFor();
  await page.locator(LINE, { hasText: "They cannot hear you." }).waitFor();
  await hearsSilence(rtp);
  assert.ok(findTone(await recordRemote(page, 1_000), DOOR_HZ).found, "the panel hears the door");
  await set("granted");
  await hearsTone(rtp);
  await page.locator(LINE, { hasText: "They cannot hear you." }).waitFor({ state: "detached" });
  assert.equal((await call.hangup()).status, 200);
});
