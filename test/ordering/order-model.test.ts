/**
 * The order machine against a model of its own, written from what is promised to a caller and a kitchen: an order is placed
 * only if what is in it now was read back, played to its end and answered after that; every edit voids that. Thousands of
 * random calls; after each event the two must tell the same story.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  NEW_ORDER,
  type OrderData,
  type OrderEvent,
  type PricedLine,
  transition,
} from "../../bridge/src/ordering/order-machine.ts";

/** In the words of somebody who listens to the call. */
type Stage = "talking" | "asking" | "read out" | "agreed" | "in the kitchen" | "cooked" | "with a person" | "given up";
const STATE: Record<Stage, OrderData["state"]> = {
  talking: "intake",
  asking: "clarify",
  "read out": "read-back",
  agreed: "confirmed",
  "in the kitchen": "committed",
  cooked: "acknowledged",
  "with a person": "handed-over",
  "given up": "abandoned",
};
const OPEN: readonly Stage[] = ["talking", "asking", "read out"];

class Model {
  stage: Stage = "talking";
  /** By line number, in the order in which they were said. */
  cart = new Map<number, PricedLine>();
  linesSaid = 0;
  edits = 0;
  ordersOfCall = 1;
  name = "";
  note = "";
  pickup: OrderData["pickup"] = null;
  number: number | null = null;
  notUnderstood = 0;
  handOver: string | null = null;
  /** What the caller was told of the cart as it is, and what they made of it. */
  told: { mark: string; heardAtMs: number | null; agreed: boolean; otherQuestion: boolean } | null = null;

  /** Whether it is done at all. */
  take(event: OrderEvent): boolean {
    const isOpen = OPEN.includes(this.stage);
    switch (event.type) {
      case "line-added":
        if (!isOpen) return false;
        this.cart.set(++this.linesSaid, event.line);
        return this.edited();
      case "line-changed":
        if (!isOpen || !this.cart.has(event.line)) return false;
        this.cart.set(event.line, event.to);
        return this.edited();
      case "line-removed":
        return isOpen && this.cart.delete(event.line) && this.edited();
      case "details-set":
        if (!isOpen) return false;
        if (event.name !== undefined) this.name = event.name;
        if (event.note !== undefined) this.note = event.note;
        if (event.pickup !== undefined) this.pickup = event.pickup;
        return this.edited();
      case "read-back-asked":
        if (!isOpen || this.cart.size === 0) return false;
        if (this.hasOpenChoice || event.problems.length > 0) return this.mustBeSettled();
        this.stage = "read out";
        this.told = { mark: event.mark, heardAtMs: null, agreed: false, otherQuestion: false };
        return true;
      case "played":
        if (this.told?.mark !== event.mark || this.told.heardAtMs !== null || this.stage !== "read out") return false;
        this.told.heardAtMs = event.atMs;
        return true;
      case "asked-else":
        if (this.stage !== "read out" || this.told === null || this.told.heardAtMs === null) return false;
        this.told.otherQuestion = true;
        return true;
      case "caller-turn":
        return this.callerSpeaks(event.beganAtMs);
      case "confirm-asked":
        if (this.stage !== "read out" || this.told?.agreed !== true) return false;
        if (event.problems.length > 0) return this.mustBeSettled();
        this.stage = "agreed";
        return true;
      case "committed":
        if (this.stage !== "agreed") return false;
        this.stage = "in the kitchen";
        this.number = event.number;
        return true;
      case "acknowledged":
        if (this.stage !== "in the kitchen") return false;
        this.stage = "cooked";
        return true;
      case "misunderstood":
        this.notUnderstood++;
        return true;
      case "understood":
        this.notUnderstood = 0;
        return true;
      case "handed-over":
        if (this.stage === "agreed") return false;
        this.handOver = event.reason;
        if (isOpen) this.closeAs("with a person");
        return true;
      case "abandoned":
        if (isOpen) this.closeAs("given up");
        return isOpen;
      case "another-order":
        return this.startAnother();
    }
  }

  get hasOpenChoice(): boolean {
    return [...this.cart.values()].some(({ missing }) => missing.length > 0);
  }

  private edited(): true {
    this.edits++;
    this.told = null;
    this.stage = this.hasOpenChoice ? "asking" : "talking";
    return true;
  }

  private mustBeSettled(): false {
    this.told = null;
    this.stage = "asking";
    return false;
  }

  private closeAs(stage: Stage): void {
    this.stage = stage;
    this.told = null;
  }

  private callerSpeaks(beganAtMs: number): boolean {
    const { told } = this;
    if (this.stage !== "read out" || told === null || told.heardAtMs === null || beganAtMs <= told.heardAtMs)
      return false;
    if (told.otherQuestion) this.told = { mark: told.mark, heardAtMs: null, agreed: false, otherQuestion: false };
    else told.agreed = true;
    return true;
  }

  private startAnother(): boolean {
    const isPlaced = this.stage === "in the kitchen" || this.stage === "cooked";
    if (!isPlaced && this.stage !== "given up") return false;
    // One that was given up was none.
    if (isPlaced) this.ordersOfCall++;
    this.stage = "talking";
    this.cart = new Map();
    this.edits++;
    [this.note, this.pickup, this.number, this.told] = ["", null, null, null];
    [this.notUnderstood, this.handOver] = [0, null];
    return true;
  }

  /** In the machine's words; nothing of it was asked of the machine. */
  story(): object {
    const { told } = this;
    return {
      state: STATE[this.stage],
      ordinal: this.ordersOfCall,
      revision: this.edits,
      nextLine: this.linesSaid + 1,
      lines: [...this.cart].map(([line, priced]) => ({
        line,
        ...priced,
        totalCents: Array.from({ length: priced.quantity }, () => priced.unitPriceCents).reduce((a, b) => a + b, 0),
      })),
      ...{ name: this.name, note: this.note, pickup: this.pickup, number: this.number },
      ...{ misunderstood: this.notUnderstood, handOver: this.handOver },
      readBack: told && [told.mark, told.heardAtMs, told.agreed, told.otherQuestion],
    };
  }
}

function storyOf(data: OrderData): object {
  const { readBack } = data;
  return {
    ...data,
    readBack: readBack && [readBack.mark, readBack.playedAtMs, readBack.answered, readBack.askedElse === true],
  };
}

const priced = fc
  .record({
    unitPriceCents: fc.integer({ min: 0, max: 9_999 }),
    quantity: fc.integer({ min: 1, max: 9 }),
    open: fc.nat(5),
  })
  .map(
    ({ unitPriceCents, quantity, open }): PricedLine => ({
      ...{ itemId: "x", name: "X", gender: null, options: [], note: "", taxRate: 1000, unitPriceCents, quantity },
      missing: open === 0 ? [{ groupId: "g", name: "G", min: 1, max: 1 }] : [],
    }),
  );
const lineNumber = fc.integer({ min: 1, max: 4 });
const mark = fc.constantFrom("m1", "m2");
const problems = fc.constantFrom<string[]>([], [], [], ["sold_out"]);
const time = fc.integer({ min: 1, max: 4 });
const ONLY: readonly OrderEvent["type"][] = [
  "asked-else",
  "acknowledged",
  "misunderstood",
  "understood",
  "abandoned",
  "another-order",
];
const anything: fc.Arbitrary<OrderEvent> = fc.oneof(
  priced.map((line): OrderEvent => ({ type: "line-added", line })),
  fc.tuple(lineNumber, priced).map(([line, to]): OrderEvent => ({ type: "line-changed", line, to })),
  lineNumber.map((line): OrderEvent => ({ type: "line-removed", line })),
  fc
    .record(
      {
        name: fc.constantFrom("Paul", ""),
        note: fc.constantFrom("sans oignon", ""),
        pickup: fc.constant({ atMs: 5, asap: true }),
      },
      { requiredKeys: [] },
    )
    .map((details): OrderEvent => ({ type: "details-set", ...details })),
  fc.tuple(mark, problems).map(([of, found]): OrderEvent => ({ type: "read-back-asked", mark: of, problems: found })),
  fc.tuple(mark, time).map(([of, atMs]): OrderEvent => ({ type: "played", mark: of, atMs })),
  time.map((beganAtMs): OrderEvent => ({ type: "caller-turn", beganAtMs })),
  problems.map((found): OrderEvent => ({ type: "confirm-asked", problems: found })),
  lineNumber.map((number): OrderEvent => ({ type: "committed", number })),
  fc.constantFrom("asked" as const, "angry" as const).map((reason): OrderEvent => ({ type: "handed-over", reason })),
  fc.constantFrom(...ONLY).map((type) => ({ type }) as OrderEvent),
);
/** As it should go, so that what comes after an order is met as often as what comes before it. */
const whole: fc.Arbitrary<OrderEvent[]> = fc
  .tuple(priced, mark, fc.integer({ min: 1, max: 9 }), fc.boolean())
  .map(([line, of, length, asksElse]) => {
    const otherQuestion: OrderEvent[] = [
      { type: "asked-else" },
      { type: "caller-turn", beganAtMs: 3 },
      { type: "played", mark: of, atMs: 2 },
    ];
    const steps: OrderEvent[] = [
      { type: "line-added", line: { ...line, missing: [] } },
      { type: "read-back-asked", mark: of, problems: [] },
      { type: "played", mark: of, atMs: 2 },
      ...(asksElse ? otherQuestion : []),
      { type: "caller-turn", beganAtMs: 3 },
      { type: "confirm-asked", problems: [] },
      { type: "committed", number: 7 },
      { type: "acknowledged" },
    ];
    return steps.slice(0, length);
  });
const calls = fc.array(
  fc.oneof({ weight: 3, arbitrary: anything.map((one) => [one]) }, { weight: 1, arbitrary: whole }),
  {
    maxLength: 30,
  },
);

test("in 5,000 random calls the machine tells the same story as the promises, event by event", () => {
  const met = new Map<string, number>();
  fc.assert(
    fc.property(calls, (parts) => {
      const model = new Model();
      let data = NEW_ORDER;
      for (const event of parts.flat()) {
        const outcome = transition(data, event);
        const isDone = model.take(event);
        const kind = `${event.type} ${isDone ? "done" : "refused"} ${STATE[model.stage]}`;
        met.set(kind, (met.get(kind) ?? 0) + 1);
        assert.deepEqual(storyOf(outcome.data), model.story(), event.type);
        assert.equal(outcome.refused === null, isDone, `${event.type}: ${outcome.refused}`);
        data = outcome.data;
      }
    }),
    { numRuns: 5_000 },
  );
  const often = [...met.values()].filter((times) => times >= 20).length;
  assert.ok(often >= 90, `the calls are too poor to show anything: ${often} kinds of steps`);
});
