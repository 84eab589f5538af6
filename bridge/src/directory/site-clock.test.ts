import assert from "node:assert/strict";
import { test } from "node:test";
import { isTimeZone, siteClock } from "./site-clock.ts";
import { zoneOffsets } from "./zone-offsets.ts";

test("the clock is the same on every day of a year, so that an unchanged directory keeps its revision", () => {
  const january = siteClock("America/New_York", Date.parse("2026-01-01T00:00:00Z"));
  const december = siteClock("America/New_York", Date.parse("2026-12-31T23:59:59Z"));
  assert.deepEqual(january, december);
});

test("a process of its own gives the same answer", () => {
  assert.deepEqual(
    siteClock("Asia/Kathmandu", Date.parse("2027-06-01T00:00:00Z")),
    zoneOffsets("Asia/Kathmandu", 2027),
  );
});

test("only IANA names are time zones, and no name is an option or a path for that process", () => {
  assert.equal(isTimeZone("Europe/Paris"), true);
  assert.equal(isTimeZone("Etc/GMT+5"), true);
  for (const name of ["", "Mars/Olympus", "+01:00", "--eval", "../x", "Europe/Paris; DROP", "\u0000"]) {
    assert.equal(isTimeZone(name), false, name);
  }
});
