/** Parts go down while the door rings: the call is answered where it can be, ends where it cannot, and the next one works. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallWatch } from "../lab/call-watch.ts";
import { DOOR } from "../lab/lab.ts";
import { until } from "../lab/until.ts";
import { BYSTANDERS, house, inCallHouse, KAMAILIO, onceById, RTPENGINE, RTPENGINE_AND_KAMAILIO } from "./call-house.ts";

const TALK = ["ringing", "answered", "ended"];

inCallHouse();

async function ring(): Promise<CallWatch> {
  await house.ready();
  const watch = await CallWatch.start(house.lab);
  await house.door.dial("unit401");
  await house.panel.rings();
  return watch;
}

/** A whole call with sound on both sides, told as it should be. */
async function talkWorks(): Promise<void> {
  const watch = await ring();
  await house.panel.answer();
  await house.panelHears();
  await house.panel.hangUp();
  await house.door.waitFor("CALL_CLOSED");
  house.doorHeardAtLast();
  const { events } = await watch.over();
  assert.deepEqual(events, { "unit401/event": TALK, [`${DOOR}/event`]: TALK });
}

for (const { name, strike, mayRepeat } of BYSTANDERS) {
  test(`${name} while the door rings: the call is answered, heard, and told once`, async () => {
    const watch = await ring();
    await strike(house.lab);
    await house.panel.answer();
    await house.panelHears();
    await house.panel.hangUp();
    await house.door.waitFor("CALL_CLOSED");
    house.doorHeardAtLast();
    const { call, events } = await watch.over(30_000);
    assert.equal(call.status, "completed");
    assert.deepEqual(mayRepeat ? onceById(events) : events, { "unit401/event": TALK, [`${DOOR}/event`]: TALK });
  });
}

for (const { name, strike } of [...KAMAILIO, ...RTPENGINE_AND_KAMAILIO]) {
  test(`${name} while the door rings: nothing rings for ever, the end is told, and the next call works`, async () => {
    const watch = await ring();
    // Not before the panel's 180 has passed Kamailio: what was never told cannot be asked for.
    const { callId } = await watch.call();
    await house.lab.events.waitFor("unit401/event", "ringing", callId);
    await strike(house.lab);
    await until(async () => !(await house.panel.ringing), { what: "the panel to stop ringing" });
    await house.door.hangUp();
    await house.door.waitFor("CALL_CLOSED");
    const { call, events } = await watch.over(60_000);
    assert.notEqual(call.status, "completed");
    assert.deepEqual(events["unit401/event"], ["ringing", "missed"]);
    await talkWorks();
  });
}

for (const { name, strike } of RTPENGINE) {
  test(`${name} while the door rings: no call without sound, and the next one works`, async () => {
    const watch = await ring();
    await strike(house.lab);
    await house.panel.pressAnswer();
    await house.panel.ended();
    await house.door.waitFor("CALL_CLOSED");
    await watch.over();
    await talkWorks();
  });
}
