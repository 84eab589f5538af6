import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SilenceWatch } from "./silence-watch.ts";

function watch(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const told: string[] = [];
  const state = { isQuiet: true };
  const made = new SilenceWatch({
    limits: { silenceMs: 9_000, answerMs: 2_500 },
    isQuiet: () => state.isQuiet,
    askIfThere: () => told.push("asked"),
    nobodyThere: (pressedKeys) => told.push(pressedKeys ? "keys" : "nobody"),
    answerIsLate: () => told.push("late"),
  });
  return { made, told, state, wait: (ms: number) => t.mock.timers.tick(ms) };
}

test("who says nothing is asked once, and is nobody after as long again; not a moment before", (t) => {
  const { made, told, wait } = watch(t);
  made.quiet();
  wait(8_999);
  assert.deepEqual(told, []);
  wait(1);
  assert.deepEqual(told, ["asked"]);
  made.quiet();
  wait(9_000);
  assert.deepEqual(told, ["asked", "nobody"]);
});

test("who presses keys is somebody", (t) => {
  const { made, told, wait } = watch(t);
  made.key();
  for (let n = 0; n < 2; n++) {
    made.quiet();
    wait(9_000);
  }
  assert.deepEqual(told, ["asked", "keys"]);
});

test("who spoke after having been asked is asked anew", (t) => {
  const { made, told, wait } = watch(t);
  made.quiet();
  wait(9_000);
  made.turnBegan();
  made.turnEnded();
  made.answered();
  made.quiet();
  wait(9_000);
  assert.deepEqual(told, ["asked", "asked"]);
});

test("while the caller speaks, has us on hold or still hears something, nobody is asked", (t) => {
  const { made, told, state, wait } = watch(t);
  made.turnBegan();
  made.quiet();
  wait(20_000);
  made.turnEnded();
  made.answered();
  made.hold(true);
  made.quiet();
  wait(20_000);
  assert.equal(made.onHold, true);
  state.isQuiet = false;
  made.hold(false);
  wait(20_000);
  assert.deepEqual(told, []);
  state.isQuiet = true;
  made.hold(true);
  made.hold(false);
  wait(9_000);
  assert.deepEqual(told, ["asked"]);
});

test("a turn whose end was lost with its session is none any more", (t) => {
  const { made, told, wait } = watch(t);
  made.turnBegan();
  made.forgetTurn();
  made.quiet();
  wait(9_000);
  assert.deepEqual(told, ["asked"]);
});

test("an answer that does not begin is late, once a turn; not on hold, and not once it is heard", (t) => {
  const { made, told, wait } = watch(t);
  made.turnEnded();
  wait(2_500);
  assert.deepEqual(told, ["late"]);
  wait(20_000);
  made.turnEnded();
  made.answered();
  wait(20_000);
  made.hold(true);
  made.turnEnded();
  wait(5_000);
  assert.deepEqual(told, ["late"]);
});
