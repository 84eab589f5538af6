import type { NewRule, Rule, RulePatch } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import type { Unmarked } from "../store/row-marks.ts";
import type { RuleFilter, RuleRow } from "../store/rule-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { type DirectoryContext, edit, refuseStale, type SeenVersion } from "./edit.ts";
import { doorOf, flatOf, ruleOf } from "./lookup.ts";

export const RULES_PER_UNIT = 50;
/** Many new ones in one statement take much less time; so few still leave others their turn. */
export const RULES_AT_ONCE = 250;
const DEFAULT_RING_SECONDS = 30;

export interface Rules {
  /** By unit, in the order in which they are tried. */
  list(filter: RuleFilter): Rule[];
  get(id: string): Rule;
  create(rule: NewRule): Rule;
  update(id: string, patch: RulePatch, seen: SeenVersion): Rule;
  remove(id: string, seen: SeenVersion): void;
}

export function rules(context: DirectoryContext): Rules {
  const { store, newId, audit } = context;
  const asShown = (row: RuleRow) => toRule(store, row);
  const note = (verb: string, row: RuleRow, change: { before?: object; after?: object }) =>
    audit.note({ siteId: row.siteId, noun: "rule", verb, rowId: row.id, label: labelOf(store, row), ...change });
  return {
    list: (filter) => store.rules.list(filter).map((row) => toRule(store, row)),
    get: (id) => toRule(store, ruleOf(store, id)),
    create: ({ unitId, doorId, position, ...fields }) => {
      const unit = ownerOf(store, unitId ?? null, doorId ?? null);
      return edit(context, unit.siteId, () => {
        const others = store.rules.list({ unitId: unit.id });
        if (others.length >= RULES_PER_UNIT) {
          throw new AppError("TOO_MANY_RULES", `a unit has at most ${RULES_PER_UNIT} rules`);
        }
        const at = Math.min(position ?? others.length, others.length);
        const rule = { ...inLowerCase(fields), id: newId(), siteId: unit.siteId, unitId: unit.id, position: at };
        refuseSenseless(rule);
        renumber(store, [...others.slice(0, at), rule, ...others.slice(at)], rule.id);
        store.rules.insert(rule);
        const made = ruleOf(store, rule.id);
        note("added", made, { after: asShown(made) });
        return asShown(made);
      });
    },
    update: (id, patch, seen) =>
      edit(context, ruleOf(store, id).siteId, () => {
        const before = ruleOf(store, id);
        refuseStale(seen, before, asShown);
        const rule = inLowerCase({ ...before, ...patch });
        const others = store.rules.list({ unitId: rule.unitId }).filter((other) => other.id !== id);
        const moved = { ...rule, position: Math.min(rule.position, others.length) };
        refuseSenseless(moved);
        renumber(store, others.toSpliced(moved.position, 0, moved), id);
        store.rules.update(moved);
        const after = ruleOf(store, id);
        note("changed", after, { before: asShown(before), after: asShown(after) });
        return asShown(after);
      }),
    remove: (id, seen) =>
      edit(context, ruleOf(store, id).siteId, () => {
        const rule = ruleOf(store, id);
        refuseStale(seen, rule, asShown);
        const { unitId } = rule;
        store.rules.remove(id);
        note("removed", rule, { before: asShown(rule) });
        renumber(store, store.rules.list({ unitId }), id);
      }),
  };
}

/** What a new flat or door starts with: everybody of the site may ring it. */
export function defaultRule(id: string, unit: Pick<UnitRow, "id" | "siteId">): Unmarked<RuleRow> {
  return {
    id,
    siteId: unit.siteId,
    unitId: unit.id,
    position: 0,
    sourcePattern: "*",
    action: "ring",
    targetSipUri: null,
    ringSeconds: DEFAULT_RING_SECONDS,
    schedule: [],
    enabled: true,
  };
}

/** Gives every rule but the one being written its place in the order. */
function renumber(store: Store, ordered: readonly Unmarked<RuleRow>[], writtenId: string): void {
  for (const [position, rule] of ordered.entries()) {
    if (rule.id !== writtenId && rule.position !== position) store.rules.update({ ...rule, position });
  }
}

/** A domain is the same in whatever case (RFC 3261 section 19.1.4); one form is found again. */
export function inLowerCase<Row extends Pick<RuleRow, "targetSipUri">>(rule: Row): Row {
  return { ...rule, targetSipUri: rule.targetSipUri?.replace(/@.*/, (host) => host.toLowerCase()) ?? null };
}

/** What the schema of the request cannot say. */
export function refuseSenseless({
  action,
  targetSipUri,
  schedule,
}: Pick<RuleRow, "action" | "targetSipUri" | "schedule">): void {
  if ((action === "ring") !== (targetSipUri === null)) {
    throw new AppError("RULE_TARGET", "forward and voicemail need a targetSipUri, ring must not have one", {
      fields: { targetSipUri: action === "ring" ? "NOT_ALLOWED" : "REQUIRED" },
    });
  }
  if (schedule.some(({ fromMinute, toMinute }) => toMinute <= fromMinute)) {
    throw new AppError("RULE_SCHEDULE", "each window of a schedule must end after it starts", {
      fields: { schedule: "SCHEDULE" },
    });
  }
}

function ownerOf(store: Store, unitId: string | null, doorId: string | null): UnitRow {
  if (unitId !== null && doorId === null) return flatOf(store, unitId);
  if (doorId !== null && unitId === null) return doorOf(store, doorId);
  throw new AppError("INVALID_REQUEST", "a rule belongs to exactly one of unitId and doorId");
}

function toRule(store: Store, { unitId, ...row }: RuleRow): Rule {
  const isDoor = store.units.get(unitId)?.kind === "door";
  return { ...row, unitId: isDoor ? null : unitId, doorId: isDoor ? unitId : null };
}

/** The unit's or door's: a rule has no name of its own. */
function labelOf(store: Store, { unitId, position }: RuleRow): string {
  return `${store.units.get(unitId)?.label ?? ""} #${position + 1}`;
}
