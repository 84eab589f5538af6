/** One case of the table of call rules as a real call between registered devices at the real Kamailio. */
import assert from "node:assert/strict";
import { defaultPassword, type Edge } from "../lab/edge.ts";
import { token } from "../lab/sip/message.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { RULE_DOMAIN, type RuleCase } from "./rule-case.ts";

/** Makes the case's call with every device registered and busy, so that each step is tried at once. */
export async function checkCase(edge: Edge, { directory, call, expected }: RuleCase, domain: string): Promise<void> {
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
      const agent = await openAgent(edge, username, domain);
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

export function openAgent(edge: Edge, user: string, domain: string): Promise<SipAgent> {
  return SipAgent.open({ user, domain, password: defaultPassword(user), port: edge.values.sipPort });
}

/** The final status of a call. */
export async function outcome(caller: SipAgent | undefined, callee: string, number = ""): Promise<number> {
  assert.ok(caller);
  const from = number === "" ? {} : { from: `<sip:${number}@${caller.domain}>;tag=${token()}` };
  const call = await caller.call(callee, from);
  return (await call.final).status;
}
