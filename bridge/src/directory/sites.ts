import type { NewSite, Site, SitePatch } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import { type DirectoryContext, edit } from "./edit.ts";
import { siteOf } from "./lookup.ts";
import { isTimeZone } from "./site-clock.ts";

export interface Sites {
  list(): Site[];
  get(id: string): Site;
  create(site: NewSite): Site;
  update(id: string, patch: SitePatch): Site;
  remove(id: string): void;
}

export function sites(context: DirectoryContext): Sites {
  const { store, bus, newId } = context;
  return {
    list: () => store.sites.list(),
    get: (id) => siteOf(store, id),
    create: (fields) => {
      refuseUnknownZone(fields.timeZone);
      const site = { ...fields, id: newId() };
      return store.transaction(() => {
        if (store.sites.byDomain(site.domain)) {
          throw new AppError("DOMAIN_TAKEN", `another site already has the domain ${site.domain}`);
        }
        return edit(context, site.id, () => {
          store.sites.insert(site);
          return site;
        });
      });
    },
    update: (id, patch) =>
      edit(context, id, () => {
        const site = { ...siteOf(store, id), ...patch };
        refuseUnknownZone(site.timeZone);
        store.sites.update(site);
        return site;
      }),
    remove: (id) =>
      store.transaction(() => {
        siteOf(store, id);
        refuseInUse(context, id);
        store.sites.remove(id);
        store.afterCommit(() => bus.emit("directoryChanged", { siteId: id }));
      }),
  };
}

/**
 * With the site its provisioning row goes, and nobody would tell the VPS any more: so a site is emptied first, and
 * the VPS must have heard of it.
 */
function refuseInUse({ store }: DirectoryContext, siteId: string): void {
  const buildings = store.buildings.list(siteId).map(({ name }) => name);
  const accounts = store.accounts.list({ siteId }).map(({ username }) => username);
  const row = store.provisioning.get(siteId);
  const unconfirmed = row !== null && row.liveRevision > 0 && row.liveRevision < row.revision;
  if (buildings.length + accounts.length === 0 && !unconfirmed) return;
  throw new AppError(
    "SITE_IN_USE",
    unconfirmed ? "the VPS has not confirmed the site's last edits yet" : "the site still has buildings or accounts",
    { details: { buildings, accounts, unconfirmed } },
  );
}

function refuseUnknownZone(timeZone: string): void {
  if (!isTimeZone(timeZone)) throw new AppError("UNKNOWN_TIME_ZONE", "the time zone is no IANA name this system knows");
}
