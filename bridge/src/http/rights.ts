/** What of the directory a resident sees: their own flats, and the buildings, doors and sites around them. */
import type { Building, Door, Site, Unit } from "../api/directory.ts";
import type { Directory } from "../directory/directory.ts";
import type { Asker } from "./identity.ts";

export interface Sight {
  site(site: Site): boolean;
  building(building: Building): boolean;
  unit(unit: Unit): boolean;
  door(door: Door): boolean;
}

export function sightOf(directory: Directory, { unitIds }: Asker): Sight {
  if (unitIds === null) return { site: () => true, building: () => true, unit: () => true, door: () => true };
  const own = directory.units.list({}).filter(({ id }) => unitIds.includes(id));
  const buildings = new Set(own.map(({ buildingId }) => buildingId));
  const sites = new Set(own.map(({ siteId }) => siteId));
  return {
    site: ({ id }) => sites.has(id),
    building: ({ id }) => buildings.has(id),
    unit: ({ id }) => unitIds.includes(id),
    door: ({ buildingId }) => buildings.has(buildingId),
  };
}
