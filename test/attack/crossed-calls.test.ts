/** What two sides of a call do at the same moment, twice, late or the wrong way round: one call, one end, no media left. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Call } from "../lab/sip/call.ts";
import { composeReply, type HeaderLine, header, type SipMessage, token } from "../lab/sip/message.ts";
import { silentSdp } from "../lab/sip/rtp.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { holds, until } from "../lab/until.ts";
import { assertWorkersLive, Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

const SDP: HeaderLine = ["Content-Type", "application/sdp"];

describe("a call", () => {
  let field: Field;
  let workers: number[];
  const { probe } = openLedger("crossed-calls");

  before(async () => {
    field = await Field.open();
    workers = field.edge.kamailioProcesses();
  });
  after(async () => await field.close());

  interface Talk {
    caller: SipAgent;
    callee: SipAgent;
    call: Call;
    answered: Call;
  }

  async function talk(): Promise<Talk> {
    const { caller, callee, unit } = await field.pair();
    const call = await caller.call(unit);
    assert.equal((await call.final).status, 200);
    const answered = await until(() => callee.incoming[0], { what: "the incoming call" });
    await until(() => answered.messages.some(({ method }) => method === "ACK"), { what: "the ACK" });
    return { caller, callee, call, answered };
  }

  /** How often the newest call of this caller began, was answered and ended. */
  function story(caller: SipAgent): string[] {
    const events = field.edge.events(field.here).filter((event) => event.caller === caller.user);
    const last = events.at(-1)?.callId;
    return events.filter(({ callId }) => callId === last).map(({ kind }) => kind);
  }

  /** Each call of this caller has one end. */
  function ended(caller: SipAgent): boolean {
    const own = field.edge.events(field.here).filter((event) => event.caller === caller.user);
    const ids = [...new Set(own.map(({ callId }) => callId))];
    return ids.every((id) => own.filter(({ callId, kind }) => callId === id && kind === "failed").length === 1);
  }

  function kinds(caller: SipAgent): string {
    const own = field.edge.events(field.here).filter((event) => event.caller === caller.user);
    return own.map(({ callId, kind }) => `${callId.slice(0, 4)} ${kind}`).join(", ");
  }

  async function isOver(caller: SipAgent): Promise<void> {
    await until(() => story(caller).at(-1) === "ended", { what: "the ended event" });
    assert.deepEqual(story(caller), ["invited", "ringing", "answered", "ended"]);
    await until(async () => (await field.edge.mediaSessions()) === 0, { what: "RTPEngine to be told" });
  }

  probe(
    "whose sides both make a new offer at once (RFC 3261 section 14.1) goes on, and takes the next one",
    async () => {
      const { caller, callee, call, answered } = await talk();
      for (const [agent, own] of [
        [caller, call],
        [callee, answered],
      ] as const) {
        // Each has an offer of its own under way: it refuses the other's.
        own.onRequest = (request: SipMessage) => {
          if (request.method !== "ACK") agent.reply(request, 491, { toTag: own.localTag });
        };
      }
      const offer = (agent: SipAgent) => ({ body: silentSdp(agent.wire.localAddress) });
      const both = await Promise.all([
        call.request("INVITE", { ...offer(caller), headers: [SDP, ...routes(call)] }),
        answered.request("INVITE", { ...offer(callee), headers: [SDP, ...routes(answered)] }),
      ]);
      assert.deepEqual(
        both.map(({ status }) => status),
        [491, 491],
      );
      Reflect.deleteProperty(call, "onRequest");
      Reflect.deleteProperty(answered, "onRequest");
      for (const [agent, own] of [
        [caller, call],
        [callee, answered],
      ] as const) {
        const taken = await own.request("INVITE", { ...offer(agent), headers: [SDP, ...routes(own)] });
        assert.equal(taken.status, 200);
        assert.match(taken.body, /^m=audio [1-9]/m);
        await acknowledge(agent, own, taken);
      }
      assert.equal(await field.edge.mediaSessions(), 1);
      assert.equal((await call.hangup()).status, 200);
      await isOver(caller);
    },
  );

  probe(
    "is not answered by a 200 without a To-tag, by which nobody could hang up; the device may say it again",
    async () => {
      const { caller, callee, unit } = await field.pair();
      callee.policy = { ring: true, final: null };
      const call = await caller.call(unit);
      const ringing = await until(() => callee.incoming[0], { what: "it to ring" });
      assert.ok(ringing.invite);
      const headers: HeaderLine[] = [["Contact", `<${callee.contactUri}>`], SDP];
      const body = silentSdp(callee.wire.localAddress);
      callee.send(composeReply(ringing.invite, 200, { headers, body }));
      await holds(() => !caller.received.some((m) => m.status === 200), 300, "the ringing");
      ringing.answer(200);
      assert.equal((await call.final).status, 200);
      assert.equal((await call.hangup()).status, 200);
      await isOver(caller);
    },
  );

  const own = (sound: string, address = "c=IN IP4 127.0.0.1\r\n"): string =>
    `v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\n${address}t=0 0\r\n${sound}`;
  const silent: [what: string, body: string][] = [
    ["whose sound has port 0", own("m=audio 0 RTP/AVP 8\r\n")],
    ["of a picture alone", own("m=video 4002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n")],
    ["of data alone", own("m=application 4002 UDP/DTLS/SCTP webrtc-datachannel\r\n")],
    ["of nothing", own("")],
    ["that is no SDP", "not an sdp at all\r\n"],
  ];
  probe("is not begun by an offer without sound, or without an address, and nothing of it is left", async () => {
    const { caller, callee, unit } = await field.pair();
    for (const [what, body] of [...silent, ["without an address", own("m=audio 4000 RTP/AVP 8\r\n", "")] as const]) {
      const call = await caller.call(unit, { body });
      assert.equal((await call.final).status, 488, what);
    }
    assert.equal(callee.incoming.length, 0);
    const taken = [
      own("m=audio 4000 RTP/AVP 8\r\n", "c=IN IP4 0.0.0.0\r\n"),
      own("m=audio 4000 RTP/AVP 8\r\n", "c=IN IP6 2001:db8::1\r\n"),
      own("m=audio 4000 RTP/AVP 8\r\nm=video 4002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"),
      own(`m=audio 4000 RTP/AVP 8\r\n${"a=x:yyyyyyyy\r\n".repeat(900)}`),
    ];
    for (const body of taken) {
      const call = await caller.call(unit, { body });
      assert.equal((await call.final).status, 200);
      assert.equal((await call.hangup()).status, 200);
      await isOver(caller);
    }
  });

  probe("is ended at once when it is answered without sound", async () => {
    for (const [what, body] of silent) {
      const { caller, callee, unit } = await field.pair();
      callee.policy = { ring: true, final: null };
      const call = await caller.call(unit);
      const ringing = await until(() => callee.incoming[0], { what: "it to ring" });
      assert.ok(ringing.invite);
      const headers: HeaderLine[] = [["Contact", `<${callee.contactUri}>`], SDP];
      callee.reply(ringing.invite, 200, { toTag: ringing.localTag, headers, body });
      assert.equal((await call.final).status, 200, what);
      await Promise.all([call.endedByPeer, ringing.endedByPeer]);
      await isOver(caller);
    }
  });

  probe("that both hang up at once ends once", async () => {
    const { caller, call, answered } = await talk();
    const replies = await Promise.all([call.hangup(), answered.hangup()]);
    for (const { status } of replies) assert.ok(status === 200 || status === 481, `${status}`);
    await isOver(caller);
  });

  probe(
    "is not ended by a BYE with its tags the wrong way round, with one of them, or with a foreign one",
    async () => {
      const { caller, callee, call, answered } = await talk();
      const { callId, localTag: near } = call;
      const far = answered.localTag;
      for (const [from, to] of [
        [far, near],
        [near, near],
        [far, far],
        [near, `${far}x`],
        [`${near}x`, far],
        [near.toUpperCase(), far.toUpperCase()],
      ] as const) {
        const parties = { from: `<${caller.aor}>;tag=${from}`, to: `<sip:x@${caller.domain}>;tag=${to}` };
        const text = caller.compose({ method: "BYE", uri: callee.contactUri, callId, cseq: 90, ...parties });
        const { status } = await caller.transact(text);
        assert.notEqual(status, 200, `tags ${from} ${to}`);
      }
      assert.ok(!answered.isEndedByPeer && !call.isEndedByPeer);
      assert.equal((await call.hangup()).status, 200);
      await isOver(caller);
    },
  );

  probe("that was answered is not touched by a late CANCEL", async () => {
    const { caller, call, answered } = await talk();
    const text = caller.compose({
      method: "CANCEL",
      uri: `sip:${answered.agent.user}@${caller.domain}`,
      from: `<${caller.aor}>;tag=${call.localTag}`,
      callId: call.callId,
      cseq: 2,
      branch: call.inviteBranch,
      contact: null,
    });
    const { status } = await caller.transact(text);
    assert.ok(status === 200 || status === 481, `${status}`);
    await holds(() => !answered.isEndedByPeer, 300, "the call");
    assert.equal((await call.hangup()).status, 200);
    await isOver(caller);
  });

  probe("that rings is not stopped by a CANCEL of another branch, nor of another Call-ID", async () => {
    const { caller, callee, unit } = await field.pair();
    callee.policy = { ring: true, final: null };
    const call = await caller.call(unit);
    const ringing = await until(() => callee.incoming[0], { what: "it to ring" });
    for (const [callId, branch] of [
      [call.callId, `z9hG4bK${token()}`],
      [call.callId, call.inviteBranch.toUpperCase()],
    ] as const) {
      const parts = { from: `<${caller.aor}>;tag=${call.localTag}`, callId, branch, cseq: 2, contact: null };
      const text = caller.compose({ method: "CANCEL", uri: `sip:${unit}@${caller.domain}`, ...parts });
      assert.equal((await caller.transact(text)).status, 481);
    }
    await holds(() => !ringing.isEndedByPeer, 300, "the ringing");
    await call.cancel();
    assert.equal((await call.final).status, 487);
  });

  probe("made twice with one Call-ID and one tag is two calls or one, each with one end", async () => {
    const { caller, callee, unit } = await field.pair();
    callee.policy = { ring: true, final: null };
    const same = { callId: token(), from: `<${caller.aor}>;tag=${token()}` };
    const first = await caller.call(unit, same);
    await until(() => callee.incoming[0], { what: "it to ring" });
    const second = await caller.call(unit, { ...same, cseq: 10 });
    const reached = await Promise.race([
      second.final.then(({ status }) => status),
      until(() => callee.incoming[1], { what: "the second to ring" }).then(() => 180),
    ]);
    assert.ok(reached === 180 || (reached >= 400 && reached < 500), `${reached}`);
    if (reached === 180) {
      await second.cancel();
      await second.final;
    }
    await first.cancel();
    assert.equal((await first.final).status, 487);
    await until(() => ended(caller), { timeoutMs: 5_000, what: `one end for each call, not ${kinds(caller)}` });
    await until(async () => (await field.edge.mediaSessions()) === 0, {
      timeoutMs: 20_000,
      what: "RTPEngine to be told",
    });
  });

  probe(
    "is not harmed by a thousand ACKs from its own side, nor is the other side flooded by a stranger's",
    async () => {
      const { caller, callee, call, answered } = await talk();
      const stranger = await field.agent("insider");
      const ack = (agent: SipAgent, cseq: number): string =>
        agent.compose({
          method: "ACK",
          uri: callee.contactUri,
          from: `<${caller.aor}>;tag=${call.localTag}`,
          to: `<sip:${callee.user}@${caller.domain}>;tag=${answered.localTag}`,
          callId: call.callId,
          cseq,
          contact: null,
        });
      const heard = (): number =>
        callee.received.filter(({ method, status }) => status === 0 && method === "ACK").length;
      const before = heard();
      for (let i = 0; i < 1_000; i++) stranger.send(ack(stranger, 2));
      assert.equal((await call.request("OPTIONS")).status, 200);
      assert.equal(heard(), before, "a stranger's ACK came through");
      for (let i = 0; i < 1_000; i++) caller.send(ack(caller, 2 + i));
      assert.equal((await call.request("OPTIONS")).status, 200);
      assert.equal((await answered.hangup()).status, 200);
      await isOver(caller);
    },
  );

  probe(
    "carries INFO and MESSAGE of both sides after hold and resume, and refuses what starts something else",
    async () => {
      const { caller, callee, call, answered } = await talk();
      const hold = silentSdp(caller.wire.localAddress)
        .replace(/c=IN IP4 \S+/, "c=IN IP4 0.0.0.0")
        .concat("a=inactive\r\n");
      for (const body of [hold, silentSdp(caller.wire.localAddress)]) {
        const taken = await call.request("INVITE", { body, headers: [SDP, ...routes(call)] });
        assert.equal(taken.status, 200);
        await acknowledge(caller, call, taken);
      }
      const digit: HeaderLine = ["Content-Type", "application/dtmf-relay"];
      for (const own of [call, answered]) {
        const info = await own.request("INFO", {
          body: "Signal=5\r\nDuration=160\r\n",
          headers: [digit, ...routes(own)],
        });
        assert.equal(info.status, 200);
        for (const method of ["REFER", "SUBSCRIBE", "NOTIFY", "PUBLISH"]) {
          const headers: HeaderLine[] = [
            ["Refer-To", `<sip:${callee.user}@${field.there}>`],
            ["Event", "presence"],
            ["Subscription-State", "active"],
            ...routes(own),
          ];
          assert.equal((await own.request(method, { headers })).status, 405, method);
        }
      }
      assert.equal((await call.hangup()).status, 200);
      await isOver(caller);
    },
  );

  /** The Route lines of a call's own requests. */
  function routes(call: Call): HeaderLine[] {
    return call.routes.map((route) => ["Route", route] as const);
  }

  async function acknowledge(agent: SipAgent, call: Call, reply: SipMessage): Promise<void> {
    const uri = /<([^>]+)>/.exec(header(reply, "contact"))?.[1] ?? "";
    const parties = { from: header(reply, "from"), to: header(reply, "to"), callId: call.callId };
    const cseq = Number.parseInt(header(reply, "cseq"), 10);
    agent.send(agent.compose({ method: "ACK", uri, ...parties, cseq, contact: null, headers: routes(call) }));
  }

  test("the same workers serve afterwards", () => assertWorkersLive(field.edge, workers));
});
