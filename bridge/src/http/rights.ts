/** What of the directory a resident sees: their own flats, the buildings and sites around them, the doors that ring them. */
import type { Building, Door, Site, Unit } from "../api/directory.ts";
import type { Directory } from "../directory/directory.ts";
import { globMatches } from "../directory/glob.ts";
import type { Asker } from "./identity.ts";

export interface Sight {
  site(site: Site): boolean;
  building(building: Building): boolean;
  unit(unit: Unit): boolean;
  door(door: Door): boolean;
}

export function sightOf(directory: Directory, { unitIds, visit }: Asker): Sight {
  if (visit) {
    const isTheirs = ({ siteId }: { siteId: string }) => siteId === visit.siteId;
    return { site: ({ id }) => id === visit.siteId, building: isTheirs, unit: isTheirs, door: isTheirs };
  }
  if (unitIds === null) return { site: () => true, building: () => true, unit: () => true, door: () => true };
  const own = directory.units.list({}).filter(({ id }) => unitIds.includes(id));
  const buildings = new Set(own.map(({ buildingId }) => buildingId));
  const sites = new Set(own.map(({ siteId }) => siteId));
  // At some hour of the week: a door does not come and go with the time of day.
  const patterns = own.flatMap(({ id, siteId }) =>
    directory.rules
      .list({ unitId: id })
      .filter(({ enabled }) => enabled)
      .map(({ sourcePattern }) => ({ siteId, text: sourcePattern })),
  );
  return {
    site: ({ id }) => sites.has(id),
    building: ({ id }) => buildings.has(id),
    unit: ({ id }) => unitIds.includes(id),
    door: ({ id, siteId }) =>
      directory.accounts
        .list({ unitId: id })
        .some(({ username }) =>
          patterns.some((pattern) => pattern.siteId === siteId && globMatches(pattern.text, username)),
        ),
  };
}
