import type { NewSite, Site, SitePatch } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import { announceEdit, type DirectoryContext, edit, refuseStale, type SeenVersion } from "./edit.ts";
import { siteOf } from "./lookup.ts";
import { isTimeZone } from "./site-clock.ts";

export interface Sites {
  list(): Site[];
  get(id: string): Site;
  create(site: NewSite): Site;
  update(id: string, patch: SitePatch, seen: SeenVersion): Site;
  remove(id: string, seen: SeenVersion): void;
}

export function sites(context: DirectoryContext): Sites {
  const { store, bus, newId, audit } = context;
  const asShown = (site: Site) => site;
  return {
    list: () => store.sites.list(),
    get: (id) => siteOf(store, id),
    create: (fields) => {
      refuseUnknownZone(fields.timeZone);
      const site = { ...fields, id: newId() };
      return store.transaction(() => {
        if (store.sites.byDomain(site.domain)) {
          throw new AppError("DOMAIN_TAKEN", `another site already has the domain ${site.domain}`, {
            fields: { domain: "DOMAIN_TAKEN" },
          });
        }
        store.sites.insert(site);
        store.provisioning.raise(site.id);
        audit.note({ ...noteOf(site), verb: "added", after: site });
        store.afterCommit(() => announceEdit(context, site.id));
        return siteOf(store, site.id);
      });
    },
    update: (id, patch, seen) =>
      edit(context, siteOf(store, id).id, () => {
        const before = siteOf(store, id);
        refuseStale(seen, before, asShown);
        const site = { ...before, ...patch };
        refuseUnknownZone(site.timeZone);
        store.sites.update(site);
        audit.note({ ...noteOf(site), verb: "changed", before, after: site });
        return siteOf(store, id);
      }),
    remove: (id, seen) =>
      store.transaction(() => {
        const site = siteOf(store, id);
        refuseStale(seen, site, asShown);
        refuseInUse(context, id);
        store.sites.remove(id);
        audit.note({ ...noteOf(site), verb: "removed", before: site });
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

/** Throws UNKNOWN_TIME_ZONE. */
export function refuseUnknownZone(timeZone: string): void {
  if (isTimeZone(timeZone)) return;
  throw new AppError("UNKNOWN_TIME_ZONE", "the time zone is no IANA name this system knows", {
    fields: { timeZone: "TIME_ZONE" },
  });
}

function noteOf({ id, name }: Pick<Site, "id" | "name">) {
  return { siteId: id, noun: "site", rowId: id, label: name };
}
