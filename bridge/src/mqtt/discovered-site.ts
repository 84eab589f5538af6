/** The directory of a site as Home Assistant is told of it. */
import type { Store } from "../store/store.ts";
import type { DiscoverySite } from "./discovery.ts";

/** null: there is no such site (any more). */
export function discoveredSite(
  store: Pick<Store, "sites" | "units" | "accounts">,
  siteId: string,
): DiscoverySite | null {
  const site = store.sites.get(siteId);
  if (!site) return null;
  const units = store.units.list({ siteId });
  const accounts = store.accounts.list({ siteId });
  return {
    id: site.id,
    domain: site.domain,
    name: site.name,
    doors: units.filter(({ kind }) => kind === "door").map(({ id, name, label }) => ({ id, name, label })),
    units: units
      .filter(({ kind }) => kind === "residential")
      .map(({ id, name, label }) => ({ id, name, label: `Unit ${label}` })),
    lines: [],
    // A mobile phone sleeps, and is rung all the same once it wakes: that is no problem to report.
    panels: accounts
      .filter(({ type, enabled }) => type === "panel" && enabled)
      .map(({ id, username, label, unitId }) => ({ id, username, label, unitId })),
  };
}
