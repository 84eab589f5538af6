import type { HealthCode, HealthProblem } from "../../api/site-health.ts";

export function problem(
  code: HealthCode,
  severity: HealthProblem["severity"],
  params: HealthProblem["params"] = {},
): HealthProblem {
  return { code, severity, params };
}
