/** What happens between the INVITE and the answer: ring time, steps, who ends it and with which code. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { header } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

inHouse();

describe("ringing", () => {
  test("every contact of every account rings and knows the call by its id", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const devices = [
      await house.device("panel401", "wss"),
      await house.device("panel401", "ws"),
      await house.device("second401", "tcp"),
      await house.device("mobile401"),
    ];
    const call = await door.call("unit401", { headers: [["X-Neolia-Call", "forged"]] });
    for (const device of devices) {
      const { invite } = await ringing(device);
      assert.ok(invite);
      assert.match(header(invite, "x-neolia-call"), /^[0-9a-f]{32}$/);
      const last = await until(() => house.edge.events(DOMAIN).at(-1), { what: "an event" });
      assert.equal(header(invite, "x-neolia-call"), last.callId);
    }
    await call.cancel();
    assert.equal(await status(call), 487);
    const story = await house.finished();
    assert.equal(story[0], "invited");
    assert.deepEqual(story.slice(1, -1).sort(), ["ringing mobile401", "ringing panel401", "ringing second401"]);
    assert.equal(story.at(-1), "failed 487");
  });

  test("thirty devices of a unit ring at once, and all stop when one answers", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const devices: SipAgent[] = [];
    for (const user of ["panel401", "second401", "mobile401"]) {
      for (let n = 0; n < 10; n++) devices.push(await house.device(user));
    }
    const call = await door.call("unit401");
    const calls = await Promise.all(devices.map((device) => ringing(device)));
    calls[17]?.answer(200);
    assert.equal(await status(call), 200);
    for (const other of calls.filter((_, n) => n !== 17)) assert.equal((await other.endedByPeer).method, "CANCEL");
    assert.equal((await call.hangup()).status, 200);
  });

  test("a unit of thirty devices leaves some of the thirty to the step behind it, which rings", async () => {
    const forward = { unit: "unit401", action: "forward", ringSeconds: 5 } as const;
    house.rules(
      { unit: "unit401", position: 0, ringSeconds: 3 },
      { ...forward, position: 1, target: `sip:unit402@${DOMAIN}` },
      { ...forward, position: 2, target: `sip:bridge@${DOMAIN}` },
    );
    const door = await house.device("door");
    const concierge = await house.device("panel402");
    const bridge = await house.device("bridge", "wss");
    const devices: SipAgent[] = [];
    for (const user of ["panel401", "second401", "mobile401"]) {
      for (let n = 0; n < 10; n++) devices.push(await house.device(user));
    }
    concierge.policy = { final: 486 };
    const call = await door.call("unit401");
    (await ringing(bridge)).answer(200);
    assert.equal(await status(call), 200);
    assert.equal(devices.filter((device) => device.incoming.length === 1).length, 20, "the first ones rang");
    assert.equal(concierge.incoming.length, 1);
    assert.equal((await call.hangup()).status, 200);
  });

  test("the first device that answers takes the call and the others learn that it was answered elsewhere", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const panel = await house.device("panel401", "wss");
    const second = await house.device("second401", "ws");
    const mobile = await house.device("mobile401");
    const call = await door.call("unit401");
    const calls = await Promise.all([panel, second, mobile].map((device) => ringing(device)));
    const sinceAnswered = startWatch();
    calls[2]?.answer(200);
    assert.equal(await status(call), 200);
    for (const other of calls.slice(0, 2)) {
      const cancel = await other.endedByPeer;
      assert.equal(cancel.method, "CANCEL");
      assert.match(header(cancel, "reason"), /cause=200;text="Call completed elsewhere"/);
    }
    assert.ok(sinceAnswered.stop() < 1000);
    assert.equal((await call.hangup()).status, 200);
    const story = await house.finished();
    assert.deepEqual(story.slice(-2), ["answered mobile401", "ended caller"]);
  });

  test("a device that is busy leaves the others ringing; when all are busy the caller hears busy", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const panel = await house.device("panel401", "ws");
    const mobile = await house.device("mobile401");
    panel.policy = { ring: false, final: 486 };
    const call = await door.call("unit401");
    const rung = await ringing(mobile);
    await until(() => panel.received.some((m) => m.method === "ACK"), { what: "the busy device's ACK" });
    assert.deepEqual(rung.messages, [], "the mobile rings on");
    rung.answer(486);
    assert.equal(await status(call), 486);
    assert.equal((await house.finished()).at(-1), "failed 486");
  });

  test("one person's decline ends the call for all", async () => {
    house.rules(
      { unit: "unit401", position: 0 },
      { unit: "unit401", position: 1, action: "forward", target: `sip:unit402@${DOMAIN}` },
    );
    const door = await house.device("door");
    const panel = await house.device("panel401", "ws");
    const mobile = await house.device("mobile401");
    const other = await house.device("panel402");
    const call = await door.call("unit401");
    const rung = await ringing(mobile);
    (await ringing(panel)).answer(603);
    assert.equal((await rung.endedByPeer).method, "CANCEL");
    assert.equal(await status(call), 603);
    assert.equal(other.incoming.length, 0, "a declined call goes nowhere else");
    assert.equal((await house.finished()).at(-1), "failed 603");
  });

  test("a call that nobody is registered for is unreachable", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const call = await door.call("unit401");
    assert.equal(await status(call), 480);
    assert.deepEqual(await house.finished(), ["failed 480"]);
  });

  test("each step rings for its seconds, then the next one does, then nobody has answered", async () => {
    house.rules(
      { unit: "unit401", position: 0, ringSeconds: 4 },
      { unit: "unit401", position: 1, ringSeconds: 9, action: "forward", target: `sip:ghost@${DOMAIN}` },
      { unit: "unit401", position: 2, ringSeconds: 3, action: "forward", target: `sip:unit402@${DOMAIN}` },
    );
    const door = await house.device("door");
    const panel = await house.device("panel401", "wss");
    const next = await house.device("panel402");
    const call = await door.call("unit401");
    const first = await ringing(panel);
    // A phone that repeats its 180 does not ring longer for it.
    const repeat = setInterval(() => first.answer(180), 700);
    const cancel = await first.endedByPeer.finally(() => clearInterval(repeat));
    const startedAt = first.invite?.at ?? 0;
    near(cancel.at - startedAt, 4000);
    const second = await ringing(next);
    near((second.invite?.at ?? 0) - startedAt, 4000);
    const end = await call.final;
    assert.equal(end.status, 408);
    near(end.at - (second.invite?.at ?? 0), 3000);
    assert.deepEqual(await house.finished(), ["invited", "ringing panel401", "ringing panel402", "failed 408"]);
  });

  test("a device that is gone without a word does not hold up the next step for long", async () => {
    house.rules(
      { unit: "unit401", position: 0, ringSeconds: 60 },
      { unit: "unit401", position: 1, action: "forward", target: `sip:unit402@${DOMAIN}` },
    );
    const door = await house.device("door");
    const gone = await house.device("mobile401");
    const next = await house.device("panel402");
    gone.policy = { ring: false, final: null };
    const startedAt = performance.now();
    const call = await door.call("unit401");
    const rung = await until(() => next.incoming[0], { what: "the next step" });
    near((rung.invite?.at ?? 0) - startedAt, 5000);
    rung.answer(200);
    assert.equal(await status(call), 200);
    await call.hangup();
    assert.deepEqual((await house.finished()).slice(-2), ["answered panel402", "ended caller"]);
  });

  test("a panel whose socket died is passed over at once", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const dead = await house.device("panel401", "ws");
    dead.close();
    const call = await door.call("unit401");
    assert.ok([408, 480].includes(await status(call)));
    assert.match((await house.finished()).at(-1) ?? "", /^failed (408|480)$/);
  });

  test("the caller may hang up at any moment and the call ends once, with 487", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const panel = await house.device("panel401", "ws");
    for (let n = 0; n < 5; n++) {
      const call = await door.call("unit401");
      const rung = await ringing(panel, n);
      // The 180 and the CANCEL come by different ways.
      await until(() => house.story().at(-1) === "ringing panel401", { what: "the ringing event" });
      await call.cancel();
      assert.equal(await status(call), 487);
      assert.equal((await rung.endedByPeer).method, "CANCEL");
      assert.deepEqual(await house.finished(), ["invited", "ringing panel401", "failed 487"]);
    }
  });

  test("a panel calls the door and another panel", async () => {
    house.rules({ unit: "entrance" }, { unit: "unit402" });
    const panel = await house.device("panel401", "wss");
    const door = await house.device("door");
    const other = await house.device("panel402", "ws");
    for (const [device, callee] of [
      [door, "entrance"],
      [other, "panel402"],
    ] as const) {
      const call = await panel.call(callee);
      (await ringing(device)).answer(200);
      assert.equal(await status(call), 200);
      assert.equal((await device.incoming[0]?.hangup())?.status, 200);
      assert.equal((await call.endedByPeer).method, "BYE");
      assert.deepEqual((await house.finished()).slice(-1), ["ended callee"]);
    }
  });

  test("an account holds ten calls and no more, and can call again when they are over", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const panel = await house.device("panel401", "ws");
    const calls = [];
    for (let n = 0; n < 10; n++) {
      calls.push(await door.call("unit401"));
      await ringing(panel, n);
    }
    assert.equal(await status(await door.call("unit401")), 503);
    for (const call of calls) {
      await call.cancel();
      assert.equal(await status(call), 487);
    }
    await until(() => house.edge.jsonRpc("dlg.stats_active").then((stats) => !/[1-9]/.test(JSON.stringify(stats))), {
      what: "Kamailio to forget the calls",
    });
    const again = await door.call("unit401");
    await ringing(panel, 10);
    await again.cancel();
  });

  test("a hundred forked calls to devices with an instance id leave Kamailio standing", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const devices = [
      await house.agent("panel401", "ws"),
      await house.agent("second401", "ws"),
      await house.agent("mobile401"),
    ];
    for (const [i, device] of devices.entries()) {
      device.policy = { final: i === 2 ? 200 : null };
      const instance = `<urn:uuid:00000000-0000-4000-8000-00000000000${i}>`;
      const contact = `<${device.contactUri}>;+sip.instance="${instance}"`;
      const reply = await device.request({ method: "REGISTER", uri: `sip:${DOMAIN}`, to: `<${device.aor}>`, contact });
      assert.equal(reply.status, 200);
    }
    for (let n = 0; n < 100; n++) {
      const call = await door.call("unit401");
      assert.equal(await status(call), 200);
      assert.equal((await call.hangup()).status, 200);
    }
    assert.equal(house.edge.kamailioRunning, true);
    await until(() => devices[0]?.incoming.length === 100, { what: "every fork" });
  });
});

/** Within a second. */
function near(ms: number, expectedMs: number): void {
  assert.ok(Math.abs(ms - expectedMs) <= 1000, `${Math.round(ms)} ms instead of ${expectedMs} ms`);
}
