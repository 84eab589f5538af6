/** Who hears whom: every call goes through RTPEngine, and none is without audio for its lack. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { HeaderLine, header, SipMessage } from "../lab/sip/message.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

inHouse({ quiet: false });
beforeEach(() => house.rules({ unit: "unit401" }, { unit: "entrance" }));

const BROWSER_SDP = [
  "v=0",
  "o=- 1 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 110 126",
  "c=IN IP4 0.0.0.0",
  "a=rtcp:9 IN IP4 0.0.0.0",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:abcdefghijklmnopqrstuvwx",
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, (_, i) => (i + 16).toString(16).toUpperCase()).join(":")}`,
  "a=setup:actpass",
  "a=mid:0",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtpmap:111 opus/48000/2",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:110 telephone-event/48000",
  "a=rtpmap:126 telephone-event/8000",
  "",
].join("\r\n");

describe("media", () => {
  test("two SIP phones hear each other through RTPEngine, also after hold and resume, and nothing is left", async () => {
    const door = await house.device("door");
    const mobile = await house.device("mobile401");
    const [a, b] = [await RtpPeer.open(), await RtpPeer.open()];
    try {
      const call = await door.call("unit401", { rtp: a });
      const answered = await ringing(mobile);
      answered.answer(200, { rtp: b });
      const ok = await call.final;
      assert.equal(ok.status, 200);
      const { mediaPortMin, mediaPortMax } = house.edge.values;
      for (const sdp of [ok.body, answered.invite?.body ?? ""]) {
        const port = Number(/m=audio (\d+)/.exec(sdp)?.[1]);
        assert.ok(port >= mediaPortMin && port <= mediaPortMax, `${port} is one of RTPEngine's`);
      }
      a.play(440);
      b.play(1000);
      await until(() => a.share(1000) > 0.9 && b.share(440) > 0.9, { what: "audio both ways" });

      for (const [caller, rtp] of [
        [call, a],
        [answered, b],
      ] as const) {
        for (const direction of ["sendonly", "sendrecv"]) {
          const reply = await caller.request("INVITE", {
            headers: [...routes(caller === call ? ok : answered.invite), ["Content-Type", "application/sdp"]],
            body: rtp.sdp().replace("a=sendrecv", `a=${direction}`),
          });
          assert.equal(reply.status, 200);
          assert.match(reply.body, /m=audio \d+ RTP\/AVP/);
        }
      }
      await until(() => a.share(1000) > 0.9 && b.share(440) > 0.9, { what: "audio both ways after hold" });
      assert.equal(await house.edge.mediaSessions(), 1);
      await call.hangup();
      await house.quiet();
    } finally {
      a.close();
      b.close();
    }
  });

  test("a browser is offered ICE and DTLS, the bridge SDES, a phone plain RTP", async () => {
    house.rules(
      { unit: "unit401", position: 0, ringSeconds: 3 },
      { unit: "unit401", position: 1, action: "voicemail", target: `sip:bridge@${DOMAIN}` },
    );
    const door = await house.device("door");
    const panel = await house.device("panel401", "wss");
    const mobile = await house.device("mobile401");
    const bridge = await house.device("bridge", "wss");
    const call = await door.call("unit401");
    const browser = (await ringing(panel)).invite?.body ?? "";
    assert.match(browser, /m=audio \d+ RTP\/SAVPF/);
    assert.match(browser, /a=ice-ufrag/);
    assert.match(browser, /a=fingerprint/);
    assert.doesNotMatch(browser, /a=crypto/);
    const phone = (await ringing(mobile)).invite?.body ?? "";
    assert.match(phone, /m=audio \d+ RTP\/AVP 8/);
    assert.doesNotMatch(phone, /a=(ice|fingerprint|crypto)/);
    const sdes = (await ringing(bridge)).invite?.body ?? "";
    assert.match(sdes, /m=audio \d+ RTP\/SAVP 8/);
    assert.deepEqual(sdes.match(/a=crypto:\d+ (\S+)/g)?.length, 1, sdes);
    assert.match(sdes, /AES_CM_128_HMAC_SHA1_80/);
    assert.doesNotMatch(sdes, /a=(ice|fingerprint)/);
    await call.cancel();
    assert.equal(await status(call), 487);
    await house.quiet();
  });

  test("a browser that calls a door sends it plain G.711 and gets DTLS back", async () => {
    const panel = await house.device("panel401", "wss");
    const door = await house.device("door");
    const call = await panel.call("entrance", { body: BROWSER_SDP });
    const rung = await ringing(door);
    assert.match(rung.invite?.body ?? "", /m=audio \d+ RTP\/AVP 0 8 126/);
    rung.answer(200);
    const ok = await call.final;
    assert.equal(ok.status, 200);
    assert.match(ok.body, /m=audio \d+ RTP\/SAVPF 8/);
    assert.match(ok.body, /a=ice-ufrag/);
    assert.match(ok.body, /a=setup:passive/);
    await call.hangup();
    await house.quiet();
  });

  test("an INVITE without an offer is not served", async () => {
    const door = await house.device("door");
    await house.device("mobile401");
    const reply = await door.request({ method: "INVITE", uri: `sip:unit401@${DOMAIN}`, headers: [], body: "" });
    assert.equal(reply.status, 488);
  });

  test("a new INVITE within a call and without an offer is not served, and the call goes on", async () => {
    const door = await house.device("door");
    const mobile = await house.device("mobile401");
    const call = await door.call("unit401");
    (await ringing(mobile)).answer(200);
    assert.equal((await call.final).status, 200);
    assert.equal((await call.request("INVITE", { body: "" })).status, 488);
    assert.equal((await call.request("UPDATE")).status, 200, "a refresh of the session has none");
    assert.equal((await call.hangup()).status, 200);
    await house.quiet();
  });

  /** An offer of sound and `more` lines of media beside it, at `host`. */
  function offer(host: string, more = 0, kind = "IP4"): { body: string; headers: [string, string][] } {
    const lines = ["v=0", "o=- 1 1 IN IP4 192.0.2.7", "s=-", `c=IN ${kind} ${host}`, "t=0 0", "m=audio 4000 RTP/AVP 8"];
    for (let i = 0; i < more; i++) lines.push(`m=video ${4002 + 2 * i} RTP/AVP 96`, "a=rtpmap:96 H264/90000");
    return { body: `${lines.join("\r\n")}\r\n`, headers: [["Content-Type", "application/sdp"]] };
  }

  test("an offer at a host's name, or with more media than a device has, is told to be the reason, within a call too", async () => {
    const door = await house.device("door");
    const mobile = await house.device("mobile401");
    const uri = `sip:unit401@${DOMAIN}`;
    const refused: [string, ReturnType<typeof offer>][] = [
      ["a host's name", offer("door.example.com")],
      ["a host's name of hexadecimal letters", offer("face.cafe")],
      ["a name where an IPv6 address should be", offer("door.example.com", 0, "IP6")],
      ["an address of many, with its time to live", offer("239.0.0.1/127")],
      ["five lines of media", offer("127.0.0.1", 4)],
      ["two hundred lines of media", offer("127.0.0.1", 199)],
    ];
    for (const [what, parts] of refused) {
      assert.equal((await door.request({ method: "INVITE", uri, ...parts })).status, 488, what);
    }
    const busy = await door.call("unit401", offer("127.0.0.1", 3));
    (await ringing(mobile)).answer(486);
    assert.equal(await status(busy), 486, "four lines of media");
    const call = await door.call("unit401");
    (await ringing(mobile, 1)).answer(200);
    assert.equal(await status(call), 200);
    for (const [what, parts] of refused) assert.equal((await call.request("INVITE", parts)).status, 488, what);
    assert.equal((await call.request("UPDATE", offer("door.example.com"))).status, 488);
    assert.equal((await call.hangup()).status, 200);
    await house.quiet();
  });

  test("a call that is answered without an answer to its offer ends at once on both sides", async () => {
    const door = await house.device("door");
    const mobile = await house.device("mobile401");
    const call = await door.call("unit401");
    const rung = await ringing(mobile);
    mobile.reply(rung.invite as SipMessage, 200, { toTag: rung.localTag, headers: contactOf(mobile) });
    assert.equal(await status(call), 200);
    assert.equal((await call.endedByPeer).method, "BYE");
    assert.equal((await rung.endedByPeer).method, "BYE");
    assert.equal((await house.finished()).at(-1), "ended system");
    await house.quiet();
  });

  test("a call that takes the Call-ID of one that was just hung up keeps its sound", async () => {
    const door = await house.device("door");
    const mobile = await house.device("mobile401");
    const same = { callId: "one-for-all", from: `<${door.aor}>;tag=1` };
    for (let n = 0; n < 5; n++) {
      const [a, b] = [await RtpPeer.open(), await RtpPeer.open()];
      try {
        const call = await door.call("unit401", { ...same, cseq: 1 + 10 * n, rtp: a });
        (await ringing(mobile, n)).answer(200, { rtp: b });
        assert.equal(await status(call), 200);
        a.play(440);
        b.play(1000);
        // Half a second: what the end of the call before might still undo is undone by then.
        await until(() => a.received > 25 && a.share(1000) > 0.9 && b.share(440) > 0.9, { what: "audio both ways" });
        assert.equal(await house.edge.mediaSessions(), 1);
        assert.equal((await call.hangup()).status, 200);
      } finally {
        a.close();
        b.close();
      }
    }
    await house.quiet();
  });

  test("a call whose answer came with the ringing is heard before and after its 200", async () => {
    const door = await house.device("door");
    const mobile = await house.device("mobile401");
    const [a, b] = [await RtpPeer.open(), await RtpPeer.open()];
    try {
      const call = await door.call("unit401", { rtp: a });
      const rung = await ringing(mobile);
      b.connect(rung.invite?.body ?? "");
      const headers = [...contactOf(mobile), ["Content-Type", "application/sdp"] as const];
      mobile.reply(rung.invite as SipMessage, 183, { toTag: rung.localTag, headers, body: b.sdp() });
      const early = await door.waitFor("the early answer", (m) => m.status === 183);
      a.connect(early.body);
      a.play(440);
      b.play(1000);
      await until(() => a.share(1000) > 0.9 && b.share(440) > 0.9, { what: "audio both ways while it rings" });
      mobile.reply(rung.invite as SipMessage, 200, { toTag: rung.localTag, headers: contactOf(mobile) });
      assert.equal(await status(call), 200);
      a.connect(early.body);
      const received = a.received;
      await until(() => a.received > received + 50 && a.share(1000) > 0.9, { what: "a second more of it" });
      assert.equal((await call.hangup()).status, 200);
      assert.equal((await house.finished()).at(-1), "ended caller");
    } finally {
      a.close();
      b.close();
    }
    await house.quiet();
  });

  test("without RTPEngine a call is refused at once, and the next one after its return comes through", async () => {
    const door = await house.device("door");
    const mobile = await house.device("mobile401");
    await house.edge.killRtpengine();
    for (let n = 0; n < 2; n++) {
      const watch = startWatch();
      const call = await door.call("unit401");
      assert.equal(await status(call), 503);
      assert.ok(watch.stop() < 4000);
      assert.equal((await house.finished()).at(-1), "failed 503");
    }
    assert.equal(mobile.incoming.length, 0);
    await house.edge.startRtpengine();
    await until(
      async () => {
        const call = await door.call("unit401");
        return await Promise.race([call.final.then(() => null), ringing(mobile).then(() => call.cancel())]);
      },
      { what: "a call to come through", everyMs: 500 },
    );
  });

  test("a call that RTPEngine loses at the answer ends at once on both sides", async () => {
    const door = await house.device("door");
    const mobile = await house.device("mobile401");
    const call = await door.call("unit401");
    const rung = await ringing(mobile);
    await house.edge.killRtpengine();
    rung.answer(200);
    assert.equal(await status(call), 200);
    assert.equal((await call.endedByPeer).method, "BYE");
    assert.equal((await rung.endedByPeer).method, "BYE");
    assert.equal((await house.finished()).at(-1), "ended system");
    await house.edge.startRtpengine();
  });
});

function contactOf(agent: SipAgent): HeaderLine[] {
  return [["Contact", `<${agent.contactUri}>`]];
}

/** The Route lines of an in-dialog request. */
function routes(message: Parameters<typeof header>[0] | null | undefined): (readonly ["Route", string])[] {
  if (!message) return [];
  const lines = message.headers.filter(([name]) => name.toLowerCase() === "record-route").map(([, value]) => value);
  return lines.map((value) => ["Route", value] as const);
}
