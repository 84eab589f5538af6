import type { NewUnit, Removal, Unit, UnitPatch } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import type { UnitFilter, UnitRow } from "../store/unit-store.ts";
import { type DirectoryContext, edit, isTaken, refuseStale, refuseTaken, type SeenVersion } from "./edit.ts";
import { buildingOf, flatOf } from "./lookup.ts";
import { unitName } from "./names.ts";
import { refuseLines, unitsRemoval } from "./removal.ts";
import { defaultRule } from "./rules.ts";

export type PlaceFilter = Omit<UnitFilter, "kind">;

export interface Units {
  list(filter: PlaceFilter): Unit[];
  get(id: string): Unit;
  /** With one rule that lets everybody ring it. */
  create(unit: NewUnit): Unit;
  update(id: string, patch: UnitPatch, seen: SeenVersion): Unit;
  /** Whether its devices are rung. No edit that could clash with another one, so it needs no version. */
  setDoNotDisturb(id: string, on: boolean): Unit;
  removal(id: string): Removal;
  remove(id: string, seen: SeenVersion): Removal;
}

export function units(context: DirectoryContext): Units {
  const { store, audit } = context;
  const removal = (id: string) => {
    const unit = flatOf(store, id);
    return unitsRemoval(context, unit.siteId, [unit]);
  };
  return {
    list: (filter) => store.units.list({ ...filter, kind: "residential" }).map(toUnit),
    get: (id) => toUnit(flatOf(store, id)),
    create: ({ buildingId, number, name }) => {
      const { siteId } = buildingOf(store, buildingId);
      return edit(context, siteId, () => {
        refuseSame(context, { id: "", buildingId, label: number });
        const unit = makeUnit(context, { siteId, buildingId, number, name });
        audit.note({ ...noteOf(unit), verb: "added", after: unit });
        return unit;
      });
    },
    update: (id, patch, seen) =>
      edit(context, flatOf(store, id).siteId, () => {
        const unit = flatOf(store, id);
        refuseStale(seen, unit, toUnit);
        const buildingId = patch.buildingId ?? unit.buildingId;
        if (buildingOf(store, buildingId).siteId !== unit.siteId) {
          throw new AppError("UNKNOWN_BUILDING", "a unit moves only within its site", {
            fields: { buildingId: "NOT_ALLOWED" },
          });
        }
        const label = patch.number ?? unit.label;
        if (label !== unit.label || buildingId !== unit.buildingId) refuseSame(context, { id, buildingId, label });
        store.units.update({ ...unit, buildingId, label });
        const after = toUnit(flatOf(store, id));
        audit.note({ ...noteOf(after), verb: "changed", before: toUnit(unit), after });
        return after;
      }),
    setDoNotDisturb: (id, on) =>
      store.transaction(() => {
        const unit = flatOf(store, id);
        if (unit.doNotDisturb === on) return toUnit(unit);
        return edit(context, unit.siteId, () => {
          store.units.setDoNotDisturb({ ...unit, doNotDisturb: on });
          const after = toUnit(flatOf(store, id));
          audit.note({ ...noteOf(after), verb: "changed", before: toUnit(unit), after });
          return after;
        });
      }),
    removal,
    remove: (id, seen) =>
      edit(context, flatOf(store, id).siteId, () => {
        const unit = flatOf(store, id);
        refuseStale(seen, unit, toUnit);
        refuseLines(store, [unit]);
        const gone = removal(id);
        store.units.remove(id);
        audit.note({ ...noteOf(toUnit(unit)), verb: "removed", before: toUnit(unit) });
        return gone;
      }),
  };
}

interface UnitFields {
  siteId: string;
  buildingId: string;
  number: string;
  /** Left out: made from the number. */
  name?: string | undefined;
}

/** Adds a unit with its first rule within an edit; that its number is free there is for the caller to know. */
export function makeUnit(context: DirectoryContext, fields: UnitFields): Unit {
  const unit = makeUnitWithoutRule(context, fields);
  context.store.rules.insert(defaultRule(context.newId(), unit));
  return unit;
}

/** The same for whoever adds the rules of many units at once. */
export function makeUnitWithoutRule(context: DirectoryContext, { siteId, buildingId, number, name }: UnitFields): Unit {
  const { store, newId } = context;
  if (name !== undefined) refuseTaken(context, siteId, name);
  const unit = {
    id: newId(),
    siteId,
    buildingId,
    kind: "residential" as const,
    name: name ?? unitName(number, isTaken(context, siteId)),
    label: number,
  };
  store.units.insert(unit);
  return toUnit(flatOf(store, unit.id));
}

/** Throws UNIT_EXISTS: nobody could tell two units of a building apart that are called the same. */
function refuseSame({ store }: DirectoryContext, unit: Pick<UnitRow, "id" | "buildingId" | "label">): void {
  const [other] = store.units.called({ ...unit, kind: "residential" }).filter(({ id }) => id !== unit.id);
  if (!other) return;
  throw new AppError("UNIT_EXISTS", `the building has a unit ${other.label} already`, {
    details: { existing: [other.label] },
    fields: { number: "NUMBER_TAKEN" },
  });
}

export function toUnit({ id, siteId, buildingId, label, name, doNotDisturb, version, revision }: UnitRow): Unit {
  return { id, siteId, buildingId, number: label, name, doNotDisturb, version, revision };
}

function noteOf({ id, siteId, number }: Unit) {
  return { siteId, noun: "unit", rowId: id, label: number };
}
