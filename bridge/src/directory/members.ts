/** Which users of Home Assistant live in which flats and who works at the restaurant's desk, and so what they see. */
import { releaseDevices } from "./devices.ts";
import { type DirectoryContext, refuseStale, type SeenVersion } from "./edit.ts";
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
  /** Of the user's links; grows with every edit. */
  versionOf(userId: string): number;
  /**
   * Gives a user these flats and no others, and the desk or not; undefined leaves it. Throws UNKNOWN_UNIT, and
   * EDITED_MEANWHILE when the links are no longer those that the editor has seen.
   */
  set(userId: string, links: { unitIds: readonly string[]; desk?: boolean | undefined }, seen: SeenVersion): void;
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
    versionOf: (userId) => store.members.versionOf(userId),
    set: (userId, { unitIds, desk }, seen) =>
      store.transaction(() => {
        const before = store.members.unitsOf(userId);
        refuseStale(seen, { version: store.members.versionOf(userId) }, ({ version }) => ({
          ...{ userId, version, unitIds: before, desk: store.members.worksAtDesk(userId) },
        }));
        const wanted = new Set(unitIds);
        const touched = [...wanted, ...store.members.unitsOf(userId)].map((id) => flatOf(store, id).siteId);
        store.members.removeUser(userId);
        store.members.raiseVersion(userId);
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
