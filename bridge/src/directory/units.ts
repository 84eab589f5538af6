import type { NewUnit, Removal, Unit, UnitPatch } from "../api/directory.ts";
import type { UnitFilter, UnitRow } from "../store/unit-store.ts";
import { type DirectoryContext, edit, isTaken, refuseTaken } from "./edit.ts";
import { buildingOf, flatOf } from "./lookup.ts";
import { unitName } from "./names.ts";
import { unitsRemoval } from "./removal.ts";
import { defaultRule } from "./rules.ts";

export type PlaceFilter = Omit<UnitFilter, "kind">;

export interface Units {
  list(filter: PlaceFilter): Unit[];
  get(id: string): Unit;
  /** With one rule that lets everybody ring it. */
  create(unit: NewUnit): Unit;
  update(id: string, patch: UnitPatch): Unit;
  removal(id: string): Removal;
  remove(id: string): Removal;
}

export function units(context: DirectoryContext): Units {
  const { store, newId } = context;
  const removal = (id: string) => {
    const unit = flatOf(store, id);
    return unitsRemoval(store, unit.siteId, [unit]);
  };
  return {
    list: (filter) => store.units.list({ ...filter, kind: "residential" }).map(toUnit),
    get: (id) => toUnit(flatOf(store, id)),
    create: ({ buildingId, number, name }) => {
      const { siteId } = buildingOf(store, buildingId);
      return edit(context, siteId, () => {
        if (name !== undefined) refuseTaken(context, siteId, name);
        const unit: UnitRow = {
          id: newId(),
          siteId,
          buildingId,
          kind: "residential",
          name: name ?? unitName(number, isTaken(context, siteId)),
          label: number,
        };
        store.units.insert(unit);
        store.rules.insert(defaultRule(newId(), unit));
        return toUnit(unit);
      });
    },
    update: (id, patch) =>
      edit(context, flatOf(store, id).siteId, () => {
        const unit = flatOf(store, id);
        const updated = { ...unit, label: patch.number ?? unit.label };
        store.units.update(updated);
        return toUnit(updated);
      }),
    removal,
    remove: (id) =>
      edit(context, flatOf(store, id).siteId, () => {
        const gone = removal(id);
        store.units.remove(id);
        return gone;
      }),
  };
}

function toUnit({ id, siteId, buildingId, label, name }: UnitRow): Unit {
  return { id, siteId, buildingId, number: label, name };
}
