/** Call rules: their warnings, and what would happen in a call. */
import type { EvaluateReply, EvaluateRequest, RuleWarning } from "../../../bridge/src/api/directory.ts";
import type { Api } from "./api.ts";

export type { EvaluateReply, RuleWarning };

/** Rules that can never fire, or not as meant. */
export function fetchRuleWarnings(api: Api, of: { siteId: string } | { unitId: string }): Promise<RuleWarning[]> {
  return api.get(`api/rules/warnings?${new URLSearchParams(of)}`);
}

export function evaluateCall(api: Api, question: EvaluateRequest): Promise<EvaluateReply> {
  return api.send("POST", "api/rules/evaluate", question);
}
