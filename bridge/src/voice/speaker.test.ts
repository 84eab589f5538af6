import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { PlayedClip } from "./call-leg.ts";
import { Speaker, type Verdict } from "./speaker.ts";

let played: { clip: string; bytes: number; last: boolean }[];
let flushed: PlayedClip[];
let stopped: string[];
let ended: string[];
let quiet: number;
let verdict: (text: string, complete: boolean) => Verdict;
let speaker: Speaker;

beforeEach(() => {
  [played, flushed, stopped, ended, quiet] = [[], [], [], [], 0];
  verdict = (text) => ({ slip: text.includes("zéro euro") ? "amount" : null, settled: text.length });
  speaker = new Speaker({
    leg: {
      play: (clip, sound, last) => void played.push({ clip, bytes: sound.length, last }),
      flush: () => Promise.resolve(flushed),
    },
    judge: ({ text, complete }) => verdict(text, complete),
    onSound: () => {},
    onStopped: (_slip, itemId) => stopped.push(itemId),
    onPlayed: (id) => ended.push(id),
    onQuiet: () => {
      quiet += 1;
    },
  });
});

const sound = (ms: number) => Buffer.alloc(ms * 8, 1);
const out = () => played.reduce((sum, { bytes }) => sum + bytes, 0) / 8;

test("sound whose words are not known yet does not go out", () => {
  speaker.speech({ itemId: "a", g711: sound(300) });
  assert.equal(out(), 0);
  speaker.words({ itemId: "a", text: "Bonjour, je ", complete: false });
  // 12 characters take no less than 400 ms.
  assert.equal(out(), 300);
  speaker.speech({ itemId: "a", g711: sound(700) });
  assert.equal(out(), 400);
  speaker.words({ itemId: "a", text: "Bonjour, je vous écoute.", complete: true });
  assert.equal(out(), 1000);
  speaker.speechEnded("a");
  assert.deepEqual(played.at(-1), { clip: "a", bytes: 0, last: true });
});

test("words that must not be said stop the item, and nothing of it goes out any more", () => {
  speaker.words({ itemId: "a", text: "Bien, ", complete: false });
  speaker.speech({ itemId: "a", g711: sound(2000) });
  const before = out();
  assert.ok(before <= 300);
  speaker.words({ itemId: "a", text: "Bien, c'est zéro euro", complete: false });
  speaker.speech({ itemId: "a", g711: sound(2000) });
  speaker.words({ itemId: "a", text: "Bien, c'est zéro euro.", complete: true });
  speaker.speechEnded("a");
  assert.equal(out(), before);
  assert.deepEqual(stopped, ["a"]);
});

test("sound that comes without any words is never heard", () => {
  speaker.speech({ itemId: "a", g711: sound(2000) });
  speaker.speechEnded("a");
  assert.equal(out(), 0);
  assert.deepEqual(played, [{ clip: "a", bytes: 0, last: true }]);
});

test("sound whose words are said to be none is never heard", () => {
  speaker.speech({ itemId: "a", g711: sound(500) });
  speaker.words({ itemId: "a", text: "", complete: true });
  speaker.speech({ itemId: "a", g711: sound(1500) });
  speaker.speechEnded("a");
  assert.equal(out(), 0);
  assert.deepEqual(played, [{ clip: "a", bytes: 0, last: true }]);
});

test("a flush tells what was heard of each item of the model's, to the millisecond", async () => {
  speaker.words({ itemId: "a", text: "Oui.", complete: true });
  speaker.speech({ itemId: "a", g711: sound(1000) });
  speaker.words({ itemId: "b", text: "Et avec ceci ?", complete: true });
  speaker.speech({ itemId: "b", g711: sound(1000) });
  flushed = [{ id: "a", played: 1600, complete: false }];
  assert.deepEqual(await speaker.flush(), [
    { itemId: "a", playedMs: 200 },
    { itemId: "b", playedMs: 0 },
  ]);
  assert.ok(speaker.quiet);
  const before = out();
  speaker.speech({ itemId: "b", g711: sound(1000) });
  assert.equal(out(), before, "what comes late of it is not heard");
});

test("what is said while a flush is under way is not part of it", async () => {
  speaker.clip("old", sound(1000));
  const flushing = speaker.flush();
  speaker.clip("new", sound(1000));
  await flushing;
  assert.equal(speaker.quiet, false);
  speaker.played({ id: "new", played: 8000, complete: true });
  assert.deepEqual([ended, quiet], [["new"], 1]);
});

test("what may not be interrupted is heard to its end", async () => {
  speaker.clip("notice", sound(1000), { unstoppable: true });
  assert.equal(await speaker.flush(), null);
  speaker.played({ id: "notice", played: 8000, complete: true });
  assert.deepEqual(ended, ["notice"]);
  assert.equal(quiet, 1);
  assert.deepEqual(await speaker.flush(), []);
});

test("a clip of which the last part was not played is not told as heard, and one that was is told once", () => {
  speaker.clip("read-back", sound(1000));
  speaker.played({ id: "read-back", played: 7_999, complete: false });
  assert.deepEqual([ended, quiet, speaker.quiet], [[], 0, false]);
  speaker.played({ id: "read-back", played: 8_000, complete: true });
  speaker.played({ id: "read-back", played: 8_000, complete: true });
  speaker.played({ id: "never begun", played: 8_000, complete: true });
  assert.deepEqual([ended, quiet], [["read-back"], 1]);
});
