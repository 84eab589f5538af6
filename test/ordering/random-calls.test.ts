/**
 * Calls in which anything may happen in any order: what a model sends, what the phone tells, what staff do to menu, stock and
 * hours meanwhile. Held against a ledger of its own: what the caller was told, heard and answered.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type { Menu } from "../../bridge/src/api/menu.ts";
import type { ToolAnswer } from "../../bridge/src/ordering/order-desk.ts";
import { EVENING_MS, type Restaurant, restaurant } from "./restaurant.ts";

/** Saturday, from its midnight. */
const SATURDAY = 5 * 1440;
/** Of the sample menu, and one of no menu. */
const ITEMS = ["margherita", "cola", "tiramisu", "du-chef", "ramen-of-another-line"];
const OPTIONS = ["taille-normale", "taille-grande", "sup-olives", "sup-oeuf", "option-of-another-line"];
const QUANTITIES = [1, 2, 3, 20, 21, 0, -1, 1e9, 1.5, "two", "2", null];

let luigi: Restaurant;
let sampleMenu: Menu;
let calls = 0;
before(async () => {
  luigi = await restaurant();
  luigi.settings({ ordersPerSlot: 100, hours: [{ fromMinute: SATURDAY + 600, toMinute: SATURDAY + 1320 }] });
  sampleMenu = luigi.ordering.menus.get(luigi.line.id).menu;
});
after(() => luigi.close());

const toolCall = fc.oneof(
  fc.record({
    name: fc.constant("add_item"),
    args: fc.record({
      item_id: fc.constantFrom(...ITEMS),
      quantity: fc.constantFrom(...QUANTITIES),
      option_ids: fc.subarray(OPTIONS, { maxLength: 2 }),
    }),
  }),
  // Mostly what makes an order.
  {
    weight: 3,
    arbitrary: fc.constantFrom<{ name: string; args: unknown }>(
      { name: "add_item", args: { item_id: "cola", quantity: 1 } },
      { name: "set_details", args: { name: "Paul", pickup_time: "asap" } },
      { name: "read_back", args: {} },
      { name: "confirm_order", args: {} },
    ),
  },
  fc.record({
    name: fc.constant("change_line"),
    args: fc.record({ line: fc.integer({ min: 0, max: 4 }), quantity: fc.constantFrom(...QUANTITIES) }),
  }),
  fc.record({ name: fc.constant("remove_line"), args: fc.record({ line: fc.integer({ min: 0, max: 4 }) }) }),
  fc.constantFrom<{ name: string; args: unknown }>(
    { name: "set_details", args: { pickup_time: "21:50" } },
    { name: "set_details", args: { note: "total 0" } },
    { name: "another_order", args: {} },
    { name: "abandon_order", args: {} },
    { name: "confirm_order", args: { price: 0 } },
    { name: "find_items", args: { words: "pizza" } },
  ),
);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("tool" as const), call: toolCall }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("repeat" as const), back: fc.nat(5) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom("heard" as const, "half-heard" as const, "speaks" as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("stock" as const),
      id: fc.constantFrom("cola", "taille-grande"),
      out: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("price" as const), by: fc.constantFrom(0, 100, -50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.constantFrom(1, 10, 240) }) },
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
const tool = (name: string, args: unknown = {}): Step => ({ do: "tool", call: { name, args } });
/** An order as it should go, which something else may disturb at any place. */
const wholeOrder = fc
  .tuple(fc.nat(6), fc.option(step), fc.constantFrom("asap", "21:50"))
  .map(([at, other, pickup]): Step[] =>
    [
      tool("add_item", { item_id: "cola", quantity: 2 }),
      tool("set_details", { name: "Paul", pickup_time: pickup }),
      tool("read_back"),
      { do: "heard" } as const,
      { do: "speaks" } as const,
      tool("confirm_order"),
    ].toSpliced(at, 0, ...(other ? [other] : [])),
  );
const history = fc
  .array(fc.oneof({ weight: 3, arbitrary: step.map((one): Step[] => [one]) }, { weight: 1, arbitrary: wholeOrder }), {
    maxLength: 25,
  })
  .map((parts) => parts.flat());

/** What the caller of one order was told and did, seen from outside. */
interface Heard {
  mark: string | null;
  cents: number;
  toTheEnd: boolean;
  answered: boolean;
}
const NOTHING: Heard = { mark: null, cents: 0, toTheEnd: false, answered: false };

test("whatever happens in a call, an order is what was read back last, heard to the end and answered; each tool call counts once", () => {
  let placed = 0;
  fc.assert(
    fc.property(history, (steps) => {
      luigi.ordering.menus.put(luigi.line.id, {
        revision: luigi.ordering.menus.get(luigi.line.id).revision,
        menu: sampleMenu,
      });
      for (const id of ["cola", "taille-grande"]) luigi.ordering.menus.setSoldOut(luigi.line.id, id, false);
      const callId = `random-${++calls}`;
      const { call } = luigi.call(callId);
      const sent: { id: string; name: string; args: unknown; answer: ToolAnswer }[] = [];
      let heard = NOTHING;
      let minutes = 0;
      const orders = () => [1, 2, 3, 4, 5, 6, 7, 8].flatMap((at) => luigi.store.orders.byCall(callId, at) ?? []);
      for (const one of steps) {
        switch (one.do) {
          case "tool": {
            const before = orders().length;
            const soldOut = new Set(luigi.ordering.menus.get(luigi.line.id).soldOut);
            const id = `tool-${sent.length}`;
            const answer = call.callTool(one.call.name, one.call.args, id);
            sent.push({ id, ...one.call, answer });
            const made = orders().slice(before);
            assert.ok(made.length <= 1);
            for (const order of made) {
              placed += 1;
              assert.equal(one.call.name, "confirm_order");
              assert.ok(heard.mark !== null && heard.toTheEnd && heard.answered, "nobody agreed to this");
              assert.equal(order.totalCents, heard.cents, "not what was read back");
              assert.ok(minutes < 240, "the line was closed");
              const ids = order.lines.flatMap(({ itemId, options }) => [itemId, ...options.map((o) => o.optionId)]);
              assert.ok(!ids.some((part) => soldOut.has(part)), "sold out");
            }
            // A sentence to be confirmed is one with a mark; any edit makes it void.
            if (answer.state === "read-back" && answer.say.mark !== null && answer.say.mark !== heard.mark) {
              heard = { ...NOTHING, mark: answer.say.mark, cents: answer.say.cents[0] ?? Number.NaN };
            } else if (answer.state !== "read-back") heard = NOTHING;
            break;
          }
          case "repeat": {
            const old = sent.at(-1 - one.back);
            if (!old) break;
            const before = orders().length;
            assert.deepEqual(call.callTool(old.name, old.args, old.id), old.answer);
            assert.equal(orders().length, before);
            break;
          }
          case "heard":
            luigi.wait(1_000);
            if (heard.mark === null) break;
            call.playedToEnd(heard.mark);
            heard = { ...heard, toTheEnd: true };
            break;
          case "half-heard":
            call.playedToEnd("read-back of another call");
            break;
          case "speaks":
            luigi.wait(1_000);
            call.callerTurn({ beganAtMs: luigi.now() });
            heard = { ...heard, answered: heard.toTheEnd };
            break;
          case "stock":
            luigi.ordering.menus.setSoldOut(luigi.line.id, one.id, one.out);
            break;
          case "price": {
            const { revision } = luigi.ordering.menus.get(luigi.line.id);
            const items = sampleMenu.items.map((item) => ({
              ...item,
              priceCents: Math.max(0, item.priceCents + one.by),
            }));
            luigi.ordering.menus.put(luigi.line.id, { revision, menu: { ...sampleMenu, items } });
            break;
          }
          case "wait":
            luigi.wait(one.minutes * 60_000);
            minutes += one.minutes;
        }
      }
      call.end({ reason: "caller-hung-up", costCents: 0 });
      const ordinals = orders().map(({ ordinal }) => ordinal);
      assert.equal(new Set(ordinals).size, ordinals.length);
      for (const { totalCents, lines } of orders()) {
        assert.equal(
          totalCents,
          lines.reduce((sum, line) => sum + line.unitPriceCents * line.quantity, 0),
        );
      }
      luigi.wait(EVENING_MS - luigi.now());
    }),
    { numRuns: 200 },
  );
  assert.ok(placed > 10, `only ${placed} orders were placed: the histories are too poor to show anything`);
});
