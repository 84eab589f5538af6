import type { NewRule, Rule, RulePatch } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import type { RuleFilter, RuleRow } from "../store/rule-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { type DirectoryContext, edit } from "./edit.ts";
import { doorOf, flatOf, ruleOf } from "./lookup.ts";

const RULES_PER_UNIT = 50;
const DEFAULT_RING_SECONDS = 30;

export interface Rules {
  /** By unit, in the order in which they are tried. */
  list(filter: RuleFilter): Rule[];
  get(id: string): Rule;
  create(rule: NewRule): Rule;
  update(id: string, patch: RulePatch): Rule;
  remove(id: string): void;
}

export function rules(context: DirectoryContext): Rules {
  const { store, newId } = context;
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
        const rule = { ...fields, id: newId(), siteId: unit.siteId, unitId: unit.id, position: at };
        refuseSenseless(rule);
        renumber(store, others.toSpliced(at, 0, rule), rule.id);
        store.rules.insert(rule);
        return toRule(store, rule);
      });
    },
    update: (id, patch) =>
      edit(context, ruleOf(store, id).siteId, () => {
        const rule = { ...ruleOf(store, id), ...patch };
        const others = store.rules.list({ unitId: rule.unitId }).filter((other) => other.id !== id);
        const moved = { ...rule, position: Math.min(rule.position, others.length) };
        refuseSenseless(moved);
        renumber(store, others.toSpliced(moved.position, 0, moved), id);
        store.rules.update(moved);
        return toRule(store, moved);
      }),
    remove: (id) =>
      edit(context, ruleOf(store, id).siteId, () => {
        const { unitId } = ruleOf(store, id);
        store.rules.remove(id);
        renumber(store, store.rules.list({ unitId }), id);
      }),
  };
}

/** What a new flat or door starts with: everybody of the site may ring it. */
export function defaultRule(id: string, unit: UnitRow): RuleRow {
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
function renumber(store: Store, ordered: readonly RuleRow[], writtenId: string): void {
  for (const [position, rule] of ordered.entries()) {
    if (rule.id !== writtenId && rule.position !== position) store.rules.update({ ...rule, position });
  }
}

/** What the schema of the request cannot say. */
function refuseSenseless({ action, targetSipUri, schedule }: RuleRow): void {
  if ((action === "ring") !== (targetSipUri === null)) {
    throw new AppError("RULE_TARGET", "forward and voicemail need a targetSipUri, ring must not have one");
  }
  if (schedule.some(({ fromMinute, toMinute }) => toMinute <= fromMinute)) {
    throw new AppError("RULE_SCHEDULE", "each window of a schedule must end after it starts");
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
