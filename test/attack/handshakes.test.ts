/** Strangers may knock as often as they like: TLS handshakes, whole and broken, never take the edge down. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { openWire } from "../lab/sip/wire.ts";
import { until } from "../lab/until.ts";
import { assertWorkersLive, Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

/** Each holds some 66 kB of the edge's memory for up to 5 s: these fit into the lab's 128 MB. */
const HANDSHAKES = 1000;
/** And these do not. */
const TOO_MANY = 2500;
const AT_ONCE = 16;

describe("TLS handshakes", () => {
  let field: Field;
  let workers: number[];
  const ledger = openLedger("handshakes");

  before(async () => {
    field = await Field.open();
    workers = field.edge.kamailioProcesses();
  });
  after(async () => await field.close());

  /** Runs `attack` so often, so many at once, and counts those that threw. */
  async function storm(times: number, attack: () => Promise<void>): Promise<number> {
    let [started, failed] = [0, 0];
    const lane = async (): Promise<void> => {
      while (started++ < times) await attack().catch(() => failed++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return failed;
  }

  test(`${HANDSHAKES} handshakes, ${AT_ONCE} at a time, while a door calls a panel: no worker dies`, async () => {
    let storming = true;
    const calls = (async () => {
      let answered = 0;
      const { caller, callee, unit } = await field.pair({ callee: "wss" });
      while (storming) {
        const call = await caller.call(unit);
        assert.equal((await call.final).status, 200);
        assert.equal((await call.hangup()).status, 200);
        answered++;
      }
      callee.close();
      return answered;
    })();
    const failed = await storm(HANDSHAKES, async () => {
      const wire = await openWire({ protocol: "wss", host: "127.0.0.1", port: field.port("wss") });
      wire.close();
    });
    storming = false;
    assert.ok((await calls) > 0, "the door got through");
    assert.ok(failed <= HANDSHAKES * 0.02, `${failed} handshakes failed`);
    assertWorkersLive(field.edge, workers);
    ledger.count(HANDSHAKES, HANDSHAKES);
  });

  test(`${TOO_MANY} handshakes run the edge out of memory for strangers, and it is back within 30 s`, async () => {
    await storm(TOO_MANY, async () => {
      const wire = await openWire({ protocol: "wss", host: "127.0.0.1", port: field.port("wss") });
      wire.close();
    });
    const registers = async (): Promise<boolean> => {
      const panel = await field.agent("panel401", { protocol: "wss" }).catch(() => null);
      return (await panel?.register())?.status === 200;
    };
    await until(registers, { timeoutMs: 30_000, everyMs: 500, what: "a panel to register" });
    assertWorkersLive(field.edge, workers);
    ledger.count(TOO_MANY, TOO_MANY);
  });

  test("handshakes that break off in the middle harm nobody", async () => {
    const hello = Buffer.from("16030100310100002d0303", "hex");
    await storm(500, async () => {
      const socket = connect(field.port("wss"), "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      socket.write(Math.random() < 0.5 ? hello : Buffer.alloc(300, 7));
      socket.destroy();
    });
    assertWorkersLive(field.edge, workers);
    const panel = await field.agent("panel401", { protocol: "wss" });
    assert.equal((await panel.register()).status, 200, "a panel still registers");
    ledger.count(500, 500);
  });
});
