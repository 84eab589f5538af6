import type { Viewer } from "../calls/live.ts";
import type { Directory } from "../directory/directory.ts";
import type { Asker } from "./identity.ts";
import { sightOf } from "./rights.ts";

/** Who looks at calls and live state. A device that is not theirs, or not set up, counts as no device. */
export function viewerOf(directory: Directory, asker: Asker, deviceId: string | undefined): Viewer {
  const { unitIds } = asker;
  const account = deviceId === undefined ? null : directory.devices.accountOf(deviceId);
  const own = account && (unitIds === null || unitIds.includes(account.unitId ?? ""));
  const doorIds = (): string[] => {
    const sight = sightOf(directory, asker);
    return directory.doors
      .list({})
      .filter((door) => sight.door(door))
      .map(({ id }) => id);
  };
  return { unitIds, doorIds, device: own ? { siteId: account.siteId, username: account.username } : null };
}
