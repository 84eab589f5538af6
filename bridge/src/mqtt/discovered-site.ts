/** The directory of a site as Home Assistant is told of it. */
import type { Store } from "../store/store.ts";
import type { DiscoverySite } from "./discovery.ts";

/** null: there is no such site (any more). */
export function discoveredSite(
  store: Pick<Store, "sites" | "units" | "accounts" | "lines">,
  siteId: string,
): DiscoverySite | null {
  const site = store.sites.get(siteId);
  if (!site) return null;
  const units = store.units.list({ siteId });
  const lines = store.lines.list(siteId);
  const isLine = (unitId: string): boolean => lines.some((line) => line.unitId === unitId);
  const accounts = store.accounts.list({ siteId });
  return {
    id: site.id,
    domain: site.domain,
    name: site.name,
    doors: units.filter(({ kind }) => kind === "door").map(({ id, name, label }) => ({ id, name, label })),
    units: units
      .filter(({ kind, id }) => kind === "residential" && !isLine(id))
      .map(({ id, name, label }) => ({ id, name, label: `Unit ${label}` })),
    // A line is known by its own id and rung by the name of its unit.
    lines: lines.flatMap((line) => {
      const unit = units.find(({ id }) => id === line.unitId);
      return unit ? [{ id: line.id, name: unit.name, label: unit.label }] : [];
    }),
    // A mobile phone sleeps, and is rung all the same once it wakes: that is no problem to report.
    panels: accounts
      .filter(({ type, enabled }) => type === "panel" && enabled)
      .map(({ id, username, label, unitId }) => ({
        ...{ id, username, label },
        unitId: lines.find((line) => line.unitId === unitId)?.id ?? unitId,
      })),
  };
}
