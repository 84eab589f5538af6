/** Which users of Home Assistant live in which flats and who works at the restaurant's desk, and so what they see. */
import { releaseDevices } from "./devices.ts";
import type { DirectoryContext } from "./edit.ts";
import { flatOf } from "./lookup.ts";

export interface Links {
  unitIds: string[];
  desk: boolean;
}

export interface Members {
  /** User id → what they are linked to, of everybody who is linked to something. */
  all(): Map<string, Links>;
  unitsOf(userId: string): string[];
  worksAtDesk(userId: string): boolean;
  /** Gives a user these flats and no others, and the desk or not; undefined leaves it. Throws UNKNOWN_UNIT. */
  set(userId: string, unitIds: readonly string[], desk?: boolean): void;
}

export function members(context: DirectoryContext): Members {
  const { store, bus, audit } = context;
  return {
    all: () => {
      const links = new Map<string, Links>();
      const of = (userId: string): Links => {
        const found = links.get(userId) ?? { unitIds: [], desk: false };
        links.set(userId, found);
        return found;
      };
      for (const { userId, unitId } of store.members.list()) of(userId).unitIds.push(unitId);
      for (const userId of store.members.desk()) of(userId).desk = true;
      return links;
    },
    unitsOf: (userId) => store.members.unitsOf(userId),
    worksAtDesk: (userId) => store.members.worksAtDesk(userId),
    set: (userId, unitIds, desk) =>
      store.transaction(() => {
        const wanted = new Set(unitIds);
        const before = store.members.unitsOf(userId);
        const touched = [...wanted, ...store.members.unitsOf(userId)].map((id) => flatOf(store, id).siteId);
        store.members.removeUser(userId);
        for (const unitId of wanted) store.members.insert({ userId, unitId });
        // Who moves out takes no bell along.
        releaseDevices(context, (device) => device.userId === userId && !wanted.has(device.account.unitId ?? ""));
        const deskChanges = desk !== undefined && desk !== store.members.worksAtDesk(userId);
        if (deskChanges) store.members.setDesk(userId, desk);
        const sites = deskChanges ? store.sites.list().map(({ id }) => id) : touched;
        const [siteId = null] = sites;
        audit.note({
          siteId,
          noun: "member",
          verb: "changed",
          rowId: userId,
          label: userId,
          before: { unitIds: before.toSorted(), ...(deskChanges && { desk: !desk }) },
          after: { unitIds: [...wanted].toSorted(), ...(deskChanges && { desk }) },
        });
        // No provisioning: the VPS does not know people, only their devices.
        store.afterCommit(() => {
          for (const siteId of new Set(sites)) bus.emit("directoryChanged", { siteId });
        });
      }),
  };
}
