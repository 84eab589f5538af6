import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type DayTimes,
  dayTimesOf,
  isAlways,
  minutesOf,
  timeOf,
  type WeekWindow,
  windowsOf,
} from "../../panel/src/admin/schedule.ts";

const WEEK = 7 * 1440;

/** Minutes of the week that are within some window. */
function covered(windows: readonly WeekWindow[]): string {
  const minutes = new Uint8Array(WEEK);
  for (const { fromMinute, toMinute } of windows) minutes.fill(1, fromMinute, toMinute);
  return Buffer.from(minutes).toString("base64");
}

test("office hours are five windows, and are told as one line again", () => {
  const office: DayTimes = { days: [0, 1, 2, 3, 4], from: 480, to: 1080 };
  const windows = windowsOf([office]);
  assert.equal(windows.length, 5);
  assert.deepEqual(windows[1], { fromMinute: 1440 + 480, toMinute: 1440 + 1080 });
  assert.deepEqual(dayTimesOf(windows), [office]);
});

test("a night from Sunday to Monday goes round the week and comes back as one night", () => {
  const night: DayTimes = { days: [6], from: 1320, to: 360 };
  assert.deepEqual(windowsOf([night]), [
    { fromMinute: 0, toMinute: 360 },
    { fromMinute: 6 * 1440 + 1320, toMinute: WEEK },
  ]);
  assert.deepEqual(dayTimesOf(windowsOf([night])), [night]);
});

test("no window, and one that is the whole week, are no restriction", () => {
  assert.equal(isAlways([]), true);
  assert.equal(isAlways([{ fromMinute: 0, toMinute: WEEK }]), true);
  assert.equal(isAlways([{ fromMinute: 0, toMinute: WEEK - 1 }]), false);
});

test("whatever windows a rule has, the form shows the same minutes of the week and stores them again", () => {
  const window = fc
    .tuple(fc.integer({ min: 0, max: WEEK - 1 }), fc.integer({ min: 1, max: 3_000 }))
    .map(([fromMinute, length]) => ({ fromMinute, toMinute: Math.min(WEEK, fromMinute + length) }));
  fc.assert(
    fc.property(fc.array(window, { minLength: 1, maxLength: 10 }), (windows) => {
      assert.equal(covered(windowsOf(dayTimesOf(windows))), covered(windows));
    }),
    { numRuns: 2_000 },
  );
});

test("times are read and written as an input of type time has them", () => {
  assert.equal(minutesOf("08:30"), 510);
  assert.ok(Number.isNaN(minutesOf("")));
  assert.equal(timeOf(1440), "00:00");
  assert.equal(timeOf(510), "08:30");
});
