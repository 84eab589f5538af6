import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  isOpen,
  NEW_ORDER,
  type OrderData,
  type OrderEvent,
  type PricedLine,
  totalCents,
  transition,
  unitPriceCents,
} from "../../bridge/src/ordering/order-machine.ts";

const MARGHERITA: PricedLine = {
  itemId: "margherita",
  name: "Margherita",
  gender: "f",
  quantity: 2,
  options: [],
  note: "",
  taxRate: 1000,
  unitPriceCents: 1150,
  missing: [],
};

function run(events: readonly OrderEvent[], from: OrderData = NEW_ORDER): OrderData {
  return events.reduce((data, event) => transition(data, event).data, from);
}

const added: OrderEvent = { type: "line-added", line: MARGHERITA };
const asked: OrderEvent = { type: "read-back-asked", mark: "m1", problems: [] };
const played: OrderEvent = { type: "played", mark: "m1", atMs: 100 };
const turn: OrderEvent = { type: "caller-turn", beganAtMs: 200 };
const confirm: OrderEvent = { type: "confirm-asked", problems: [] };

test("an order that was read back, played to the end and answered is confirmed, committed and acknowledged", () => {
  const confirmed = run([added, asked, played, turn, confirm]);
  assert.equal(confirmed.state, "confirmed");
  const committed = run([{ type: "committed", number: 7 }], confirmed);
  assert.deepEqual([committed.state, committed.number], ["committed", 7]);
  assert.equal(run([{ type: "acknowledged" }], committed).state, "acknowledged");
});

for (const [what, events, refused] of [
  ["nothing was read back", [added], "not_read_back"],
  ["the read-back was not played to its end", [added, asked, turn], "not_played"],
  ["the caller has not answered", [added, asked, played], "not_answered"],
  ["another sentence was played", [added, asked, { ...played, mark: "other" }, turn], "not_played"],
  ["the caller spoke before the end", [added, asked, played, { ...turn, beganAtMs: 99 }], "not_answered"],
  ["the caller spoke just as it ended", [added, asked, played, { ...turn, beganAtMs: 100 }], "not_answered"],
  ["the turn came before the end was known", [added, asked, turn, played], "not_answered"],
  ["an edit came after the read-back", [added, asked, played, turn, added], "not_read_back"],
  [
    "a detail changed after the read-back",
    [added, asked, played, turn, { type: "details-set", note: "x" }],
    "not_read_back",
  ],
  ["a new read-back has not been heard", [added, asked, played, turn, { ...asked, mark: "m2" }], "not_played"],
  [
    "the order is with a person",
    [added, asked, played, turn, { type: "handed-over", reason: "asked" }],
    "order_closed",
  ],
] satisfies [string, OrderEvent[], string][]) {
  test(`a confirmation does not count when ${what}`, () => {
    const before = run(events);
    const outcome = transition(before, confirm);
    assert.equal(outcome.refused, refused);
    assert.deepEqual(outcome.data, before);
  });
}

test("a turn that answers another question voids what was heard: the read-back must be played and answered again", () => {
  const other = run([added, asked, played, { type: "asked-else" }, turn]);
  assert.equal(transition(other, confirm).refused, "not_played");
  assert.equal(transition(run([played, turn], other), confirm).data.state, "confirmed");
});

test("a confirmation that meets sold-out goods opens the order again and voids the read-back", () => {
  const { data, refused } = transition(run([added, asked, played, turn]), {
    type: "confirm-asked",
    problems: ["sold_out"],
  });
  assert.deepEqual([data.state, data.readBack, refused], ["clarify", null, "problems"]);
  assert.equal(transition(data, confirm).refused, "not_read_back");
});

test("a line with an open choice is clarified before anything is read back", () => {
  const open = { ...MARGHERITA, missing: [{ groupId: "size", name: "Taille", min: 1, max: 1 }] };
  const data = run([{ type: "line-added", line: open }]);
  assert.equal(data.state, "clarify");
  assert.equal(transition(data, asked).refused, "choice_missing");
  assert.equal(run([{ type: "line-changed", line: 1, to: MARGHERITA }], data).state, "intake");
});

test("nothing changes an order after it is committed, and one more order of the call starts empty", () => {
  const committed = run([added, asked, played, turn, confirm, { type: "committed", number: 1 }]);
  for (const event of [
    added,
    { type: "line-removed", line: 1 },
    asked,
    confirm,
    { type: "abandoned" },
  ] as OrderEvent[]) {
    assert.deepEqual(transition(committed, event).data, committed);
  }
  const next = run([{ type: "another-order" }], committed);
  assert.deepEqual([next.state, next.ordinal, next.lines, next.number], ["intake", 2, [], null]);
});

test("lines and revisions of one more order are counted on: what was said of the first order fits nothing in the second", () => {
  const committed = run([added, asked, played, turn, confirm, { type: "committed", number: 1 }]);
  const next = run([{ type: "another-order" }, added], committed);
  assert.deepEqual(
    next.lines.map(({ line }) => line),
    [2],
  );
  assert.ok(next.revision > committed.revision);
  assert.equal(transition(next, { type: "line-removed", line: 1 }).refused, "no_such_line");
});

test("a confirmed order on its way to the kitchen is not handed over; a committed one stays in the kitchen when its call is", () => {
  const confirmed = run([added, asked, played, turn, confirm]);
  const handOver: OrderEvent = { type: "handed-over", reason: "asked" };
  assert.deepEqual(transition(confirmed, handOver), { data: confirmed, refused: "order_closed" });
  const committed = run([{ type: "committed", number: 1 }], confirmed);
  const { state, handOver: reason } = run([handOver], committed);
  assert.deepEqual([state, reason], ["committed", "asked"]);
});

test("a read-back of another revision confirms nothing", () => {
  const answered = run([added, asked, played, turn]);
  assert.equal(transition({ ...answered, revision: answered.revision + 1 }, confirm).refused, "not_read_back");
});

const option = fc.record({
  groupId: fc.constant("g"),
  optionId: fc.constant("o"),
  name: fc.constant("O"),
  priceCents: fc.integer({ min: 0, max: 2_000 }),
});
const line = fc
  .record({
    priceCents: fc.integer({ min: 0, max: 100_000 }),
    quantity: fc.integer({ min: 1, max: 50 }),
    options: fc.array(option, { maxLength: 4 }),
    open: fc.boolean(),
  })
  .map(
    ({ priceCents, quantity, options, open }): PricedLine => ({
      ...MARGHERITA,
      quantity,
      options,
      unitPriceCents: unitPriceCents(priceCents, options),
      missing: open ? [{ groupId: "g", name: "G", min: 1, max: 1 }] : [],
    }),
  );
const number = fc.integer({ min: 1, max: 5 });
const mark = fc.constantFrom("m1", "m2");
const problems = fc.constantFrom<string[]>([], [], ["sold_out"]);
const time = fc.integer({ min: 0, max: 5 });
const event: fc.Arbitrary<OrderEvent> = fc.oneof(
  line.map((priced): OrderEvent => ({ type: "line-added", line: priced })),
  fc.tuple(number, line).map(([at, to]): OrderEvent => ({ type: "line-changed", line: at, to })),
  number.map((at): OrderEvent => ({ type: "line-removed", line: at })),
  fc.constant<OrderEvent>({ type: "details-set", name: "Paul" }),
  fc.tuple(mark, problems).map(([of, found]): OrderEvent => ({ type: "read-back-asked", mark: of, problems: found })),
  fc.tuple(mark, time).map(([of, atMs]): OrderEvent => ({ type: "played", mark: of, atMs })),
  time.map((beganAtMs): OrderEvent => ({ type: "caller-turn", beganAtMs })),
  problems.map((found): OrderEvent => ({ type: "confirm-asked", problems: found })),
  number.map((of): OrderEvent => ({ type: "committed", number: of })),
  fc.constantFrom<OrderEvent>(
    { type: "asked-else" },
    { type: "acknowledged" },
    { type: "misunderstood" },
    { type: "understood" },
    { type: "handed-over", reason: "asked" },
    { type: "abandoned" },
    { type: "another-order" },
  ),
);
const events = fc.array(event, { maxLength: 60 });

test("whatever happens, money is whole cents and every total is the sum of its parts", () => {
  fc.assert(
    fc.property(events, (history) => {
      const { lines } = run(history);
      for (const { totalCents: total, unitPriceCents: unit, quantity } of lines) {
        assert.ok(Number.isSafeInteger(total));
        assert.equal(total, unit * quantity);
      }
      assert.equal(
        totalCents(lines),
        lines.reduce((sum, { totalCents: total }) => sum + total, 0),
      );
    }),
  );
});

/** Judged from the events alone, not from what the machine remembers. */
test("no history commits an order without its own read-back, heard to the end, and a turn of the caller after it", () => {
  fc.assert(
    fc.property(events, (history) => {
      let data = NEW_ORDER;
      let readBack: string | null = null;
      let heardAtMs: number | null = null;
      let answered = false;
      let askedElse = false;
      for (const one of history) {
        const { data: next, refused } = transition(data, one);
        if (next.revision !== data.revision) [readBack, heardAtMs, answered, askedElse] = [null, null, false, false];
        if (one.type === "read-back-asked" && !refused)
          [readBack, heardAtMs, answered, askedElse] = [one.mark, null, false, false];
        if (one.type === "played" && one.mark === readBack && heardAtMs === null) heardAtMs = one.atMs;
        if (one.type === "asked-else" && heardAtMs !== null) askedElse = true;
        if (one.type === "caller-turn" && heardAtMs !== null && one.beganAtMs > heardAtMs) {
          if (askedElse) [heardAtMs, answered] = [null, false];
          else answered = true;
          askedElse = false;
        }
        if (next.state === "confirmed" && data.state !== "confirmed") {
          assert.ok(one.type === "confirm-asked" && one.problems.length === 0);
          assert.ok(answered && next.lines.length > 0 && next.lines.every(({ missing }) => missing.length === 0));
        }
        if (next.state === "committed" && data.state !== "committed") assert.equal(data.state, "confirmed");
        data = next;
      }
    }),
    { numRuns: 2_000 },
  );
});

test("replaying a history makes the same order, also in two halves", () => {
  fc.assert(
    fc.property(events, fc.nat(), (history, at) => {
      const cut = history.length === 0 ? 0 : at % history.length;
      assert.deepEqual(run(history.slice(cut), run(history.slice(0, cut))), run(history));
      // As the log keeps it.
      const stored = JSON.stringify(history);
      assert.equal(JSON.stringify(run(JSON.parse(stored) as OrderEvent[])), JSON.stringify(run(history)));
    }),
  );
});

test("an edit always voids the read-back and never happens to a closed order", () => {
  fc.assert(
    fc.property(events, line, (history, priced) => {
      const before = run(history);
      const { data, refused } = transition(before, { type: "line-added", line: priced });
      if (isOpen(before.state)) assert.deepEqual([data.readBack, data.revision], [null, before.revision + 1]);
      else assert.deepEqual([data, refused], [before, "order_closed"]);
    }),
  );
});
