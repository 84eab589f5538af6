/** The visitor gives up: the call is over there and then, whatever its devices still say, or do not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Call } from "../lab/sip/call.ts";
import { header } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { house, inHouse, ringing, status } from "./house.ts";

inHouse();

/** A door whose call rings a panel for three minutes. */
async function ring(): Promise<{ call: Call; panel: SipAgent; rung: Call }> {
  house.rules({ unit: "unit401", ringSeconds: 180 }, { unit: "unit402" });
  const door = await house.device("door");
  const panel = await house.device("panel401", "wss");
  const call = await door.call("unit401");
  const rung = await ringing(panel);
  await until(() => house.story(idOf(rung)).includes("ringing panel401"), { what: "the ringing event" });
  return { call, panel, rung };
}

function idOf({ invite }: Call): string {
  return invite ? header(invite, "x-neolia-call") : "";
}

describe("a visitor who gives up", () => {
  test("does not wait for a device that is asleep for as long as it would ring: the call has its end, and its media go", async () => {
    const { call, panel, rung } = await ring();
    panel.wire.send = () => {};
    assert.equal((await call.cancel()).status, 200);
    assert.equal((await rung.endedByPeer).method, "CANCEL");
    const final = () => call.messages.some(({ status, method }) => status === 487 && method === "INVITE");
    await until(final, { timeoutMs: 60_000, what: "the end at the door" });
    assert.deepEqual(await house.finished(), ["invited", "ringing panel401", "failed 487"]);
    await house.quiet();
  });

  test("has no call with a device that answers too late: it is told so", async () => {
    const { call, panel, rung } = await ring();
    const { send } = panel.wire;
    panel.wire.send = () => {};
    await call.cancel();
    assert.equal(await status(call), 487);
    panel.wire.send = send;
    rung.answer(200);
    const bye = await until(() => rung.messages.find(({ method }) => method === "BYE"), { what: "the BYE" });
    assert.match(header(bye, "reason"), /^SIP;cause=487/);
    assert.equal((await house.finished()).at(-1), "failed 487");
    assert.equal(call.messages.filter(({ status, method }) => status === 200 && method === "INVITE").length, 0);
    await house.quiet();
  });

  test("gives up nothing where the answer came first: the call stands until it is hung up", async () => {
    const { call, rung } = await ring();
    rung.answer(200);
    assert.equal(await status(call), 200);
    assert.equal((await call.cancel()).status, 200);
    assert.equal((await call.hangup()).status, 200);
    assert.deepEqual((await house.finished()).slice(-2), ["answered panel401", "ended caller"]);
    assert.equal((await rung.endedByPeer).method, "BYE");
  });

  test("may say it again: one end", async () => {
    const { call } = await ring();
    await Promise.all([call.cancel(), call.cancel()]);
    assert.equal(await status(call), 487);
    assert.deepEqual(await house.finished(), ["invited", "ringing panel401", "failed 487"]);
    await house.quiet();
  });

  test("is not given up by somebody who calls with the same Call-ID: that call is refused", async () => {
    const { call, panel } = await ring();
    const other = await panel.call("unit402", { callId: call.callId, cseq: 1 });
    assert.equal(await status(other), 482);
    await call.cancel();
    assert.equal(await status(call), 487);
  });
});
