/** Rules that can never fire, or not as meant; see `RuleWarning` for the kinds. */
import type { WeekWindow } from "../../../infra/control/src/wire.ts";
import type { RuleWarning } from "../api/directory.ts";
import type { RuleFilter, RuleRow } from "../store/rule-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { globMatches } from "./glob.ts";
import { siteOf } from "./lookup.ts";
import { canMatchNumber, isCovered } from "./pattern-cover.ts";

export type RuleWarnings = (filter: RuleFilter) => RuleWarning[];

const WEEK = 10_080;
/** Kamailio ends a call set-up after this long: `max_inv_lifetime` in infra/kamailio/modules.cfg. */
const LONGEST_SETUP_S = 900;

/** A rule with what it would ring. */
interface Aimed {
  row: RuleRow;
  /** Names of the enabled accounts, sorted; null: the target is no unit or account of this site. */
  accounts: string[] | null;
}

export function ruleWarnings(store: Store): RuleWarnings {
  return (filter) => {
    const aim = aimer(store);
    const calls = callers(store);
    const byUnit = Map.groupBy(store.rules.list(filter), ({ unitId }) => unitId);
    return [...byUnit].flatMap(([unitId, rows]) => {
      const unit = store.units.get(unitId);
      return unit
        ? warningsOf(
            rows.filter(({ enabled }) => enabled).map((row) => aim(unit, row)),
            unit,
            calls,
          )
        : [];
    });
  };
}

function warningsOf(rules: readonly Aimed[], unit: UnitRow, calls: Callers): RuleWarning[] {
  const [unitId, doorId] = unit.kind === "door" ? [null, unit.id] : [unit.id, null];
  return rules.flatMap(({ row, accounts }, at) => {
    const found = calls(row)
      ? look({ row, accounts }, rules.slice(0, at))
      : { kind: "matches-nobody" as const, byRuleIds: [] };
    return found ? [{ ruleId: row.id, unitId, doorId, ...found }] : [];
  });
}

/** The first thing that is wrong says enough. */
function look(rule: Aimed, earlier: readonly Aimed[]): Pick<RuleWarning, "kind" | "byRuleIds"> | null {
  const { row, accounts } = rule;
  if (accounts === null) return { kind: "target-gone", byRuleIds: [] };
  if (accounts.length === 0) return { kind: "rings-nobody", byRuleIds: [] };
  const working = earlier.filter((one) => (one.accounts?.length ?? 0) > 0);
  const voicemail = working.filter((one) => one.row.action === "voicemail");
  if (covers(voicemail, row)) return { kind: "taken-by-voicemail", byRuleIds: idsOf(voicemail) };
  const always = working.filter((one) => covers([one], row));
  const ringSeconds = always.reduce((sum, one) => sum + one.row.ringSeconds, 0);
  if (ringSeconds >= LONGEST_SETUP_S) return { kind: "out-of-time", byRuleIds: idsOf(always) };
  // Who did not take the call may still take a message.
  if (row.action === "voicemail") return null;
  const alike = working.filter((one) => one.accounts?.join() === accounts.join());
  return covers(alike, row) ? { kind: "repeats", byRuleIds: idsOf(alike) } : null;
}

/** At every minute of the rule's hours, every caller that it takes is taken by one of the others. */
function covers(others: readonly Aimed[], row: RuleRow): boolean {
  if (others.length === 0) return false;
  const edges = [0, ...[row, ...others.map((one) => one.row)].flatMap(({ schedule }) => schedule.flatMap(edgesOf))];
  const known = new Map<string, boolean>();
  return [...new Set(edges)]
    .filter((minute) => minute < WEEK && isOpen(row.schedule, minute))
    .every((minute) => {
      const patterns = others.filter((one) => isOpen(one.row.schedule, minute)).map((one) => one.row.sourcePattern);
      const key = patterns.join(" ");
      const covered = known.get(key) ?? isCovered(row.sourcePattern, patterns);
      known.set(key, covered);
      return covered;
    });
}

function edgesOf({ fromMinute, toMinute }: WeekWindow): number[] {
  return [fromMinute, toMinute];
}

function isOpen(schedule: readonly WeekWindow[], minute: number): boolean {
  return (
    schedule.length === 0 || schedule.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute)
  );
}

function idsOf(rules: readonly Aimed[]): string[] {
  return rules.map(({ row }) => row.id);
}

/** Whether anybody fits a rule's pattern now: an enabled device of the site, or some telephone number. */
type Callers = (row: Pick<RuleRow, "siteId" | "sourcePattern">) => boolean;

/** Remembers each pattern's answer, for a whole site's rules. */
function callers(store: Store): Callers {
  const known = new Map<string, boolean>();
  const names = new Map<string, string[]>();
  const namesOf = (siteId: string) =>
    store.accounts.list({ siteId }).flatMap(({ username, enabled }) => (enabled ? [username] : []));
  const isThere = ({ siteId, sourcePattern }: Pick<RuleRow, "siteId" | "sourcePattern">): boolean => {
    if (canMatchNumber(sourcePattern)) return true;
    if (!/[*?[]/.test(sourcePattern)) return store.accounts.byUsername(siteId, sourcePattern)?.enabled ?? false;
    const ofSite = names.get(siteId) ?? namesOf(siteId);
    names.set(siteId, ofSite);
    return ofSite.some((name) => globMatches(sourcePattern, name));
  };
  return (row) => {
    const key = `${row.siteId} ${row.sourcePattern}`;
    const answer = known.get(key) ?? isThere(row);
    known.set(key, answer);
    return answer;
  };
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
