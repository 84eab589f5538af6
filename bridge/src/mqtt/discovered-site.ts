/** The directory of a site as Home Assistant is told of it. */
import type { AccountRow } from "../store/account-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { deviceNames, siteName } from "./device-names.ts";
import type { DiscoveryDevice, DiscoverySite } from "./discovery.ts";
import { type NameLanguage, nameIn } from "./entity-names.ts";

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
  store: Pick<Store, "sites" | "buildings" | "units" | "accounts" | "lines">,
  siteId: string,
  language: NameLanguage,
): DiscoverySite | null {
  const site = store.sites.get(siteId);
  if (!site) return null;
  const sites = store.sites.list();
  const units = store.units.list({ siteId });
  const lines = store.lines.list(siteId);
  const accounts = store.accounts.list({ siteId });
  const buildings = new Map(store.buildings.list(siteId).map(({ id, name }) => [id, name]));
  const lineUnits = new Set(lines.map(({ unitId }) => unitId));
  const placeName = ({ kind, label }: UnitRow): string =>
    kind === "door" ? label : `${nameIn(language, "Unit")} ${label}`;
  const isFlat = ({ kind, id }: UnitRow): boolean => kind === "residential" && !lineUnits.has(id);

  // A line is known by its own id and rung by the name of its unit.
  const lined = lines.flatMap((line) => {
    const unit = units.find(({ id }) => id === line.unitId);
    return unit ? [{ id: line.id, name: unit.name, label: unit.label }] : [];
  });
  const devices = accounts.flatMap((account) => {
    const kind = DEVICES[account.type];
    return kind !== null && account.enabled ? [{ ...account, kind }] : [];
  });
  const places = units.filter((unit) => unit.kind === "door" || isFlat(unit));
  const labels = deviceNames(
    [
      ...places.map((unit) => ({
        id: unit.id,
        name: placeName(unit),
        addition: buildings.get(unit.buildingId) ?? null,
      })),
      ...lined.map(({ id, label }) => ({ id, name: label, addition: null })),
      ...devices.map(({ id, label, kind, unitId }) => {
        const at = units.find((unit) => unit.id === unitId);
        return { id, name: label, addition: at ? placeName(at) : nameIn(language, kind).toLowerCase() };
      }),
    ],
    sites.length > 1 ? siteName(site, sites) : null,
  );
  const labelOf = (id: string): string => labels.get(id) ?? "";

  return {
    id: site.id,
    domain: site.domain,
    name: siteName(site, sites),
    doors: places
      .filter(({ kind }) => kind === "door")
      .map(({ id, name }) => ({
        ...{ id, name, label: labelOf(id) },
        stations: accounts
          .filter(({ type, enabled, unitId }) => type === "door" && enabled && unitId === id)
          .map((account) => ({ id: account.id, username: account.username })),
      })),
    units: places.filter(isFlat).map(({ id, name }) => ({ id, name, label: labelOf(id) })),
    lines: lined.map((line) => ({ ...line, label: labelOf(line.id) })),
    devices: devices.map(({ id, username, unitId, kind }) => ({
      ...{ id, username, label: labelOf(id), kind },
      unitId: lines.find((line) => line.unitId === unitId)?.id ?? unitId,
    })),
  };
}
