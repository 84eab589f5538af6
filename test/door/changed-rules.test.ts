/** Kamailio remembers what the directory said of the last call to a name; what was changed since counts all the same. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { around } from "../lab/around.ts";
import { type Edge, type SiteSeed, startEdge } from "../lab/edge.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { openAgent, outcome } from "./case-call.ts";

const DOMAIN = "changes.sip.example.com";
const SEED: SiteSeed = {
  domain: DOMAIN,
  units: [
    { name: "unit401", kind: "residential" },
    { name: "unit402", kind: "residential" },
  ],
  accounts: [
    { username: "panel401", type: "panel", unit: "unit401" },
    { username: "panel402", type: "panel", unit: "unit402" },
    { username: "door", type: "door", unit: null },
    { username: "back-door", type: "door", unit: null },
  ],
  rules: [{ unit: "unit401" }],
};

let edge: Edge;
const agents = new Map<string, SipAgent>();
let rung: string[] = [];
around(
  async () => {
    edge = await startEdge();
    edge.seedDirectory(SEED);
    for (const { username } of SEED.accounts) {
      const agent = await openAgent(edge, username, DOMAIN);
      agents.set(username, agent);
      agent.policy = { ring: false, final: 486 };
      assert.equal((await agent.register()).status, 200);
    }
  },
  async () => {
    for (const agent of agents.values()) agent.close();
    await edge?.stop();
  },
);
beforeEach(() => {
  edge.seedDirectory(SEED);
  for (const [username, agent] of agents) agent.onCall = () => rung.push(username);
});

/** The final status of a call to unit 401, and whom it rang. */
async function ring(caller = "door"): Promise<[number, ...string[]]> {
  rung = [];
  const code = await outcome(agents.get(caller), "unit401");
  return [code, ...rung.sort()];
}

test("an edit is in force at the next call, whatever it changes, and back again", async () => {
  const changes: [string, Partial<SiteSeed>, [number, ...string[]]][] = [
    ["no rule", { rules: [] }, [403]],
    ["do not disturb", { units: SEED.units.map((unit) => ({ ...unit, doNotDisturb: true })) }, [480]],
    [
      "another's flat",
      { accounts: SEED.accounts.map((one) => ({ ...one, unit: "unit401" })) },
      [486, "back-door", "panel401", "panel402"],
    ],
    [
      "an account that is off",
      { accounts: SEED.accounts.map((one) => ({ ...one, enabled: one.username !== "panel401" })) },
      [480],
    ],
    ["only the back door", { rules: [{ unit: "unit401", sourcePattern: "back-*" }] }, [403]],
    [
      "a forward",
      { rules: [{ unit: "unit401", action: "forward", target: `sip:unit402@${DOMAIN}` }] },
      [486, "panel402"],
    ],
  ];
  assert.deepEqual(await ring(), [486, "panel401"]);
  for (const [what, change, expected] of changes) {
    edge.seedDirectory({ ...SEED, ...change });
    assert.deepEqual(await ring(), expected, what);
    assert.deepEqual(await ring(), expected, `${what}, again`);
    edge.seedDirectory(SEED);
    assert.deepEqual(await ring(), [486, "panel401"], `after ${what}`);
  }
});

test("what one caller may is not what the next one may, nor does a step that comes later ring by an old answer", async () => {
  edge.seedDirectory({ ...SEED, rules: [{ unit: "unit401", sourcePattern: "back-*" }] });
  assert.deepEqual(await ring("back-door"), [486, "panel401"]);
  assert.deepEqual(await ring("door"), [403]);
  assert.deepEqual(await ring("back-door"), [486, "panel401"]);
  assert.deepEqual(await ring("panel401"), [403]);

  const twoSteps = [
    { unit: "unit401", position: 0, ringSeconds: 3 },
    { unit: "unit401", position: 1, action: "forward" as const, target: `sip:unit402@${DOMAIN}` },
  ];
  edge.seedDirectory({ ...SEED, rules: twoSteps });
  assert.deepEqual(await ring(), [486, "panel401", "panel402"]);
  // The second step's device is taken out of its flat while the first one rings.
  const panel = agents.get("panel401");
  assert.ok(panel);
  panel.onCall = () => {
    edge.seedDirectory({
      ...SEED,
      accounts: SEED.accounts.filter(({ username }) => username !== "panel402"),
      rules: twoSteps,
    });
    rung.push("panel401");
  };
  assert.deepEqual(await ring(), [486, "panel401"]);
});

test("a rule with hours ends with them, though nobody writes to the directory", async () => {
  const now = Math.floor(Date.now() / 1000);
  const minute = (seconds: number) => Math.floor((((seconds - 345_600) % 604_800) + 604_800) / 60) % 10_080;
  // An hour on both sides, and Sunday's last minute is next to Monday's first.
  const [fromMinute, toMinute] = [minute(now - 3600), minute(now + 3600)];
  const ends =
    fromMinute < toMinute
      ? [{ fromMinute, toMinute }]
      : [
          { fromMinute, toMinute: 10_080 },
          { fromMinute: 0, toMinute },
        ];
  const windows = ends.filter((window) => window.fromMinute < window.toMinute);
  const endsAtUnix = now + 5;
  edge.seedDirectory({
    ...SEED,
    rules: [{ unit: "unit401", windows }],
    clock: [
      { fromUnix: 0, offsetSeconds: 0 },
      { fromUnix: endsAtUnix, offsetSeconds: 12 * 3600 },
    ],
  });
  assert.deepEqual(await ring(), [486, "panel401"]);
  await until(() => Date.now() >= endsAtUnix * 1000, { what: "the clocks to be put on" });
  assert.deepEqual(await ring(), [403]);
});

test("a device that has just logged in is asked for what the directory says of its account now", async () => {
  const door = agents.get("door");
  assert.ok(door);
  const login = async () => (await door.register()).status;
  const changes: [string, Partial<SiteSeed["accounts"][number]>][] = [
    ["another password", { password: "another-password" }],
    ["an account that is off", { enabled: false }],
  ];
  assert.equal(await login(), 200);
  for (const [what, change] of changes) {
    const accounts = SEED.accounts.map((one) => (one.username === "door" ? { ...one, ...change } : one));
    edge.seedDirectory({ ...SEED, accounts });
    assert.equal(await login(), 401, what);
    assert.deepEqual(await ring(), [407], what);
    edge.seedDirectory(SEED);
    assert.equal(await login(), 200, `after ${what}`);
    assert.deepEqual(await ring(), [486, "panel401"], `after ${what}`);
  }

  const number = "+33199000000";
  const calls = async () => await outcome(door, "unit401", number);
  assert.equal(await calls(), 403, "a door is no gateway");
  const accounts = SEED.accounts.map((one) => (one.username === "door" ? { ...one, type: "gateway" as const } : one));
  edge.seedDirectory({ ...SEED, accounts });
  assert.equal(await calls(), 486, "a gateway presents its caller's number");
  edge.seedDirectory(SEED);
  assert.equal(await calls(), 403, "a door again");
});
