import type { Door, DoorPatch, DoorWithPassword, NewDoor, Removal } from "../api/directory.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { makeAccount } from "./accounts.ts";
import { type DirectoryContext, edit, refuseTaken } from "./edit.ts";
import { buildingOf, doorOf } from "./lookup.ts";
import { unitsRemoval } from "./removal.ts";
import { defaultRule } from "./rules.ts";
import type { PlaceFilter } from "./units.ts";

export interface Doors {
  list(filter: PlaceFilter): Door[];
  get(id: string): Door;
  /** With its station's account, named like the door, and one rule that lets everybody call it. */
  create(door: NewDoor): DoorWithPassword;
  update(id: string, patch: DoorPatch): Door;
  removal(id: string): Removal;
  remove(id: string): Removal;
}

export function doors(context: DirectoryContext): Doors {
  const { store, newId } = context;
  const toDoor = ({ id, siteId, buildingId, label, name }: UnitRow): Door => {
    const accountId = store.accounts.list({ unitId: id })[0]?.id ?? null;
    return { id, siteId, buildingId, label, name, accountId };
  };
  const removal = (id: string) => {
    const door = doorOf(store, id);
    return unitsRemoval(store, door.siteId, [door]);
  };
  return {
    list: (filter) => store.units.list({ ...filter, kind: "door" }).map(toDoor),
    get: (id) => toDoor(doorOf(store, id)),
    create: ({ buildingId, label, name }) => {
      const { siteId } = buildingOf(store, buildingId);
      return edit(context, siteId, () => {
        refuseTaken(context, siteId, name);
        const door: UnitRow = { id: newId(), siteId, buildingId, kind: "door", name, label };
        store.units.insert(door);
        store.rules.insert(defaultRule(newId(), door));
        const account = makeAccount(context, { siteId, unit: door, username: name, type: "door", label });
        return { ...toDoor(door), account };
      });
    },
    update: (id, patch) =>
      edit(context, doorOf(store, id).siteId, () => {
        const door = { ...doorOf(store, id), ...patch };
        store.units.update(door);
        return toDoor(door);
      }),
    removal,
    remove: (id) =>
      edit(context, doorOf(store, id).siteId, () => {
        const gone = removal(id);
        store.units.remove(id);
        return gone;
      }),
  };
}
