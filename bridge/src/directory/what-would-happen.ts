import type { EvaluateReply, EvaluateRequest } from "../api/directory.ts";
import type { Store } from "../store/store.ts";
import { siteOf } from "./lookup.ts";
import { evaluateRules } from "./rule-evaluator.ts";
import { siteSnapshot } from "./snapshot.ts";

/** The answer to "what would happen if …", from the rules as they are stored now. */
export type WhatWouldHappen = (request: EvaluateRequest) => EvaluateReply;

export function whatWouldHappen(store: Store): WhatWouldHappen {
  return ({ siteId, caller, callee, atMs }) => {
    const { domain } = siteOf(store, siteId);
    const known = store.accounts.byUsername(siteId, caller) !== null;
    const { code, unit, steps } = evaluateRules(siteSnapshot(store, siteId, atMs), domain, {
      caller: known ? caller : "",
      callerNumber: known ? "" : caller,
      callee,
      atMs,
    });
    const rules = store.rules.list({ siteId, unitId: store.units.byName(siteId, unit)?.id ?? "" });
    const idAt = new Map(rules.map(({ position, id }) => [position, id]));
    return {
      code,
      steps: steps.map(({ rule, accounts }) => ({
        ruleId: idAt.get(rule.position) ?? "",
        action: rule.action,
        accounts,
        ringSeconds: rule.ringSeconds,
      })),
    };
  };
}
