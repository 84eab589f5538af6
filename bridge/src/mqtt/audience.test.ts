import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Audience, LONGEST_RESTART_MS, LONGEST_WAIT_MS } from "./audience.ts";

let listening: number;
let audience: Audience;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  listening = 0;
  audience = new Audience(() => {
    listening += 1;
  });
});
afterEach(() => {
  audience.stop();
  mock.timers.reset();
});

const waiting = () => {
  audience.waitFor();
  assert.equal(audience.waiting, true);
};
const listensNow = () => assert.deepEqual([audience.waiting, listening], [false, 1]);

test("nobody is waited for before a session was lost", () => {
  assert.equal(audience.waiting, false);
  audience.hear("homeassistant/status", "online", false);
  assert.equal(listening, 0);
});

test("Home Assistant's birth message ends the wait, a retained one of before does not", () => {
  waiting();
  audience.hear("homeassistant/status", "online", true);
  audience.hear("homeassistant/status", "offline", false);
  assert.equal(audience.waiting, true);
  audience.hear("homeassistant/status", "online", false);
  listensNow();
});

test("a broker that has not restarted kept Home Assistant's connection: no wait", () => {
  waiting();
  audience.hear("$SYS/broker/uptime", "19 seconds", true);
  assert.equal(audience.waiting, true);
  audience.hear("$SYS/broker/uptime", "20 seconds", true);
  listensNow();
});

test("without a word from anybody the wait ends after twelve seconds", () => {
  waiting();
  mock.timers.tick(LONGEST_WAIT_MS - 1);
  assert.equal(audience.waiting, true);
  mock.timers.tick(1);
  listensNow();
});

test("a stopped wait calls nobody", () => {
  waiting();
  audience.stop();
  mock.timers.tick(LONGEST_WAIT_MS);
  assert.deepEqual([audience.waiting, listening], [false, 0]);
});

test("Home Assistant that ends is away until it is back, however long the broker has run, and five minutes at most", () => {
  for (const back of [
    () => audience.hear("homeassistant/status", "online", false),
    () => mock.timers.tick(LONGEST_RESTART_MS),
  ]) {
    listening = 0;
    audience.hear("homeassistant/status", "offline", true);
    assert.equal(audience.away, false);
    audience.hear("homeassistant/status", "offline", false);
    audience.hear("$SYS/broker/uptime", "3600 seconds", false);
    mock.timers.tick(LONGEST_RESTART_MS - 1);
    assert.deepEqual([audience.away, audience.waiting, listening], [true, false, 0]);
    back();
    assert.deepEqual([audience.away, listening], [false, 1]);
  }
});

test("the wait on the broker's account ends without Home Assistant, which stays away", () => {
  audience.hear("homeassistant/status", "offline", false);
  audience.waitFor();
  mock.timers.tick(LONGEST_WAIT_MS);
  assert.deepEqual([audience.waiting, audience.away, listening], [false, true, 1]);
});
