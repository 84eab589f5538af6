/** Each event is told once, in time or not at all, whatever broker and bridge did in between. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { callEvent } from "../../../test/fakes/call-events.ts";
import { SITE } from "../../../test/fakes/stored-site.ts";
import { cuttable } from "../../../test/lab/cuttable.ts";
import {
  broker,
  calls,
  given,
  listener,
  mqtt,
  onBroker,
  run,
  site,
  start,
  TOPIC,
  take,
  types,
  unitEvents,
} from "../../../test/lab/mqtt-house.ts";
import { until } from "../../../test/lab/until.ts";

onBroker();

test("nothing is lost while the broker is down: answered and ended come after its return, each once", async () => {
  await start();
  take(1, "ringing");
  await until(() => unitEvents().length === 1, { what: "the ring" });
  await broker.stop("SIGKILL");
  take(2, "answered");
  take(3, "ended");
  await broker.start();
  await until(() => new Set(unitEvents().map(({ id }) => id)).size === 3, { what: "all events" });
  assert.deepEqual([...new Set(types())], ["ringing", "answered", "ended"]);
  await until(() => site.store.outbox.count() === 0, { what: "an empty outbox" });
});

test("an event that the broker had, though its confirmation was lost with the connection, is not told again", async (t) => {
  const line = await cuttable(broker.port);
  t.after(() => line.close());
  given.source = async () => ({ url: `mqtt://127.0.0.1:${line.port}`, username: "neolia", password: "s3cret" });
  run();
  await until(() => mqtt.state().link === "up", { what: "the link to the broker" });
  // The call log ends calls of long ago.
  const now = () => ({ atMs: Date.now() });
  void line.silenceAfter(/"event_type":"ringing".*?}/s);
  take(1, "ringing", now());
  await until(() => unitEvents().length === 1, { what: "the ring" });
  line.cut();
  await until(() => mqtt.state().link !== "up", { what: "the lost link" });
  await until(() => mqtt.state().link === "up", { what: "the next link" });
  await listener.say("homeassistant/status", "online");
  await until(() => site.store.outbox.count() === 0, { what: "an empty outbox" });
  take(2, "answered", now());
  await until(() => types().includes("answered"), { what: "the answer" });
  assert.deepEqual(types(), ["ringing", "answered"]);

  // The bridge is killed before it has noted the confirmation.
  void line.silenceAfter(/"event_type":"ended".*?}/s);
  take(3, "ended", now());
  await until(() => types().includes("ended"), { what: "the end" });
  line.cut();
  await mqtt.stop();
  assert.ok(site.store.outbox.count() > 0);
  await start();
  await listener.say("homeassistant/status", "online");
  await until(() => site.store.outbox.count() === 0, { what: "an empty outbox again" });
  assert.deepEqual(types(), ["ringing", "answered", "ended"]);
});

test("a ring that waited for the broker longer than 30 s goes out as a missed call, not as a ring", async () => {
  take(1, "ringing");
  take(2, "failed", { code: 487 });
  given.clockAheadMs = 31_000;
  await start();
  await until(() => site.store.outbox.count() === 0, { what: "an empty outbox" });
  await until(() => unitEvents().length > 0, { what: "the missed call" });
  assert.deepEqual(types(), ["missed"]);
  assert.equal(unitEvents()[0]?.reason, "cancelled");
});

test("a ring that waited less than 30 s is still a ring", async () => {
  // The broker remembers which events it had, by their ids.
  take(1, "ringing", { callId: "f".repeat(32) });
  given.clockAheadMs = 20_000;
  await start();
  await until(() => unitEvents().length === 1, { what: "the ring" });
  assert.deepEqual(types(), ["ringing"]);
});

test("a press that waited for the broker longer than 30 s is told to nobody", async () => {
  take(1, "failed", { code: 480 });
  given.clockAheadMs = 31_000;
  await start();
  await until(() => unitEvents().length > 0, { what: "the missed call" });
  await until(() => site.store.outbox.count() === 0, { what: "an empty outbox" });
  assert.deepEqual(listener.events(`${TOPIC}/intercom-entrance/press`), []);
});

test("history of more than a day ago is told to nobody", async () => {
  calls.take(SITE, callEvent(1, "failed", { code: 487 }), 25 * 3_600_000);
  await start();
  take(2, "failed", { callId: "d".repeat(32), code: 487 });
  await until(() => unitEvents().length > 0, { what: "today's call" });
  assert.deepEqual(
    unitEvents().map(({ call_id }) => call_id),
    ["d".repeat(32)],
  );
});

test("after the broker's restart events wait for Home Assistant, which comes back later than we do", async () => {
  await start();
  await broker.stop("SIGKILL");
  await until(() => mqtt.state().link === "down", { what: "the lost link" });
  take(1, "ringing");
  await broker.start();
  await until(() => mqtt.state().link === "up", { what: "the link" });
  await until(() => listener.last(`${TOPIC}/unit401/state`) === "ringing", { what: "the state" });
  assert.deepEqual(types(), []);
  await listener.say("homeassistant/status", "online");
  await until(() => types().length === 1, { what: "the ring" });
  assert.deepEqual(types(), ["ringing"]);
});
