import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type CallEvent,
  type CallInfo,
  type CallState,
  FIRST_PACKET_MS,
  PACKET_GAP_MS,
  PATH_GAP_MS,
  transition,
  UNHEARD_MS,
} from "../../panel/src/phone/call-machine.ts";

const idle: CallState = { phase: "idle" };

function info(key: string, direction: CallInfo["direction"] = "inbound"): CallInfo {
  return {
    key,
    callId: null,
    direction,
    peer: { name: "entrance", displayName: null },
    startedAtMs: 0,
    microphone: null,
  };
}

/** Runs events through the machine; the state and all effects. */
function run(...events: CallEvent[]) {
  let state = idle;
  const effects = [];
  for (const event of events) {
    const step = transition(state, event);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const invite = (key = "one", fresh = true): CallEvent => ({ type: "invite", call: info(key), fresh });
const answered = (key = "one"): CallEvent[] => [
  invite(key),
  { type: "answer" },
  { type: "accepted", key, nowMs: 1_000 },
];

test("an INVITE rings, and a stale one is shown without ringing", () => {
  assert.deepEqual(run(invite()).state, { phase: "incoming", call: info("one"), ringing: true });
  assert.deepEqual(run(invite("one", false)).state, { phase: "incoming", call: info("one"), ringing: false });
});

test("silencing stops the ringtone and leaves the call to be answered", () => {
  const { state, effects } = run(invite(), { type: "silence" }, { type: "answer" });
  assert.equal(state.phase, "answering");
  assert.deepEqual(effects, [{ type: "accept", key: "one" }]);
});

test("a second tap on answer does not answer twice", () => {
  assert.equal(run(invite(), { type: "answer" }, { type: "answer" }).effects.length, 1);
});

test("decline sends 603 and ends the call once", () => {
  const { state, effects } = run(invite(), { type: "decline", nowMs: 5 }, { type: "decline", nowMs: 6 });
  assert.deepEqual(effects, [{ type: "reject", key: "one", code: 603 }]);
  assert.deepEqual(state, { phase: "ended", call: info("one"), reason: "declined", answeredAtMs: null, endedAtMs: 5 });
});

test("declining while the answer is still under way ends the call for all", () => {
  const { state, effects } = run(invite(), { type: "answer" }, { type: "hang-up", nowMs: 5 });
  assert.ok(state.phase === "ended" && state.reason === "declined");
  assert.deepEqual(effects.at(-1), { type: "reject", key: "one", code: 603 });
});

test("a second INVITE during a call is refused with 486 and changes nothing", () => {
  const before = run(...answered());
  const { state, effects } = transition(before.state, invite("two"));
  assert.equal(state, before.state);
  assert.deepEqual(effects, [{ type: "reject", key: "two", code: 486 }]);
});

test("an INVITE while the end of the last call is still shown rings", () => {
  const { state } = run(invite(), { type: "decline", nowMs: 5 }, invite("two"));
  assert.deepEqual(state, { phase: "incoming", call: info("two"), ringing: true });
});

test("answered elsewhere before the answer went out: the call is over and stays over", () => {
  const { state } = run(
    invite(),
    { type: "answer" },
    { type: "terminated", key: "one", reason: "answered-elsewhere", nowMs: 7 },
    { type: "accepted", key: "one", nowMs: 8 },
  );
  assert.equal(state.phase, "ended");
  assert.equal(state.reason, "answered-elsewhere");
});

test("the end of an earlier call does not touch the present one", () => {
  const { state } = run(invite("old"), { type: "decline", nowMs: 1 }, invite("new"), {
    type: "terminated",
    key: "old",
    reason: "cancelled",
    nowMs: 2,
  });
  assert.equal(state.phase, "incoming");
});

test("no packet within 5 s of the answer ends the call and says why", () => {
  const { state, effects } = run(
    ...answered(),
    { type: "packets", key: "one", packets: 0, nowMs: 1_000 + FIRST_PACKET_MS - 1 },
    { type: "packets", key: "one", packets: 0, nowMs: 1_000 + FIRST_PACKET_MS },
  );
  assert.equal(state.phase, "ended");
  assert.equal(state.reason, "no-audio");
  assert.deepEqual(effects.at(-1), { type: "terminate", key: "one" });
});

test("a gap in the packets is told after a while, survived when they come back, and ends the call at 10 s", () => {
  const quiet: CallEvent[] = [
    ...answered(),
    { type: "packets", key: "one", packets: 50, nowMs: 2_000 },
    { type: "packets", key: "one", packets: 50, nowMs: 2_000 + PACKET_GAP_MS - 1 },
  ];
  const silent = run(...quiet).state;
  assert.ok(silent.phase === "active" && silent.media.flow === "silent");
  const back = run(...quiet, { type: "packets", key: "one", packets: 51, nowMs: 12_500 }).state;
  assert.ok(back.phase === "active" && back.media.flow === "flowing");
  const over = run(...quiet, { type: "packets", key: "one", packets: 50, nowMs: 2_000 + PACKET_GAP_MS }).state;
  assert.ok(over.phase === "ended" && over.reason === "no-audio");
});

/** An active call whose packets came until second 2. */
const flowing: CallEvent[] = [...answered(), { type: "packets", key: "one", packets: 50, nowMs: 2_000 }];
const still = (nowMs: number): CallEvent => ({ type: "packets", key: "one", packets: 50, nowMs });
const moreAt = (nowMs: number): CallEvent => ({ type: "packets", key: "one", packets: 99, nowMs });
const pathOf = (...events: CallEvent[]) => {
  const { state } = run(...events);
  return state.phase === "active" ? state.path.state : state.phase;
};

test("a lost path is replaced as soon as the server can be reached, once, and found by ICE or by packets", () => {
  const lost: CallEvent[] = [...flowing, { type: "path-lost", key: "one" }];
  assert.deepEqual(run(...lost, { type: "path-lost", key: "one" }).effects.slice(1), [{ type: "find-server" }]);
  const moving: CallEvent[] = [...lost, { type: "reachable" }];
  assert.deepEqual(run(...moving, { type: "reachable" }).effects.slice(2), [{ type: "move-path", key: "one" }]);
  assert.equal(pathOf(...moving), "moving");
  assert.equal(pathOf(...moving, { type: "path-found", key: "one" }), "good");
  assert.equal(pathOf(...moving, moreAt(4_000)), "good");
  assert.equal(pathOf(...moving, { type: "path-lost", key: "one" }), "lost");
  assert.equal(pathOf(...flowing, { type: "reachable" }), "good");
});

test("after a change of network packets that go on clear the path, and a second without any loses it", () => {
  const changed: CallEvent[] = [...flowing, { type: "network-changed", nowMs: 2_100 }];
  assert.equal(pathOf(...changed, moreAt(2_200)), "doubted", "these may have been on their way");
  assert.equal(pathOf(...changed, moreAt(3_200)), "good");
  assert.equal(pathOf(...changed, still(2_900)), "doubted");
  assert.equal(pathOf(...changed, still(3_000)), "lost");
  assert.equal(run(invite(), { type: "network-changed", nowMs: 1 }).state.phase, "incoming");
});

test("while another path is looked for the call lives longer without packets, not for ever", () => {
  const lost: CallEvent[] = [...flowing, { type: "path-lost", key: "one" }];
  assert.equal(pathOf(...lost, still(2_000 + PACKET_GAP_MS)), "lost");
  assert.equal(pathOf(...lost, still(2_000 + PATH_GAP_MS)), "ended");
});

test("silence alone asks for another path too, but keeps nobody waiting longer for an end that is gone", () => {
  const unheard: CallEvent[] = [...flowing, still(2_000 + UNHEARD_MS - 1), still(2_000 + UNHEARD_MS)];
  const { state, effects } = run(...unheard, { type: "reachable" });
  assert.ok(state.phase === "active" && state.path.state === "moving" && state.media.flow === "silent");
  assert.deepEqual(effects.at(-1), { type: "move-path", key: "one" });
  assert.equal(pathOf(...unheard, moreAt(6_100)), "good");
  assert.equal(pathOf(...unheard, { type: "reachable" }, still(2_000 + PACKET_GAP_MS)), "ended");
  // Whose own network is the matter waits on.
  for (const sign of [{ type: "socket-closed", nowMs: 7_000 } as const, { type: "path-lost", key: "one" } as const]) {
    assert.equal(pathOf(...unheard, sign, still(2_000 + PACKET_GAP_MS)), "lost");
    assert.equal(pathOf(...unheard, sign, still(2_000 + PATH_GAP_MS)), "ended");
  }
});

test("a broken connection ends what was not answered yet and leaves a running call alone", () => {
  const lost: CallEvent = { type: "socket-closed", nowMs: 9 };
  const ringing = run(invite(), lost).state;
  assert.ok(ringing.phase === "ended" && ringing.reason === "connection-lost");
  assert.equal(run(...answered(), lost).state.phase, "active");
});

test("a placed call rings there, is answered, and ends when we hang up", () => {
  const { state, effects } = run(
    { type: "dial", call: info("out", "outbound") },
    { type: "progress", key: "out" },
    { type: "accepted", key: "out", nowMs: 10 },
    { type: "digit", digit: "#" },
    { type: "mute", muted: true },
    { type: "hang-up", nowMs: 90 },
  );
  assert.ok(state.phase === "ended" && state.reason === "answered-here" && state.answeredAtMs === 10);
  assert.deepEqual(
    effects.map((effect) => effect.type),
    ["place", "send-digit", "set-muted", "terminate"],
  );
});

test("dialling during a call does nothing", () => {
  assert.deepEqual(run(...answered(), { type: "dial", call: info("two", "outbound") }).effects, [
    { type: "accept", key: "one" },
  ]);
});

test("whatever happens, a call ends once and asks for one thing at a time", () => {
  const key = fc.constantFrom("one", "two");
  const nowMs = fc.integer({ min: 0, max: 60_000 });
  const event: fc.Arbitrary<CallEvent> = fc.oneof(
    key.map((k): CallEvent => invite(k)),
    key.map((k): CallEvent => ({ type: "dial", call: info(k, "outbound") })),
    key.map((k): CallEvent => ({ type: "progress", key: k })),
    fc.tuple(key, nowMs).map(([k, at]): CallEvent => ({ type: "accepted", key: k, nowMs: at })),
    fc
      .tuple(key, nowMs, fc.nat(200))
      .map(([k, at, n]): CallEvent => ({ type: "packets", key: k, packets: n, nowMs: at })),
    fc.tuple(key, nowMs).map(([k, at]): CallEvent => ({ type: "terminated", key: k, reason: "cancelled", nowMs: at })),
    nowMs.map((at): CallEvent => ({ type: "socket-closed", nowMs: at })),
    nowMs.map((at): CallEvent => ({ type: "hang-up", nowMs: at })),
    nowMs.map((at): CallEvent => ({ type: "decline", nowMs: at })),
    key.map((k): CallEvent => ({ type: "path-lost", key: k })),
    key.map((k): CallEvent => ({ type: "path-found", key: k })),
    nowMs.map((at): CallEvent => ({ type: "network-changed", nowMs: at })),
    fc.constantFrom<CallEvent>({ type: "reachable" }, { type: "answer" }, { type: "silence" }, { type: "dismiss" }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let state: CallState = { phase: "idle" };
      for (const next of events) {
        const { state: after, effects }: ReturnType<typeof transition> = transition(state, next);
        if (after.phase === "ended" && state.phase !== "ended") assert.notEqual(state.phase, "idle");
        if (state.phase === "ended" && after.phase === "ended") assert.equal(after, state);
        assert.ok(effects.length <= 1);
        state = after;
      }
    }),
  );
});
