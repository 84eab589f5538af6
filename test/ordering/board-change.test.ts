/** A board's changes: what a page makes of them is the board that the bridge has, and they hold no more than what is different. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Board, BoardChange } from "../../bridge/src/api/board.ts";
import { boards } from "../../bridge/src/ordering/board.ts";
import { boardChange } from "../../bridge/src/ordering/board-change.ts";
import { changedBoard } from "../../panel/src/data/desk.ts";
import { type Restaurant, restaurant } from "./restaurant.ts";

let luigi: Restaurant;
/** As the bridge told it last, and as a page that heard every change has it. */
let told: Board;
let page: Board;

beforeEach(async () => {
  luigi = await restaurant();
  told = look();
  page = sent(told);
});
afterEach(() => luigi.close());

const look = (): Board => luigi.ordering.boards.board(luigi.line.id);
/** As one who keeps nothing. */
function lookAnew(): Board {
  const { store, bus, now, ordering } = luigi;
  const context = {
    store,
    bus,
    now,
    newId: () => "",
    assistantProblem: () => null,
    printerState: () => "none" as const,
  };
  return boards(context, ordering.desk, ordering.orders).board(luigi.line.id);
}

const sent = <T>(message: T): T => JSON.parse(JSON.stringify(message)) as T;

/** What the page is sent now; afterwards it has what one finds who looks anew. */
function change(): BoardChange {
  const board = look();
  const message = sent(boardChange(told, board));
  told = board;
  page = changedBoard(page, message);
  assert.deepEqual(page, sent(lookAnew()));
  return message;
}

const partsOf = ({ type: _, nowMs: __, ...parts }: BoardChange): string[] => Object.keys(parts).toSorted();

test("a word of a call sends the running calls and no order", () => {
  luigi.call().wholeOrder();
  change();
  const { call } = luigi.call();
  change();
  call.heard("Bonjour");
  assert.deepEqual(partsOf(change()), ["calls"]);
  assert.deepEqual(partsOf(change()), []);
});

test("of many orders only the one that moved is sent, and a page has them in their places", () => {
  for (const name of ["a", "b", "c", "d"]) {
    luigi.call(name).wholeOrder();
    luigi.wait(1_000);
  }
  const first = change();
  assert.equal(first.orders?.changed.length, 4);
  const [, second] = look().orders;
  luigi.ordering.orders.move(second?.id ?? "", "new", "gone");
  const { orders } = change();
  assert.deepEqual(
    orders?.changed.map(({ id, stage }) => [id, stage]),
    [[second?.id, "gone"]],
  );
  assert.equal(orders?.ids.at(-1), second?.id);
});

test("what time alone changes is sent as well: an alarm, and an order that is gone for long", () => {
  luigi.call().wholeOrder();
  change();
  luigi.wait(60_000);
  assert.deepEqual(
    change().orders?.changed.map(({ alarm }) => alarm),
    [true],
  );
  luigi.ordering.orders.move(look().orders[0]?.id ?? "", "new", "gone");
  change();
  luigi.wait(2 * 3_600_000);
  assert.deepEqual(change().orders, { ids: [], changed: [] });
});

test("an order that is removed or written by other hands is not kept as it was", () => {
  luigi.call("a").wholeOrder();
  luigi.call("b").wholeOrder();
  const [first, second] = change().orders?.ids ?? [];
  const row = luigi.store.orders.get(first ?? "");
  assert.ok(row);
  luigi.store.orders.update({ ...row, name: "Paula" });
  assert.deepEqual(
    change().orders?.changed.map(({ id, name }) => [id, name]),
    [[first, "Paula"]],
  );
  assert.equal(page.orders[1]?.maybeSameAs, 1);
  luigi.ordering.orders.move(first ?? "", "new", "cancelled");
  const { orders } = change();
  assert.deepEqual(orders?.changed.map(({ id }) => id).toSorted(), [first, second].toSorted());
});
