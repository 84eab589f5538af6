/** A second call behind the one that is on: shown, taken, declined, given up, or ringing once the first has ended. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CallEffect, CallInfo } from "../../panel/src/phone/call-machine.ts";
import { type Calls, type CallsEvent, takeEvent } from "../../panel/src/phone/call-waiting.ts";

function info(key: string): CallInfo {
  const peer = { name: "entrance", displayName: null };
  return { key, callId: null, direction: "inbound", peer, startedAtMs: 0, microphone: null };
}

function run(...events: CallsEvent[]): { calls: Calls; effects: CallEffect[] } {
  let calls: Calls = { call: { phase: "idle" }, waiting: null };
  const effects: CallEffect[] = [];
  for (const event of events) {
    const step = takeEvent(calls, event);
    calls = step.calls;
    effects.push(...step.effects);
  }
  return { calls, effects };
}

const invite = (key: string): CallsEvent => ({ type: "invite", call: info(key), fresh: true });
const talking: CallsEvent[] = [invite("one"), { type: "answer" }, { type: "accepted", key: "one", nowMs: 1 }];
const terminated = (key: string): CallsEvent => ({ type: "terminated", key, reason: "cancelled", nowMs: 9 });

test("a second INVITE waits behind the call, which goes on; a third is busy", () => {
  const { calls, effects } = run(...talking, invite("two"), invite("three"));
  assert.equal(calls.call.phase, "active");
  assert.equal(calls.waiting?.key, "two");
  assert.deepEqual(effects.slice(1), [{ type: "reject", key: "three", code: 486 }]);
});

test("the waiting one is taken: the first is hung up, then the second answered", () => {
  const { calls, effects } = run(...talking, invite("two"), { type: "take-waiting", nowMs: 5 });
  assert.deepEqual(calls, { call: { phase: "answering", call: info("two") }, waiting: null });
  assert.deepEqual(effects.slice(1), [
    { type: "terminate", key: "one" },
    { type: "accept", key: "two" },
  ]);
});

test("the waiting one is declined for everybody, and the call goes on", () => {
  const { calls, effects } = run(...talking, invite("two"), { type: "decline-waiting" }, terminated("two"));
  assert.equal(calls.call.phase, "active");
  assert.equal(calls.waiting, null);
  assert.deepEqual(effects.slice(1), [{ type: "reject", key: "two", code: 603 }]);
});

test("a waiting caller who gives up, or is answered elsewhere, is gone without a trace", () => {
  const { calls, effects } = run(...talking, invite("two"), terminated("two"));
  assert.equal(calls.call.phase, "active");
  assert.equal(calls.waiting, null);
  assert.equal(effects.length, 1);
});

for (const [how, end] of [
  ["this side hangs up", { type: "hang-up", nowMs: 5 }],
  ["the other side hangs up", terminated("one")],
] as const) {
  test(`${how}: the waiting one rings`, () => {
    const { calls } = run(...talking, invite("two"), end);
    assert.deepEqual(calls, { call: { phase: "incoming", call: info("two"), ringing: true }, waiting: null });
  });
}

test("two that ring at once: the second waits for the decision on the first", () => {
  const both = [invite("one"), invite("two")];
  assert.equal(run(...both, { type: "answer" }).calls.waiting?.key, "two");
  const declined = run(...both, { type: "decline", nowMs: 3 });
  assert.ok(declined.calls.call.phase === "incoming" && declined.calls.call.call.key === "two");
});

test("with its connection the waiting one is lost, and does not ring after the call", () => {
  const { calls, effects } = run(...talking, invite("two"), { type: "socket-closed", nowMs: 5 });
  assert.equal(calls.call.phase, "active");
  assert.equal(calls.waiting, null);
  assert.deepEqual(effects.slice(1), [{ type: "terminate", key: "two" }]);
});

test("whatever happens, nobody waits behind nothing, no call is both on and waiting, and each INVITE meets one fate", () => {
  const key = fc.constantFrom("one", "two", "three");
  const event: fc.Arbitrary<CallsEvent> = fc.oneof(
    key.map(invite),
    key.map(terminated),
    key.map((k): CallsEvent => ({ type: "accepted", key: k, nowMs: 1 })),
    fc.constantFrom<CallsEvent>(
      { type: "answer" },
      { type: "hang-up", nowMs: 1 },
      { type: "decline", nowMs: 1 },
      { type: "take-waiting", nowMs: 1 },
      { type: "decline-waiting" },
      { type: "socket-closed", nowMs: 1 },
      { type: "dismiss" },
    ),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let calls: Calls = { call: { phase: "idle" }, waiting: null };
      const open = new Set<string>();
      for (const next of events) {
        // A SIP session has its own id: none comes twice while it is alive.
        if (next.type === "invite" && open.has(next.call.key)) continue;
        if (next.type === "invite") open.add(next.call.key);
        const step = takeEvent(calls, next);
        if (next.type === "terminated") open.delete(next.key);
        for (const effect of step.effects)
          if (effect.type === "reject" || effect.type === "terminate") open.delete(effect.key);
        calls = step.calls;
        const { call, waiting } = calls;
        const on = call.phase === "idle" || call.phase === "ended" ? null : call.call.key;
        if (waiting !== null) assert.ok(on !== null && on !== waiting.key);
        assert.deepEqual(open, new Set([on, waiting?.key ?? null].filter((one) => one !== null)));
      }
    }),
  );
});
