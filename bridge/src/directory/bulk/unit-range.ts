/** Many units in one step: 101 to 199. */
import type { NewUnitRange, UnitRangeReply } from "../../api/bulk.ts";
import { AppError } from "../../events/errors.ts";
import { type DirectoryContext, edit } from "../edit.ts";
import { buildingOf } from "../lookup.ts";
import { defaultRule } from "../rules.ts";
import { makeUnitWithoutRule } from "../units.ts";

const MOST = 1_000;
const LONGEST_LABEL = 80;

/** Throws UNKNOWN_BUILDING, INVALID_REQUEST, and UNIT_EXISTS unless it is a dry run. */
export type MakeUnitRange = (range: NewUnitRange) => UnitRangeReply;

export function unitRange(context: DirectoryContext): MakeUnitRange {
  const { store, audit, newId } = context;
  return ({ buildingId, from, to, prefix = "", suffix = "", digits = 1, dryRun }) => {
    const building = buildingOf(store, buildingId);
    if (to < from || to - from >= MOST) {
      throw new AppError("INVALID_REQUEST", `a range goes up, and makes at most ${MOST} units`, {
        details: { "/body/to": `from ${from} to ${from + MOST - 1}` },
        fields: { to: to < from ? "TOO_SMALL" : "TOO_LARGE" },
      });
    }
    const written = (number: number) => `${prefix}${String(number).padStart(digits, "0")}${suffix}`;
    const numbers = Array.from({ length: to - from + 1 }, (_, at) => written(from + at));
    if ((numbers.at(-1) ?? "").length > LONGEST_LABEL) {
      throw new AppError("INVALID_REQUEST", "the numbers get too long", { fields: { prefix: "TOO_LONG" } });
    }
    const existing = numbers.filter(
      (label) => store.units.called({ buildingId, kind: "residential", label }).length > 0,
    );
    if (dryRun) return { dryRun, numbers, existing, units: [] };
    if (existing.length > 0) {
      throw new AppError("UNIT_EXISTS", "the building has some of these units already", { details: { existing } });
    }
    const { siteId } = building;
    const units = edit(context, siteId, () => {
      const made = numbers.map((number) => makeUnitWithoutRule(context, { siteId, buildingId, number }));
      store.rules.insertAll(made.map((unit) => defaultRule(newId(), unit)));
      const label = `${building.name}: ${numbers[0]}–${numbers.at(-1)}`;
      audit.note({ siteId, noun: "unit", verb: "added", rowId: null, label, after: { count: made.length } });
      return made;
    });
    return { dryRun, numbers, existing, units };
  };
}
