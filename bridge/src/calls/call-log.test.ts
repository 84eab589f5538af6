import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import fc from "fast-check";
import type { CallEvent } from "../../../infra/control/src/wire.ts";
import { callEvent } from "../../../test/fakes/call-events.ts";
import { DOOR, OTHER_SITE, SITE, storedSite, UNIT_401 } from "../../../test/fakes/stored-site.ts";
import { EventBus } from "../events/bus.ts";
import type { CallChanged } from "../events/domain-events.ts";
import { type CallLog, startCallLog } from "./call-log.ts";

const CALL = "c".repeat(32);
let site: ReturnType<typeof storedSite>;
let log: CallLog;
let announced: string[];
let changes: CallChanged[];
let nowMs: number;

function start(store = site.store): void {
  const bus = new EventBus((error) => assert.fail(String(error)));
  bus.on("callChanged", (change) => changes.push(change));
  log = startCallLog({
    store,
    bus,
    announce: (call, what) => announced.push(`${call.callee.name} ${what}`),
    nowMs: () => nowMs,
  });
}

beforeEach(() => {
  site = storedSite();
  announced = [];
  changes = [];
  nowMs = 1_000_000;
  start();
});
afterEach(() => {
  log.stop();
  site.remove();
});

const takeAll = (events: CallEvent[], ageMs = 0): void => {
  for (const event of events) log.take(SITE, event, ageMs);
};
const answeredCall = [
  callEvent(1, "invited"),
  callEvent(2, "ringing"),
  callEvent(3, "ringing", { account: "mobile401" }),
  callEvent(4, "answered"),
  callEvent(9, "ended"),
];

test("an answered door call is in the log with its parties, times and outcome", () => {
  takeAll(answeredCall);
  assert.deepEqual(site.store.calls.getCall(CALL), {
    callId: CALL,
    siteId: SITE,
    unitId: UNIT_401,
    doorId: DOOR,
    callerUnitId: null,
    caller: { name: "intercom-entrance", label: "Entrance", kind: "door" },
    callee: { name: "unit401", label: "401", kind: "unit" },
    answeredBy: { name: "panel401", label: "Label of panel401", kind: "panel" },
    status: "completed",
    reason: "answered-elsewhere",
    startedAtMs: 1_000,
    ringingAtMs: 2_000,
    answeredAtMs: 4_000,
    endedAtMs: 9_000,
  });
  assert.deepEqual(announced, ["unit401 pressed", "unit401 ringing", "unit401 answered", "unit401 ended"]);
});

test("taking the same events again, as after a crash of the link, changes and announces nothing", () => {
  takeAll(answeredCall);
  const before = site.store.calls.getCall(CALL);
  takeAll(answeredCall);
  assert.deepEqual(site.store.calls.getCall(CALL), before);
  assert.equal(announced.length, 4);
  assert.equal(site.store.feed.cursor(SITE), 9);
});

test("events older than 30 s make a log entry and no ring", () => {
  takeAll([callEvent(1, "invited"), callEvent(2, "ringing"), callEvent(5, "failed", { code: 487 })], 31_000);
  assert.equal(site.store.calls.getCall(CALL)?.status, "cancelled");
  assert.deepEqual(announced, ["unit401 missed"]);
  assert.ok(changes.every(({ fresh }) => !fresh));
});

const other = (digit: string) => ({ callId: digit.repeat(32) });

for (const [code, why] of [
  [403, "no rule lets it through"],
  [404, "there is no such flat"],
  [480, "nobody is registered, or do-not-disturb is on"],
  [486, "all are busy"],
  [503, "there are too many calls"],
] as const) {
  test(`the bell of a door is heard when nobody is rung because ${why}, and the call is missed`, () => {
    takeAll([callEvent(1, "failed", { code })]);
    assert.deepEqual(announced, ["unit401 pressed", "unit401 missed"]);
  });
}

test("a neighbour whom no rule lets through presses no bell and is no missed call", () => {
  takeAll([callEvent(1, "failed", { code: 403, caller: "panel402" })]);
  assert.deepEqual(announced, ["unit401 ended"]);
});

test("only the account of a door's own station presses its bell, not one that the directory does not know", () => {
  takeAll([
    callEvent(1, "ringing", { ...other("1"), caller: "intercom-entrance2" }),
    callEvent(2, "ringing", {
      ...other("2"),
      caller: "panel401",
      callee: "intercom-entrance",
      unit: "intercom-entrance",
    }),
  ]);
  assert.deepEqual(announced, ["unit401 ringing", "intercom-entrance ringing"]);
});

test("a station that is refused and tries again at once is one press of the bell, two seconds later or at another flat it is another", () => {
  const press = (id: number, atMs: number) => {
    nowMs = atMs;
    takeAll([callEvent(id, "failed", { ...other(String(id)), code: 480 })]);
  };
  for (const [index, atMs] of [1_000_000, 1_000_300, 1_001_999, 1_002_000].entries()) press(index + 1, atMs);
  assert.equal(announced.filter((what) => what === "unit401 pressed").length, 2);
  assert.equal(announced.filter((what) => what === "unit401 missed").length, 4);
  takeAll([callEvent(8, "failed", { ...other("8"), code: 480, callee: "unit402", unit: "unit402" })]);
  assert.ok(announced.includes("unit402 pressed"));
  // Somebody was rung: whoever presses then presses anew.
  takeAll([
    callEvent(20, "ringing", other("a")),
    callEvent(21, "failed", { ...other("a"), code: 487 }),
    callEvent(22, "ringing", other("b")),
  ]);
  assert.equal(announced.filter((what) => what === "unit401 pressed").length, 3);
  // A clock that was set back silences no bell.
  press(30, 1_100_000);
  press(31, 500_000);
  assert.equal(announced.filter((what) => what === "unit401 pressed").length, 5);
});

test("a call goes on over a restart of the bridge", () => {
  takeAll(answeredCall.slice(0, 3));
  log.stop();
  start(site.reopen());
  takeAll(answeredCall);
  assert.deepEqual(announced, ["unit401 pressed", "unit401 ringing", "unit401 answered", "unit401 ended"]);
});

test("when storing the effects fails, the event is not taken and comes again", () => {
  log.stop();
  let failing = true;
  log = startCallLog({
    store: site.store,
    bus: new EventBus(() => undefined),
    announce: (_call, what) => {
      if (failing) throw new Error("disk full");
      announced.push(what);
    },
  });
  assert.throws(() => log.take(SITE, callEvent(2, "ringing"), 0), /disk full/);
  assert.equal(site.store.feed.cursor(SITE), 0);
  assert.equal(site.store.calls.getCall(CALL), null);
  failing = false;
  log.take(SITE, callEvent(2, "ringing"), 0);
  assert.deepEqual(announced, ["pressed", "ringing"]);
});

test("listeners hear of a change only when it is in the log", () => {
  const bus = new EventBus((error) => assert.fail(String(error)));
  const seen: Array<string | undefined> = [];
  log.stop();
  log = startCallLog({ store: site.store, bus, announce: () => undefined });
  bus.on("callChanged", ({ callId }) => seen.push(site.store.calls.getCall(callId)?.status));
  takeAll(answeredCall);
  assert.deepEqual(seen, ["ringing", "ringing", "in-progress", "completed"]);
});

test("a ringing call whose end never comes fails after sixteen minutes, as a missed call", () => {
  takeAll(answeredCall.slice(0, 2));
  // The VPS's clock goes on by itself meanwhile.
  nowMs = 2_000 + 16 * 60_000 - 10_000;
  log.following(SITE, true, nowMs);
  assert.equal(site.store.calls.getCall(CALL)?.status, "ringing");
  nowMs += 10_000;
  log.following(SITE, true, nowMs);
  const call = site.store.calls.getCall(CALL);
  assert.deepEqual([call?.status, call?.reason, call?.endedAtMs], ["failed", "failed", nowMs]);
  assert.deepEqual(announced, ["unit401 pressed", "unit401 ringing", "unit401 missed"]);
});

test("an overdue call waits for the feed to bring its true end, but not for ever", () => {
  takeAll(answeredCall.slice(0, 2));
  log.stop();
  nowMs = 2_000 + 30 * 60_000;
  start();
  log.following(SITE, false, null);
  assert.equal(site.store.calls.getCall(CALL)?.status, "ringing");
  nowMs += 3_600_000;
  log.following(SITE, false, null);
  assert.equal(site.store.calls.getCall(CALL)?.reason, "failed");
});

test("a wrong clock here, or one that jumps, ends no call before its time: the VPS's clock counts", () => {
  const vpsMs = () => 60_000 + performance.now();
  log.following(SITE, true, vpsMs());
  takeAll(answeredCall.slice(0, 2), 58_000);
  nowMs += 365 * 86_400_000;
  log.following(SITE, true, vpsMs());
  log.following(SITE, false, null);
  assert.equal(site.store.calls.getCall(CALL)?.status, "ringing");
  log.following(SITE, true, 2_000 + 16 * 60_000);
  const call = site.store.calls.getCall(CALL);
  assert.deepEqual([call?.reason, call?.endedAtMs], ["failed", 2_000 + 16 * 60_000]);
});

test("when the VPS was rebuilt, the calls of its site that were on end as failed and no other site's", () => {
  takeAll(answeredCall.slice(0, 4));
  log.take(OTHER_SITE, callEvent(1, "ringing", { callId: "d".repeat(32) }), 0);
  log.lost(SITE);
  assert.equal(site.store.calls.getCall(CALL)?.reason, "failed");
  assert.equal(site.store.calls.getCall("d".repeat(32))?.status, "ringing");
});

test("an event of one site cannot touch a call of another", () => {
  takeAll(answeredCall.slice(0, 2));
  log.take(OTHER_SITE, callEvent(1, "failed", { code: 487 }), 0);
  assert.equal(site.store.calls.getCall(CALL)?.status, "ringing");
});

test("names mean the accounts and units of the event's own site", () => {
  log.take(OTHER_SITE, callEvent(1, "answered", { caller: "panel401", account: "panel401" }), 0);
  const call = site.store.calls.getCall(CALL);
  assert.equal(call?.callee.label, "401 elsewhere");
  assert.equal(call?.callerUnitId, "other-unit401");
});

test("a caller's number is the label of a gateway call, and a withheld one is not", () => {
  const from = (callId: string, callerNumber: string) => {
    log.take(
      SITE,
      callEvent(site.store.feed.cursor(SITE) + 1, "invited", { callId, caller: "line1", callerNumber }),
      0,
    );
    return site.store.calls.getCall(callId)?.caller;
  };
  assert.deepEqual(from("1".repeat(32), "+33100000000"), { name: "line1", label: "+33100000000", kind: "gateway" });
  assert.deepEqual(from("2".repeat(32), "anonymous"), { name: "line1", label: "Label of line1", kind: "gateway" });
});

test("a panel that calls a door is seen from its own flat, and names nobody knows stay names", () => {
  const more = { caller: "panel401", callee: "intercom-entrance", unit: "intercom-entrance", account: "" };
  log.take(SITE, callEvent(1, "invited", more), 0);
  const call = site.store.calls.getCall(CALL);
  assert.deepEqual([call?.unitId, call?.doorId, call?.callerUnitId], [null, DOOR, UNIT_401]);
  assert.equal(call?.callee.kind, "door");

  const unknown = { callId: "e".repeat(32), callee: "unit999", unit: "", code: 404 };
  log.take(SITE, callEvent(2, "failed", unknown), 0);
  assert.deepEqual(site.store.calls.getCall(unknown.callId)?.callee, {
    name: "unit999",
    label: "unit999",
    kind: "unknown",
  });
});

test("in whatever order, doubled and with gaps, events leave each call ended once or still on", () => {
  const shuffledCalls = fc
    .array(
      fc.tuple(
        fc.constantFrom("1", "2", "3"),
        fc.constantFrom(...answeredCall, callEvent(10, "failed", { code: 486 })),
      ),
    )
    .map((picks) => picks.map(([call, event], index) => ({ ...event, id: index + 1, callId: call.repeat(32) })));
  fc.assert(
    fc.property(shuffledCalls, (events) => {
      announced = [];
      for (const call of site.store.calls.activeCalls()) assert.equal(call.endedAtMs, null);
      const run = events.map((event) => ({ ...event, callId: `${event.callId}${nowMs}` }));
      nowMs += 1;
      site.store.feed.reset(SITE, 0);
      takeAll([...run, ...run]);
      const ids = new Set(run.map(({ callId }) => callId));
      const over = [...ids].filter((id) => site.store.calls.getCall(id)?.endedAtMs !== null);
      assert.equal(announced.filter((what) => /ended|missed/.test(what)).length, over.length);
    }),
    { numRuns: 40 },
  );
});
