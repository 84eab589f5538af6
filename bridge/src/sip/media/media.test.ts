/** The parts of the media worker, each alone. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, mock, test } from "node:test";
import { until } from "../../../../test/lab/until.ts";
import { DtmfReader } from "./dtmf.ts";
import { DurationHistogram } from "./duration-histogram.ts";
import type { ClipPlayed } from "./messages.ts";
import { Pacer } from "./pacer.ts";
import { Playout } from "./playout.ts";
import { ReorderWindow } from "./reorder-window.ts";
import { distance, type RtpPacket, readRtp } from "./rtp.ts";
import { SrtpTransform } from "./srtp.ts";

const packet = (n: number, fields: Partial<RtpPacket> = {}): RtpPacket => ({
  payloadType: 8,
  marker: false,
  sequence: n & 0xffff,
  timestamp: (n * 160) >>> 0,
  ssrc: 1,
  payload: Buffer.alloc(160, n & 0xff),
  ...fields,
});

describe("the reorder window", () => {
  const window = () => {
    const released: number[] = [];
    const made = new ReorderWindow(0xd5, (sound) => {
      for (let at = 0; at < sound.length; at += 160) released.push(sound[at] ?? -1);
    });
    return { made, released };
  };

  test("passes packets in their turn at once, puts swapped ones right and drops repetitions", () => {
    const { made, released } = window();
    for (const n of [1, 2, 4, 3, 3, 5]) made.take(packet(n), 0);
    assert.deepEqual(released, [1, 2, 3, 4, 5]);
  });

  test("a lost packet becomes silence, and what comes too late is dropped", () => {
    const { made, released } = window();
    for (const n of [1, 3, 4, 5, 6, 2]) made.take(packet(n), 0);
    assert.deepEqual(released, [1, 0xd5, 3, 4, 5, 6]);
  });

  test("goes on over the wrap of both counters", () => {
    const { made, released } = window();
    for (const n of [65_534, 65_535, 65_537, 65_536])
      made.take(packet(n, { timestamp: (2 ** 32 - 320 + (n - 65_534) * 160) % 2 ** 32 }), 0);
    assert.deepEqual(released, [254, 255, 0, 1]);
  });

  test("time goes on while nobody sends, and a new sender begins anew", () => {
    const { made, released } = window();
    made.take(packet(1), 0);
    for (let ms = 20; ms <= 300; ms += 20) made.tick(ms, true);
    assert.equal(released.length, 1 + 6);
    made.take(packet(9000, { ssrc: 2 }), 320);
    assert.equal(released.at(-1), 9000 & 0xff);
    assert.equal(released.length, 8);
  });

  test("what a network held back has no silence in the middle, if its sender never pauses; one that died falls silent", () => {
    const { made, released } = window();
    made.take(packet(1), 0);
    for (let ms = 20; ms <= 660; ms += 20) made.tick(ms, false);
    for (let n = 2; n <= 34; n++) made.take(packet(n), 665);
    assert.deepEqual(
      released,
      Array.from({ length: 34 }, (_, at) => at + 1),
    );
    for (let ms = 680; ms <= 1_640; ms += 20) made.tick(ms, false);
    assert.deepEqual(
      released.slice(34),
      Array.from({ length: 14 }, () => 0xd5),
    );
  });
});

describe("the playout", () => {
  const playout = () => {
    const finished: ClipPlayed[] = [];
    return { finished, made: new Playout((clip) => finished.push(clip)) };
  };

  test("a clip is told as played when its last byte went out, and not before", () => {
    const { made, finished } = playout();
    made.add("a", Buffer.alloc(200, 1), true);
    const frame = Buffer.alloc(160, 0xd5);
    assert.ok(made.next(frame));
    assert.deepEqual(finished, []);
    const second = Buffer.alloc(160, 0xd5);
    assert.ok(made.next(second));
    assert.deepEqual([second[39], second[40]], [1, 0xd5]);
    assert.deepEqual(finished, [{ id: "a", played: 200, complete: true }]);
    assert.equal(made.next(frame), false);
  });

  test("a stream that runs dry waits for 40 ms, or for its end", () => {
    const { made } = playout();
    const frame = Buffer.alloc(160);
    made.add("a", Buffer.alloc(160, 1), false);
    assert.equal(made.next(frame), false);
    made.add("a", Buffer.alloc(160, 2), false);
    assert.ok(made.next(frame) && made.next(frame));
    made.add("a", Buffer.alloc(160, 3), false);
    // It is running until it runs dry: then it waits again.
    assert.ok(made.next(frame));
    assert.equal(made.next(frame), false);
    made.add("a", Buffer.alloc(160, 4), false);
    assert.equal(made.next(frame), false);
    made.add("a", Buffer.alloc(0), true);
    assert.ok(made.next(frame));
  });

  test("a flush leaves nothing, and tells what was played", () => {
    const { made } = playout();
    made.add("a", Buffer.alloc(1600, 1), true);
    made.add("b", Buffer.alloc(1600, 2), true);
    made.next(Buffer.alloc(160));
    assert.deepEqual(made.flush(), [
      { id: "a", played: 160, complete: false },
      { id: "b", played: 0, complete: false },
    ]);
    assert.equal(made.next(Buffer.alloc(160)), false);
  });
});

describe("SRTP", () => {
  const pair = () => {
    const [a, b] = [randomBytes(30), randomBytes(30)];
    return { here: new SrtpTransform(a, b), there: new SrtpTransform(b, a), b };
  };
  const fields = (sequence: number) => ({
    payloadType: 8,
    marker: false,
    sequence: sequence & 0xffff,
    timestamp: 160,
    ssrc: 7,
  });

  test("what is sealed can be opened once, and neither again nor when a bit was changed", () => {
    const { here, there } = pair();
    const sealed = here.seal(Buffer.from("some sound"), fields(1));
    assert.equal(sealed.includes("some sound"), false);
    const bent = Buffer.from(sealed);
    bent[14] = (bent[14] ?? 0) ^ 1;
    assert.equal(there.open(bent), null);
    assert.equal(String(readRtp(there.open(sealed) ?? Buffer.alloc(0))?.payload), "some sound");
    assert.equal(there.open(sealed), null);
  });

  test("goes on over the wrap of the sequence number, with swapped and lost packets around it", () => {
    const { here, there } = pair();
    const sealed = Array.from({ length: 400 }, (_, n) => here.seal(Buffer.from(`n${n}`), fields(65_300 + n)));
    const order = sealed.map((_, n) => n).filter((n) => n % 17 !== 3);
    for (let at = 1; at + 1 < order.length; at += 7) [order[at], order[at + 1]] = [order[at + 1] ?? 0, order[at] ?? 0];
    for (const n of order) {
      const clear = there.open(sealed[n] ?? Buffer.alloc(0));
      assert.equal(String(clear && readRtp(clear)?.payload), `n${n}`, `packet ${n}`);
    }
  });

  test("a new key of the other side changes nothing in what we send", () => {
    const { here, there, b } = pair();
    there.open(here.seal(Buffer.from("one"), fields(65_535)));
    here.setRemoteKey(randomBytes(30));
    assert.notEqual(there.open(here.seal(Buffer.from("two"), fields(65_536))), null);
    here.setRemoteKey(b);
    assert.notEqual(here.open(there.seal(Buffer.from("three"), fields(9))), null);
  });
});

test("hostile packets are read without an exception", () => {
  let seed = 5;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed;
  };
  const transform = new SrtpTransform(randomBytes(30), randomBytes(30));
  for (let n = 0; n < 20_000; n++) {
    const bytes = Buffer.from(Array.from({ length: random() % 60 }, () => random() >>> 24));
    if (bytes.length > 0 && n % 2) bytes[0] = 0x80 | ((bytes[0] ?? 0) & 0x3f);
    readRtp(bytes);
    transform.open(bytes);
    new DtmfReader().take(packet(1, { payload: bytes }));
  }
});

test("a key is one key, however often its packets come", () => {
  const reader = new DtmfReader();
  const at = (timestamp: number, event: number) =>
    packet(1, { timestamp, payload: Buffer.from([event, 0x8a, 0, 160]) });
  assert.deepEqual(
    [at(1, 5), at(1, 5), at(1, 5), at(2, 5), at(3, 11), at(4, 99)].map((one) => reader.take(one)),
    ["5", null, null, "5", "#", null],
  );
});

test("the pacer makes up for a short stall and leaves a long one out", async () => {
  let nowMs = 0;
  const pacer = new Pacer(
    () => {},
    () => nowMs,
  );
  const ticks: number[] = [];
  const late: number[] = [];
  const member = {
    prepare: (skipped: number) => void ticks.push(skipped),
    tick: (_now: number, lateMs: number) => void late.push(lateMs),
  };
  pacer.add(member);
  assert.deepEqual(ticks, [0]);
  nowMs = 60;
  await until(() => ticks.length >= 4, { what: "the ticks of the short stall" });
  assert.deepEqual(ticks, [0, 0, 0, 0]);
  nowMs = 1060;
  await until(() => ticks.length >= 5, { what: "the tick after the long one" });
  pacer.remove(member);
  assert.equal(ticks[4], 49);
  assert.deepEqual(late, [0, 40, 20, 0, 0]);
});

test("what comes while the thread sleeps until a packet's turn goes into that packet", () => {
  let nowMs = 0;
  const arriving: { atMs: number; sound: string }[] = [];
  const [known, sent]: [string[], string[]] = [[], []];
  const takeIn = () => {
    for (let next = arriving[0]; next && next.atMs <= nowMs; next = arriving[0])
      known.push(arriving.shift()?.sound ?? "");
  };
  const wake: (() => void)[] = [];
  mock.method(globalThis, "setTimeout", (run: () => void) => wake.push(run));
  try {
    const pacer = new Pacer(
      takeIn,
      () => nowMs,
      (ms) => {
        nowMs += ms;
      },
    );
    // It takes half a millisecond to make a packet ready.
    const member = {
      prepare: () => {
        nowMs += 0.5;
        sent.push(known.splice(0).join(""));
      },
      tick: () => {},
    };
    pacer.add(member);
    // The timer comes as early as it is asked for.
    nowMs = 17;
    arriving.push({ atMs: 18.9, sound: "in time" }, { atMs: 19.5, sound: "too late" });
    wake.at(-1)?.();
    assert.deepEqual(sent, ["", "in time"]);
    assert.ok(nowMs >= 20 && nowMs < 20.1, "the packet leaves when it is its turn");
    // Somebody hangs up and somebody calls in the same moment: the clock is one.
    const timers = wake.length;
    const another = { prepare: () => sent.push("another"), tick: () => {} };
    pacer.remove(member);
    pacer.add(another);
    assert.equal(wake.length, timers);
    nowMs = 37;
    wake.at(-1)?.();
    assert.equal(sent.at(-1), "another");
    // Nobody is left: nothing is asked for any more.
    pacer.remove(another);
    nowMs = 57;
    wake.at(-1)?.();
    assert.equal(wake.length, timers + 1);
  } finally {
    mock.restoreAll();
  }
});

test("many durations are told by the longest and by what all but a hundredth stay below", () => {
  const late = new DurationHistogram();
  assert.deepEqual([late.below(0.99), late.longest], [0, 0]);
  for (let n = 0; n < 990; n++) late.add(n % 2 === 0 ? 0.43 : -0.3);
  for (let n = 0; n < 9; n++) late.add(12.55);
  late.add(740.04);
  assert.deepEqual([late.below(0.99), late.longest], [0.5, 740]);
  late.add(12.55);
  assert.equal(late.below(0.99), 12.6);
});

test("counters are compared around their wrap", () => {
  assert.equal(distance(65_535, 0, 16), 1);
  assert.equal(distance(0, 65_535, 16), -1);
  assert.equal(distance(2 ** 32 - 160, 0, 32), 160);
});
