/**
 * Who would be rung, in which order: the same answer that Kamailio gives by SQL on its directory file. Pure; works on
 * the directory as it is sent to the VPS. `test/door/rule-cases.ts` is run against both.
 */
import type { DirectoryAccount, DirectoryPut, DirectoryRule, WeekWindow } from "../../../infra/control/src/wire.ts";
import { globMatches } from "./glob.ts";

export interface RuleQuestion {
  /** The authenticated account; "" when only the number is known. */
  caller: string;
  /** What a gateway presents, else "". */
  callerNumber: string;
  /** The user part of the dialled address. */
  callee: string;
  atMs: number;
}

export interface RuleStep {
  rule: DirectoryRule;
  /**
   * User names of the enabled accounts that are tried, sorted, never the caller's, none of a unit on do-not-disturb; empty
   * when the target leads nowhere.
   */
  accounts: string[];
}

/** Why a rule does not take part in a call; null: it does. Looked at in this order. */
export type Exclusion = "disabled" | "pattern" | "schedule" | null;

export interface ConsideredRule extends RuleStep {
  exclusion: Exclusion;
  /** The rule's target is a unit or account of the site; true for rules without one. */
  targetKnown: boolean;
  /** Somebody would ring if all that could were not on do-not-disturb. */
  isQuiet: boolean;
}

export interface RuleAnswer {
  /** SIP status of the refusal, 200 when there are steps to try. */
  code: 200 | 403 | 404;
  /** Whose rules decided, "" if the name is unknown. */
  unit: string;
  steps: RuleStep[];
}

type Content = Pick<DirectoryPut, "units" | "accounts" | "rules" | "clock">;

/** `domain` is the site's: targets elsewhere lead nowhere. */
export function evaluateRules(directory: Content, domain: string, question: RuleQuestion): RuleAnswer {
  const callee = resolve(directory, question.callee);
  if (!callee?.unit) return { code: 404, unit: "", steps: [] };
  const steps = considerRules(directory, domain, question)
    .filter(({ exclusion }) => exclusion === null)
    .map(({ rule, accounts }) => ({ rule, accounts }));
  return { code: steps.length > 0 ? 200 : 403, unit: callee.unit, steps };
}

/** Every rule of the called unit in order, with what becomes of it in this call; none if the name is unknown. */
export function considerRules(directory: Content, domain: string, question: RuleQuestion): ConsideredRule[] {
  const callee = resolve(directory, question.callee);
  if (!callee?.unit) return [];
  const sources = [question.caller, question.callerNumber].filter((source) => source !== "");
  const minute = minuteOfWeek(directory.clock, question.atMs);
  const quiet = new Set(directory.units.filter(({ doNotDisturb }) => doNotDisturb).map(({ name }) => name));
  const exclusionOf = (rule: DirectoryRule): Exclusion => {
    if (!rule.enabled) return "disabled";
    if (!sources.some((source) => globMatches(rule.sourcePattern, source))) return "pattern";
    return isWithin(rule.windows, minute) ? null : "schedule";
  };
  return directory.rules
    .filter((rule) => rule.unit === callee.unit)
    .sort((a, b) => a.position - b.position)
    .map((rule) => {
      const tried = rule.target === null ? callee.accounts : targets(directory, domain, rule.target);
      const accounts = ringable(tried ?? [], question.caller, quiet);
      return {
        rule,
        exclusion: exclusionOf(rule),
        targetKnown: tried !== null,
        accounts,
        isQuiet: accounts.length === 0 && ringable(tried ?? [], question.caller, new Set()).length > 0,
      };
    });
}

/** A unit's name stands before an account's. An account without a unit has no rules: it cannot be dialled. */
function resolve(directory: Content, name: string): { unit: string | null; accounts: DirectoryAccount[] } | null {
  if (directory.units.some((unit) => unit.name === name)) {
    return { unit: name, accounts: directory.accounts.filter((account) => account.unit === name) };
  }
  const account = directory.accounts.find((candidate) => candidate.username === name);
  return account ? { unit: account.unit, accounts: [account] } : null;
}

/** null: no such unit or account at this site. */
function targets(directory: Content, domain: string, uri: string): DirectoryAccount[] | null {
  const [, name, host] = /^sip:([^@]+)@(.+)$/.exec(uri) ?? [];
  return host?.toLowerCase() === domain && name !== undefined ? (resolve(directory, name)?.accounts ?? null) : null;
}

function ringable(accounts: readonly DirectoryAccount[], caller: string, quiet: ReadonlySet<string>): string[] {
  return accounts
    .filter((account) => account.enabled && account.username !== caller && !quiet.has(account.unit ?? ""))
    .map(({ username }) => username)
    .sort();
}

function isWithin(windows: readonly WeekWindow[], minute: number): boolean {
  if (windows.length === 0) return true;
  return windows.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute);
}

/** Minutes since Monday 00:00 on the site's clock; UTC before the clock's first entry. */
function minuteOfWeek(clock: DirectoryPut["clock"], atMs: number): number {
  const atUnix = Math.floor(atMs / 1000);
  const past = clock.filter(({ fromUnix }) => fromUnix <= atUnix).sort((a, b) => b.fromUnix - a.fromUnix)[0];
  // 1970-01-01 was a Thursday: three days after a Monday.
  return Math.floor((atUnix + (past?.offsetSeconds ?? 0)) / 60 + 3 * 1440) % 10_080;
}
