/** A call into the line, from a SIP peer to the kitchen's board: Kamailio, RTPEngine, the bridge, the stand-in, the order desk. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { type NamedCase, readCases } from "./call-case.ts";
import { playCase } from "./caller.ts";
import { LineLab } from "./line-lab.ts";
import { ScriptedModel } from "./scripted-model.ts";

const CASES = readCases(join(import.meta.dirname, "calls"));
const running = new Set<NamedCase>();
let lab: LineLab;
around(
  async () => {
    lab = await LineLab.start({ brain: () => new ScriptedModel(() => [...running]) });
  },
  () => lab?.stop(),
);

function caseOf(id: string): NamedCase {
  const found = CASES.find((one) => one.id.startsWith(id));
  assert.ok(found, id);
  return found;
}

async function play(script: NamedCase, number: string) {
  running.add(script);
  try {
    return await playCase({
      script,
      dial: (handset) => lab.dial(handset, number),
      setSoldOut: async (menuId, soldOut) => {
        await lab.lab.api.put(`/api/lines/${lab.restaurant.line.id}/stock/${menuId}`, { soldOut });
      },
    });
  } finally {
    running.delete(script);
  }
}

test("a caller orders two pizzas, hears them read back, says yes, and they are on the board", {
  timeout: 120_000,
}, async () => {
  const report = await play(caseOf("01"), "+33600000001");
  assert.equal(report.status, 200);
  assert.ok(report.firstWordsMs < 300, `first words after ${report.firstWordsMs} ms`);
  const order = await until(async () => (await lab.board()).orders[0], { what: "the order on the board" });
  assert.equal(order.cart.totalCents, 2100);
  assert.equal(order.name, "Durand");
  assert.equal(order.callerNumber, "+33600000001");
  assert.deepEqual(
    lab.service.sessions.flatMap(({ refused }) => refused),
    [],
  );
});
