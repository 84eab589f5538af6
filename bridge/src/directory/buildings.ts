import type { Building, BuildingPatch, NewBuilding, Removal } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import { isCalledAlike } from "../store/text.ts";
import { type DirectoryContext, edit, refuseStale, type SeenVersion } from "./edit.ts";
import { buildingOf, siteOf } from "./lookup.ts";
import { leaveNoTestAccount, refuseLines, unitsRemoval } from "./removal.ts";

export interface Buildings {
  list(siteId?: string): Building[];
  get(id: string): Building;
  create(building: NewBuilding): Building;
  update(id: string, patch: BuildingPatch, seen: SeenVersion): Building;
  removal(id: string): Removal;
  remove(id: string, seen: SeenVersion): Removal;
}

export function buildings(context: DirectoryContext): Buildings {
  const { store, newId, audit } = context;
  const asShown = (building: Building) => building;
  const removal = (id: string) => {
    const { siteId } = buildingOf(store, id);
    return unitsRemoval(context, siteId, store.units.list({ buildingId: id }));
  };
  const refuseExisting = ({ id, siteId, name }: Pick<Building, "id" | "siteId" | "name">) => {
    if (!store.buildings.list(siteId).some((other) => other.id !== id && isCalledAlike(other.name, name))) return;
    throw new AppError("BUILDING_EXISTS", "the site already has a building of this name", {
      fields: { name: "NAME_TAKEN" },
    });
  };
  return {
    list: (siteId) => store.buildings.list(siteId ?? null),
    get: (id) => buildingOf(store, id),
    create: (fields) =>
      edit(context, siteOf(store, fields.siteId).id, () => {
        const building = { ...fields, id: newId() };
        refuseExisting(building);
        store.buildings.insert(building);
        audit.note({ ...noteOf(building), verb: "added", after: building });
        return buildingOf(store, building.id);
      }),
    update: (id, patch, seen) =>
      edit(context, buildingOf(store, id).siteId, () => {
        const before = buildingOf(store, id);
        refuseStale(seen, before, asShown);
        const building = { ...before, ...patch };
        refuseExisting(building);
        store.buildings.update(building);
        audit.note({ ...noteOf(building), verb: "changed", before, after: building });
        return buildingOf(store, id);
      }),
    removal,
    remove: (id, seen) =>
      edit(context, buildingOf(store, id).siteId, () => {
        const building = buildingOf(store, id);
        refuseStale(seen, building, asShown);
        refuseLines(store, store.units.list({ buildingId: id }));
        const gone = removal(id);
        store.buildings.remove(id);
        leaveNoTestAccount(context, building.siteId);
        audit.note({ ...noteOf(building), verb: "removed", before: building });
        return gone;
      }),
  };
}

function noteOf({ id, siteId, name }: Pick<Building, "id" | "siteId" | "name">) {
  return { siteId, noun: "building", rowId: id, label: name };
}
