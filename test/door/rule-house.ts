/** The house that most rule cases stand in, and short words for its rules, its calls and what comes of them. */
import {
  RULE_DOMAIN,
  type Rule,
  type RuleAccount,
  type RuleCall,
  type RuleDirectory,
  type RuleOutcome,
  type RuleStep,
} from "./rule-case.ts";

/** Wednesday, 2025-01-15 12:00:00 UTC. */
export const NOON = 1_736_942_400;
export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 1440;
/** Minute of the week of Wednesday 00:00. */
export const WEDNESDAY = 2 * DAY;

export const account = (username: string, unit: string | null, more: Partial<RuleAccount> = {}): RuleAccount => ({
  username,
  type: "panel",
  unit,
  enabled: true,
  ...more,
});

export const rule = (unit: string, more: Partial<Rule> = {}): Rule => ({
  unit,
  position: 0,
  sourcePattern: "*",
  action: "ring",
  target: null,
  ringSeconds: 20,
  windows: [],
  enabled: true,
  ...more,
});

export const ring = (...accounts: string[]): RuleStep => ({ action: "ring", ringSeconds: 20, accounts });
export const forward = (...accounts: string[]): RuleStep => ({ action: "forward", ringSeconds: 20, accounts });
export const to = (name: string): string => `sip:${name}@${RULE_DOMAIN}`;
export const steps = (unit: string, ...list: RuleStep[]): RuleOutcome => ({ outcome: "steps", unit, steps: list });
export const FORBIDDEN: RuleOutcome = { outcome: "forbidden" };

/** Two flats, a door, a phone line; a gateway and the bridge, which belong to no unit. */
export const house = (...rules: Rule[]): RuleDirectory => ({
  units: [
    { name: "unit401", kind: "residential" },
    { name: "unit402", kind: "residential" },
    { name: "entrance", kind: "door" },
    { name: "line1", kind: "line" },
  ],
  accounts: [
    account("intercom-entrance", "entrance", { type: "door" }),
    account("panel401", "unit401"),
    account("mobile401", "unit401", { type: "mobile" }),
    account("old401", "unit401", { enabled: false }),
    account("panel402", "unit402"),
    account("bridge", null, { type: "bridge" }),
    account("ht841", null, { type: "gateway" }),
  ],
  rules,
  clock: [{ fromUnix: 0, offsetSeconds: 0 }],
});

export const door = (callee: string, atUnix = NOON): RuleCall => ({
  caller: "intercom-entrance",
  callerNumber: "",
  callee,
  atUnix,
});
export const panel402 = (callee: string): RuleCall => ({ caller: "panel402", callerNumber: "", callee, atUnix: NOON });
export const phone = (callerNumber: string): RuleCall => ({
  caller: "ht841",
  callerNumber,
  callee: "line1",
  atUnix: NOON,
});
