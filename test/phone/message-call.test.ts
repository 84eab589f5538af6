/** A call that neither the assistant nor anybody took comes back: what the caller leaves, and what staff see of it. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { beep } from "../../bridge/src/voice/clips.ts";
import { FIXED } from "../../bridge/src/voice/phrases.ts";
import { until } from "../lab/until.ts";
import { FakeLeg } from "./fake-leg.ts";
import { type FrontDesk, frontDesk } from "./front-desk.ts";

let desk: FrontDesk;
let person: FakeLeg | null;
beforeEach(async () => {
  person = null;
  desk = await frontDesk({ ringPeople: () => person });
});
afterEach(() => desk.close());

function ring(callId: string): FakeLeg {
  const leg = new FakeLeg(callId);
  desk.reception.take(leg);
  return leg;
}
const taken = (leg: FakeLeg) => until(() => leg.status === 200, { what: "the call to be taken" });
const drafts = () => desk.luigi.ordering.boards.board(desk.luigi.line.id).drafts;
const past = async () => (await desk.luigi.ordering.boards.history(desk.luigi.line.id, {}, true)).calls;
const TONE_BYTES = beep("pcma").length;
/** The notice, what to leave, and the tone. */
const mayspeak = (leg: FakeLeg) => until(() => leg.heard.has(TONE_BYTES), { what: "the tone" });
const SAID = new Uint8Array(16_000).fill(0x2a);

test("the line is paused and nobody answers: the call comes back, and its message is a draft with the number", async () => {
  desk.luigi.ordering.lines.pause(desk.luigi.line.id, { paused: true });
  assert.equal(ring("a").status, 503);
  const leg = ring("a");
  await taken(leg);
  await mayspeak(leg);
  assert.deepEqual(desk.spoken.slice(-2), [FIXED.fr.notice, FIXED.fr["nobody-there"]]);
  assert.equal(desk.engine.sessions.length, 0, "the voice service hears nothing of it");
  leg.listener?.heard(SAID);
  leg.end("them");
  const [draft] = drafts();
  assert.deepEqual([draft?.callId, draft?.hasMessage, draft?.reason], ["a", true, "handed-over"]);
  assert.ok(draft?.callerNumber);
  assert.equal(desk.reception.busy, 0);
});

test("who hangs up before the tone leaves no draft, unless it was us who failed", async () => {
  desk.luigi.settings({ answeredBy: "people" });
  ring("people");
  const first = ring("people");
  await until(() => first.given.size > 0, { what: "the notice" });
  first.end("them");
  assert.deepEqual(drafts(), []);
  desk.luigi.settings({ answeredBy: "assistant" });
  desk.engine.opening = () => Promise.reject(new Error("no internet"));
  const refused = ring("failed");
  await until(() => refused.status === 503, { what: "the refusal" });
  const second = ring("failed");
  await taken(second);
  second.end("them");
  assert.deepEqual(
    drafts().map(({ callId, reason }) => [callId, reason]),
    [["failed", "model-failed"]],
  );
});

for (const when of ["before the message", "in the message"] as const) {
  test(`the disk is full ${when}: the caller is told that nothing is kept, and the next call is taken`, async () => {
    desk.luigi.settings({ answeredBy: "people" });
    ring("full");
    const leg = ring("full");
    const { orderCalls } = desk.luigi.store;
    const full = () => {
      throw new Error("database or disk is full");
    };
    const writes = ["append", "update", "addTranscript", "putMessage"] as const;
    const fill = () => {
      for (const name of writes) Object.assign(orderCalls, { [name]: full });
    };
    if (when === "before the message") fill();
    else {
      await mayspeak(leg);
      fill();
      leg.listener?.heard(new Uint8Array(24_000).fill(0x2a));
      leg.listener?.key("#");
    }
    await until(() => leg.ended, { what: "the goodbye" });
    assert.equal(desk.spoken.at(-1), FIXED.fr["message-lost"]);
    assert.equal(desk.reception.busy, 0);
    for (const name of writes) Reflect.deleteProperty(orderCalls, name);
    ring("next");
    await taken(ring("next"));
  });
}

test("staff take the call while the message is left: they are joined, and what was said is kept", async () => {
  desk.luigi.ordering.lines.pause(desk.luigi.line.id, { paused: true });
  ring("a");
  const leg = ring("a");
  await mayspeak(leg);
  leg.listener?.heard(SAID);
  person = new FakeLeg("person");
  desk.luigi.ordering.boards.takeOver("a", "Marco");
  await until(() => person?.listener, { what: "the person to be rung" });
  person.answer();
  await until(() => leg.joined === person, { what: "the two to be joined" });
  leg.end("them");
  assert.deepEqual([(await past())[0]?.reason, (await past())[0]?.hasMessage], ["handed-over", true]);
});

test("callers who leave messages keep nobody from the assistant", async () => {
  desk.luigi.settings({ concurrentCalls: 1, answeredBy: "people" });
  for (const callId of ["a", "b"]) {
    ring(callId);
    await mayspeak(ring(callId));
  }
  desk.luigi.settings({ answeredBy: "assistant" });
  const third = ring("c");
  await until(() => third.status === 200, { what: "the assistant" });
  assert.equal(ring("d").status, 486, "it talks with one at once");
  assert.equal(desk.reception.busy, 3);
});

test("staff hang up on it; another call is not taken for one that came back", async () => {
  desk.luigi.ordering.lines.pause(desk.luigi.line.id, { paused: true });
  ring("a");
  const leg = ring("a");
  await mayspeak(leg);
  desk.luigi.ordering.boards.hangUp("a", "Marco");
  assert.equal(leg.ended, true);
  assert.equal((await past())[0]?.reason, "staff-hung-up");
  assert.equal(ring("b").status, 503);
  desk.luigi.ordering.lines.pause(desk.luigi.line.id, { paused: false });
  const next = ring("c");
  await until(() => next.status === 200, { what: "the assistant" });
  assert.equal(desk.engine.sessions.length, 1);
});
