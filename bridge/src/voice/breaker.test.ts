import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { until } from "../../../test/lab/until.ts";
import { Breaker, type VoiceHealth } from "./breaker.ts";
import { voiceError } from "./voice-errors.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} };
let now: number;
let changes: VoiceHealth[];
let probe: () => Promise<void>;
let breaker: Breaker;

beforeEach(() => {
  [now, changes] = [0, []];
  probe = () => Promise.resolve();
  breaker = new Breaker({
    probe: () => probe(),
    onChange: (health) => changes.push(health),
    log,
    now: () => now,
    probeEveryMs: 5,
  });
});
afterEach(() => breaker.stop());

test("a fatal error sends people the calls for ten minutes, whatever a probe says", async () => {
  breaker.failed(voiceError("insufficient_quota", "no money"));
  assert.deepEqual(breaker.health, { ready: false, problem: "insufficient_quota" });
  breaker.start();
  let probes = 0;
  probe = () => {
    probes += 1;
    return Promise.resolve();
  };
  await until(() => probes > 2, { what: "probes" });
  assert.equal(breaker.health.ready, false);
  now = 600_000;
  await until(() => breaker.health.ready, { what: "the breaker to close" });
  assert.deepEqual(
    changes.map(({ ready }) => ready),
    [false, true],
  );
});

test("one lost session is no reason yet, three in a row are, and a probe that works ends it", async () => {
  breaker.failed(voiceError("connection_lost", ""));
  breaker.failed(voiceError("timeout", ""));
  breaker.succeeded();
  breaker.failed(voiceError("timeout", ""));
  breaker.failed(voiceError("conversation_already_has_active_response", ""));
  breaker.failed(voiceError("timeout", ""));
  assert.ok(breaker.health.ready);
  breaker.failed(voiceError("silent", ""));
  assert.equal(breaker.health.problem, "silent");
  breaker.start();
  await until(() => breaker.health.ready, { what: "the probe" });
});

test("a probe finds out before a caller does", async () => {
  probe = () => Promise.reject(voiceError("connection_refused", ""));
  breaker.start();
  await until(() => breaker.health.problem === "connection_refused", { what: "the probe" });
});
