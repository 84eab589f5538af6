import assert from "node:assert/strict";
import { test } from "node:test";
import { RULE_DOMAIN, type RuleOutcome } from "../../../test/door/rule-case.ts";
import { ruleCases } from "../../../test/door/rule-cases.ts";
import { evaluateRules, type RuleAnswer } from "./rule-evaluator.ts";

/** The answer in the words of the table. */
function outcomeOf({ code, unit, steps }: RuleAnswer): RuleOutcome {
  switch (code) {
    case 404:
      return { outcome: "unknown" };
    case 403:
      return { outcome: "forbidden" };
    case 200:
      return {
        outcome: "steps",
        unit,
        steps: steps.map(({ rule, accounts }) => ({ action: rule.action, ringSeconds: rule.ringSeconds, accounts })),
      };
  }
}

for (const { name, directory, call, expected } of ruleCases) {
  test(`rules: ${name}`, () => {
    const content = { ...directory, accounts: directory.accounts.map((account) => ({ ...account, ha1: "" })) };
    const answer = evaluateRules(content, RULE_DOMAIN, { ...call, atMs: call.atUnix * 1000 });
    assert.deepEqual(outcomeOf(answer), expected);
  });
}

test("the table has cases", () => {
  assert.ok(ruleCases.length > 50);
});
