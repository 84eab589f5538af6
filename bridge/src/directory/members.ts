/** Residents: which users of Home Assistant live in which flats, and so what they see. */
import type { DirectoryContext } from "./edit.ts";
import { flatOf } from "./lookup.ts";

export interface Members {
  /** User id → ids of the flats, of everybody who has one. */
  all(): Map<string, string[]>;
  unitsOf(userId: string): string[];
  /** Gives a user these flats and no others. Throws UNKNOWN_UNIT. */
  set(userId: string, unitIds: readonly string[]): void;
}

export function members({ store, bus }: DirectoryContext): Members {
  return {
    all: () => {
      const units = new Map<string, string[]>();
      for (const { userId, unitId } of store.members.list()) units.set(userId, [...(units.get(userId) ?? []), unitId]);
      return units;
    },
    unitsOf: (userId) => store.members.unitsOf(userId),
    set: (userId, unitIds) =>
      store.transaction(() => {
        const wanted = new Set(unitIds);
        const touched = [...wanted, ...store.members.unitsOf(userId)].map((id) => flatOf(store, id).siteId);
        store.members.removeUser(userId);
        for (const unitId of wanted) store.members.insert({ userId, unitId });
        // No provisioning: the VPS does not know people.
        store.afterCommit(() => {
          for (const siteId of new Set(touched)) bus.emit("directoryChanged", { siteId });
        });
      }),
  };
}
