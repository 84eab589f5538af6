/** One row of the table of call rules (`rule-cases.ts`): a site's directory, a call, and what must come of it. */
import type { AccountType, ClockOffset, RuleAction, WeekWindow } from "../../infra/control/src/wire.ts";

export interface RuleCase {
  /** What the case shows, as a sentence. */
  name: string;
  directory: RuleDirectory;
  call: RuleCall;
  expected: RuleOutcome;
}

/** A site's directory without the parts that rules do not look at (HA1). The site's domain is `RULE_DOMAIN`. */
export interface RuleDirectory {
  units: { name: string; kind: "residential" | "door" | "line"; doNotDisturb?: boolean }[];
  accounts: RuleAccount[];
  rules: Rule[];
  clock: ClockOffset[];
}

export interface RuleAccount {
  username: string;
  type: AccountType;
  unit: string | null;
  enabled: boolean;
}

/** The fields of `DirectoryRule`. */
export interface Rule {
  unit: string;
  position: number;
  sourcePattern: string;
  action: RuleAction;
  target: string | null;
  ringSeconds: number;
  windows: WeekWindow[];
  enabled: boolean;
}

export interface RuleCall {
  /** The authenticated account. */
  caller: string;
  /** What a gateway presents as the caller's number; "" for everybody else. */
  callerNumber: string;
  /** The dialled name. */
  callee: string;
  /** When the call is made, Unix seconds. */
  atUnix: number;
}

export type RuleOutcome =
  /** No unit and no account of a unit has this name: 404. */
  | { outcome: "unknown" }
  /** The name is known, but no rule lets this caller through now: 403. */
  | { outcome: "forbidden" }
  /** The rules that match, in the order in which they are tried. */
  | { outcome: "steps"; unit: string; steps: RuleStep[] };

export interface RuleStep {
  action: RuleAction;
  ringSeconds: number;
  /** Every enabled account that is rung if registered, sorted, never the caller's. Empty: the next step at once. */
  accounts: string[];
}

export const RULE_DOMAIN = "rules.sip.example.com";
