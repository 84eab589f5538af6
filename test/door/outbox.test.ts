/** The outbox under load and under a kill: every call ends exactly once. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CallEvent } from "../../infra/control/src/wire.ts";
import type { SiteSeed } from "../lab/edge.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

const LINES = 8;
const CALLS = 160;

inHouse({ quiet: false });

describe("the outbox", () => {
  test("calls of every outcome, many at once, each have their events once and in order", async () => {
    const callers = await openLines();
    const outcomes = new Map<number, number>();
    await Promise.all(
      callers.map(async (caller, line) => {
        for (let n = 0; n < CALLS / LINES; n++) {
          const call = await caller.call(`unit${line}-${n % 4}`);
          const code = await status(call);
          outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
          if (code === 200) assert.equal((await call.hangup()).status, 200);
        }
      }),
    );
    assert.deepEqual([...outcomes.keys()].sort(), [200, 404, 486, 603]);
    const calls = await until(
      () => {
        const groups = byCall(house.edge.events(DOMAIN));
        return (
          groups.length === CALLS && groups.every((events) => /ended|failed/.test(events.at(-1)?.kind ?? "")) && groups
        );
      },
      { what: "every call to be over" },
    );
    for (const events of calls) checkOrder(events);
    assert.doesNotMatch(house.edge.kamailioLog(), /locked|is lost/);
  });

  test("calls with one Call-ID and tag are one call each, with their own events, and each can be ended", async () => {
    house.rules({ unit: "unit401" });
    const door = await house.device("door");
    const mobile = await house.device("mobile401");
    const seen = house.edge.events(DOMAIN).at(-1)?.id ?? 0;
    const same = { callId: "always-the-same", from: `<${door.aor}>;tag=1` };
    const since = () => byCall(house.edge.events(DOMAIN).filter((event) => event.id > seen));
    for (const [n, outcome] of [486, 200, 200].entries()) {
      const call = await door.call("unit401", { ...same, cseq: 1 + 10 * n });
      (await ringing(mobile, n)).answer(outcome);
      assert.equal(await status(call), outcome);
      if (n === 1) assert.equal((await call.hangup()).status, 200);
      await until(() => since()[n]?.length === [3, 4, 3][n], { what: "the events of the call" });
      if (n < 2) continue;
      const response = await house.edge.rpc(`/calls/end?domain=${DOMAIN}&account=door`);
      assert.deepEqual(await response.json(), { ended: 1 });
      assert.equal((await call.endedByPeer).method, "BYE");
    }
    assert.deepEqual(
      (await until(() => since()[2]?.length === 4 && since(), { what: "the end of the last" })).map((events) =>
        events.map(({ kind }) => kind).join(),
      ),
      ["invited,ringing,failed", "invited,ringing,answered,ended", "invited,ringing,answered,ended"],
    );
    house.seed(lineAccounts(), lineRules());
  });

  test("a kill in the middle of calls leaves each of them with one end, before or after it", async () => {
    const seen = house.edge.events(DOMAIN).at(-1)?.id ?? 0;
    const callers = await openLines();
    const calls = await Promise.all(callers.map((caller, line) => caller.call(`unit${line}-0`)));
    await Promise.all(calls.map(status));
    const ringingOnly = await house.device("panel401");
    house.seed(lineAccounts(), [...lineRules(), { unit: "unit401" }]);
    await callers[0]?.call("unit401");
    await ringing(ringingOnly);
    // Three hang up in the very moment of the kill.
    const early = calls.slice(0, 3).map((call) => call.hangup().catch(() => null));
    await house.edge.killKamailio();
    await house.edge.startKamailio();
    await Promise.all(callers.map((caller) => (caller.wire.protocol === "wss" ? caller.reconnect() : null)));
    await Promise.all(callers.map((caller) => caller.register()));
    await Promise.all(
      calls.map(async (call, i) => {
        const reply = await call.hangup();
        assert.ok([200, 480, 481].includes(reply.status), `call ${i} answers its BYE with ${reply.status}`);
      }),
    );
    await Promise.all(early);
    await until(
      () =>
        byCall(house.edge.events(DOMAIN).filter(({ id }) => id > seen)).every((events) =>
          /ended|failed/.test(events.at(-1)?.kind ?? ""),
        ),
      { what: "every call to be over" },
    );
    for (const events of byCall(house.edge.events(DOMAIN).filter(({ id }) => id > seen))) checkOrder(events);
  });
});

/** invited, then ringing, then answered, then one end; nothing twice, nothing after the end. */
function checkOrder(events: CallEvent[]): void {
  const kinds = events.map(({ kind }) => kind).join(" ");
  assert.match(kinds, /^(invited( ringing)*( answered ended| answered| failed)?|failed)$/);
  assert.equal(events.filter(({ kind }) => kind === "ended" || kind === "failed").length, 1, kinds);
  const keys = events.map(({ kind, account }) => `${kind} ${account}`);
  assert.equal(new Set(keys).size, keys.length, kinds);
}

function byCall(events: CallEvent[]): CallEvent[][] {
  return [...Map.groupBy(events, ({ callId }) => callId).values()];
}

/** Each line has a caller and three units: one answers, one is busy, one declines; the fourth name is unknown. */
async function openLines(): Promise<SipAgent[]> {
  house.seed(lineAccounts(), lineRules());
  const callers: SipAgent[] = [];
  for (let line = 0; line < LINES; line++) {
    callers.push(await house.device(`caller${line}`, line % 2 === 0 ? "udp" : "wss"));
    for (const [n, final] of [200, 486, 603].entries()) {
      const callee = await house.device(`callee${line}-${n}`, line % 3 === 0 ? "ws" : "udp");
      callee.policy = { final, afterMs: 5 * line };
    }
  }
  return callers;
}

function lineAccounts(): SiteSeed["accounts"] {
  const lines = Array.from({ length: LINES }, (_, line) => line);
  return [
    { username: "panel401", type: "panel", unit: "unit401" },
    ...lines.map((line) => ({ username: `caller${line}`, type: "door" as const, unit: null })),
    ...lines.flatMap((line) =>
      [0, 1, 2].map((n) => ({ username: `callee${line}-${n}`, type: "mobile" as const, unit: `unit${line}-${n}` })),
    ),
  ];
}

function lineRules(): SiteSeed["rules"] {
  return Array.from({ length: LINES * 3 }, (_, i) => ({ unit: `unit${Math.floor(i / 3)}-${i % 3}` }));
}
