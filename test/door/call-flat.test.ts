/** A flat with two panels and a mobile: who answers, who hears that it was elsewhere, and every way not to be answered. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Browser } from "playwright-core";
import type { Rule } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { findTone } from "../lab/audio.ts";
import { CallWatch } from "../lab/call-watch.ts";
import { startChromium } from "../lab/chromium.ts";
import { DOOR, type Lab, startLab } from "../lab/lab.ts";
import { Panel } from "../lab/panel.ts";
import type { SipPhone } from "../lab/sip-phone.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { holds } from "../lab/until.ts";

const DOOR_HZ = 440;
const PANEL_HZ = 1000;
const MOBILE_HZ = 700;
const LISTEN_MS = 1_200;
/** Long enough that all three are seen to ring on a busy machine. */
const RING_S = 6;
/** How long after the door has its answer the others may go on ringing. */
const STOP_MS = 1_000;

let lab: Lab;
let browser: Browser;
let door: SipPhone;
let mobile: SipPhone;
let kitchen: Panel;
let hall: Panel;

around(
  async () => {
    lab = await startLab();
    const { certificateFile } = lab.edge.values;
    browser = await startChromium({ sound: lab.toneFile(PANEL_HZ), certificateFile });
    door = await lab.startDoorStation(lab.toneFile(DOOR_HZ));
    mobile = await lab.startMobile("401", { hz: MOBILE_HZ });
    kitchen = await Panel.open(browser, lab, "401");
    hall = await Panel.open(browser, lab, "401");
  },
  async () => {
    await browser?.close();
    await lab?.stop();
  },
);

// A call that a failed test left open is not the next one's.
afterEach(async () => {
  if (door.saw("CALL_CLOSED")) return;
  await door.hangUp();
  await door.waitFor("CALL_CLOSED");
});

/** The door calls, and all three ring. */
async function ringAll(): Promise<CallWatch> {
  await Promise.all([kitchen.ready(), hall.ready()]);
  door.mark();
  mobile.mark();
  const watch = await CallWatch.start(lab);
  await door.dial("unit401");
  await Promise.all([kitchen.rings(), hall.rings(), mobile.waitFor("CALL_INCOMING")]);
  return watch;
}

/** What the panel says at the end of its call, and when (`performance.now()`). */
async function endOf(panel: Panel): Promise<{ said: string; atMs: number }> {
  const said = await panel.ended();
  return { said, atMs: performance.now() };
}

/** When the phone tells this of its call (`performance.now()`). */
async function when(phone: SipPhone, event: "CALL_ESTABLISHED" | "CALL_CLOSED"): Promise<{ atMs: number }> {
  await phone.waitFor(event);
  return { atMs: performance.now() };
}

for (const answering of ["first", "second"] as const) {
  test(`the ${answering} panel answers: the other one and the mobile stop within a second and know why`, async () => {
    const watch = await ringAll();
    const [winner, loser] = answering === "first" ? [kitchen, hall] : [hall, kitchen];
    const stopping = startWatch();
    const [, answered, loserEnd, closed] = await Promise.all([
      winner.answer(),
      when(door, "CALL_ESTABLISHED"),
      endOf(loser),
      when(mobile, "CALL_CLOSED"),
    ]);
    stopping.stop();
    assert.ok(loserEnd.atMs - answered.atMs < STOP_MS, `the other panel, ${loserEnd.atMs - answered.atMs} ms after`);
    assert.ok(closed.atMs - answered.atMs < STOP_MS, `the mobile, ${closed.atMs - answered.atMs} ms after`);
    assert.equal(loserEnd.said, "Answered on another device");
    await winner.hears(DOOR_HZ);
    await winner.hangUp();
    await door.waitFor("CALL_CLOSED");
    assert.ok(findTone(door.heard(), PANEL_HZ).found);
    const { call, events } = await watch.over();
    assert.equal(call.status, "completed");
    assert.deepEqual(events["unit401/event"], ["ringing", "answered", "ended"]);
  });
}

test("the mobile answers: both panels stop within a second and know that it was elsewhere", async () => {
  const watch = await ringAll();
  const stopping = startWatch();
  await mobile.accept();
  const [answered, ...ends] = await Promise.all([when(door, "CALL_ESTABLISHED"), endOf(kitchen), endOf(hall)]);
  stopping.stop();
  for (const { said, atMs } of ends) {
    assert.equal(said, "Answered on another device");
    assert.ok(atMs - answered.atMs < STOP_MS, `${atMs - answered.atMs} ms after`);
  }
  await new Promise((resolve) => setTimeout(resolve, LISTEN_MS));
  await door.hangUp();
  await mobile.waitFor("CALL_CLOSED");
  assert.ok(findTone(mobile.heard(), DOOR_HZ).found);
  assert.ok(findTone(door.heard(), MOBILE_HZ).found);
  const { call } = await watch.over();
  assert.deepEqual([call.status, call.answeredBy?.kind], ["completed", "mobile"]);
});

test("the visitor gives up: all stop and it is a missed call", async () => {
  const watch = await ringAll();
  await door.hangUp();
  assert.deepEqual(await Promise.all([kitchen.ended(), hall.ended()]), ["Missed call", "Missed call"]);
  await mobile.waitFor("CALL_CLOSED");
  const { call, events } = await watch.over();
  assert.deepEqual([call.status, call.reason], ["cancelled", "cancelled"]);
  assert.deepEqual(events, { "unit401/event": ["ringing", "missed"], [`${DOOR}/event`]: ["ringing", "missed"] });
});

test("one panel declines: the call is over for everybody", async () => {
  const watch = await ringAll();
  await hall.decline();
  await kitchen.ended();
  await mobile.waitFor("CALL_CLOSED");
  assert.match((await door.waitFor("CALL_CLOSED")).param, /^603/);
  const { call, events } = await watch.over();
  assert.equal(call.reason, "declined");
  assert.deepEqual(events["unit401/event"], ["ringing", "ended"]);
});

test("the mobile refuses as busy: the panels go on ringing and one answers", async () => {
  const watch = await ringAll();
  await mobile.hangUp();
  await mobile.waitFor("CALL_CLOSED");
  // An end would reach them on loopback within milliseconds of the refusal.
  await holds(async () => (await hall.ringing) && !door.saw("CALL_CLOSED"), 500, "the panels ring and the door waits");
  await kitchen.answer();
  await kitchen.hangUp();
  assert.equal((await watch.over()).call.status, "completed");
});

test("nobody answers in the time of the rule: the door hears 408 and it is a missed call", async (t) => {
  const rules = await lab.api.get<Rule[]>(`/api/rules?unitId=${lab.unit("401").id}`);
  const [rule] = rules;
  assert.ok(rule);
  t.after(() => lab.api.patch(`/api/rules/${rule.id}`, { ringSeconds: rule.ringSeconds }));
  await lab.api.patch(`/api/rules/${rule.id}`, { ringSeconds: RING_S });
  await lab.directoryLive();
  const watch = await ringAll();
  const [{ param }, said] = await Promise.all([door.waitFor("CALL_CLOSED"), kitchen.ended()]);
  assert.match(param, /^408/);
  assert.equal(said, "Missed call");
  const { call, events } = await watch.over();
  assert.deepEqual([call.status, call.reason], ["no-answer", "no-answer"]);
  const rangMs = (call.endedAtMs ?? 0) - call.startedAtMs;
  assert.ok(Math.abs(rangMs - RING_S * 1_000) <= 1_000, `rang for ${rangMs} ms`);
  assert.deepEqual(events["unit401/event"], ["ringing", "missed"]);
});

test("a flat without a device is not reachable, and a name that does not exist is not found", async () => {
  const refused = async (name: string) => {
    door.mark();
    await door.dial(name);
    return (await door.waitFor("CALL_CLOSED")).param.slice(0, 3);
  };
  assert.equal(await refused("unit402"), "480");
  assert.equal(await refused("unit999"), "404");
});
