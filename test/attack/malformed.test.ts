/** Every torture message over every transport while a real call with sound goes on: no worker dies, the call hears nothing of it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Call } from "../lab/sip/call.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { openWire, type Protocol, type Wire } from "../lab/sip/wire.ts";
import { until } from "../lab/until.ts";
import { assertWorkersLive, Field } from "./field.ts";
import { openLedger } from "./ledger.ts";
import { torture } from "./torture.ts";

const PROTOCOLS: Protocol[] = ["udp", "tcp", "ws", "wss"];
/** Connections open at once; enough to be quick, few enough not to be a flood. */
const AT_ONCE = 8;
const TONE_OF_CALLER = 440;
const TONE_OF_CALLEE = 1000;

describe("malformed messages", () => {
  let field: Field;
  let call: Call;
  let callerSound: RtpPeer;
  let calleeSound: RtpPeer;
  let workers: number[];
  const ledger = openLedger("malformed");

  before(async () => {
    field = await Field.open();
    const { caller, callee, unit } = await field.pair();
    callerSound = await RtpPeer.open();
    calleeSound = await RtpPeer.open();
    callee.policy = { final: null };
    callee.onCall = (incoming) => incoming.answer(200, { rtp: calleeSound });
    call = await caller.call(unit, { rtp: callerSound });
    assert.equal((await call.final).status, 200);
    callerSound.play(TONE_OF_CALLER);
    calleeSound.play(TONE_OF_CALLEE);
    await until(hearEachOther, { what: "sound both ways" });
    workers = field.edge.kamailioProcesses();
    assert.ok(workers.length > 5);
  });
  after(async () => {
    callerSound.close();
    calleeSound.close();
    await field.close();
  });

  const hearEachOther = (): boolean =>
    callerSound.share(TONE_OF_CALLEE, 300) > 0.9 && calleeSound.share(TONE_OF_CALLER, 300) > 0.9;

  /** Sends one message on a wire of its own and gives an answer time to be wrong. */
  async function sendOne(protocol: Protocol, index: number): Promise<void> {
    const message = torture[index];
    if (!message) return;
    const wire: Wire = await openWire({
      protocol,
      host: "127.0.0.1",
      port: field.port(protocol),
      localAddress: field.newAddress(),
    });
    const successes: string[] = [];
    wire.onMessage((reply) => {
      if (reply.status >= 200 && reply.status < 300 && reply.method !== "OPTIONS") successes.push(reply.startLine);
    });
    const scene = { transport: protocol.toUpperCase(), address: wire.localAddress, port: wire.localPort };
    wire.send(message.make({ ...scene, domain: field.here, callee: "401" }));
    await delay(60);
    wire.close();
    assert.deepEqual(successes, [], `${message.name} over ${protocol}`);
  }

  for (const protocol of PROTOCOLS) {
    test(`${torture.length} malformed messages over ${protocol} harm neither the workers nor the call`, async () => {
      assert.ok(torture.length >= 60);
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < torture.length) await sendOne(protocol, next++);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      assertWorkersLive(field.edge, workers);
      assert.ok(hearEachOther(), "the call is heard both ways");
      assert.equal((await call.request("INFO")).status, 200, "the call is still known");
      const { caller, unit } = await field.pair();
      const fresh = await caller.call(unit);
      assert.equal((await fresh.final).status, 200, "a new call is answered");
      await fresh.hangup();
      ledger.count(torture.length, torture.length);
    });
  }

  test("the call ends like any other, and nothing is logged as a crash", async () => {
    assert.equal((await call.hangup()).status, 200);
    // parse_uri() calls an empty maddr a BUG and refuses it; what counts is memory and processes.
    const crash = /exited by a signal|core was|freeing already|qm_|segfault/;
    const lines = field.edge.kamailioLog().split("\n");
    assert.deepEqual(
      lines.filter((line) => crash.test(line)),
      [],
    );
  });
});
