import assert from "node:assert/strict";
import { test } from "node:test";
import { isTimeZone, siteClock } from "./site-clock.ts";

const unix = (iso: string) => Date.parse(iso) / 1000;

test("the clock of Paris holds its changes of four years to the second", () => {
  const clock = siteClock("Europe/Paris", Date.parse("2026-11-21T00:00:00Z"));
  assert.deepEqual(clock.slice(0, 3), [
    { fromUnix: unix("2026-01-01T00:00:00Z"), offsetSeconds: 3600 },
    { fromUnix: unix("2026-03-29T01:00:00Z"), offsetSeconds: 7200 },
    { fromUnix: unix("2026-10-25T01:00:00Z"), offsetSeconds: 3600 },
  ]);
  assert.equal(clock.length, 9);
  assert.equal(clock.at(-1)?.fromUnix, unix("2029-10-28T01:00:00Z"));
});

test("the clock is the same on every day of a year, so that an unchanged directory keeps its revision", () => {
  const january = siteClock("America/New_York", Date.parse("2026-01-01T00:00:00Z"));
  const december = siteClock("America/New_York", Date.parse("2026-12-31T23:59:59Z"));
  assert.deepEqual(january, december);
});

test("a zone without summer time has one entry, and odd offsets are right", () => {
  const at = Date.parse("2026-06-01T00:00:00Z");
  assert.deepEqual(
    siteClock("UTC", at).map(({ offsetSeconds }) => offsetSeconds),
    [0],
  );
  assert.deepEqual(
    siteClock("Asia/Kathmandu", at).map(({ offsetSeconds }) => offsetSeconds),
    [20_700],
  );
  // Half an hour of summer time, in the southern hemisphere.
  assert.deepEqual(
    siteClock("Australia/Lord_Howe", at)
      .map(({ offsetSeconds }) => offsetSeconds)
      .slice(0, 3),
    [39_600, 37_800, 39_600],
  );
});

test("every zone this system knows fits the wire and never repeats an offset", () => {
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    const clock = siteClock(zone, Date.parse("2026-06-01T00:00:00Z"));
    assert.ok(clock.length >= 1 && clock.length <= 64, zone);
    for (const [i, entry] of clock.entries()) {
      assert.notEqual(entry.offsetSeconds, clock[i - 1]?.offsetSeconds, zone);
      assert.ok(entry.fromUnix > (clock[i - 1]?.fromUnix ?? -1), zone);
      assert.ok(Math.abs(entry.offsetSeconds) <= 50_400, zone);
    }
  }
});

test("only IANA names are time zones", () => {
  assert.equal(isTimeZone("Europe/Paris"), true);
  for (const name of ["", "Mars/Olympus", "+01:00", "Europe/Paris; DROP", "\u0000"]) {
    assert.equal(isTimeZone(name), false, name);
  }
});
