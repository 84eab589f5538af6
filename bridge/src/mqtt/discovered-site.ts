/** The directory of a site as Home Assistant is told of it. */
import type { AccountRow } from "../store/account-store.ts";
import type { Store } from "../store/store.ts";
import type { DiscoveryDevice, DiscoverySite } from "./discovery.ts";

/** What has a device of its own; a door's station belongs to the door's, and the bridge is ourselves. */
const DEVICES: Record<AccountRow["type"], DiscoveryDevice["kind"] | null> = {
  panel: "Panel",
  mobile: "Phone",
  gateway: "Gateway",
  door: null,
  bridge: null,
};

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
    doors: units
      .filter(({ kind }) => kind === "door")
      .map(({ id, name, label }) => ({
        ...{ id, name, label },
        stations: accounts
          .filter(({ type, enabled, unitId }) => type === "door" && enabled && unitId === id)
          .map((account) => ({ id: account.id, username: account.username })),
      })),
    units: units
      .filter(({ kind, id }) => kind === "residential" && !isLine(id))
      .map(({ id, name, label }) => ({ id, name, label: `Unit ${label}` })),
    // A line is known by its own id and rung by the name of its unit.
    lines: lines.flatMap((line) => {
      const unit = units.find(({ id }) => id === line.unitId);
      return unit ? [{ id: line.id, name: unit.name, label: unit.label }] : [];
    }),
    devices: accounts
      .flatMap((account) => {
        const kind = DEVICES[account.type];
        return kind !== null && account.enabled ? [{ ...account, kind }] : [];
      })
      .map(({ id, username, label, unitId, kind }) => ({
        ...{ id, username, label, kind },
        unitId: lines.find((line) => line.unitId === unitId)?.id ?? unitId,
      })),
  };
}
