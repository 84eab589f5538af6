import { openStore, type Store } from "../../bridge/src/store/store.ts";
import { labFolder } from "../lab/folder.ts";

/** Ids of the sample site's parts; fixed, so that assertions can name them. */
export const SITE = "01J00000000000000000000001";
export const OTHER_SITE = "01J00000000000000000000002";
export const UNIT_401 = "01J00000000000000000000041";
export const UNIT_402 = "01J00000000000000000000042";
export const DOOR = "01J00000000000000000000050";
export const DOMAIN = "sip.example.com";

/** Account id of a username of the sample site. */
export const accountId = (username: string): string => `account-${username}`;

/**
 * A store on disk with one site: building A, units 401 (panel401, mobile401) and 402 (panel402), the door
 * intercom-entrance with its station, and a gateway; and a second site with the same unit and panel names.
 */
export function storedSite(): { store: Store; folder: string; reopen(): Store; remove(): void } {
  const folder = labFolder("store");
  let store = openStore({ folder: folder.path });
  fill(store);
  return {
    store,
    folder: folder.path,
    reopen: () => {
      store.close();
      store = openStore({ folder: folder.path });
      return store;
    },
    remove: () => {
      store.close();
      folder.remove();
    },
  };
}

function fill(store: Store): void {
  const account = (
    siteId: string,
    unitId: string | null,
    username: string,
    type: "panel" | "mobile" | "door" | "gateway",
  ) =>
    store.accounts.insert({
      id: siteId === SITE ? accountId(username) : `other-${username}`,
      siteId,
      unitId,
      username,
      type,
      label: `Label of ${username}`,
      ha1: "0".repeat(32),
      enabled: true,
      createdAtMs: 0,
    });
  for (const [id, domain] of [
    [SITE, DOMAIN],
    [OTHER_SITE, "other.example.com"],
  ] as const) {
    store.sites.insert({ id, name: domain, address: "", domain, timeZone: "Europe/Paris" });
    store.buildings.insert({ id: `building-${id}`, siteId: id, name: "A" });
  }
  const unit = (id: string, siteId: string, kind: "residential" | "door", name: string, label: string) =>
    store.units.insert({ id, siteId, buildingId: `building-${siteId}`, kind, name, label });
  unit(UNIT_401, SITE, "residential", "unit401", "401");
  unit(UNIT_402, SITE, "residential", "unit402", "402");
  unit(DOOR, SITE, "door", "intercom-entrance", "Entrance");
  unit("other-unit401", OTHER_SITE, "residential", "unit401", "401 elsewhere");
  account(SITE, UNIT_401, "panel401", "panel");
  account(SITE, UNIT_401, "mobile401", "mobile");
  account(SITE, UNIT_402, "panel402", "panel");
  account(SITE, DOOR, "intercom-entrance", "door");
  account(SITE, null, "line1", "gateway");
  account(OTHER_SITE, "other-unit401", "panel401", "panel");
}
