/**
 * Rules that can never fire, or not as meant; see `RuleWarning` for the kinds. Decided by trying: every kind of caller that the
 * site has now, every name that it can dial, every part of the week.
 */
import { setImmediate } from "node:timers/promises";
import type { RuleWarning } from "../api/directory.ts";
import type { RuleFilter, RuleRow } from "../store/rule-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { type CallerKind, type CallerKinds, callerKinds } from "./caller-kinds.ts";
import { siteOf } from "./lookup.ts";

/** A whole site's are looked for in pieces, between which others are served. */
export type RuleWarnings = (filter: RuleFilter) => Promise<RuleWarning[]>;

/** Kamailio ends a call set-up after this long: `max_inv_lifetime` in infra/kamailio/modules.cfg. */
const LONGEST_SETUP_S = 900;
const WEEK = 10_080;
/** Devices of a unit that are tried as callers and as what is dialled: more than a unit has. */
const MOST_DEVICES = 24;
/** Units that are looked at between two pauses. */
const AT_ONCE = 20;

/** A rule with what it would ring. */
interface Aimed {
  row: RuleRow;
  /** Names of the enabled accounts, sorted; null: the target is no unit or account of this site. */
  accounts: string[] | null;
}

/** What is known of a rule when every call has been tried. */
interface Findings {
  /** Somebody's call comes to it, whether it rings or not. */
  isMatched: boolean;
  fires: boolean;
  /** It rings what no rule before it has rung in that call, or takes the message. */
  addsSomething: boolean;
  /** Why it did not come to it: whose rules took the message, or the time. */
  byVoicemail: Set<string>;
  byTime: Set<string>;
  byRepeat: Set<string>;
}

export function ruleWarnings(store: Store): RuleWarnings {
  return async (filter) => {
    const aim = aimer(store);
    const callers = callerKinds(store);
    const ofUnit = ([unitId, rows]: [string, RuleRow[]]) => {
      const unit = store.units.get(unitId);
      if (!unit) return [];
      const rules = rows.filter(({ enabled }) => enabled).map((row) => aim(unit, row));
      const devices = store.accounts.list({ unitId }).map(({ username }) => username);
      return warningsOf(unit, rules, devices, callers);
    };
    const byUnit = [...Map.groupBy(store.rules.list(filter), ({ unitId }) => unitId)];
    const warnings: RuleWarning[] = [];
    for (let at = 0; at < byUnit.length; at += AT_ONCE) {
      if (at > 0) await setImmediate();
      warnings.push(...byUnit.slice(at, at + AT_ONCE).flatMap(ofUnit));
    }
    return warnings;
  };
}

function warningsOf(unit: UnitRow, rules: readonly Aimed[], devices: string[], callers: CallerKinds): RuleWarning[] {
  const [unitId, doorId] = unit.kind === "door" ? [null, unit.id] : [unit.id, null];
  const tried = tryAll(unit, rules, devices.slice(0, MOST_DEVICES), callers);
  return rules.flatMap((rule) => {
    const found = lookAt(rule, tried.get(rule));
    return found ? [{ ruleId: rule.row.id, unitId, doorId, ...found }] : [];
  });
}

/** The first thing that is wrong says enough. */
function lookAt({ accounts }: Aimed, found: Findings | undefined): Pick<RuleWarning, "kind" | "byRuleIds"> | null {
  if (!found?.isMatched) return { kind: "matches-nobody", byRuleIds: [] };
  if (accounts === null) return { kind: "target-gone", byRuleIds: [] };
  if (accounts.length === 0) return { kind: "rings-nobody", byRuleIds: [] };
  if (found.fires) {
    return found.addsSomething ? null : { kind: "repeats", byRuleIds: [...found.byRepeat] };
  }
  if (found.byVoicemail.size > 0) {
    return { kind: "taken-by-voicemail", byRuleIds: [...found.byVoicemail, ...found.byTime] };
  }
  // Whoever calls is the only one that it would ring.
  return found.byTime.size > 0
    ? { kind: "out-of-time", byRuleIds: [...found.byTime] }
    : { kind: "matches-nobody", byRuleIds: [] };
}

function tryAll(
  { siteId }: UnitRow,
  rules: readonly Aimed[],
  devices: readonly string[],
  callers: CallerKinds,
): Map<Aimed, Findings> {
  const found = new Map(rules.map((rule) => [rule, nothing()]));
  const named = new Set([...devices, ...rules.flatMap(({ accounts }) => (accounts ?? []).slice(0, MOST_DEVICES))]);
  const patterns = [...new Set(rules.map(({ row }) => row.sourcePattern))];
  const kinds = callers(siteId, patterns, named);
  const whenOpen = partsOfWeek(rules);
  for (const { account, fits } of kinds) {
    const fitting = new Set(patterns.filter((_, at) => fits[at]));
    const takers = rules.filter(({ row }) => fitting.has(row.sourcePattern));
    for (const open of whenOpen) {
      const matching = takers.filter((rule) => open.has(rule));
      // The unit itself, or one of its devices: then rules that ring the unit ring this one alone.
      for (const dialled of [null, ...devices]) tryOne(matching, account, dialled, found);
    }
  }
  return found;
}

/** One call, rule after rule, as if nobody answered. */
function tryOne(
  matching: readonly Aimed[],
  caller: CallerKind["account"],
  dialled: string | null,
  found: ReadonlyMap<Aimed, Findings>,
): void {
  const rung = new Map<string, string>();
  let seconds = 0;
  let voicemail: string | null = null;
  for (const rule of matching) {
    const { id, action, ringSeconds } = rule.row;
    const findings = found.get(rule) ?? nothing();
    findings.isMatched = true;
    const isOwn = action === "ring" && dialled !== null;
    const accounts = (rule.accounts ?? []).filter((name) => name !== caller && (!isOwn || name === dialled));
    if (accounts.length === 0) continue;
    const key = accounts.join();
    const alike = rung.get(key);
    if (voicemail !== null) findings.byVoicemail.add(voicemail);
    else if (seconds >= LONGEST_SETUP_S) for (const earlier of rung.values()) findings.byTime.add(earlier);
    else {
      findings.fires = true;
      // Who did not take the call may still take a message.
      if (alike === undefined || action === "voicemail") findings.addsSomething = true;
      else findings.byRepeat.add(alike);
      seconds += ringSeconds;
    }
    if (alike === undefined) rung.set(key, id);
    if (action === "voicemail") voicemail ??= id;
  }
}

function nothing(): Findings {
  return {
    ...{ isMatched: false, fires: false, addsSomething: false },
    ...{ byVoicemail: new Set(), byTime: new Set(), byRepeat: new Set() },
  };
}

/** Which rules hold together, each set once. */
function partsOfWeek(rules: readonly Aimed[]): Set<Aimed>[] {
  const starts = new Set([
    0,
    ...rules.flatMap(({ row }) => row.schedule.flatMap((one) => [one.fromMinute, one.toMinute])),
  ]);
  const parts = new Map<string, Set<Aimed>>();
  for (const minute of starts) {
    if (minute >= WEEK) continue;
    const open = rules.filter(({ row }) => isOpen(row, minute));
    parts.set(open.map(({ row }) => row.id).join(), new Set(open));
  }
  return [...parts.values()];
}

function isOpen({ schedule }: RuleRow, minute: number): boolean {
  return (
    schedule.length === 0 || schedule.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute)
  );
}

/** Remembers what each name leads to, for a whole site's rules. */
function aimer(store: Store): (unit: UnitRow, row: RuleRow) => Aimed {
  const known = new Map<string, string[] | null>();
  const enabledOf = (unitId: string) =>
    store.accounts.list({ unitId }).flatMap(({ enabled, username }) => (enabled ? [username] : []));
  const lookUp = (siteId: string, name: string): string[] | null => {
    const unit = store.units.byName(siteId, name);
    if (unit) return enabledOf(unit.id);
    const account = store.accounts.byUsername(siteId, name);
    if (!account) return null;
    return account.enabled ? [account.username] : [];
  };
  return (unit, row) => {
    const { siteId, targetSipUri } = row;
    const [, name = unit.name, host = ""] = /^sip:([^@]+)@(.+)$/.exec(targetSipUri ?? "") ?? [];
    const foreign = targetSipUri !== null && host.toLowerCase() !== siteOf(store, siteId).domain;
    const key = `${siteId} ${name}`;
    const accounts = foreign ? null : known.has(key) ? (known.get(key) ?? null) : lookUp(siteId, name);
    if (!foreign) known.set(key, accounts);
    return { row, accounts: accounts?.toSorted() ?? null };
  };
}
