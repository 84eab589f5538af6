/**
 * Random directories and calls through a real running Kamailio: which devices ring, in which order, and the final code are
 * what the evaluator says. The same seed each run; thousands more go through Kamailio's SQL in test/directory.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluateRules } from "../../bridge/src/directory/rule-evaluator.ts";
import { around } from "../lab/around.ts";
import { type Edge, startEdge } from "../lab/edge.ts";
import { checkCase } from "./case-call.ts";
import { RULE_DOMAIN, type Rule, type RuleAccount, type RuleDirectory } from "./rule-case.ts";

let edge: Edge;
around(
  async () => {
    edge = await startEdge();
  },
  () => edge?.stop(),
);

const UNITS = ["unit1", "unit2", "door-a"];
const NAMES = ["panel-1", "panel-2", "mobile-1", "door-a"];
const CALLEES = [...UNITS, "panel-1", "mobile-1", "nobody"];
const PATTERNS = ["*", "door-*", "panel-[12]", "panel-[^1]", "d*r-?", "mobile-1", "["];
const CALLS = 40;
const SEED = 20_261_128;

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const windowOf = fc
  .tuple(fc.nat(10_000), fc.integer({ min: 60, max: 6_000 }))
  .map(([from, length]) => ({ fromMinute: from, toMinute: Math.min(10_080, from + length) }));
const accountOf = (username: string): fc.Arbitrary<RuleAccount> =>
  fc.record({
    username: fc.constant(username),
    type: fc.constant("panel" as const),
    unit: username === "door-a" ? fc.constant("door-a") : fc.option(pick(UNITS)),
    enabled: fc.boolean(),
  });
const ruleOf = fc
  .record({
    unit: pick(UNITS),
    sourcePattern: pick(PATTERNS),
    action: pick(["ring", "ring", "forward", "voicemail"] as const),
    to: pick(CALLEES.map((name) => `sip:${name}@${RULE_DOMAIN}`)),
    ringSeconds: fc.integer({ min: 3, max: 180 }),
    windows: fc.array(windowOf, { maxLength: 2 }),
    enabled: pick([true, true, true, false]),
  })
  .map(({ to, ...rule }): Omit<Rule, "position"> => ({ ...rule, target: rule.action === "ring" ? null : to }));
/** Paris in 2025, with both of its changes. */
const CLOCK = [
  { fromUnix: 0, offsetSeconds: 3_600 },
  { fromUnix: 1_743_296_400, offsetSeconds: 7_200 },
  { fromUnix: 1_761_440_400, offsetSeconds: 3_600 },
];
const sampleOf = fc.record({
  accounts: fc.tuple(...NAMES.map(accountOf)),
  quiet: fc.subarray(UNITS, { maxLength: 1 }),
  rules: fc.array(ruleOf, { minLength: 1, maxLength: 6 }),
  caller: pick(NAMES),
  callee: pick(CALLEES),
  atUnix: fc.oneof(
    fc.integer({ min: 1_736_000_000, max: 1_766_000_000 }),
    pick([1_743_296_400, 1_761_440_400]).chain((at) => fc.integer({ min: at - 7_300, max: at + 7_300 })),
  ),
});

test(`${CALLS} random calls end on Kamailio as the evaluator says`, { timeout: 300_000 }, async (context) => {
  const outcomes = new Map<string, number>();
  for (const [i, sample] of fc.sample(sampleOf, { numRuns: CALLS, seed: SEED }).entries()) {
    const { quiet, rules, caller, callee, atUnix } = sample;
    // Whoever calls is let in.
    const accounts = sample.accounts.map((one) => (one.username === caller ? { ...one, enabled: true } : one));
    const directory: RuleDirectory = {
      units: UNITS.map((name) => ({
        name,
        kind: name === "door-a" ? ("door" as const) : ("residential" as const),
        ...(quiet.includes(name) && { doNotDisturb: true }),
      })),
      accounts,
      rules: rules.map((rule, position) => ({ ...rule, position })),
      clock: CLOCK,
    };
    const call = { caller, callerNumber: "", callee, atUnix };
    const said = evaluateRules(
      { ...directory, accounts: accounts.map((one) => ({ ...one, ha1: "0".repeat(32) })) },
      RULE_DOMAIN,
      { caller, callerNumber: "", callee, atMs: atUnix * 1000 },
    );
    const expected =
      said.code === 404
        ? ({ outcome: "unknown" } as const)
        : said.code === 403
          ? ({ outcome: "forbidden" } as const)
          : {
              outcome: "steps" as const,
              unit: said.unit,
              steps: said.steps.map(({ rule, accounts: rung }) => ({
                ...{ action: rule.action, ringSeconds: rule.ringSeconds },
                accounts: [...rung].sort(),
              })),
            };
    outcomes.set(expected.outcome, (outcomes.get(expected.outcome) ?? 0) + 1);
    await context.test(`call ${i}: ${caller} → ${callee}`, () =>
      checkCase(edge, { name: "", directory, call, expected }, `sample${i}.sip.example.com`),
    );
  }
  for (const outcome of ["unknown", "forbidden", "steps"]) assert.ok((outcomes.get(outcome) ?? 0) > 2, outcome);
});
