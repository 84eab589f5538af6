/** A device declines as the visitor gives up: whichever comes first, the call has one end that says what happened, and nothing is left of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Call } from "../lab/sip/call.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { house, inHouse, ringing, status } from "./house.ts";

inHouse();

/** Two devices that ring for the door; the first one declines by hand, whatever it is told meanwhile. */
async function ring(): Promise<{ call: Call; declining: SipAgent; first: Call; second: SipAgent; other: Call }> {
  house.rules({ unit: "unit401" });
  const door = await house.device("door");
  const declining = await house.device("panel401", "wss");
  const second = await house.device("second401", "wss");
  const call = await door.call("unit401");
  return { call, declining, first: await ringing(declining), second, other: await ringing(second) };
}

/** Keeps back what the agent sends and begins so; gives a function that sends it. */
function hold(agent: SipAgent, start: string): () => void {
  const { send } = agent.wire;
  const held: (string | Uint8Array)[] = [];
  agent.wire.send = (text) => (String(text).startsWith(start) ? held.push(text) : send(text));
  return () => {
    agent.wire.send = send;
    for (const text of held) send(text);
  };
}

describe("a decline that crosses the visitor's hanging up", () => {
  test("comes first: the call was declined, though the others have not stopped yet", async () => {
    const { call, first, second, other } = await ring();
    const release = hold(second, "SIP/2.0 487");
    first.answer(603);
    assert.equal((await other.endedByPeer).method, "CANCEL");
    await call.cancel();
    release();
    // The caller hears its own word, the record the resident's.
    assert.equal(await status(call), 487);
    assert.equal((await house.finished()).at(-1), "failed 603");
  });

  test("comes after it: the visitor gave up", async () => {
    const { call, declining, first } = await ring();
    hold(declining, "SIP/2.0 487");
    await call.cancel();
    assert.equal((await first.endedByPeer).method, "CANCEL");
    first.answer(603);
    await status(call);
    assert.equal((await house.finished()).at(-1), "failed 487");
  });

  test("comes in the same moment, time after time: the record says one of the two, never that it failed", async () => {
    for (let round = 0; round < 40; round++) {
      const { call, first } = await ring();
      const declined = new Promise<void>((done) => {
        setTimeout(() => {
          if (!first.isEndedByPeer) first.answer(603);
          done();
        }, round % 4);
      });
      await Promise.all([call.cancel(), declined]);
      const heard = await status(call);
      const end = (await house.finished()).at(-1);
      assert.match(end ?? "", /^failed (487|603)$/, `round ${round}: the caller heard ${heard}`);
      await house.quiet();
      await house.clear();
    }
  });
});
