import type { Viewer } from "../calls/live.ts";
import type { Directory } from "../directory/directory.ts";
import type { Asker } from "./identity.ts";

/** Who looks at calls and live state. A device that is not theirs, or not set up, counts as no device. */
export function viewerOf(directory: Directory, { unitIds }: Asker, deviceId: string | undefined): Viewer {
  const account = deviceId === undefined ? null : directory.devices.accountOf(deviceId);
  const own = account && (unitIds === null || unitIds.includes(account.unitId ?? ""));
  return { unitIds, device: own ? { siteId: account.siteId, username: account.username } : null };
}
