/** Parts go down while people talk: sound goes on where it can, the hang-up arrives, and the end is told once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallWatch } from "../lab/call-watch.ts";
import { DOOR } from "../lab/lab.ts";
import { BYSTANDERS, house, inCallHouse, KAMAILIO, onceById, RTPENGINE, RTPENGINE_AND_KAMAILIO } from "./call-house.ts";

const TALK = ["ringing", "answered", "ended"];
const TOLD = { "unit401/event": TALK, [`${DOOR}/event`]: TALK };

inCallHouse();

async function talk(): Promise<CallWatch> {
  await house.ready();
  const watch = await CallWatch.start(house.lab);
  await house.door.dial("unit401");
  await house.panel.rings();
  await house.panel.answer();
  await house.door.waitFor("CALL_ESTABLISHED");
  return watch;
}

/** The call as it should be told, whatever happened in between. */
async function toldOnce(watch: CallWatch, mayRepeat = false): Promise<void> {
  const { call, events } = await watch.over(30_000);
  assert.deepEqual([call.status, call.answeredBy?.kind], ["completed", "panel"]);
  assert.deepEqual(mayRepeat ? onceById(events) : events, TOLD);
}

for (const { name, strike, mayRepeat } of BYSTANDERS) {
  test(`${name} during a call: the sound goes on, and the hang-up is heard and told once`, async () => {
    const watch = await talk();
    await strike(house.lab);
    await house.panelHears();
    await house.panel.hangUp();
    await house.door.waitFor("CALL_CLOSED", 1_000);
    house.doorHeardAtLast();
    await toldOnce(watch, mayRepeat);
  });
}

for (const { name, strike } of KAMAILIO) {
  for (const ender of ["door", "panel"] as const) {
    test(`${name} during a call: the sound goes on, the panel reconnects, and the ${ender}'s hang-up arrives`, async () => {
      const watch = await talk();
      const before = await house.panelAddress();
      assert.notEqual(before, "");
      await strike(house.lab);
      await house.panelHears();
      await house.panelReconnected(before);
      await house.panelHears();
      if (ender === "door") {
        await house.door.hangUp();
        assert.equal(await house.panel.ended(2_000), "Call ended");
      } else {
        await house.panel.hangUp();
        await house.door.waitFor("CALL_CLOSED", 2_000);
      }
      house.doorHeardAtLast();
      await toldOnce(watch);
    });
  }
}

for (const { name, strike } of [...RTPENGINE, ...RTPENGINE_AND_KAMAILIO]) {
  test(`${name} during a call: a call that has lost its sound ends by itself, and the next one is heard`, async () => {
    const watch = await talk();
    await strike(house.lab);
    await house.panel.ended(15_000);
    await house.door.waitFor("CALL_CLOSED", 5_000);
    await toldOnce(watch);

    const next = await talk();
    await house.panelHears();
    await house.panel.hangUp();
    await house.door.waitFor("CALL_CLOSED", 1_000);
    house.doorHeardAtLast();
    await toldOnce(next);
  });
}
