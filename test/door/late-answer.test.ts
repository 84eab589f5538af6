/** A device answers when its step is over already: the answer and the edge's CANCEL crossed, or its network held it back for some seconds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "../lab/sip/call.ts";
import { header } from "../lab/sip/message.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

inHouse();

/** A door whose call rang the panel of flat 401 until its time was over; the panel knows nothing of that yet. */
async function rungOut(door: SipAgent, rtp?: RtpPeer): Promise<{ call: Call; late: Call; back: () => void }> {
  const panel = await house.device("panel401", "wss");
  const { send } = panel.wire;
  const call = await door.call("unit401", rtp ? { rtp } : {});
  const late = await ringing(panel);
  panel.wire.send = () => {};
  await until(() => late.isEndedByPeer, { what: "the CANCEL" });
  return {
    call,
    late,
    back: () => {
      panel.wire.send = send;
    },
  };
}

function byeOf(late: Call) {
  return until(() => late.messages.find(({ method }) => method === "BYE"), { what: "the BYE" });
}

function answers(call: Call): number {
  return call.messages.filter(({ status: of, method }) => of === 200 && method === "INVITE").length;
}

test("the next step rings on, and who answers there is heard; the late one is told so", async () => {
  house.rules(
    { unit: "unit401", position: 0, ringSeconds: 3 },
    { unit: "unit401", position: 1, action: "forward", ringSeconds: 60, target: `sip:unit402@${DOMAIN}` },
  );
  const door = await house.device("door");
  const next = await house.device("panel402");
  const [visitor, neighbour] = [await RtpPeer.open(), await RtpPeer.open()];
  try {
    const { call, late, back } = await rungOut(door, visitor);
    const second = await ringing(next);
    back();
    late.answer(200);
    assert.match(header(await byeOf(late), "reason"), /^SIP;cause=408/);
    assert.equal(answers(call), 0);
    assert.equal(second.isEndedByPeer, false);
    second.answer(200, { rtp: neighbour });
    assert.equal(await status(call), 200);
    visitor.play(440);
    neighbour.play(1000);
    await until(() => visitor.received > 10 && neighbour.received > 10, { what: "both to hear the other" });
    assert.deepEqual((await call.hangup()).status, 200);
    assert.deepEqual((await house.finished()).slice(-2), ["answered panel402", "ended caller"]);
  } finally {
    visitor.close();
    neighbour.close();
  }
});

test("behind the last step the caller has been told that nobody answered, and hears of no answer after that", async () => {
  house.rules({ unit: "unit401", ringSeconds: 3 });
  const door = await house.device("door");
  const { call, late, back } = await rungOut(door);
  assert.equal(await status(call), 408);
  back();
  late.answer(200);
  assert.match(header(await byeOf(late), "reason"), /^SIP;cause=408/);
  assert.equal(answers(call), 0);
  assert.equal((await house.finished()).at(-1), "failed 408");
});

/** Transactions of Kamailio that wait for something, those that linger for retransmissions among them. */
async function transactions(): Promise<number> {
  return ((await house.edge.jsonRpc("tm.stats", [])) as { current: number }).current;
}

for (const protocol of ["udp", "wss"] as const) {
  test(`over ${protocol}: whoever registers right after an answer that was too late gets its reply, and nothing of the call stays in memory`, async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const devices = [await house.device("panel401", protocol), await house.device("second401", protocol)];
    const neighbour = await house.device("panel402", protocol);
    await until(async () => (await transactions()) === 0, { what: "the transactions of before to end" });
    const call = await door.call("unit401");
    const ringing401 = await Promise.all(devices.map((device) => ringing(device)));
    for (const one of ringing401) one.answer(200);
    assert.equal(await status(call), 200);
    const late = await until(() => ringing401.find((one) => one.messages.some(({ method }) => method === "BYE")), {
      what: "one of two to be told that it was too late",
    });
    // Both as the panel does that doubts its connection: what nobody has confirmed is said again, then it logs in.
    late.answer(200);
    assert.equal((await neighbour.register()).status, 200);
    late.answer(200);
    assert.equal((await devices[ringing401.indexOf(late)]?.register())?.status, 200);
    assert.equal((await call.hangup()).status, 200);
    await until(async () => (await transactions()) === 0, { what: "the call's transactions to end" });
  });
}
