/** Call rules as lines. A unit that occurs in a file has the file's rules afterwards, and no others. */
import { type Static, Type } from "typebox";
import { RuleAction, SipName, SipUri, SourcePattern, WeekWindow } from "../../../../infra/control/src/wire.ts";
import type { Unmarked } from "../../store/row-marks.ts";
import type { RuleRow } from "../../store/rule-store.ts";
import type { UnitRow } from "../../store/unit-store.ts";
import type { DirectoryContext } from "../edit.ts";
import { inLowerCase, RULES_AT_ONCE, RULES_PER_UNIT, refuseSenseless } from "../rules.ts";
import { RULE_WORDS } from "./french-words.ts";
import {
  importKind,
  nothingYet,
  type Outcome,
  onLine,
  type Placed,
  problem,
  readBoolean,
  readInteger,
  withoutDoubles,
} from "./line-check.ts";
import { readWeekText, weekText } from "./week-text.ts";

const RuleLine = Type.Object(
  {
    unit: SipName,
    position: Type.Integer({ minimum: 0, maximum: 9999 }),
    source_pattern: SourcePattern,
    action: RuleAction,
    target_sip_uri: Type.Union([SipUri, Type.Null()]),
    ring_seconds: Type.Integer({ minimum: 3, maximum: 180 }),
    schedule: Type.Array(WeekWindow, { maxItems: 64 }),
    enabled: Type.Boolean(),
  },
  { additionalProperties: false },
);
type RuleLine = Static<typeof RuleLine>;

export const ruleLines = importKind<typeof RuleLine>({
  needed: ["unit", "position", "source_pattern", "action"],
  columns: ["unit", "position", "source_pattern", "action", "target_sip_uri", "ring_seconds", "schedule", "enabled"],
  words: RULE_WORDS,
  schema: RuleLine,
  read: ({
    position = "",
    target_sip_uri: target,
    ring_seconds: seconds = "",
    schedule = "",
    enabled = "",
    ...cells
  }) => ({
    ...cells,
    position: readInteger(position),
    target_sip_uri: target === "" ? null : target,
    ring_seconds: seconds === "" ? 30 : readInteger(seconds),
    schedule: readWeekText(schedule) ?? schedule,
    enabled: readBoolean(enabled, true),
  }),
  *write(context, siteId, rows) {
    const outcome = nothingYet();
    const once = withoutDoubles(rows, outcome, "position", ({ unit, position }) => JSON.stringify([unit, position]));
    const fresh: Unmarked<RuleRow>[] = [];
    for (const [name, lines] of Map.groupBy(once, ({ unit }) => unit)) {
      const unit = context.store.units.byName(siteId, name);
      if (unit) replaceRules(context, unit, lines, outcome, fresh);
      else outcome.problems.push(...lines.map(({ line }) => problem(line, "unit", "UNKNOWN_PLACE")));
      if (fresh.length >= RULES_AT_ONCE) context.store.rules.insertAll(fresh.splice(0));
      yield;
    }
    context.store.rules.insertAll(fresh);
    return outcome;
  },
  lines: ({ store }, siteId) => {
    const names = new Map(store.units.list({ siteId }).map(({ id, name }) => [id, name]));
    return store.rules
      .list({ siteId })
      .map(({ unitId, position, sourcePattern, action, targetSipUri, ringSeconds, schedule, enabled }) => [
        names.get(unitId) ?? "",
        String(position),
        sourcePattern,
        action,
        targetSipUri ?? "",
        String(ringSeconds),
        weekText(schedule),
        enabled ? "yes" : "no",
      ])
      .toSorted(([a = ""], [b = ""]) => (a < b ? -1 : a > b ? 1 : 0));
  },
});

/** Those that the unit did not have go to `fresh`, to be added. */
function replaceRules(
  context: DirectoryContext,
  unit: UnitRow,
  lines: Placed<RuleLine>[],
  outcome: Outcome,
  fresh: Unmarked<RuleRow>[],
): void {
  const { store } = context;
  const before = store.rules.list({ unitId: unit.id });
  if (lines.length > RULES_PER_UNIT) {
    outcome.problems.push(problem(lines[RULES_PER_UNIT]?.line ?? 0, "unit", "TOO_MANY"));
    return;
  }
  // In the file's order and without gaps, whatever numbers it used.
  for (const [position, line] of lines.toSorted((a, b) => a.position - b.position).entries()) {
    onLine(outcome, line.line, "action", () => putRule(context, unit, before[position], { ...line, position }, fresh));
  }
  const gone = before.slice(lines.length);
  for (const rule of gone) store.rules.remove(rule.id);
  outcome.removed += gone.length;
}

function putRule(
  { store, newId }: DirectoryContext,
  { id: unitId, siteId }: UnitRow,
  before: RuleRow | undefined,
  line: RuleLine,
  fresh: Unmarked<RuleRow>[],
): "added" | "changed" | "same" {
  const rule: Unmarked<RuleRow> = inLowerCase({
    ...{ id: before?.id ?? newId(), siteId, unitId, position: line.position },
    ...{ sourcePattern: line.source_pattern, action: line.action, targetSipUri: line.target_sip_uri },
    ...{ ringSeconds: line.ring_seconds, schedule: line.schedule, enabled: line.enabled },
  });
  refuseSenseless(rule);
  if (!before) {
    fresh.push(rule);
    return "added";
  }
  const { version: _version, revision: _revision, ...stored } = before;
  if (JSON.stringify(stored) === JSON.stringify(rule)) return "same";
  store.rules.update(rule);
  return "changed";
}
