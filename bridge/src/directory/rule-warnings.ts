/**
 * Rules that can never fire, or not as meant; see `RuleWarning` for the kinds. Decided by trying: every kind of caller that the
 * site has now, every name that it can dial, every part of the week.
 */
import { setImmediate } from "node:timers/promises";
import type { RuleWarning } from "../api/directory.ts";
import type { RuleFilter, RuleRow } from "../store/rule-store.ts";
import type { Store } from "../store/store.ts";
import { type CallerKind, type CallerKinds, callerKinds } from "./caller-kinds.ts";
import { type Roster, type RosterUnit, rosterAtOnce, rosterByName } from "./roster.ts";

/** A whole site's are looked for in pieces, between which others are served. */
export type RuleWarnings = (filter: RuleFilter) => Promise<RuleWarning[]>;

/** Kamailio ends a call set-up after this long: `max_inv_lifetime` in infra/kamailio/modules.cfg. */
const LONGEST_SETUP_S = 900;
const WEEK = 10_080;
/** Devices of a unit that are tried as callers and as what is dialled: more than a unit has. */
const MOST_DEVICES = 24;
/** Units whose rules are read and looked at between two pauses: some 10 ms. */
const AT_ONCE = 100;

/** A rule with what it would ring. */
interface Aimed {
  row: RuleRow;
  /** Names of the enabled accounts, sorted; null: the target is no unit or account of this site. */
  accounts: string[] | null;
  /** Those of them that take a message: Neolia's own, of who calls a telephone line. */
  mailboxes: ReadonlySet<string>;
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
  return async ({ siteId, unitId }) => {
    if (unitId !== undefined) return ofUnit(store, unitId, siteId);
    const warnings: RuleWarning[] = [];
    for (const { id } of store.sites.list()) {
      if (siteId !== undefined && siteId !== id) continue;
      for (const piece of ofSite(store, id)) {
        warnings.push(...piece);
        await setImmediate();
      }
    }
    return warnings;
  };
}

function ofUnit(store: Store, unitId: string, siteId = store.units.get(unitId)?.siteId): RuleWarning[] {
  const roster = siteId === undefined ? null : rosterByName(store, siteId);
  return roster ? judge(roster)(unitId, store.rules.list({ siteId, unitId })) : [];
}

/** Some units at a time. */
function* ofSite(store: Store, siteId: string): Generator<RuleWarning[]> {
  const roster = rosterAtOnce(store, siteId);
  if (!roster) return;
  yield [];
  const warningsOf = judge(roster);
  const { unitIds } = roster;
  for (let at = 0; at < unitIds.length; at += AT_ONCE) {
    const [first = "", last = first] = [unitIds[at], unitIds.slice(at, at + AT_ONCE).at(-1)];
    const rules = Map.groupBy(store.rules.ofUnits(siteId, first, last), ({ unitId }) => unitId);
    yield [...rules].flatMap(([unitId, rows]) => warningsOf(unitId, rows));
  }
}

/** One unit after the other: what names lead to is remembered. */
function judge(roster: Roster): (unitId: string, rows: readonly RuleRow[]) => RuleWarning[] {
  const aim = aimer(roster);
  const callers = callerKinds(roster);
  return (unitId, rows) => {
    const unit = roster.unit(unitId);
    if (!unit) return [];
    const rules = rows.filter(({ enabled }) => enabled).map((row) => aim(unit, row));
    const devices = roster.accountsOf(unitId).map(({ username }) => username);
    return warningsOf(unit, rules, devices, callers);
  };
}

function warningsOf(unit: RosterUnit, rules: readonly Aimed[], devices: string[], callers: CallerKinds): RuleWarning[] {
  const [unitId, doorId] = unit.kind === "door" ? [null, unit.id] : [unit.id, null];
  const tried = tryAll(rules, devices.slice(0, MOST_DEVICES), callers);
  return rules.flatMap((rule) => {
    const found = lookAt(rule, tried.get(rule));
    return found ? [{ ruleId: rule.row.id, unitId, doorId, ...found }] : [];
  });
}

/** The first thing that is wrong says enough. */
function lookAt(
  { row, accounts, mailboxes }: Aimed,
  found: Findings | undefined,
): Pick<RuleWarning, "kind" | "byRuleIds"> | null {
  if (!found?.isMatched) return { kind: "matches-nobody", byRuleIds: [] };
  if (accounts === null) return { kind: "target-gone", byRuleIds: [] };
  if (accounts.length === 0) return { kind: "rings-nobody", byRuleIds: [] };
  if (found.fires) {
    if (row.action === "voicemail" && mailboxes.size === 0) return { kind: "no-mailbox", byRuleIds: [] };
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

function tryAll(rules: readonly Aimed[], devices: readonly string[], callers: CallerKinds): Map<Aimed, Findings> {
  const found = new Map(rules.map((rule) => [rule, nothing()]));
  const named = new Set([...devices, ...rules.flatMap(({ accounts }) => (accounts ?? []).slice(0, MOST_DEVICES))]);
  const patterns = [...new Set(rules.map(({ row }) => row.sourcePattern))];
  const kinds = callers(patterns, named);
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
    if (action === "voicemail" && accounts.some((name) => rule.mailboxes.has(name))) voicemail ??= id;
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

/** Remembers what each name leads to. */
function aimer(roster: Roster): (unit: RosterUnit, row: RuleRow) => Aimed {
  const known = new Map<string, Omit<Aimed, "row">>();
  const nowhere = { accounts: null, mailboxes: new Set<string>() };
  const lookUp = (name: string): Omit<Aimed, "row"> => {
    const unit = roster.unitNamed(name);
    const account = unit ? null : roster.account(name);
    if (!unit && !account) return nowhere;
    const enabled = (unit ? roster.accountsOf(unit.id) : account ? [account] : []).filter((one) => one.enabled);
    const mailboxes = enabled.flatMap(({ type, username }) => (type === "bridge" ? [username] : []));
    return { accounts: enabled.map(({ username }) => username).toSorted(), mailboxes: new Set(mailboxes) };
  };
  return (unit, row) => {
    const { targetSipUri } = row;
    const [, name = unit.name, host = ""] = /^sip:([^@]+)@(.+)$/.exec(targetSipUri ?? "") ?? [];
    if (targetSipUri !== null && host.toLowerCase() !== roster.domain) return { row, ...nowhere };
    const found = known.get(name) ?? lookUp(name);
    known.set(name, found);
    return { row, ...(roster.isLine(unit.id) ? found : { ...found, mailboxes: nowhere.mailboxes }) };
  };
}
