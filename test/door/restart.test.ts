/** What a restart or a kill of Kamailio leaves standing: registrations, calls, their ends and their events. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Call } from "../lab/sip/call.ts";
import { header } from "../lab/sip/message.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

inHouse();

const TWO_HOURS = 7_200;

/** The calls that a killed Kamailio comes back with: as if they had begun two hours ago, but for some seconds. */
function twoHoursAgo(): void {
  house.edge.outboxFile((db) =>
    db.exec(`UPDATE call_event SET at_ms = (unixepoch() - ${TWO_HOURS - 8}) * 1000 WHERE kind = 'answered'`),
  );
}

test("a call ends after two hours on both sides, whatever is sent in it and though Kamailio was killed meanwhile", async () => {
  const { call, answered } = await talk(await house.device("door"), await house.device("mobile401"));
  const dialogs = async () => (await house.edge.jsonRpc("dlg.list")) as { start_ts: number; timeout: number }[];
  await until(
    async () => {
      const [dialog] = await dialogs();
      return Math.abs((dialog?.timeout ?? 0) - (dialog?.start_ts ?? 0) - TWO_HOURS) <= 2;
    },
    { what: "a limit of two hours" },
  );
  const ends = Promise.all([call.endedByPeer, answered.endedByPeer]);
  await house.edge.killKamailio();
  twoHoursAgo();
  await house.edge.startKamailio();
  assert.equal((await call.request("INFO")).status, 200);
  const [atDoor, atMobile] = await ends;
  assert.deepEqual([atDoor.method, atMobile.method], ["BYE", "BYE"]);
  assert.deepEqual(await house.finished(), ["invited", "ringing mobile401", "answered mobile401", "ended system"]);
});

test("the end after two hours finds a panel that came back on another socket", async () => {
  const panel = await house.device("panel401", "wss");
  const { call, answered } = await talk(await house.device("door"), panel);
  await house.edge.killKamailio();
  twoHoursAgo();
  await house.edge.startKamailio();
  await panel.reconnect();
  assert.equal((await panel.register()).status, 200);
  assert.equal((await call.endedByPeer).method, "BYE");
  assert.equal((await answered.endedByPeer).method, "BYE");
  assert.deepEqual(await house.finished(), ["invited", "ringing panel401", "answered panel401", "ended system"]);
  const kept = async () => ((await house.edge.jsonRpc("dlg.list")) as unknown[]).length;
  await until(async () => (await kept()) === 0, { what: "nothing of it to be kept" });
  assert.equal(await house.edge.jsonRpc("dlg.profile_get_size", ["caller", `door@${DOMAIN}`]), 0);
});

const outages = [
  ["a restart", () => house.edge.restartKamailio()],
  [
    "kill -9",
    async () => {
      await house.edge.killKamailio();
      await house.edge.startKamailio();
    },
  ],
] as const;

for (const [name, outage] of outages) {
  describe(`after ${name}`, () => {
    test("a device is still registered", async () => {
      const door = await house.device("door");
      const mobile = await house.device("mobile401");
      await outage();
      const call = await door.call("unit401");
      (await ringing(mobile)).answer(200);
      assert.equal(await status(call), 200);
      assert.equal((await call.hangup()).status, 200);
      assert.equal((await house.finished()).at(-1), "ended caller");
    });

    test("the audio of a running call never stopped, its BYE arrives and the call ends once", async () => {
      const rtp = { door: await RtpPeer.open(), mobile: await RtpPeer.open() };
      try {
        const { call, answered } = await talk(await house.device("door"), await house.device("mobile401"), rtp);
        rtp.door.play(440);
        rtp.mobile.play(1000);
        await until(() => rtp.door.share(1000) > 0.9 && rtp.mobile.share(440) > 0.9, { what: "audio both ways" });
        const received = rtp.door.received;
        await outage();
        await until(() => rtp.door.received > received + 10 && rtp.door.share(1000) > 0.9, { what: "audio after it" });
        assert.equal((await answered.hangup()).status, 200);
        assert.equal((await call.endedByPeer).method, "BYE");
        const story = await house.finished();
        assert.deepEqual(story, ["invited", "ringing mobile401", "answered mobile401", "ended callee"]);
      } finally {
        rtp.door.close();
        rtp.mobile.close();
      }
    });

    test("a call whose ACK was still under way goes on", async () => {
      const door = await house.device("door");
      const mobile = await house.device("mobile401");
      const held: (string | Uint8Array)[] = [];
      const send = door.wire.send;
      door.wire.send = (text) => (String(text).startsWith("ACK sip:mobile401") ? held.push(text) : send(text));
      const { call, answered } = await talk(door, mobile);
      await until(() => held[0], { what: "the ACK" });
      await outage();
      // Its timers have run: they would have ended a call whose own is not set.
      const uptime = async () => ((await house.edge.jsonRpc("core.uptime")) as { uptime: number }).uptime;
      await until(async () => (await uptime()) > 2, { what: "Kamailio's timers" });
      door.wire.send = send;
      send(held[0] ?? "");
      await until(() => answered.messages.some(({ method }) => method === "ACK"), { what: "the ACK" });
      assert.equal((await call.request("INFO")).status, 200);
      assert.equal((await call.hangup()).status, 200);
      assert.equal((await answered.endedByPeer).method, "BYE");
      assert.equal((await house.finished()).at(-1), "ended caller");
    });

    test("a call that was just hung up does not come back", async () => {
      const { call, answered } = await talk(await house.device("door"), await house.device("mobile401"));
      assert.equal((await call.hangup()).status, 200);
      assert.equal((await answered.endedByPeer).method, "BYE");
      await outage();
      const size = () => house.edge.jsonRpc("dlg.profile_get_size", ["caller", `door@${DOMAIN}`]);
      await until(async () => (await size()) === 0, { what: "the caller to be in no call" });
      const kept = async () => ((await house.edge.jsonRpc("dlg.list")) as unknown[]).length;
      await until(async () => (await kept()) === 0, { what: "nothing of it to be kept" });
      assert.deepEqual(house.story().slice(-1), ["ended caller"]);
    });

    test("a stranger who knows all of a call can neither end nor change it, and its sides still can", async () => {
      const door = await house.device("door");
      const panel = await house.device("panel401", "wss");
      const { call, answered } = await talk(door, panel);
      const final = await call.final;
      await outage();
      await panel.reconnect();
      assert.equal((await panel.register()).status, 200);
      const stranger = await house.agent("panel402", "udp", "127.0.0.77");
      const sides = [header(final, "from"), header(final, "to")] as const;
      for (const [from, to] of [sides, sides.toReversed()]) {
        for (const method of ["BYE", "INVITE", "INFO"]) {
          const parts = {
            method,
            uri: panel.contactUri,
            callId: call.callId,
            cseq: 50,
            from: from ?? "",
            to: to ?? "",
          };
          assert.equal((await stranger.request(parts)).status, 481, method);
        }
      }
      assert.equal((await call.request("INFO")).status, 200, "the call goes on");
      assert.equal((await answered.request("INFO")).status, 200, "for the other side too");
      assert.equal((await answered.hangup()).status, 200);
      assert.equal((await call.endedByPeer).method, "BYE");
      assert.equal((await house.finished()).at(-1), "ended callee");
    });

    test("a panel that came back on a new socket gets the door's BYE, and can hang up itself", async () => {
      for (const hangsUp of ["door", "panel"]) {
        const door = await house.device("door");
        const panel = await house.device("panel401", "wss");
        const { call, answered } = await talk(door, panel);
        await outage();
        await panel.reconnect();
        assert.equal((await panel.register()).status, 200);
        if (hangsUp === "door") {
          assert.equal((await call.hangup()).status, 200);
          assert.equal((await answered.endedByPeer).method, "BYE");
        } else {
          assert.equal((await answered.hangup()).status, 200);
          assert.equal((await call.endedByPeer).method, "BYE");
        }
        assert.equal((await house.finished()).at(-1), `ended ${hangsUp === "door" ? "caller" : "callee"}`);
        await house.clear();
      }
    });

    test("a phone that came back by another TCP port gets the door's BYE there, and is rung there alone", async () => {
      const door = await house.device("door");
      const phone = await house.device("mobile401", "tcp");
      const { call, answered } = await talk(door, phone);
      await outage();
      // Its port is part of its Contact, so the one of before is registered as well until it expires.
      await phone.reconnect();
      assert.equal((await phone.register()).status, 200);
      assert.equal((await call.request("INFO")).status, 200);
      assert.equal((await call.hangup()).status, 200);
      assert.equal((await answered.endedByPeer).method, "BYE");
      assert.equal((await house.finished()).at(-1), "ended caller");
      const next = await door.call("unit401");
      (await ringing(phone, 1)).answer(486);
      assert.equal(await status(next), 486);
      assert.equal(phone.incoming.length, 2);
    });

    test("control can still end the call of a panel that came back on a new socket", async () => {
      const door = await house.device("door");
      const panel = await house.device("panel401", "wss");
      const { call, answered } = await talk(door, panel);
      await outage();
      await panel.reconnect();
      assert.equal((await panel.register()).status, 200);
      const response = await house.edge.rpc(`/calls/end?domain=${DOMAIN}&account=panel401`);
      assert.deepEqual(await response.json(), { ended: 1 });
      assert.equal((await call.endedByPeer).method, "BYE");
      assert.equal((await answered.endedByPeer).method, "BYE");
      assert.equal((await house.finished()).at(-1), "ended system");
    });
  });
}

test("a call is told and kept, however long the names are that its caller chose", async () => {
  const door = await house.device("door");
  const mobile = await house.device("mobile401");
  const contact = `<sip:${"d".repeat(2_500)}@127.0.0.1:${door.wire.localPort}>`;
  const call = await door.call("unit401", { callId: "c".repeat(2_500), contact });
  const answered = await ringing(mobile);
  answered.answer(200);
  assert.equal(await status(call), 200);
  await house.edge.killKamailio();
  await house.edge.startKamailio();
  assert.equal((await answered.hangup()).status, 200);
  assert.equal((await call.endedByPeer).method, "BYE");
  assert.deepEqual(await house.finished(), ["invited", "ringing mobile401", "answered mobile401", "ended callee"]);
});

test("after a kill our BYE has a higher CSeq than all that a side has sent", async () => {
  const door = await house.device("door");
  const mobile = await house.device("mobile401");
  const { call, answered } = await talk(door, mobile);
  for (let i = 0; i < 3; i++) assert.equal((await answered.request("INFO")).status, 200);
  await house.edge.killKamailio();
  await house.edge.startKamailio();
  await house.edge.rpc("/calls/end");
  for (const bye of await Promise.all([call.endedByPeer, answered.endedByPeer])) {
    assert.equal(Number.parseInt(header(bye, "cseq"), 10), 2 ** 31 - 1);
  }
  assert.equal((await house.finished()).at(-1), "ended system");
});

test("a call that rings when Kamailio is killed is over for the record, once", async () => {
  const door = await house.device("door");
  const panel = await house.device("panel401", "ws");
  await door.call("unit401");
  await ringing(panel);
  await until(() => house.story().at(-1) === "ringing panel401", { what: "the ringing" });
  await house.edge.killKamailio();
  await house.edge.startKamailio();
  assert.deepEqual(await house.finished(), ["invited", "ringing panel401", "failed 500"]);
  await house.edge.restartRtpengine();
});

test("a panel that lost its socket in a call gets the BYE on the new one, without any restart", async () => {
  const door = await house.device("door");
  const panel = await house.device("panel401", "wss");
  const { call, answered } = await talk(door, panel);
  await panel.reconnect();
  assert.equal((await panel.register()).status, 200);
  assert.equal((await call.hangup()).status, 200);
  assert.equal((await answered.endedByPeer).method, "BYE");
});

/** An answered call. */
async function talk(
  caller: SipAgent,
  callee: SipAgent,
  rtp?: { door: RtpPeer; mobile: RtpPeer },
): Promise<{ call: Call; answered: Call }> {
  const call = await caller.call("unit401", rtp ? { rtp: rtp.door } : {});
  const answered = await ringing(callee);
  answered.answer(200, rtp ? { rtp: rtp.mobile } : {});
  assert.equal(await status(call), 200);
  await until(() => house.story().at(-1) === `answered ${callee.user}`, { what: "the answer" });
  return { call, answered };
}
