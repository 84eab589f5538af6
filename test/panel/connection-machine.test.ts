import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  timerOf,
  transition,
} from "../../panel/src/phone/connection-machine.ts";

function run(...types: (ConnectionEvent | ConnectionEvent["type"])[]): {
  state: ConnectionState;
  effects: ConnectionEffect[];
} {
  let state: ConnectionState = { phase: "off" };
  const effects: ConnectionEffect[] = [];
  for (const type of types) {
    const step = transition(state, typeof type === "string" ? ({ type } as ConnectionEvent) : type);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const registered = ["start", "open", "registered"] as const;

test("it connects, registers, and then looks after the registration", () => {
  const { state, effects } = run(...registered);
  assert.deepEqual(state, { phase: "registered" });
  assert.deepEqual(effects, ["open"]);
  assert.deepEqual(run(...registered, "timer"), {
    state: { phase: "probing", hurried: false },
    effects: ["open", "register"],
  });
});

test("a probe that is answered changes nothing for anyone", () => {
  assert.deepEqual(run(...registered, "timer", "alive").state, { phase: "registered" });
});

test("a half-dead socket is given up when a probe gets no answer", () => {
  const { state, effects } = run(...registered, "timer", "timer");
  assert.deepEqual(state, { phase: "connecting", attempt: 0, problem: "no-reply" });
  assert.deepEqual(effects, ["open", "register", "drop", "open"]);
});

test("every cause is tried again: unreachable, refused, no reply to REGISTER", () => {
  for (const failing of [
    ["start", "closed"],
    ["start", "timer"],
    ["start", "open", { type: "refused", problem: "refused" }],
    ["start", "open", "timer"],
  ] as (ConnectionEvent | ConnectionEvent["type"])[][]) {
    assert.equal(run(...failing).state.phase, "waiting");
    const again = run(...failing, "timer");
    assert.equal(again.state.phase, "connecting");
    assert.equal(again.effects.at(-1), "open");
  }
});

test("retries come after 1, 2 and then 4 seconds, never later", () => {
  const waits = [0, 1, 2, 3, 20].map((attempt) => timerOf({ phase: "waiting", attempt, problem: "unreachable" }, 1));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 4_000, 4_000]);
  assert.equal(timerOf({ phase: "waiting", attempt: 0, problem: "unreachable" }, 0), 750);
});

test("a login that the server does not know yet is tried again soon, a wrong one is not hammered", () => {
  const waits = [0, 1, 2, 3].map((attempt) => timerOf({ phase: "waiting", attempt, problem: "credentials" }, 1));
  assert.deepEqual(waits, [1_500, 4_000, 30_000, 30_000]);
});

test("a page that wakes connects at once instead of waiting, and checks a connection that looks fine", () => {
  assert.equal(run("start", "closed", "wake").state.phase, "connecting");
  assert.deepEqual(run(...registered, "wake").state, { phase: "probing", hurried: false });
  assert.equal(run("start", "closed", "timer", "wake").effects.filter((effect) => effect === "open").length, 3);
});

test("asleep for hours on a dead socket, it is back within 5 s of waking", () => {
  assert.equal(timerOf(run(...registered, "wake").state, 1), 2_500);
  assert.equal(run(...registered, "wake", "timer").state.phase, "connecting");
});

test("after a change of network it waits only a second for a sign of life, also when it has just asked for one", () => {
  assert.equal(timerOf(run(...registered, "network-changed").state, 1), 1_000);
  assert.equal(timerOf(run(...registered, "wake", "network-changed").state, 1), 1_000);
  assert.equal(run(...registered, "network-changed", "network-changed").effects.length, 2, "one question is enough");
  assert.equal(run("start", "closed", "network-changed").state.phase, "connecting");
});

test("it tells the last problem while it tries again", () => {
  assert.deepEqual(run("start", "closed", "timer").state, { phase: "connecting", attempt: 1, problem: "unreachable" });
});

test("stopped is stopped", () => {
  assert.deepEqual(run(...registered, "stop", "registered", "wake", "closed", "timer").state, { phase: "off" });
});
