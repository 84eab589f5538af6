/** Orders and turnover of a day end at the restaurant's midnight, also in the two nights in which the clock is changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Restaurant, restaurant } from "./restaurant.ts";

const EACH_CENTS = 2_700;

/** An order at each of these moments (UTC); what the board says of its day then. */
async function evening(
  t: { after(done: () => void): void },
  moments: number[],
): Promise<[Restaurant, [number, number][]]> {
  const luigi = await restaurant({ nowMs: (moments[0] ?? 0) - 10 * 60_000 });
  t.after(() => luigi.close());
  luigi.settings({ ordersPerSlot: 100, aheadHours: 24 });
  const said: [number, number][] = [];
  for (const atMs of moments) {
    luigi.wait(atMs - luigi.now());
    const { call, tool, heardAndAnswered } = luigi.call();
    tool("add_item", { item_id: "margherita", quantity: 2, option_ids: ["taille-grande"] });
    tool("set_details", { name: "Paul", pickup_time: "asap" });
    heardAndAnswered(tool("read_back"));
    assert.equal(tool("confirm_order").problem, null);
    call.end({ reason: "completed", costCents: 1 });
    const { today } = luigi.ordering.boards.board(luigi.line.id);
    said.push([today.orders, today.turnoverCents]);
  }
  return [luigi, said];
}

for (const [what, moments, orders] of [
  [
    "a plain night",
    [Date.UTC(2026, 10, 21, 22, 50), Date.UTC(2026, 10, 21, 22, 58), Date.UTC(2026, 10, 21, 23, 1)],
    [1, 2, 1],
  ],
  [
    // 02:00 is 03:00 on 28 March 2027: the day has 23 hours, from 23:00 to 22:00 UTC.
    "the night in which an hour is left out",
    [
      ...[Date.UTC(2027, 2, 27, 22, 58), Date.UTC(2027, 2, 27, 23, 5), Date.UTC(2027, 2, 28, 0, 58)],
      ...[Date.UTC(2027, 2, 28, 1, 2), Date.UTC(2027, 2, 28, 21, 58), Date.UTC(2027, 2, 28, 22, 1)],
    ],
    [1, 1, 2, 3, 4, 1],
  ],
  [
    // 03:00 is 02:00 again on 31 October 2027: the day has 25 hours, from 22:00 to 23:00 UTC.
    "the night in which an hour comes twice",
    [
      ...[Date.UTC(2027, 9, 30, 21, 58), Date.UTC(2027, 9, 30, 22, 1), Date.UTC(2027, 9, 31, 0, 30)],
      ...[Date.UTC(2027, 9, 31, 1, 30), Date.UTC(2027, 9, 31, 22, 58), Date.UTC(2027, 9, 31, 23, 1)],
    ],
    [1, 1, 2, 3, 4, 1],
  ],
] as const) {
  test(`${what}: orders and cents are counted to their own day, and numbers begin again at 1`, async (t) => {
    const [luigi, said] = await evening(t, [...moments]);
    assert.deepEqual(
      said,
      orders.map((count) => [count, count * EACH_CENTS]),
    );
    const numbers = luigi.store.orders.history(luigi.line.id, Number.MAX_SAFE_INTEGER, 10).map(({ number }) => number);
    assert.deepEqual(numbers.toReversed(), orders);
  });
}
