import type { EventBus } from "../events/bus.ts";
import { AppError } from "../events/errors.ts";
import type { Store } from "../store/store.ts";

/** What every part of the directory stands on. */
export interface DirectoryContext {
  store: Store;
  bus: EventBus;
  now(): number;
  newId(): string;
}

/**
 * One edit of a site: the change and the provisioning row's new revision in one transaction, the news after the
 * commit. What `work` throws undoes it all.
 */
export function edit<T>({ store, bus }: DirectoryContext, siteId: string, work: () => T): T {
  return store.transaction(() => {
    const result = work();
    store.provisioning.raise(siteId);
    store.afterCommit(() => {
      bus.emit("directoryChanged", { siteId });
      bus.emit("provisioningChanged", { siteId });
    });
    return result;
  });
}

/** The site's names are one namespace: `sip:x@site` is a unit, a door or an account, never two of them. */
export function isTaken({ store }: DirectoryContext, siteId: string): (name: string) => boolean {
  return (name) => store.units.byName(siteId, name) !== null || store.accounts.byUsername(siteId, name) !== null;
}

/** Throws NAME_TAKEN and says by what. */
export function refuseTaken({ store }: DirectoryContext, siteId: string, name: string): void {
  const unit = store.units.byName(siteId, name);
  const account = store.accounts.byUsername(siteId, name);
  if (!unit && !account) return;
  const takenBy = unit ? (unit.kind === "door" ? "door" : "unit") : "account";
  const label = unit?.label ?? account?.label;
  throw new AppError("NAME_TAKEN", `the name ${name} is already taken by a ${takenBy} of this site`, {
    details: { name, takenBy, label },
  });
}
