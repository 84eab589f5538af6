/** Sites, buildings, units and doors, as far as this viewer may see them. */
import type { Building, Door, Site, Unit } from "../../../bridge/src/api/directory.ts";
import type { Api } from "./api.ts";

export type { Building, Door, Site, Unit };

export interface Directory {
  sites: Site[];
  buildings: Building[];
  units: Unit[];
  doors: Door[];
}

export async function fetchDirectory(api: Api): Promise<Directory> {
  const [sites, buildings, units, doors] = await Promise.all([
    api.get<Site[]>("api/sites"),
    api.get<Building[]>("api/buildings"),
    api.get<Unit[]>("api/units"),
    api.get<Door[]>("api/doors"),
  ]);
  return { sites, buildings, units, doors };
}
