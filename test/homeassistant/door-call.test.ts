/** A door call in Home Assistant, through Core's own ingress: who is rung, who hears whom, and who learns nothing of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallPage } from "../../bridge/src/api/call.ts";
import { findTone } from "../lab/audio.ts";
import { until } from "../lab/until.ts";
import { DOOR_HZ } from "./door-house.ts";
import { browser, house, houseWithBrowser } from "./house-with-browser.ts";
import { passwordOf } from "./onboarding.ts";
import { PanelAtHome, type Way } from "./panel-at-home.ts";

const ROSA_HZ = 1000;

houseWithBrowser({ microphoneHz: ROSA_HZ });

const WAYS: { way: Way; name: string }[] = [
  { way: "frame", name: "by the sidebar's entry" },
  { way: "native", name: "in a native panel" },
];

for (const { way, name } of WAYS) {
  test(`the door rings at the resident of unit 401, both hear each other, the second resident learns nothing of it, ${name}`, async () => {
    const { rosa, sam } = house.home;
    const resident = await PanelAtHome.open(browser, house, rosa, { way, record: true });
    const other = await PanelAtHome.open(browser, house, sam, { way, record: true });
    await resident.setUp(house, "401");
    await other.setUp(house, "402");

    house.door.mark();
    const before = other.received.length;
    await house.door.dial("unit401");
    assert.equal(await resident.rings(), "Entrance");
    await resident.answer();
    await resident.hears(DOOR_HZ);
    assert.equal(await other.root.locator("neolia-incoming-view").count(), 0);
    await resident.hangUp();
    await house.door.waitFor("CALL_CLOSED");
    const spoken = findTone(house.door.heard(), ROSA_HZ);
    assert.ok(spoken.found, `the door hears the resident for ${spoken.heardMs} of ${spoken.lengthMs} ms`);

    const calls = other.received.slice(before).filter((text) => /"callId"|unit401/.test(text));
    assert.deepEqual(calls, []);
    await resident.ready();
    await resident.close();
    await other.close();
  });
}

/** Rosa misses a call of the door, or no device of hers is there to ring; its id. */
async function missedCall(): Promise<string> {
  const owner = await house.owner();
  const log = async () => (await owner.get<CallPage>("api/calls")).calls;
  const known = new Set((await log()).map(({ callId }) => callId));
  house.door.mark();
  await house.door.dial("unit401");
  const call = await until(async () => (await log()).find(({ callId }) => !known.has(callId)), { what: "the call" });
  if (call.status === "ringing") await house.door.hangUp();
  await house.door.waitFor("CALL_CLOSED");
  await until(async () => (await log()).every(({ endedAtMs }) => endedAtMs !== null), { what: "the end of the call" });
  return call.callId;
}

for (const { way, name } of WAYS) {
  test(`a link to a call opens that call, goes away when it is left, and works a second time, ${name}`, async () => {
    const { rosa, sam } = house.home;
    const panel = await PanelAtHome.open(browser, house, rosa, { way });
    await panel.setUp(house, "401");
    const path = `/call/${await missedCall()}`;
    const entry = panel.root.locator("neolia-entry-view");
    for (let time = 0; time < 2; time++) {
      await panel.follow(path);
      await entry.getByRole("heading", { name: "Entrance" }).waitFor();
      await entry.getByText("Missed").waitFor();
      await entry.getByRole("button", { name: "Back" }).click();
      await panel.root.locator("neolia-home-view").waitFor();
      await until(() => !panel.page.url().includes("/call/"), { what: "the address without the call" });
    }
    await panel.close();

    const other = await PanelAtHome.open(browser, house, sam, { way, path });
    await other.setUpOnly("402");
    await other.root.getByText("is not one of yours").waitFor();
    await other.close();
  });

  test(`a link to a call survives logging in, ${name}`, async () => {
    const { rosa } = house.home;
    const path = `/call/${await missedCall()}`;
    const panel = await PanelAtHome.open(browser, house, rosa, { way, path, loggedOut: true });
    await panel.page.locator("input[name=username]").fill(rosa.username);
    await panel.page.locator("input[name=password]").fill(passwordOf(rosa.username));
    await panel.page.keyboard.press("Enter");
    await panel.setUpOnly("401");
    await panel.root.locator("neolia-entry-view").getByText("Missed").waitFor();
    await panel.close();
  });
}

for (const { way, name } of WAYS) {
  test(`a notification's link, followed while it rings elsewhere in the unit, rings here and is answered, ${name}`, async () => {
    const { rosa } = house.home;
    const wall = await PanelAtHome.open(browser, house, rosa, { way });
    await wall.setUp(house, "401");
    const telephone = await PanelAtHome.open(browser, house, rosa, { way });
    await telephone.setUp(house, "401");
    // The app is closed: nothing of it is registered.
    await telephone.visitNothing();
    house.door.mark();
    await house.door.dial("unit401");
    await wall.rings();
    const owner = await house.owner();
    const newest = async () => (await owner.get<CallPage>("api/calls?limit=1")).calls[0];
    // The bridge hears of it by another way than the panel.
    const call = await until(async () => ((await newest())?.endedAtMs === null ? newest() : null), {
      what: "the call",
    });
    await telephone.goTo(`/call/${call.callId}`);
    await telephone.rings();
    // Said for a few seconds only.
    const told = wall.root.locator("neolia-call-view").getByText("Answered on another device").waitFor();
    await telephone.answer();
    await told;
    await telephone.hears(DOOR_HZ);
    await telephone.hangUp();
    await house.door.waitFor("CALL_CLOSED");
    await telephone.root
      .locator("neolia-entry-view")
      .getByText(/Answered here/)
      .waitFor();
    await telephone.close();
    await wall.close();
  });
}

test("what reaches a resident's browser names no other unit and no login but its own device's", async () => {
  const { sam } = house.home;
  const panel = await PanelAtHome.open(browser, house, sam, { record: true });
  await panel.setUp(house, "402");
  await until(() => panel.received.some((text) => text.includes('"hello"')), { what: "the greeting" });
  const everything = [...panel.received, await panel.holds()].join("\n");
  assert.match(everything, /unit402|"402"/);
  assert.doesNotMatch(everything, /unit401|"401"|Unit 401/);
  assert.doesNotMatch(everything, new RegExp(house.home.rosa.id));
  const logins = new Set([...everything.matchAll(/"ha1":"([0-9a-f]{32})"/g)].map(([, ha1]) => ha1));
  assert.equal(logins.size, 1);
  await panel.close();
});
