/** The door's picture: while it rings, during the call, and in the device's test; the call goes on without it. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { WhepCamera } from "../fakes/whep-camera.ts";
import { around } from "../lab/around.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { until } from "../lab/until.ts";
import { closeEnd, openPanel, SEED } from "./desk.ts";
import { inspect } from "./inspect.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let camera: WhepCamera;
around(
  async () => {
    stage = await Stage.start();
    // Long enough for a look at the picture before anybody answers.
    stage.edge.seedDirectory({ ...SEED, rules: SEED.rules.map((rule) => ({ ...rule, ringSeconds: 120 })) });
    camera = await WhepCamera.start(stage.browser);
  },
  async () => {
    await camera?.close();
    await stage?.stop();
  },
);
beforeEach(() => {
  stage.reset();
  setCamera(camera.url);
  Object.assign(camera, { refusal: null, dark: false });
  camera.sessions.clear();
});
afterEach(() => stage.closeOpened());

function setCamera(videoUrl: string): void {
  const { content } = stage.desk.bridge;
  content.doors = content.doors.map((door) =>
    door.name === "entrance" ? { ...door, videoUrl, hasVideo: videoUrl !== "" } : door,
  );
}

async function ready(): Promise<Page> {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  return page;
}

async function ring() {
  const rtp = await RtpPeer.open();
  stage.opened.push(rtp);
  const call = await stage.door.call("unit401", { rtp });
  rtp.play(440);
  return call;
}

const noViewer = () => until(() => camera.sessions.size === 0, { what: "the camera to have no viewer" });

test("the door is seen before the call is answered and during it, in one session that ends with the call", async () => {
  const page = await ready();
  const call = await ring();
  const picture = page.getByLabel("Picture of Main entrance");
  await page.locator("neolia-incoming-view neolia-door-picture[shown]").waitFor();
  await until(() => picture.evaluate((video) => (video as HTMLVideoElement).videoWidth > 0), { what: "a picture" });
  await inspect(page, "door-video-incoming");
  await page.getByRole("button", { name: "Answer" }).click();
  await page.locator("neolia-call-view neolia-door-picture[shown]").waitFor();
  await page.locator("neolia-call-view .time").waitFor();
  assert.equal(await picture.evaluate((video) => (video as HTMLVideoElement).muted), true);
  assert.deepEqual(camera.sessions.size, 1);
  await inspect(page, "door-video-call");
  await call.hangup();
  await noViewer();
  assert.equal(await picture.count(), 0);
});

test("a call that is not answered lets the camera stop as well", async () => {
  const page = await ready();
  const call = await ring();
  await page.locator("neolia-incoming-view neolia-door-picture[shown]").waitFor();
  await call.cancel();
  await page.locator("neolia-home-view").waitFor();
  await noViewer();
});

test("a camera that goes away, refuses or is not there takes nothing from the call", async () => {
  const page = await ready();
  const call = await ring();
  await page.locator("neolia-incoming-view neolia-door-picture[shown]").waitFor();
  await page.getByRole("button", { name: "Answer" }).click();
  await page.locator("neolia-call-view neolia-door-picture[shown]").waitFor();
  camera.refusal = 503;
  await camera.cut();
  await page
    .locator("neolia-call-view neolia-door-picture:not([shown])")
    .waitFor({ state: "attached", timeout: 40_000 });
  await page.locator("neolia-call-view .time").waitFor();
  assert.equal(await page.locator("neolia-call-view .line.bad").count(), 0);
  await call.hangup();
  await closeEnd(page);
  // The address leads nowhere at the next ring.
  setCamera("http://127.0.0.1:9/whep");
  stage.desk.bridge.push({ type: "directory", siteId: stage.desk.bridge.content.sites[0]?.id ?? "" });
  const second = await ring();
  await page.getByRole("button", { name: "Answer" }).click();
  await page.locator("neolia-call-view .time").waitFor();
  assert.equal(await page.locator("neolia-call-view neolia-door-picture[shown]").count(), 0);
  await second.hangup();
});

test("the device's test names the link of the picture that fails", async () => {
  const page = await ready();
  const step = page.locator("neolia-test-steps [data-step=camera]");
  const result = async (): Promise<[string | null, string]> => {
    await page.getByRole("button", { name: /^(Start the test|Test again)$/ }).click();
    await page.getByRole("button", { name: "Yes", exact: true }).click({ timeout: 60_000 });
    return [await step.getAttribute("data-state"), (await step.locator(".why").allInnerTexts()).join("")];
  };
  const changed = async (videoUrl: string): Promise<void> => {
    setCamera(videoUrl);
    stage.desk.bridge.push({ type: "directory", siteId: stage.desk.bridge.content.sites[0]?.id ?? "" });
    const hasVideo = videoUrl !== "";
    await page.waitForFunction(`document.querySelector("neolia-panel").known.directory.doors.find(({ name }) =>
      name === "entrance").hasVideo === ${hasVideo}`);
  };
  await page.evaluate(() => {
    location.hash = "/device";
  });
  assert.deepEqual(await result(), ["passed", ""]);
  await noViewer();
  camera.refusal = 404;
  assert.match((await result()).join(), /^failed,Main entrance: the camera's address answers, but with no picture/);
  Object.assign(camera, { refusal: null, dark: true });
  assert.match((await result()).join(), /^failed,Main entrance: connected, but no picture comes/);
  await changed("http://127.0.0.1:9/whep");
  assert.match((await result()).join(), /^failed,Main entrance: Neolia does not reach the camera/);
  await inspect(page, "door-video-test");
  await changed("");
  assert.match((await result()).join(), /^warning,No door that rings here has a camera/);
  await noViewer();
});
