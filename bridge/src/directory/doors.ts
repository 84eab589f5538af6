import type { Door, DoorPatch, DoorWithPassword, NewDoor, Removal } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { makeAccount } from "./accounts.ts";
import { type DirectoryContext, edit, refuseNumber, refuseStale, refuseTaken, type SeenVersion } from "./edit.ts";
import { isForeignAddress } from "./house-address.ts";
import { buildingOf, doorOf } from "./lookup.ts";
import { unitsRemoval } from "./removal.ts";
import { defaultRule } from "./rules.ts";
import type { PlaceFilter } from "./units.ts";

export interface Doors {
  list(filter: PlaceFilter): Door[];
  get(id: string): Door;
  /** With its station's account, named like the door, and one rule that lets everybody call it. */
  create(door: NewDoor): DoorWithPassword;
  update(id: string, patch: DoorPatch, seen: SeenVersion): Door;
  removal(id: string): Removal;
  remove(id: string, seen: SeenVersion): Removal;
}

export function doors(context: DirectoryContext): Doors {
  const { store, newId, audit } = context;
  const toDoor = ({ id, siteId, buildingId, label, name, videoUrl, version, revision }: UnitRow): Door => {
    const accountId = store.accounts.list({ unitId: id })[0]?.id ?? null;
    const video = { videoUrl, hasVideo: videoUrl !== "" };
    return { id, siteId, buildingId, label, name, accountId, ...video, version, revision };
  };
  const removal = (id: string) => {
    const door = doorOf(store, id);
    return unitsRemoval(context, door.siteId, [door]);
  };
  return {
    list: (filter) => store.units.list({ ...filter, kind: "door" }).map(toDoor),
    get: (id) => toDoor(doorOf(store, id)),
    create: ({ buildingId, label, name, videoUrl = "" }) => {
      const { siteId } = buildingOf(store, buildingId);
      refuseOutside(videoUrl);
      return edit(context, siteId, () => {
        refuseTaken(context, siteId, name);
        refuseNumber(name);
        const door = { id: newId(), siteId, buildingId, kind: "door" as const, name, label, videoUrl };
        store.units.insert(door);
        store.rules.insert(defaultRule(newId(), door));
        const row = doorOf(store, door.id);
        const account = makeAccount(context, { siteId, unit: row, username: name, type: "door", label });
        audit.note({ ...noteOf(row), verb: "added", after: toDoor(row) });
        return { ...toDoor(row), account };
      });
    },
    update: (id, patch, seen) =>
      edit(context, doorOf(store, id).siteId, () => {
        const before = doorOf(store, id);
        refuseStale(seen, before, toDoor);
        refuseOutside(patch.videoUrl ?? "");
        store.units.update({ ...before, ...patch });
        const door = doorOf(store, id);
        audit.note({ ...noteOf(door), verb: "changed", before: toDoor(before), after: toDoor(door) });
        return toDoor(door);
      }),
    removal,
    remove: (id, seen) =>
      edit(context, doorOf(store, id).siteId, () => {
        const door = doorOf(store, id);
        refuseStale(seen, door, toDoor);
        const gone = removal(id);
        store.units.remove(id);
        audit.note({ ...noteOf(door), verb: "removed", before: toDoor(door) });
        return gone;
      }),
  };
}

/** A name is looked up when somebody watches; an address can be judged now. Throws INVALID_REQUEST. */
function refuseOutside(videoUrl: string): void {
  if (videoUrl === "") return;
  const { hostname } = URL.canParse(videoUrl) ? new URL(videoUrl) : { hostname: null };
  if (hostname !== null && !isForeignAddress(hostname)) return;
  throw new AppError("INVALID_REQUEST", "a camera has an address in the house's own network", {
    fields: { videoUrl: "VIDEO_URL" },
  });
}

function noteOf({ id, siteId, label }: UnitRow) {
  return { siteId, noun: "door", rowId: id, label };
}
