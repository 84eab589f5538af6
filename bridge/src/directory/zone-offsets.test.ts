import assert from "node:assert/strict";
import { test } from "node:test";
import { zoneOffsets } from "./zone-offsets.ts";

const unix = (iso: string) => Date.parse(iso) / 1000;

test("the clock of Paris holds its changes of four years to the second", () => {
  const clock = zoneOffsets("Europe/Paris", 2026) ?? [];
  assert.deepEqual(clock.slice(0, 3), [
    { fromUnix: unix("2026-01-01T00:00:00Z"), offsetSeconds: 3600 },
    { fromUnix: unix("2026-03-29T01:00:00Z"), offsetSeconds: 7200 },
    { fromUnix: unix("2026-10-25T01:00:00Z"), offsetSeconds: 3600 },
  ]);
  assert.equal(clock.length, 9);
  assert.equal(clock.at(-1)?.fromUnix, unix("2029-10-28T01:00:00Z"));
});

test("a zone without summer time has one entry, and odd offsets are right", () => {
  assert.deepEqual(
    zoneOffsets("UTC", 2026)?.map(({ offsetSeconds }) => offsetSeconds),
    [0],
  );
  assert.deepEqual(
    zoneOffsets("Asia/Kathmandu", 2026)?.map(({ offsetSeconds }) => offsetSeconds),
    [20_700],
  );
  // Half an hour of summer time, in the southern hemisphere.
  assert.deepEqual(
    zoneOffsets("Australia/Lord_Howe", 2026)
      ?.map(({ offsetSeconds }) => offsetSeconds)
      .slice(0, 3),
    [39_600, 37_800, 39_600],
  );
});

test("every zone this system knows fits the wire and never repeats an offset", () => {
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    const clock = zoneOffsets(zone, 2026) ?? [];
    assert.ok(clock.length >= 1 && clock.length <= 64, zone);
    for (const [i, entry] of clock.entries()) {
      assert.notEqual(entry.offsetSeconds, clock[i - 1]?.offsetSeconds, zone);
      assert.ok(entry.fromUnix > (clock[i - 1]?.fromUnix ?? -1), zone);
      assert.ok(Math.abs(entry.offsetSeconds) <= 50_400, zone);
    }
  }
});

test("only IANA names are time zones", () => {
  assert.ok(zoneOffsets("Europe/Paris", 2026));
  for (const name of ["", "Mars/Olympus", "+01:00", "Europe/Paris; DROP", "\u0000"]) {
    assert.equal(zoneOffsets(name, 2026), null, name);
  }
});
