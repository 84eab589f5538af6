/** RTPEngine was away and is back: the next visitor is rung and heard, whoever asked for it in vain meanwhile. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { House, ringing, status } from "../door/house.ts";
import { around } from "../lab/around.ts";

let house: House;
around(
  async () => {
    house = await House.open();
  },
  () => house?.close(),
);
afterEach(() => house.clear());

// Each worker has its own socket to RTPEngine, in which what the system says of the last datagram waits for the next one.
for (const [caller, callee] of [
  ["udp", "wss"],
  ["wss", "udp"],
] as const) {
  for (const inVain of [1, 2]) {
    test(`after ${inVain} in vain from each side, a call over ${caller} rings over ${callee} and stands`, async () => {
      const door = await house.device("door", caller);
      const phone = await house.device("mobile401", callee);
      await house.edge.killRtpengine();
      try {
        for (let n = 0; n < inVain; n++) {
          assert.equal(await status(await door.call("unit401")), 503);
          assert.equal(await status(await phone.call("entrance")), 503);
        }
      } finally {
        await house.edge.startRtpengine();
      }
      const call = await door.call("unit401");
      (await ringing(phone)).answer(200);
      assert.equal(await status(call), 200);
      assert.equal((await call.hangup()).status, 200);
      assert.deepEqual((await house.finished()).slice(-2), ["answered mobile401", "ended caller"]);
      await house.quiet();
    });
  }
}
