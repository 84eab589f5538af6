import type { Building, BuildingPatch, NewBuilding, Removal } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import { type DirectoryContext, edit } from "./edit.ts";
import { buildingOf, siteOf } from "./lookup.ts";
import { unitsRemoval } from "./removal.ts";

export interface Buildings {
  list(siteId?: string): Building[];
  get(id: string): Building;
  create(building: NewBuilding): Building;
  update(id: string, patch: BuildingPatch): Building;
  removal(id: string): Removal;
  remove(id: string): Removal;
}

export function buildings(context: DirectoryContext): Buildings {
  const { store, newId } = context;
  const removal = (id: string) => {
    const { siteId } = buildingOf(store, id);
    return unitsRemoval(store, siteId, store.units.list({ buildingId: id }));
  };
  const refuseExisting = ({ id, siteId, name }: Building) => {
    const other = store.buildings.byName(siteId, name);
    if (other && other.id !== id) throw new AppError("BUILDING_EXISTS", "the site already has a building of this name");
  };
  return {
    list: (siteId) => store.buildings.list(siteId ?? null),
    get: (id) => buildingOf(store, id),
    create: (fields) =>
      edit(context, siteOf(store, fields.siteId).id, () => {
        const building = { ...fields, id: newId() };
        refuseExisting(building);
        store.buildings.insert(building);
        return building;
      }),
    update: (id, patch) =>
      edit(context, buildingOf(store, id).siteId, () => {
        const building = { ...buildingOf(store, id), ...patch };
        refuseExisting(building);
        store.buildings.update(building);
        return building;
      }),
    removal,
    remove: (id) =>
      edit(context, buildingOf(store, id).siteId, () => {
        const gone = removal(id);
        store.buildings.remove(id);
        return gone;
      }),
  };
}
