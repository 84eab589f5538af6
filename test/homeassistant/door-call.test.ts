/** A door call in Home Assistant, through Core's own ingress: who is rung, who hears whom, and who learns nothing of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Browser } from "playwright-core";
import { around } from "../lab/around.ts";
import { findTone } from "../lab/audio.ts";
import { startChromium } from "../lab/chromium.ts";
import { until } from "../lab/until.ts";
import { DOOR_HZ, DoorHouse } from "./door-house.ts";
import { PanelAtHome, type Way } from "./panel-at-home.ts";

const ROSA_HZ = 1000;
const LISTEN_MS = 1_500;

let house: DoorHouse;
let browser: Browser;

around(
  async () => {
    house = await DoorHouse.start();
    const { certificateFile } = house.edge.values;
    browser = await startChromium({ sound: house.toneFile(ROSA_HZ), certificateFile });
  },
  async () => {
    await browser?.close();
    await house?.stop();
  },
);

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
    const heard = findTone(await resident.heard(LISTEN_MS), DOOR_HZ);
    assert.ok(heard.found, `the resident hears the door for ${heard.heardMs} of ${heard.lengthMs} ms`);
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
