import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf, STALE_MS } from "./commands.ts";

const DOMAIN = "home.sip.example.com";
const TOPIC = `neolia/${DOMAIN}/unit401/do-not-disturb/set`;
const NOW = Date.parse("2026-11-21T12:00:00Z");

const heard = (payload: string, more: { topic?: string; retained?: boolean } = {}) =>
  commandOf(DOMAIN, { topic: TOPIC, payload, retained: false, ...more }, NOW);
const timed = (state: unknown, aheadMs = 0) =>
  JSON.stringify({ state, at: new Date(NOW + aheadMs).toISOString().replace("Z", "+00:00") });

test("do-not-disturb is switched by on and off, with or without the time", () => {
  for (const on of [true, false]) {
    const command = { kind: "do-not-disturb", unit: "unit401", on };
    assert.deepEqual(heard(on ? "on" : "off"), command);
    assert.deepEqual(heard(timed(on ? "on" : "off")), command);
  }
});

test("a retained command is ignored, whatever it says", () => {
  for (const payload of ["on", "off", timed("on"), "", "x"])
    assert.equal(heard(payload, { retained: true }), "retained");
});

test("a command that is older or further ahead than half a minute is stale", () => {
  for (const side of [-1, 1]) {
    assert.notEqual(heard(timed("on", side * STALE_MS)), "stale");
    assert.equal(heard(timed("on", side * (STALE_MS + 1))), "stale");
  }
});

test("what says neither on nor off is malformed", () => {
  const payloads = ["", "ON", "true", "1", "{", "null", "[]", '"on"', '{"state":"on"}', timed("ON"), timed(true)];
  for (const payload of [...payloads, '{"state":"on","at":"yesterday"}', '{"state":"on","at":1}']) {
    assert.equal(heard(payload), "malformed", payload);
  }
});

test("a command that is longer than any of ours is malformed, and not read", () => {
  assert.equal(heard(timed("on") + " ".repeat(200)), "malformed");
  assert.equal(heard("[".repeat(1_000_000)), "malformed");
});

test("no other topic is one of commands", () => {
  for (const topic of [
    `neolia/${DOMAIN}/unit401/do-not-disturb`,
    `neolia/${DOMAIN}/unit401/do-not-disturb/set/set`,
    `neolia/${DOMAIN}/unit401/open/set`,
    `neolia/${DOMAIN}/do-not-disturb/set`,
    "neolia/other.sip.example.com/unit401/do-not-disturb/set",
    `x/neolia/${DOMAIN}/unit401/do-not-disturb/set`,
    "homeassistant/status",
    "",
  ]) {
    assert.equal(heard("on", { topic }), null, topic);
  }
});
