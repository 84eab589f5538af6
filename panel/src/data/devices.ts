/** Logins of devices: found, paired without a password, and the files that configure hardware. */
import type { Account } from "../../../bridge/src/api/directory.ts";
import type { AccountLine, AccountPage } from "../../../bridge/src/api/page.ts";
import type {
  DeviceFile,
  NewDeviceFile,
  NewPairing,
  Pairing,
  PairingClaim,
  PairingWithSecret,
} from "../../../bridge/src/api/pairing.ts";
import type { Device } from "../../../bridge/src/api/session.ts";
import type { Api } from "./api.ts";
import { type PageQuery, pageParams } from "./units.ts";

export type { AccountLine, AccountPage, DeviceFile, NewDeviceFile, Pairing, PairingWithSecret };

export interface DeviceFilter {
  type: Account["type"] | "";
  registered: "yes" | "no" | "";
}

export function fetchDevicePage(
  api: Api,
  siteId: string,
  filter: DeviceFilter,
  query: PageQuery,
  signal?: AbortSignal,
): Promise<AccountPage> {
  const params = pageParams({ siteId }, query);
  if (filter.type !== "") params.set("type", filter.type);
  if (filter.registered !== "") params.set("registered", filter.registered);
  return api.get(`api/accounts/page?${params}`, signal);
}

/** Secrets of the pairing stand in this reply only. */
export function addPairing(api: Api, pairing: NewPairing): Promise<PairingWithSecret> {
  return api.send("POST", "api/pairings", pairing);
}

/** Those of the last day, without their secrets. */
export function fetchPairings(api: Api, siteId: string): Promise<Pairing[]> {
  return api.get(`api/pairings?${new URLSearchParams({ siteId })}`);
}

export function withdrawPairing(api: Api, id: string): Promise<unknown> {
  return api.send("DELETE", `api/pairings/${id}`, {});
}

/** Makes this browser the panel that the code is for. Throws ApiError PAIRING_INVALID for any code that does not do. */
export function claimPairing(api: Api, claim: PairingClaim): Promise<Device> {
  return api.send("POST", "api/pairings/claim", claim);
}

/** Makes new passwords for the accounts in it. */
export function makeDeviceFile(api: Api, file: NewDeviceFile): Promise<DeviceFile> {
  return api.send("POST", "api/device-files", file);
}
