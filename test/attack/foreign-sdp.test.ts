/** Addresses that an SDP names: they reach nobody but RTPEngine, and RTPEngine sends to none of them. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { until } from "../lab/until.ts";
import { Field, sdpNaming } from "./field.ts";
import { openLedger } from "./ledger.ts";

describe("an address in SDP", { concurrency: 8 }, () => {
  let field: Field;
  const { probe } = openLedger("foreign-sdp");

  before(async () => {
    field = await Field.open();
  });
  after(async () => await field.close());

  const wrapped = (host: string): string =>
    `--b\r\nContent-Type: application/sdp\r\n\r\n${sdpNaming(host)}\r\n--b--\r\n`;
  const wrappings: [what: string, type: string, body: (host: string) => string][] = [
    ["as it is", "application/sdp", sdpNaming],
    ["in capitals", "APPLICATION/SDP", sdpNaming],
    ["with a parameter", "application/sdp;charset=utf-8", sdpNaming],
    ["in a multipart body", "multipart/mixed;boundary=b", wrapped],
    ["as another type", "application/x-sdp", sdpNaming],
    ["as text", "text/plain", sdpNaming],
  ];
  probe("an address in SDP never reaches the other side, however it is wrapped", async () => {
    const { caller, callee, unit } = await field.pair();
    const call = await caller.call(unit);
    await call.final;
    for (const [what, type, body] of wrappings) {
      for (const method of ["INVITE", "UPDATE", "PRACK", "ACK"]) {
        const parts = { body: body("192.0.2.7"), headers: [["Content-Type", type] as const] };
        if (method === "ACK") void call.request(method, parts).catch(() => {});
        else await call.request(method, parts);
        const seen = callee.received.find((m) => m.raw.includes("192.0.2.7"));
        assert.equal(seen?.startLine, undefined, `${method} with SDP ${what}`);
      }
    }
    assert.equal((await call.hangup()).status, 200);
    assert.ok(!callee.received.some((m) => m.raw.includes("192.0.2.7")), "an ACK");
  });

  probe("an address in the SDP of a reply never reaches the caller, however it is wrapped", async () => {
    for (const [what, type, body] of wrappings) {
      for (const status of [183, 200]) {
        const { caller, callee, unit } = await field.pair();
        callee.policy = { ring: false, final: null };
        callee.onCall = ({ invite, localTag }) => {
          const headers = [["Contact", `<${callee.contactUri}>`] as const, ["Content-Type", type] as const];
          if (invite) callee.reply(invite, status, { toTag: localTag, headers, body: body("192.0.2.7") });
        };
        const call = await caller.call(unit);
        const seen = await caller.waitFor("the reply", (m) => m.status === status && m.method === "INVITE");
        assert.ok(!seen.raw.includes("192.0.2.7"), `a ${status} with SDP ${what}`);
        if (status === 200) await call.hangup().catch(() => null);
        else await call.cancel();
      }
    }
  });

  probe("sound goes to no third host that an SDP names, neither in the offer nor in the answer nor later", async () => {
    const trap = await field.trap();
    const at = (sdp_: string): string => sdp_.replaceAll("192.0.2.7", trap.address).replace("4000", String(trap.port));
    for (const when of ["offer", "answer", "later"]) {
      const { caller, callee, unit } = await field.pair();
      const [a, b] = [await RtpPeer.open(caller.wire.localAddress), await RtpPeer.open(callee.wire.localAddress)];
      const far = { sdp: () => at(sdpNaming("192.0.2.7")), connect: (text: string) => b.connect(text) };
      callee.policy = { final: null };
      callee.onCall = (call) => call.answer(200, { rtp: when === "answer" ? far : b });
      const call = await caller.call(unit, { rtp: a, ...(when === "offer" ? { body: far.sdp() } : {}) });
      assert.equal((await call.final).status, 200);
      const headers = [["Content-Type", "application/sdp"] as const];
      if (when === "later") await call.request("INVITE", { body: far.sdp(), headers });
      (when === "answer" ? a : b).play(440);
      await until(() => (when === "answer" ? a : b).sent > 25, { what: "half a second of sound" });
      await trap.assertQuiet();
      await call.hangup();
      for (const peer of [a, b]) peer.close();
    }
  });
});
