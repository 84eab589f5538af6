/** What the panel does when Home Assistant's session ends, the app restarts, or an administrator changes who may what. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../lab/until.ts";
import { accessible } from "../panel/inspect.ts";
import { CoreSocket } from "./core-socket.ts";
import { DOOR_HZ } from "./door-house.ts";
import { browser, house, houseWithBrowser } from "./house-with-browser.ts";
import { addPerson } from "./onboarding.ts";
import { PanelAtHome, type Way } from "./panel-at-home.ts";

const WAYS: Way[] = ["frame", "native"];

houseWithBrowser();

/** Opens the call list, which asks the bridge anew, and comes back. */
async function callListWorks(panel: PanelAtHome): Promise<void> {
  await panel.root.getByRole("button", { name: /^Calls/ }).click();
  await panel.root
    .getByText(/No calls yet|Missed|Answered/)
    .first()
    .waitFor();
  await panel.root.getByRole("button", { name: "Back" }).click();
  await panel.root.locator("neolia-home-view").waitFor();
  assert.equal(await panel.root.locator("[data-notice=problem]").count(), 0);
}

/** Core as it was before it had commands of its own for ingress: it does not know what the page asks then. */
const OLDER_CORE = `(() => {
  const send = WebSocket.prototype.send;
  globalThis.labOlder = [];
  WebSocket.prototype.send = function (data) {
    const older = typeof data === "string" && data.includes("supervisor/ingress/");
    if (typeof data === "string" && data.includes('"/ingress/')) labOlder.push(data);
    return send.call(this, older ? data.replaceAll("supervisor/ingress/", "supervisor/not-yet/") : data);
  };
})()`;

for (const way of WAYS) {
  test(`a session that Home Assistant has forgotten is made anew, and nobody notices: ${way}`, async () => {
    const panel = await PanelAtHome.open(browser, house, house.home.rosa, { way });
    await panel.setUp(house, "401");
    house.home.supervisor.ingress.forgetSessions();
    await callListWorks(panel);
    await until(() => house.home.supervisor.ingress.sessions.size > 0, { what: "the new session" });
    await panel.close();
  });

  test(`the app restarts while its session ends as well: the panel is back by itself: ${way}`, async () => {
    const panel = await PanelAtHome.open(browser, house, house.home.rosa, { way });
    await panel.setUp(house, "401");
    house.home.supervisor.ingress.forgetSessions();
    await house.app.restart();
    await panel.root.locator("[data-notice=bridge]").waitFor();
    await panel.root.locator("[data-notice=bridge]").waitFor({ state: "detached", timeout: 30_000 });
    await callListWorks(panel);
    await panel.close();
  });

  test(`a resident without a unit is told whom to ask, and goes on by itself once they have one: ${way}`, async () => {
    const { core, ownerToken } = house.home;
    const nina = await addPerson(core, ownerToken, `Nina${way} Newcomer`);
    const panel = await PanelAtHome.open(browser, house, nina, { way, record: true });
    await panel.root.getByText("Ask your installer").waitFor({ timeout: 60_000 });
    const shown = await panel.holds();
    assert.doesNotMatch(shown, /Neolia's settings|Add a building/);
    const owner = await house.owner();
    await owner.put(`api/members/${nina.id}`, { unitIds: [house.units["402"].id] });
    await panel.setUp(house, "402");
    assert.doesNotMatch(panel.received.join("\n"), /unit401|"401"/);
    await owner.put(`api/members/${nina.id}`, { unitIds: [] });
    await panel.root.getByText("Ask your installer").waitFor();
    await panel.close();
  });

  test(`a resident who moves sets the same browser up for the new unit: ${way}`, async () => {
    const { core, ownerToken } = house.home;
    const mia = await addPerson(core, ownerToken, `Mia${way} Mover`);
    const owner = await house.owner();
    await owner.put(`api/members/${mia.id}`, { unitIds: [house.units["401"].id] });
    const panel = await PanelAtHome.open(browser, house, mia, { way });
    await panel.setUp(house, "401");
    await owner.put(`api/members/${mia.id}`, { unitIds: [house.units["402"].id] });
    await panel.setUp(house, "402");
    await panel.root.getByRole("heading", { name: "Unit 402" }).waitFor();
    await panel.close();
  });

  test(`a demoted administrator loses an open administrator's page within a minute: ${way}`, async () => {
    const { core, ownerToken } = house.home;
    const ada = await addPerson(core, ownerToken, `Ada${way} Admin`, true);
    const panel = await PanelAtHome.open(browser, house, ada, { way, path: "/admin/buildings" });
    const page = panel.root.locator("neolia-admin");
    await page.getByText("Building A").first().waitFor({ timeout: 60_000 });
    const socket = await CoreSocket.open(core.url, ownerToken);
    await socket.command("config/auth/update", { user_id: ada.id, group_ids: ["system-users"] });
    socket.close();
    await page.waitFor({ state: "detached", timeout: 60_000 });
    await panel.root.getByText("Ask your installer").waitFor();
    assert.doesNotMatch(await panel.holds(), /Building A|unit401/);
    await panel.close();
  });

  test(`somebody who is deactivated is shown the login page within a minute: ${way}`, async () => {
    const { core, ownerToken } = house.home;
    const gus = await addPerson(core, ownerToken, `Gus${way} Guest`);
    const owner = await house.owner();
    await owner.put(`api/members/${gus.id}`, { unitIds: [house.units["402"].id] });
    const panel = await PanelAtHome.open(browser, house, gus, { way });
    await panel.setUp(house, "402");
    const socket = await CoreSocket.open(core.url, ownerToken);
    await socket.command("config/auth/update", { user_id: gus.id, is_active: false });
    socket.close();
    await panel.page.waitForURL(/\/auth\/authorize/, { timeout: 60_000 });
    await panel.close();
  });
}

/** Whether Home Assistant's connection, should it break now, would wait with its return. */
const WAITS_FOR_CALL = `(() => {
  const { suspendReconnectPromise: waiting } = document.querySelector("home-assistant").hass.connection;
  const later = new Promise((resolve) => setTimeout(resolve, 2_000, "yes"));
  return Promise.race([Promise.resolve(waiting).then(() => "no"), later]);
})()`;

for (const way of WAYS) {
  test(`Core restarts in mid-call: both go on hearing each other, and afterwards it rings again: ${way}`, async () => {
    const panel = await PanelAtHome.open(browser, house, house.home.rosa, { way });
    await panel.setUp(house, "401");
    for (const restart of [() => house.home.restartCore(), async () => undefined]) {
      house.door.mark();
      await house.door.dial("unit401");
      await panel.rings();
      await panel.answer();
      await restart();
      await panel.hears(DOOR_HZ);
      await panel.hangUp();
      await house.door.waitFor("CALL_CLOSED");
      await panel.root.locator("[data-notice=bridge]").waitFor({ state: "detached", timeout: 30_000 });
      await panel.ready();
    }
    // Home Assistant's own page is connected again as well.
    await until(() => panel.page.evaluate("document.querySelector('home-assistant').hass.connected"), {
      what: "Home Assistant's page",
    });
    await callListWorks(panel);
    await panel.close();
  });
}

test("the frame is left in mid-call: the call is over, and whoever comes back reads it and calls the door with one tap", async () => {
  const panel = await PanelAtHome.open(browser, house, house.home.rosa, { way: "frame" });
  await panel.setUp(house, "401");
  house.door.mark();
  await house.door.dial("unit401");
  await panel.rings();
  await panel.answer();
  await panel.visit("/profile");
  await house.door.waitFor("CALL_CLOSED");
  // Home Assistant's connection waits for the call no longer, though the frame that asked for it is gone.
  assert.equal(await panel.page.evaluate(WAITS_FOR_CALL), "no");
  house.door.mark();
  await panel.follow("");
  const notice = panel.root.locator("[data-notice=interrupted]");
  await notice.getByText("The call with Entrance ended").waitFor();
  await accessible(panel.frame, "a call that ended with its page");
  if (process.env.NEOLIA_SHOTS)
    await panel.page.screenshot({ path: join(process.env.NEOLIA_SHOTS, "interrupted.png") });
  await notice.getByRole("button", { name: "Call back" }).click();
  await house.door.waitFor("CALL_INCOMING");
  await house.door.accept();
  await panel.root.locator("neolia-call-view .time").waitFor();
  await panel.hears(DOOR_HZ);
  await panel.hangUp();
  await house.door.waitFor("CALL_CLOSED");
  await panel.ready();
  assert.equal(await notice.count(), 0);
  await panel.page.reload();
  await panel.ready();
  assert.equal(await notice.count(), 0);
  await panel.close();
});

test("with a Core that has no commands for ingress yet, a native panel opens by the older way", async () => {
  const panel = await PanelAtHome.open(browser, house, house.home.rosa, { way: "native", scripts: [OLDER_CORE] });
  await panel.setUp(house, "401");
  const asked = (await panel.page.evaluate("labOlder.length")) as number;
  assert.ok(asked > 0);
  house.home.supervisor.ingress.forgetSessions();
  await callListWorks(panel);
  assert.ok(((await panel.page.evaluate("labOlder.length")) as number) > asked);
  await panel.close();
});

test("a native panel keeps its session alive by itself", async () => {
  const panel = await PanelAtHome.open(browser, house, house.home.rosa, {
    way: "native",
    // A minute is a second.
    scripts: [
      "{ const original = setInterval; setInterval = (run, ms, ...rest) => original(run, ms === 60_000 ? 1_000 : ms, ...rest); }",
    ],
  });
  await panel.setUp(house, "401");
  const validated = () => house.home.supervisor.ingress.validations;
  const before = validated();
  await until(() => validated() > before + 2, { what: "the session to be looked at" });
  await panel.close();
});
