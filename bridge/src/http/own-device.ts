import type { Directory } from "../directory/directory.ts";
import { AppError } from "../events/errors.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { Asker } from "./identity.ts";

/** The account of a device that is theirs; of others they do not even learn that they exist. Throws DEVICE_UNKNOWN. */
export function ownAccount(directory: Directory, { unitIds }: Asker, deviceId: string): AccountRow {
  const account = directory.devices.accountOf(deviceId);
  if (!account || (unitIds !== null && !unitIds.includes(account.unitId ?? ""))) {
    throw new AppError("DEVICE_UNKNOWN", "this device is not set up");
  }
  return account;
}
