import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CallInput, type CallState, deadlineOf, IDLE, transition } from "./call-machine.ts";
import { outcomeOf } from "./outcome.ts";

/** Every pair of status and reason that a call may end with. */
const LEGAL_ENDS = new Set([
  "completed/answered-elsewhere",
  "no-answer/no-answer",
  "busy/busy",
  "busy/declined",
  "cancelled/cancelled",
  "failed/forbidden",
  "failed/unreachable",
  "failed/failed",
]);
const ORDER = ["idle", "inviting", "ringing", "in-progress", "over"] as const;

function run(inputs: readonly CallInput[]): { state: CallState; announced: string[]; trail: CallState[] } {
  let state = IDLE;
  const announced: string[] = [];
  const trail = [state];
  for (const input of inputs) {
    const step = transition(state, input);
    for (const effect of step.effects) if (effect.type === "announce") announced.push(effect.what);
    state = step.state;
    trail.push(state);
  }
  return { state, announced, trail };
}

const time = fc.integer({ min: 0, max: 100_000 });
const anyInput: fc.Arbitrary<CallInput> = fc.oneof(
  time.map((atMs): CallInput => ({ kind: "invited", atMs })),
  fc.tuple(time, fc.boolean()).map(([atMs, fresh]): CallInput => ({ kind: "ringing", atMs, fresh })),
  fc
    .tuple(time, fc.constantFrom("panel1", "panel2", ""))
    .map(([atMs, account]): CallInput => ({ kind: "answered", atMs, account })),
  time.map((atMs): CallInput => ({ kind: "ended", atMs })),
  fc
    .tuple(time, fc.oneof(fc.integer({ min: 0, max: 699 }), fc.constantFrom(403, 404, 408, 480, 486, 487, 603)))
    .map(([atMs, code]): CallInput => ({ kind: "failed", atMs, code, pressed: code % 2 === 0 })),
  time.map((atMs): CallInput => ({ kind: "timeout", atMs })),
);
const anyInputs = fc.array(anyInput, { maxLength: 20 });

test("no sequence of events ends a call twice, and every end is a legal pair of status and reason", () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      const { announced, state } = run(inputs);
      const ends = announced.filter((what) => what === "ended" || what === "missed");
      assert.equal(ends.length, state.phase === "over" ? 1 : 0);
      if (state.phase === "over") assert.ok(LEGAL_ENDS.has(`${state.status}/${state.reason}`), JSON.stringify(state));
    }),
    { numRuns: 5_000 },
  );
});

test("no sequence of events takes a call back to an earlier phase or announces anything after its end", () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      const { trail, announced } = run(inputs);
      const phases = trail.map(({ phase }) => ORDER.indexOf(phase));
      assert.deepEqual(
        phases,
        phases.toSorted((a, b) => a - b),
      );
      const end = announced.findIndex((what) => what === "ended" || what === "missed");
      if (end >= 0) assert.equal(end, announced.length - 1);
      assert.equal(new Set(announced).size, announced.length, "each announcement at most once");
    }),
    { numRuns: 5_000 },
  );
});

test("doubling every event changes neither the outcome nor what is announced", () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      const doubled = inputs.flatMap((input) => [input, input]);
      assert.deepEqual(run(doubled).state, run(inputs).state);
      assert.deepEqual(run(doubled).announced, run(inputs).announced);
    }),
  );
});

test("an old ring is never announced, whatever else happens to the call", () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      const old = inputs.map((input) => (input.kind === "ringing" ? { ...input, fresh: false } : input));
      assert.ok(!run(old).announced.includes("ringing"));
    }),
  );
});

test("a call that is on always has a deadline, and the timeout ends it", () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      const { state } = run(inputs);
      const on = state.phase !== "idle" && state.phase !== "over";
      assert.equal(deadlineOf(state) !== null, on);
      if (on) assert.equal(transition(state, { kind: "timeout", atMs: 1 }).state.phase, "over");
    }),
  );
});

test("a door call that is answered is announced as ringing, answered and ended", () => {
  const { state, announced } = run([
    { kind: "invited", atMs: 1 },
    { kind: "ringing", atMs: 2, fresh: true },
    { kind: "ringing", atMs: 3, fresh: true },
    { kind: "answered", atMs: 4, account: "panel1" },
    { kind: "ended", atMs: 9 },
  ]);
  assert.deepEqual(announced, ["ringing", "answered", "ended"]);
  assert.deepEqual(state, {
    phase: "over",
    startedAtMs: 1,
    ringingAtMs: 2,
    answeredAtMs: 4,
    answeredBy: "panel1",
    endedAtMs: 9,
    status: "completed",
    reason: "answered-elsewhere",
  });
});

test("an answer that overtakes the ring is the answer, and the late ring is kept but not announced", () => {
  const { state, announced } = run([
    { kind: "answered", atMs: 4, account: "panel1" },
    { kind: "ringing", atMs: 2, fresh: true },
    { kind: "invited", atMs: 1 },
    { kind: "ended", atMs: 9 },
  ]);
  assert.deepEqual(announced, ["answered", "ended"]);
  assert.ok(state.phase === "over");
  assert.deepEqual([state.startedAtMs, state.ringingAtMs], [1, 2]);
});

test("a failure that is told of an answered call is its end, and takes nothing from the answer", () => {
  for (const code of [408, 486, 487, 500]) {
    const { state, announced } = run([
      { kind: "answered", atMs: 4, account: "panel1" },
      { kind: "failed", atMs: 9, code, pressed: true },
    ]);
    assert.deepEqual(announced, ["answered", "ended"]);
    assert.ok(state.phase === "over");
    assert.deepEqual([state.status, state.reason, state.answeredBy], ["completed", "answered-elsewhere", "panel1"]);
  }
});

const unanswered: Array<[number, string, string, string]> = [
  [403, "failed", "forbidden", "ended"],
  [404, "failed", "unreachable", "missed"],
  [408, "no-answer", "no-answer", "missed"],
  [480, "failed", "unreachable", "missed"],
  [486, "busy", "busy", "missed"],
  [487, "cancelled", "cancelled", "missed"],
  [603, "busy", "declined", "ended"],
  [503, "failed", "failed", "missed"],
  [0, "failed", "failed", "missed"],
];
for (const [code, status, reason, announcement] of unanswered) {
  test(`a call that ends unanswered with SIP ${code} is ${status}, reason ${reason}, announced as ${announcement}`, () => {
    const { state, announced } = run([
      { kind: "invited", atMs: 1 },
      { kind: "failed", atMs: 2, code, pressed: false },
    ]);
    assert.ok(state.phase === "over");
    assert.deepEqual([state.status, state.reason], [status, reason]);
    assert.deepEqual(announced, [announcement]);
  });
}

test("every SIP status has a legal outcome", () => {
  for (let code = 0; code < 1_000; code++) {
    const { status, reason } = outcomeOf(code);
    assert.ok(LEGAL_ENDS.has(`${status}/${reason}`), `${code}: ${status}/${reason}`);
  }
});

test("a visitor at a door whom no rule lets through was missed", () => {
  const { announced } = run([{ kind: "failed", atMs: 2, code: 403, pressed: true }]);
  assert.deepEqual(announced, ["missed"]);
});

test("an answered call whose end never comes ends as failed, and is no missed call", () => {
  const { state, announced } = run([
    { kind: "answered", atMs: 4, account: "panel1" },
    { kind: "timeout", atMs: 99 },
  ]);
  assert.ok(state.phase === "over");
  assert.deepEqual([state.status, state.reason, state.answeredBy], ["failed", "failed", "panel1"]);
  assert.deepEqual(announced, ["answered", "ended"]);
});
