import assert from "node:assert/strict";
import { test } from "node:test";
import { HeardClock } from "./heard-clock.ts";

/** Ten packets of 20 ms, sent each 20 ms from 1000 on: the sound of the first was said from 980 on. */
function clock(): HeardClock {
  const heard = new HeardClock();
  for (let packet = 0; packet < 10; packet++) heard.sent(160, 1_000 + packet * 20);
  return heard;
}

test("a place in the sound was said when its packet came, less the packet's own length, and one more for what we play", () => {
  assert.equal(clock().saidAtMs(0, 9_999), 1_000 - 20 - 20);
  assert.equal(clock().saidAtMs(100, 9_999), 1_100 - 20 - 20);
  assert.equal(clock().saidAtMs(110, 9_999), 1_100 - 10 - 20);
});

test("sound that was not sent while the line was silent does not shift what comes after it", () => {
  const heard = clock();
  heard.sent(160, 5_000);
  assert.equal(heard.saidAtMs(200, 9_999), 5_000 - 20 - 20);
});

test("a place nobody sent is now; one that is forgotten is as early as what is remembered", () => {
  const heard = clock();
  assert.equal(heard.saidAtMs(5_000, 2_000), 1_980);
  heard.sent(160, 30_000);
  assert.ok(heard.saidAtMs(0, 30_010) < 30_000);
});
