/** Requests inside a call that only rings: the edge knows where both sides are, and nobody tells it another way. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import type { HeaderLine, SipMessage } from "../lab/sip/message.ts";
import { header, headersOf } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

/** What may belong to a provisional reply (RFC 3262, RFC 3311), and what may not. */
const METHODS = { PRACK: 200, UPDATE: 200, INFO: 200, OPTIONS: 200, INVITE: 481, BYE: 481, MESSAGE: 481, REFER: 405 };

describe("a call that rings", () => {
  let field: Field;
  const { probe } = openLedger("early-dialog");

  before(async () => {
    field = await Field.open();
  });
  after(async () => await field.close());

  async function ringing(): Promise<{ caller: SipAgent; callee: SipAgent; ring: SipMessage; end(): Promise<void> }> {
    const { caller, callee, unit } = await field.pair();
    callee.policy = { final: null };
    const call = await caller.call(unit);
    const ring = await caller.waitFor("180", (m) => m.status === 180);
    const end = async (): Promise<void> => {
      await call.cancel();
      assert.equal((await call.final).status, 487, "the call still rings after all of this");
    };
    return { caller, callee, ring, end };
  }

  function inside(ring: SipMessage, side: "caller" | "callee"): { from: string; to: string; callId: string } {
    const [near, far] = [header(ring, "from"), header(ring, "to")];
    return {
      ...(side === "caller" ? { from: near, to: far } : { from: far, to: near }),
      callId: header(ring, "call-id"),
    };
  }

  for (const [method, status] of Object.entries(METHODS)) {
    for (const side of ["caller", "callee"] as const) {
      probe(`${method} of the ${side} reaches the other side or nobody, never the host in its URI`, async () => {
        const trap = await field.trap();
        const { caller, callee, ring, end } = await ringing();
        const [sender, other] = side === "caller" ? [caller, callee] : [callee, caller];
        const routes = headersOf(ring, "record-route").map((route): HeaderLine => ["Route", route]);
        for (const [n, headers] of [routes, []].entries()) {
          const text = sender.compose({
            method,
            uri: `sip:x@${trap.host}`,
            ...inside(ring, side),
            cseq: 50 + n,
            headers,
          });
          assert.equal((await sender.transact(text)).status, status);
        }
        const reached = other.received.filter(
          (m) => m.status === 0 && m.method === method && header(m, "cseq").startsWith("5"),
        );
        assert.equal(reached.length, status === 200 ? 2 : 0);
        await trap.assertQuiet();
        await end();
      });
    }
  }

  probe("a new offer before the answer is refused: nobody has decided yet whose media it would be", async () => {
    const { caller, callee, ring, end } = await ringing();
    const parts = { uri: `sip:${callee.user}@${callee.domain}`, ...inside(ring, "caller"), cseq: 50 };
    const headers: HeaderLine[] = [["Content-Type", "application/sdp"]];
    const text = caller.compose({ method: "UPDATE", ...parts, headers, body: "v=0\r\nm=audio 9 RTP/AVP 0\r\n" });
    assert.equal((await caller.transact(text)).status, 481);
    await end();
  });

  probe("a tag that no device has leads nowhere", async () => {
    const trap = await field.trap();
    const { caller, ring, end } = await ringing();
    const { from, to, callId } = inside(ring, "caller");
    const forged = to.replace(/;tag=.*/, ";tag=forged");
    const parts = { uri: `sip:x@${trap.host}`, from, to: forged, callId, cseq: 50 };
    assert.equal((await caller.transact(caller.compose({ method: "INFO", ...parts }))).status, 481);
    await trap.assertQuiet();
    await end();
  });

  probe("two devices answer in the same moment: the caller has one call, the other device is hung up", async () => {
    const { caller, callee, unit } = await field.pair();
    callee.policy = { final: null };
    const second = await field.registered(callee.user, { protocol: "wss" });
    const call = await caller.call(unit);
    const both = await Promise.all(
      [callee, second].map((device) => until(() => device.incoming[0], { what: "both to ring" })),
    );
    for (const device of both) device.answer(200);
    assert.equal((await call.final).status, 200);
    const loser = await Promise.race(both.map((device) => device.endedByPeer.then(() => device)));
    const bye = await until(() => loser.messages.find((m) => m.method === "BYE"), { what: "the BYE" });
    assert.match(header(bye, "reason"), /Call completed elsewhere/);
    const answers = caller.received.filter((m) => m.status === 200 && m.method === "INVITE");
    assert.equal(new Set(answers.map((m) => header(m, "to"))).size, 1);
    assert.equal(await field.edge.mediaSessions(), 1, "the media of the one call stay");
    assert.equal((await call.hangup()).status, 200);
  });
});
