/** What a browser lets the panel do inside Home Assistant: microphone, sound before a tap, notifications, https. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Browser } from "playwright-core";
import { until } from "../lab/until.ts";
import { newPageAs } from "./browser.ts";
import { DOOR_HZ, NATIVE_PATH } from "./door-house.ts";
import { anotherBrowser, browser, house, houseWithBrowser } from "./house-with-browser.ts";
import { PanelAtHome, type Way } from "./panel-at-home.ts";
import { startTlsFront } from "./tls-front.ts";

const ROSA_HZ = 1000;
const WAYS: Way[] = ["frame", "native"];

/** Sound stays locked until somebody touches the page, as in a person's browser. */
let shy: Browser;
/** It knows notifications. */
let notifying: Browser;
/** It gives no microphone. */
let refusing: Browser;

houseWithBrowser({ microphoneHz: ROSA_HZ }, async () => {
  shy = await anotherBrowser({ autoplay: false });
  notifying = await anotherBrowser({ notifications: true });
  refusing = await anotherBrowser({ microphone: "ask" });
});

/** The browser has no answer yet: Playwright itself knows only yes and no. */
async function askFirst(panel: PanelAtHome): Promise<void> {
  const session = await panel.context.newCDPSession(panel.page);
  const { targetInfo } = await session.send("Target.getTargetInfo");
  const { browserContextId } = targetInfo;
  await session.send("Browser.setPermission", {
    permission: { name: "microphone" },
    setting: "prompt",
    ...(browserContextId !== undefined && { browserContextId }),
  });
  await panel.page.reload();
}

for (const way of WAYS) {
  test(`the frame passes on what Home Assistant's page was allowed: microphone and notifications: ${way}`, async () => {
    const panel = await PanelAtHome.open(notifying, house, house.home.rosa, { way });
    await panel.setUp(house, "401");
    await panel.context.grantPermissions(["microphone", "notifications"]);
    const rights = await panel.frame.evaluate(`(async () => ({
      secure: isSecureContext,
      microphone: (await navigator.permissions.query({ name: "microphone" })).state,
      opened: (await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks().length,
      notifications: Notification.permission,
    }))()`);
    assert.deepEqual(rights, {
      secure: true,
      microphone: "granted",
      opened: 1,
      notifications: "granted",
    });
    assert.equal(await panel.root.locator("[data-notice^=microphone]").count(), 0);
    await panel.close();
  });

  test(`a microphone that the browser refuses is named before somebody rings: ${way}`, async () => {
    const panel = await PanelAtHome.open(refusing, house, house.home.rosa, { way, permissions: [] });
    await panel.setUp(house, "401");
    await panel.root.getByText("this browser was told not to allow it").waitFor();
    await panel.close();
  });

  test(`a browser that was not asked for the microphone yet is asked by a button, before somebody rings: ${way}`, async () => {
    const panel = await PanelAtHome.open(browser, house, house.home.rosa, { way, permissions: [] });
    await askFirst(panel);
    await panel.setUp(house, "401");
    const notice = panel.root.locator("[data-notice=microphone-ask]");
    await notice.getByText("The browser has not been asked for the microphone yet.").waitFor();
    if (process.env.NEOLIA_SHOTS) {
      await panel.page.screenshot({ path: join(process.env.NEOLIA_SHOTS, `microphone-ask-${way}.png`) });
    }
    // The browser's own question is answered with yes.
    await notice.getByRole("button", { name: "Allow the microphone" }).click();
    await notice.waitFor({ state: "detached" });
    await panel.close();
  });

  test(`opened by its address, one tap arms the ringtone, and the panel says so until then: ${way}`, async () => {
    const first = await PanelAtHome.open(shy, house, house.home.rosa, { way });
    await first.setUp(house, "401");
    // The set-up was a tap already; a wall panel that reloads by itself has none.
    const panel = await first.reopen();
    const arm = panel.root.getByRole("button", { name: /Tap to arm the ringtone/ });
    await arm.click();
    await panel.root.getByText("Ringtone on").waitFor();
    assert.equal(await arm.count(), 0);
    await panel.close();
  });

  test(`whoever opens Neolia by a click in the sidebar need not tap again: ${way}`, async () => {
    const first = await PanelAtHome.open(shy, house, house.home.rosa, { way });
    await first.setUp(house, "401");
    const panel = await first.reopen("/profile", false);
    const entry = way === "frame" ? "Neolia" : "Intercom";
    const registering = panel.registering();
    await panel.page.locator("ha-sidebar").getByText(entry).click();
    await registering;
    await panel.root.getByText("Ringtone on").waitFor();
    await panel.close();
  });
}

for (const way of WAYS) {
  test(`over https nothing is mixed: the door rings and is heard: ${way}`, async () => {
    const front = await startTlsFront(house.home.core.url, house.edge.values);
    try {
      const panel = await PanelAtHome.open(browser, house, house.home.rosa, { way, url: front.url });
      const mixed: string[] = [];
      panel.page.on("console", (message) => {
        if (/mixed content/i.test(message.text())) mixed.push(message.text());
      });
      await panel.setUp(house, "401");
      house.door.mark();
      await house.door.dial("unit401");
      await panel.rings();
      await panel.answer();
      await panel.hears(DOOR_HZ);
      await panel.hangUp();
      await house.door.waitFor("CALL_CLOSED");
      const cookies = await panel.context.cookies(`${front.url}/api/hassio_ingress/`);
      const session = cookies.find(({ name }) => name === "ingress_session");
      assert.deepEqual([session?.secure, session?.sameSite], [true, "Strict"]);
      assert.deepEqual(mixed, []);
      await panel.close();
    } finally {
      await front.stop();
    }
  });
}

test("once Home Assistant's service worker answers for its pages, Neolia opens and rings as before, either way", async () => {
  const first = await PanelAtHome.open(browser, house, house.home.rosa, { serviceWorker: true });
  await first.setUp(house, "401");
  await first.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
  let panel = await first.reopen();
  for (const way of WAYS) {
    if (way === "native") panel = await panel.reopen(NATIVE_PATH, true, way);
    await panel.page.waitForFunction("navigator.serviceWorker.controller?.state === 'activated'");
    await panel.ready();
    house.door.mark();
    await house.door.dial("unit401");
    assert.equal(await panel.rings(), "Entrance");
    await house.door.hangUp();
    await house.door.waitFor("CALL_CLOSED");
  }
  await panel.close();
});

test("the sidebar entry that the app switched on is Home Assistant's; switched off there, it stays off", async () => {
  const { home } = house;
  const page = await newPageAs(browser, home.core, home.rosa);
  await page.goto(`${home.core.url}/profile`);
  const entry = page.locator("ha-sidebar").getByText("Neolia");
  await entry.waitFor();
  await home.supervisor.showPanel(false);
  await entry.waitFor({ state: "detached" });
  const asked = home.supervisor.changes.length;
  await house.app.restart();
  await until(async () => (await (await house.owner()).send("GET", "api/session")).status === 200, { what: "the app" });
  assert.equal(home.supervisor.changes.length, asked);
  assert.equal(await entry.count(), 0);
  await home.supervisor.showPanel(true);
  await entry.waitFor();
  await page.context().close();
});
