/** The table of call rules against the real Kamailio: each case is a real call between registered devices. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { around } from "../lab/around.ts";
import { defaultPassword, type Edge, startEdge } from "../lab/edge.ts";
import { token } from "../lab/sip/message.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { RULE_DOMAIN, type RuleCase } from "./rule-case.ts";
import { ruleCases } from "./rule-cases.ts";

let edge: Edge;
around(
  async () => {
    edge = await startEdge();
  },
  () => edge?.stop(),
);

describe("Kamailio's call rules", () => {
  for (const [i, rule] of ruleCases.entries()) {
    test(rule.name, () => checkCase(rule, `case${i}.sip.example.com`));
  }

  test("a site does not see another site's rules, names or devices", async () => {
    const sites = ["north.sip.example.com", "south.sip.example.com"] as const;
    for (const domain of sites) {
      edge.seedDirectory({
        domain,
        units: [{ name: "unit401", kind: "residential" }],
        accounts: [
          { username: "panel401", type: "panel", unit: "unit401" },
          { username: "door", type: "door", unit: null },
        ],
        rules: domain === sites[0] ? [{ unit: "unit401" }] : [],
      });
    }
    const [north, south] = await Promise.all(sites.map((domain) => openAgent("panel401", domain)));
    const doors = await Promise.all(sites.map((domain) => openAgent("door", domain)));
    const agents = [north, south, ...doors].filter((agent) => agent !== undefined);
    try {
      for (const agent of agents) {
        agent.policy = { ring: false, final: 486 };
        assert.equal((await agent.register()).status, 200);
      }
      assert.equal(await outcome(doors[0], "unit401"), 486);
      assert.equal(await outcome(doors[1], "unit401"), 403);
      assert.equal(await outcome(doors[0], `sip:unit401@${sites[1]}`), 403);
      assert.equal(await outcome(doors[1], `sip:panel401@${sites[0]}`), 403);
      assert.equal(north?.incoming.length, 1);
      assert.equal(south?.incoming.length, 0);
      for (const event of edge.events(sites[1])) assert.equal(event.caller, "door");
      assert.deepEqual(
        edge.events(sites[1]).map(({ kind, code }) => [kind, code]),
        [
          ["failed", 403],
          ["failed", 403],
        ],
      );
    } finally {
      for (const agent of agents) agent.close();
    }
  });
});

/** Makes the case's call with every device registered and busy, so that each step is tried at once. */
async function checkCase({ directory, call, expected }: RuleCase, domain: string): Promise<void> {
  // The case's clock is moved so that its call happens now.
  const shift = Math.floor(Date.now() / 1000) - call.atUnix;
  const accounts = directory.accounts.some(({ username }) => username === call.caller)
    ? directory.accounts
    : [...directory.accounts, { username: call.caller, type: "door" as const, unit: null, enabled: true }];
  edge.seedDirectory({
    domain,
    units: directory.units,
    accounts,
    rules: directory.rules.map((rule) => ({ ...rule, target: rule.target?.replace(RULE_DOMAIN, domain) ?? null })),
    clock: directory.clock.map(({ fromUnix, offsetSeconds }) => ({
      fromUnix: Math.max(0, fromUnix + (fromUnix === 0 ? 0 : shift)),
      offsetSeconds: offsetSeconds - shift,
    })),
  });
  const rung: string[] = [];
  const agents: SipAgent[] = [];
  try {
    for (const { username } of accounts.filter(({ enabled }) => enabled)) {
      const agent = await openAgent(username, domain);
      agents.push(agent);
      agent.policy = { ring: false, final: 486 };
      agent.onCall = () => rung.push(username);
      assert.equal((await agent.register()).status, 200, `${username} registers`);
    }
    const caller = agents.find(({ user }) => user === call.caller);
    const code = await outcome(caller, call.callee, call.callerNumber);
    if (expected.outcome !== "steps") {
      assert.equal(code, expected.outcome === "unknown" ? 404 : 403);
      assert.deepEqual(rung, []);
      return;
    }
    const seen = expected.steps.map(({ accounts }) => rung.splice(0, accounts.length).sort());
    assert.deepEqual(
      [...seen, ...rung],
      expected.steps.map(({ accounts }) => accounts),
    );
    assert.equal(code, seen.flat().length > 0 ? 486 : 480);
  } finally {
    for (const agent of agents) agent.close();
  }
}

function openAgent(user: string, domain: string): Promise<SipAgent> {
  return SipAgent.open({ user, domain, password: defaultPassword(user), port: edge.values.sipPort });
}

/** The final status of a call. */
async function outcome(caller: SipAgent | undefined, callee: string, number = ""): Promise<number> {
  assert.ok(caller);
  const from = number === "" ? {} : { from: `<sip:${number}@${caller.domain}>;tag=${token()}` };
  const call = await caller.call(callee, from);
  return (await call.final).status;
}
