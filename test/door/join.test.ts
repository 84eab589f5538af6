/** A device that registers while its unit rings is rung too, once, for as long as the others. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { header, type SipMessage } from "../lab/sip/message.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

inHouse();

/** A REGISTER with a Contact of the test's own. */
async function register(agent: SipAgent, contact: string): Promise<void> {
  const reply = await agent.request({ method: "REGISTER", uri: `sip:${DOMAIN}`, to: `<${agent.aor}>`, contact });
  assert.equal(reply.status, 200);
}

/** The INVITEs that reached it; a repeated one counts once. */
function invites(agent: SipAgent): SipMessage[] {
  const all = agent.received.filter((m) => m.method === "INVITE" && m.status === 0);
  return [...new Map(all.map((m) => [header(m, "via"), m])).values()];
}

/** Everything that the server had to send to it before now is here: a reply comes after it on the same way. */
async function inStep(...agents: SipAgent[]): Promise<void> {
  for (const agent of agents) await agent.request({ method: "OPTIONS", uri: `sip:${DOMAIN}` });
}

describe("a device that registers while its unit rings", () => {
  for (const protocol of ["udp", "tcp", "wss"] as const) {
    test(`rings over ${protocol}, knows the call, and is heard when it answers`, async () => {
      const door = await house.device("door");
      const panel = await house.device("panel401", "ws");
      const [atDoor, atPhone] = [await RtpPeer.open(), await RtpPeer.open()];
      try {
        const call = await door.call("unit401", { rtp: atDoor });
        const first = await ringing(panel);
        const late = await house.device("mobile401", protocol);
        const joined = await ringing(late);
        assert.ok(joined.invite && first.invite);
        assert.equal(header(joined.invite, "x-neolia-call"), header(first.invite, "x-neolia-call"));
        await until(() => house.story().includes("ringing mobile401"), { what: "its ringing event" });
        if (protocol === "wss") {
          assert.match(joined.invite.body, /fingerprint/, "a browser is offered DTLS");
          joined.answer(486);
          first.answer(200);
          assert.equal(await status(call), 200);
        } else {
          joined.answer(200, { rtp: atPhone });
          assert.equal(await status(call), 200);
          const cancel = await first.endedByPeer;
          assert.match(header(cancel, "reason"), /Call completed elsewhere/);
          atDoor.play(440);
          atPhone.play(1000);
          await until(() => atPhone.share(440) > 0.8 && atDoor.share(1000) > 0.8, { what: "both to be heard" });
        }
        assert.equal((await call.hangup()).status, 200);
        const account = protocol === "wss" ? "panel401" : "mobile401";
        assert.deepEqual((await house.finished()).slice(-2), [`answered ${account}`, "ended caller"]);
      } finally {
        atDoor.close();
        atPhone.close();
      }
    });
  }

  test("rings again after it lost its connection, also when it was the only one", async () => {
    const door = await house.device("door");
    const before = await house.device("panel401", "wss");
    const call = await door.call("unit401");
    await ringing(before);
    before.close();
    const after = await house.device("panel401", "wss");
    (await ringing(after)).answer(200);
    assert.equal(await status(call), 200);
    assert.equal((await call.hangup()).status, 200);
  });

  for (const [where, heard] of [
    ["from a new connection when its own was dead already as the INVITE went out", false],
    ["at its new address when it rang elsewhere, for it may have been reloaded", true],
  ] as const) {
    test(`rings ${where}, by the same Contact`, async () => {
      const door = await house.device("door");
      await house.device("second401");
      const before = await house.device("panel401", "wss");
      if (!heard) before.policy = { ring: false, final: null };
      const call = await door.call("unit401");
      await ringing(before);
      const after = await house.agent("panel401", "wss");
      after.policy = { final: null };
      await register(after, `<${before.contactUri}>`);
      (await ringing(after)).answer(200);
      assert.equal(await status(call), 200);
      assert.equal((await call.hangup()).status, 200);
    });
  }

  test("does not ring twice when it only refreshes", async () => {
    const door = await house.device("door");
    const panel = await house.device("panel401", "wss");
    const phone = await house.device("mobile401");
    const call = await door.call("unit401");
    await ringing(panel);
    await ringing(phone);
    assert.equal((await panel.register()).status, 200);
    assert.equal((await phone.register()).status, 200);
    await inStep(panel, phone);
    assert.deepEqual(
      [panel, phone].map((agent) => invites(agent).length),
      [1, 1],
    );
    await call.cancel();
    assert.equal(await status(call), 487);
    assert.equal((await (await ringing(phone)).endedByPeer).method, "CANCEL");
  });

  test("is not rung when it is busy, the caller, of another unit, or of a step that is over", async () => {
    house.rules(
      { unit: "unit401", ringSeconds: 6 },
      { unit: "unit401", position: 1, action: "forward", target: `sip:panel402@${DOMAIN}`, ringSeconds: 20 },
    );
    try {
      const door = await house.device("door");
      const busy = await house.device("panel401");
      const other = await house.device("second401");
      busy.policy = { final: 486 };
      const neighbour = await house.agent("panel402");
      neighbour.policy = { final: null };
      const call = await door.call("unit401");
      await ringing(other);
      await until(() => busy.received.some((m) => m.method === "ACK"), { what: "the busy device's ACK" });
      const again = await house.device("panel401");
      const door2 = await house.device("door");
      assert.equal((await neighbour.register()).status, 200);
      await inStep(again, door2, neighbour);
      assert.deepEqual(
        [again, door2, neighbour].map((agent) => invites(agent).length),
        [0, 0, 0],
      );
      await ringing(neighbour);
      const late = await house.device("mobile401");
      await inStep(late);
      assert.equal(invites(late).length, 0);
      await call.cancel();
      assert.equal(await status(call), 487);
    } finally {
      house.rules({ unit: "unit401" }, { unit: "unit402" }, { unit: "entrance" });
    }
  });

  test("joins only for the rest of the ring time", async () => {
    house.rules({ unit: "unit401", ringSeconds: 5 });
    try {
      const door = await house.device("door");
      const panel = await house.device("panel401");
      const call = await door.call("unit401");
      const startedAt = (await ringing(panel)).invite?.at ?? 0;
      await until(() => performance.now() - startedAt > 3_000, { what: "most of the ring time" });
      await ringing(await house.device("mobile401"));
      const end = await call.final;
      assert.equal(end.status, 408);
      const ms = end.at - startedAt;
      assert.ok(Math.abs(ms - 5_000) <= 1_000, `${Math.round(ms)} ms instead of 5000`);
    } finally {
      house.rules({ unit: "unit401" }, { unit: "unit402" }, { unit: "entrance" });
    }
  });

  test("is not asked twice when it registered just before the call, and nothing is logged as an error", async () => {
    const door = await house.device("door");
    const panel = await house.device("panel401");
    const before = await door.call("unit401");
    await ringing(panel);
    await before.cancel();
    assert.equal(await status(before), 487);
    const logged = house.edge.kamailioLog().length;
    // Its last call's ring time is not over: as far as the edge knows, it might join that one.
    assert.equal((await panel.register()).status, 200);
    const call = await door.call("unit401");
    await ringing(panel, 1);
    await inStep(panel);
    assert.equal(invites(panel).length, 2);
    assert.doesNotMatch(house.edge.kamailioLog().slice(logged), /ERROR/);
    await call.cancel();
    assert.equal(await status(call), 487);
  });

  test("is told to stop with the others when the caller gives up", async () => {
    const door = await house.device("door");
    await house.device("panel401", "ws");
    const call = await door.call("unit401");
    const joined = await ringing(await house.device("mobile401"));
    await call.cancel();
    assert.equal(await status(call), 487);
    assert.equal((await joined.endedByPeer).method, "CANCEL");
  });

  test("rings for each of two callers", async () => {
    const [door, neighbour] = [await house.device("door"), await house.device("panel402")];
    await house.device("panel401");
    const before = house.story().length;
    const calls = [await door.call("unit401"), await neighbour.call("unit401")];
    await until(
      () =>
        house
          .story()
          .slice(before)
          .filter((line) => line === "ringing panel401").length >= 2,
      {
        what: "both to ring",
      },
    );
    const late = await house.device("mobile401", "wss");
    await ringing(late, 1);
    for (const call of calls) await call.cancel();
  });

  test("a hundred times, with an instance id, leaves Kamailio standing", async () => {
    const door = await house.device("door");
    const instance = (n: number) => `+sip.instance="<urn:uuid:00000000-0000-4000-8000-00000000000${n}>"`;
    const panel = await house.agent("panel401", "ws");
    panel.policy = { final: null };
    await register(panel, `<${panel.contactUri}>;${instance(1)}`);
    for (let n = 0; n < 100; n++) {
      const call = await door.call("unit401");
      await ringing(panel, n);
      const late = await house.agent("mobile401", n % 2 === 0 ? "ws" : "udp");
      late.policy = { final: 200 };
      await register(late, `<${late.contactUri}>;${instance(2)}`);
      assert.equal(await status(call), 200, `call ${n}`);
      assert.equal((await call.hangup()).status, 200);
      assert.equal((await late.register(0)).status, 200);
      late.close();
    }
    assert.equal(house.edge.kamailioRunning, true);
    assert.doesNotMatch(house.edge.kamailioLog(), /CRITICAL|BUG/);
  });
});
