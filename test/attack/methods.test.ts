/** Methods outside the allow-list, with and without credentials, and requests no phone should see. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { header, token } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { assertNotReached, Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

const OTHER_METHODS = ["PRACK", "PUBLISH", "SUBSCRIBE", "NOTIFY", "MESSAGE", "INFO", "UPDATE", "REFER", "KDMQ", "FOO"];
const ODD_CASE = ["invite", "Invite", "register", "Register", "options", "INVITe"];

describe("methods", { concurrency: 8 }, () => {
  let field: Field;
  let victim: SipAgent;
  const { probe } = openLedger("methods");

  before(async () => {
    field = await Field.open();
    victim = await field.registered("panel401");
  });
  after(async () => await field.close());

  for (const credentials of [false, true]) {
    const who = credentials ? "the allowed caller" : "a stranger";
    for (const protocol of ["udp", "ws"] as const) {
      for (const method of [...OTHER_METHODS, ...ODD_CASE]) {
        probe(`${method} of ${who} over ${protocol} reaches nobody`, async () => {
          const agent = await field.agent("door", { protocol, anonymous: !credentials });
          for (const uri of [`sip:401@${agent.domain}`, `sip:panel401@${agent.domain}`, victim.contactUri]) {
            const callId = token();
            const reply = await agent.request({ method, uri, callId }, 2000).catch(() => null);
            if (reply) assert.ok(reply.status >= 400 && reply.status < 600, reply.startLine);
            assertNotReached(victim, callId);
          }
        });
      }
    }
  }

  probe("a method written in small letters registers nothing", async () => {
    const agent = await field.agent("panel402");
    const reply = await agent
      .request({ method: "register", uri: `sip:${agent.domain}`, to: `<${agent.aor}>` }, 2000)
      .catch(() => null);
    assert.notEqual(reply?.status, 200);
  });

  for (const [line, cseq] of [
    ["REGISTER", "INVITE"],
    ["INVITE", "REGISTER"],
    ["ACK", "INVITE"],
    ["INVITE", "ACK"],
    ["CANCEL", "INVITE"],
    ["BYE", "INVITE"],
    ["INVITE", "BYE"],
    ["OPTIONS", "INVITE"],
  ]) {
    probe(`a first line of ${line} with a CSeq of ${cseq} reaches nobody`, async () => {
      const agent = await field.agent("door");
      const callId = token();
      const text = agent.compose({ method: line ?? "", uri: `sip:401@${agent.domain}`, callId });
      agent.send(text.replace(/^CSeq: .*$/m, `CSeq: 1 ${cseq}`));
      const reply = await agent
        .waitFor("a reply", (m) => m.status >= 200 && header(m, "call-id") === callId, 700)
        .catch(() => null);
      if (reply) assert.ok(reply.status >= 400, reply.startLine);
      assertNotReached(victim, callId);
    });
  }

  probe("an ACK for nothing makes no noise", async () => {
    const agent = await field.agent("door", { anonymous: true });
    for (const uri of [`sip:401@${agent.domain}`, victim.contactUri]) {
      const callId = token();
      agent.send(agent.compose({ method: "ACK", uri, callId }));
      agent.send(agent.compose({ method: "ACK", uri, callId, to: `<${uri}>;tag=x` }));
      const reply = await agent.waitFor("a reply", (m) => header(m, "call-id") === callId, 400).catch(() => null);
      assert.equal(reply, null);
      assertNotReached(victim, callId);
    }
  });

  probe("a CANCEL for nothing is a 481 or silence", async () => {
    const agent = await field.agent("door", { anonymous: true });
    const callId = token();
    const text = agent.compose({ method: "CANCEL", uri: `sip:401@${agent.domain}`, callId });
    const reply = await agent.transact(text, 1500).catch(() => null);
    if (reply) assert.equal(reply.status, 481);
    assertNotReached(victim, callId);
  });

  for (const uri of [
    "sips:401@DOMAIN",
    "tel:401",
    "tel:+33639980178",
    "sip:DOMAIN",
    "sip:@DOMAIN",
    "http://DOMAIN/401",
    "sip:401",
    "*",
  ]) {
    probe(`a call to ${uri} rings nobody`, async () => {
      const agent = await field.agent("door");
      const callId = token();
      const target = uri.replace("DOMAIN", agent.domain);
      const reply = await agent.request({ method: "INVITE", uri: target, callId }, 3000).catch(() => null);
      if (reply) assert.ok(reply.status >= 400 && reply.status < 600, reply.startLine);
      assertNotReached(victim, callId);
    });
  }

  probe(
    "a call to a number that says it is one (user=phone) rings, and so does a gateway that presents one",
    async () => {
      const door = await field.agent("door");
      const gateway = await field.agent("line1");
      const from = `<sip:+33639980178@${door.domain};user=phone>;tag=${token()}`;
      for (const call of [
        await door.call(`sip:401@${door.domain};user=phone`),
        await gateway.call(`sip:401@${door.domain};user=phone`, { from }),
      ]) {
        await victim.waitFor("the call", (m) => m.method === "INVITE" && header(m, "call-id") === call.callId);
        await call.cancel();
        assert.equal((await call.final).status, 487);
      }
    },
  );

  const crooked: [what: string, bend: (text: string) => string][] = [
    ["whose From has no tag", (t) => t.replace(/^(From: [^;]*);tag=\S+/m, "$1")],
    ["whose From has an empty tag", (t) => t.replace(/^(From: [^;]*);tag=\S+/m, "$1;tag=")],
    ["without a Contact", (t) => t.replace(/^Contact: .*\r\n/m, "")],
    ["with a Contact of *", (t) => t.replace(/^Contact: .*/m, "Contact: *")],
    ["with two Contacts in one line", (t) => t.replace(/^Contact: .*/m, (line) => `${line}, <sip:x@192.0.2.7>`)],
    ["with two Contact lines", (t) => t.replace(/^Contact: .*/m, (line) => `${line}\r\nContact: <sip:x@192.0.2.7>`)],
    ["with an offer in a multipart body", (t) => t.replace("application/sdp", "multipart/mixed;boundary=b")],
  ];
  for (const [what, bend] of crooked) {
    probe(`a call ${what} is refused, and none is open afterwards`, async () => {
      const { caller, callee, unit } = await field.pair();
      const parts = { method: "INVITE", uri: `sip:${unit}@${field.here}`, callId: token() };
      const whole = { ...parts, from: `<${caller.aor}>;tag=${token()}` };
      const credentials = caller.credentials(await caller.transact(caller.compose(whole)), "INVITE", whole.uri);
      assert.ok(credentials);
      const reply = await caller.transact(bend(caller.compose({ ...whole, cseq: 2, headers: [credentials] })));
      assert.ok([400, 488].includes(reply.status), reply.startLine);
      assertNotReached(callee, whole.callId);
      const events = field.edge.events().filter((event) => event.callee === unit);
      assert.ok(
        events.every(({ kind }) => kind === "failed"),
        events.map(({ kind }) => kind).join(),
      );
    });
  }

  for (const loops of [0, 1, 255, 256, 4294967296, -1]) {
    probe(`Max-Forwards ${loops} neither loops nor crashes`, async () => {
      const agent = await field.agent("door");
      const text = agent.compose({ method: "OPTIONS", uri: `sip:${agent.domain}` });
      const reply = await agent
        .transact(text.replace("Max-Forwards: 70", `Max-Forwards: ${loops}`), 2000)
        .catch(() => null);
      if (reply) assert.ok(reply.status >= 200 && reply.status < 600, reply.startLine);
    });
  }

  probe("a caller without a rule is refused and rings nobody", async () => {
    const insider = await field.agent("insider");
    for (const callee of ["401", "402", "panel401", "door", "line1"]) {
      const callId = token();
      const reply = await insider.request({ method: "INVITE", uri: `sip:${callee}@${insider.domain}`, callId });
      assert.ok([403, 404].includes(reply.status), `${callee}: ${reply.startLine}`);
      assertNotReached(victim, callId);
    }
  });

  probe("nobody calls out to a telephone number", async () => {
    for (const user of ["door", "insider", "line1", "panel402"]) {
      const agent = await field.agent(user);
      for (const number of ["+33199000056", "0199000056", "00882123456789", "9011441234567890", "112"]) {
        const reply = await agent.request({ method: "INVITE", uri: `sip:${number}@${agent.domain}` });
        assert.ok([403, 404].includes(reply.status), `${user} to ${number}: ${reply.startLine}`);
      }
    }
  });
});
