/** Calls between two ends through the whole system: real phone, real panels, both sides judged by what they recorded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Browser } from "playwright-core";
import { around } from "../lab/around.ts";
import { findTone } from "../lab/audio.ts";
import { CallWatch } from "../lab/call-watch.ts";
import { startChromium } from "../lab/chromium.ts";
import { DOOR, type Lab, startLab } from "../lab/lab.ts";
import { Panel } from "../lab/panel.ts";
import type { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";

const DOOR_HZ = 440;
const HZ_401 = 1000;
const HZ_402 = 700;

let lab: Lab;
let door: SipPhone;
let panel401: Panel;
let panel402: Panel;
const browsers: Browser[] = [];

around(
  async () => {
    lab = await startLab();
    door = await lab.startDoorStation(lab.toneFile(DOOR_HZ));
    panel401 = await openPanel("401", HZ_401);
    panel402 = await openPanel("402", HZ_402);
  },
  async () => {
    for (const browser of browsers) await browser.close();
    await lab?.stop();
  },
);

async function openPanel(unit: string, hz: number): Promise<Panel> {
  const { certificateFile } = lab.edge.values;
  const browser = await startChromium({ sound: lab.toneFile(hz), certificateFile });
  browsers.push(browser);
  return await Panel.open(browser, lab, unit);
}

/** Everybody idle again, and a watch for the next call. */
async function fresh(): Promise<CallWatch> {
  await panel401.ready();
  await panel402.ready();
  door.mark();
  return await CallWatch.start(lab);
}

function heardBy(phone: SipPhone, hz: number): void {
  const verdict = findTone(phone.heard(), hz);
  assert.ok(verdict.found, `the phone hears ${hz} Hz for ${verdict.heardMs} of ${verdict.lengthMs} ms`);
}

const BOTH = ["ringing", "answered", "ended"];

test("a door rings a panel, both hear each other, and the panel hangs up", async () => {
  const watch = await fresh();
  await door.dial("unit401");
  assert.equal(await panel401.rings(), "Entrance");
  await panel401.answer();
  await panel401.hears(DOOR_HZ);
  await panel401.hangUp();
  const [said] = await Promise.all([panel401.ended(), door.waitFor("CALL_CLOSED")]);
  assert.equal(said, "Call ended");
  heardBy(door, HZ_401);
  const { call, events } = await watch.over();
  assert.deepEqual(events, { "unit401/event": BOTH, [`${DOOR}/event`]: BOTH });
  assert.equal(call.status, "completed");
  assert.equal(call.answeredBy?.kind, "panel");
});

test("a door rings a panel, both hear each other, and the door hangs up", async () => {
  const watch = await fresh();
  await door.dial("unit401");
  await panel401.rings();
  await panel401.answer();
  await panel401.hears(DOOR_HZ);
  await door.hangUp();
  assert.equal(await panel401.ended(), "Call ended");
  await door.waitFor("CALL_CLOSED");
  heardBy(door, HZ_401);
  assert.deepEqual((await watch.over()).events["unit401/event"], BOTH);
});

test("a panel calls the door, both hear each other, and the panel hangs up", async () => {
  const watch = await fresh();
  await panel401.call("Entrance");
  await door.waitFor("CALL_INCOMING");
  await door.accept();
  await panel401.talking();
  await panel401.hears(DOOR_HZ);
  await panel401.hangUp();
  await door.waitFor("CALL_CLOSED");
  heardBy(door, HZ_401);
  const { call, events } = await watch.over();
  assert.deepEqual(events, { [`${DOOR}/called`]: BOTH });
  assert.equal(call.status, "completed");
});

test("a panel calls the door, both hear each other, and the door hangs up", async () => {
  const watch = await fresh();
  await panel402.call("Entrance");
  await door.waitFor("CALL_INCOMING");
  await door.accept();
  await panel402.talking();
  await panel402.hears(DOOR_HZ);
  await door.hangUp();
  assert.equal(await panel402.ended(), "Call ended");
  await door.waitFor("CALL_CLOSED");
  heardBy(door, HZ_402);
  assert.equal((await watch.over()).call.status, "completed");
});

for (const ender of ["caller", "callee"] as const) {
  test(`a panel calls the neighbour's panel, both hear each other, and the ${ender} hangs up`, async () => {
    const watch = await fresh();
    await panel401.call("Unit 402");
    await panel402.rings();
    await panel402.answer();
    await panel401.talking();
    await Promise.all([panel401.hears(HZ_402), panel402.hears(HZ_401)]);
    const [first, second] = ender === "caller" ? [panel401, panel402] : [panel402, panel401];
    await first.hangUp();
    assert.deepEqual(await Promise.all([first.ended(), second.ended()]), ["Call ended", "Call ended"]);
    const { call, events } = await watch.over();
    assert.deepEqual(events, { "unit402/event": BOTH });
    assert.equal(call.answeredBy?.kind, "panel");
  });
}

/** The panel rings (again), is answered, both hear each other, and it hangs up. */
async function answersWithSound(): Promise<void> {
  assert.equal(await panel401.rings(), "Entrance");
  await panel401.answer();
  await panel401.hears(DOOR_HZ);
  await panel401.hangUp();
  await door.waitFor("CALL_CLOSED");
  heardBy(door, HZ_401);
}

test("a panel that is reloaded while it rings rings again, and both hear each other", async () => {
  await fresh();
  await door.dial("unit401");
  await panel401.rings();
  await panel401.page.reload();
  await answersWithSound();
});

test("a panel whose connection breaks while it rings rings again when it is back, and can be answered", async () => {
  await fresh();
  await door.dial("unit401");
  await panel401.rings();
  const { connections } = (await lab.edge.jsonRpc("ws.dump")) as { connections: string[] };
  for (const line of connections) await lab.edge.jsonRpc("ws.close", [Number.parseInt(line, 10)]);
  await until(async () => !(await panel401.ringing), { what: "the panel to notice" });
  await answersWithSound();
});

test("a door that rings a panel in a call waits there; declined, it is told so, and the call goes on with sound", async () => {
  await fresh();
  await panel402.call("Unit 401");
  await panel401.rings();
  await panel401.answer();
  await panel402.talking();
  const watch = await CallWatch.start(lab);
  await door.dial("unit401");
  await panel401.page.getByText("Entrance is ringing, too").first().waitFor();
  await panel401.page.getByRole("button", { name: "Decline" }).click();
  assert.match((await door.waitFor("CALL_CLOSED")).param, /^603/);
  const { call, events } = await watch.over();
  assert.equal(call.reason, "declined");
  assert.equal(events["unit401/event"]?.at(-1), "ended");
  await Promise.all([panel401.hears(HZ_402), panel402.hears(HZ_401)]);
  await panel402.hangUp();
  await panel401.ended();
});

test("with one call on and one waiting a panel is busy for a third, and the log says so", async () => {
  await fresh();
  await panel402.call("Unit 401");
  await panel401.rings();
  await panel401.answer();
  await door.dial("unit401");
  await panel401.page.getByText("Entrance is ringing, too").first().waitFor();
  const third = await lab.startMobile("402", { hz: 600 });
  const watch = await CallWatch.start(lab);
  await third.dial("unit401");
  assert.match((await third.waitFor("CALL_CLOSED")).param, /^486/);
  const { call } = await watch.over();
  assert.deepEqual([call.status, call.reason], ["busy", "busy"]);
  await door.hangUp();
  await panel402.hangUp();
  await panel401.ended();
});

test("after all calls no media session is left on the server", async () => {
  await fresh();
  await until(async () => (await lab.edge.mediaSessions()) === 0, { what: "RTPEngine to hear of the last one" });
});
