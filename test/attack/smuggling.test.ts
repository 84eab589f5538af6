/**
 * A second message hidden behind the first: a datagram may be longer than its Content-Length says. Sent on as it is over a
 * stream, the rest would be a message of its own that no rule of the edge ever looked at.
 */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { compose, composeReply, header, tagOf, token } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

const STREAMS = ["tcp", "ws", "wss"] as const;

describe("messages behind messages", { concurrency: 4 }, () => {
  let field: Field;
  const { probe } = openLedger("smuggling");

  before(async () => {
    field = await Field.open();
  });
  after(async () => await field.close());

  /** A request that claims to come from the boss, as a phone would believe it. */
  const hidden = (marker: string): string =>
    compose(`INVITE sip:victim@here.test SIP/2.0`, [
      ["Via", `SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK${token()}`],
      ["From", `"Boss" <sip:boss@here.test>;tag=${token()}`],
      ["To", "<sip:victim@here.test>"],
      ["Call-ID", marker],
      ["CSeq", "1 INVITE"],
      ["P-Asserted-Identity", "<sip:boss@here.test>"],
    ]);

  /** Fails if the hidden message came out at this agent as one of its own; within another's body it is only text. */
  async function assertNothingHidden(agent: SipAgent, marker: string): Promise<void> {
    await delay(200);
    const own = agent.received.filter((message) => header(message, "call-id") === marker);
    const seen = own.map((message) => message.startLine);
    assert.deepEqual(seen, [], "the hidden message came out");
  }

  for (const protocol of STREAMS) {
    probe(`an INVITE by UDP carries no second message to a phone on ${protocol}`, async () => {
      const { caller, callee, unit } = await field.pair({ callee: protocol });
      callee.policy = { final: 486 };
      const marker = token();
      const uri = `sip:${unit}@${caller.domain}`;
      const challenge = await caller.transact(caller.compose({ method: "INVITE", uri }));
      const credentials = caller.credentials(challenge, "INVITE", uri);
      assert.ok(credentials);
      caller.send(caller.compose({ method: "INVITE", uri, headers: [credentials] }) + hidden(marker));
      await assertNothingHidden(callee, marker);
    });

    probe(`a body longer than its length carries no second message to a phone on ${protocol}`, async () => {
      const { caller, callee, unit } = await field.pair({ callee: protocol });
      callee.policy = { final: 486 };
      const marker = token();
      const headers = [["Content-Length", "20"]] as const;
      const outcome = caller.call(unit, { headers, body: `v=0\r\no=- 1 1 IN IP4 \r\n${hidden(marker)}` });
      await Promise.race([outcome.then((call) => call.final), delay(1000)]);
      await assertNothingHidden(callee, marker);
    });

    probe(`a 200 by UDP carries no second message to a caller on ${protocol}`, async () => {
      const { caller, callee, unit } = await field.pair({ caller: protocol });
      callee.policy = { final: null };
      const marker = token();
      callee.onCall = (call) => {
        if (!call.invite) return;
        const contact = [["Contact", `<${callee.contactUri}>`]] as const;
        callee.send(composeReply(call.invite, 200, { toTag: call.localTag, headers: contact }) + hidden(marker));
      };
      const outcome = caller.call(unit);
      await Promise.race([outcome.then((call) => call.final), delay(1500)]);
      await assertNothingHidden(caller, marker);
    });

    probe(`a 486 by UDP carries no second message to a caller on ${protocol}`, async () => {
      const { caller, callee, unit } = await field.pair({ caller: protocol });
      callee.policy = { final: null };
      const marker = token();
      callee.onCall = (call) => {
        if (call.invite) callee.send(composeReply(call.invite, 486, { toTag: call.localTag }) + hidden(marker));
      };
      const outcome = caller.call(unit);
      await Promise.race([outcome.then((call) => call.final), delay(1500)]);
      await assertNothingHidden(caller, marker);
    });

    for (const method of ["INFO", "BYE", "ACK"]) {
      probe(`a ${method} within a call by UDP carries no second message to a phone on ${protocol}`, async () => {
        const { caller, callee, unit } = await field.pair({ callee: protocol });
        const marker = token();
        const call = await caller.call(unit);
        const final = await call.final;
        assert.equal(final.status, 200);
        const route = header(final, "record-route");
        const text = caller.compose({
          method,
          uri: callee.contactUri,
          from: header(final, "from"),
          to: header(final, "to"),
          callId: call.callId,
          cseq: method === "ACK" ? 2 : 9,
          headers: [["Route", route]],
        });
        assert.notEqual(tagOf(header(final, "to")), "");
        caller.send(text + hidden(marker));
        await assertNothingHidden(callee, marker);
        if (method !== "BYE") await call.hangup().catch(() => null);
      });
    }
    probe(`a reply within a call by UDP carries no second message to a caller on ${protocol}`, async () => {
      const { caller, callee, unit } = await field.pair({ caller: protocol });
      const marker = token();
      const call = await caller.call(unit);
      assert.equal((await call.final).status, 200);
      const incoming = callee.incoming[0];
      assert.ok(incoming);
      incoming.onRequest = (request) => {
        if (request.method !== "ACK") callee.send(composeReply(request, 200, {}) + hidden(marker));
      };
      await Promise.race([call.request("INFO").catch(() => null), delay(1500)]);
      await assertNothingHidden(caller, marker);
    });
  }
});
