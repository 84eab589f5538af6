import type { Viewer } from "../calls/live.ts";
import { maskedIn } from "../ordering/caller-number.ts";
import type { CallRow } from "../store/call-store.ts";
import type { Asker } from "./identity.ts";
import type { HttpPorts } from "./ports.ts";
import { sightOf } from "./rights.ts";

/** Who missed a call to a restaurant's line may call back so long. */
const CALL_BACK_MS = 24 * 3_600_000;

/** Who looks at calls and live state. A device that is not theirs, or not set up, counts as no device. */
export function viewerOf(
  { directory, ordering }: Pick<HttpPorts, "directory" | "ordering">,
  asker: Asker,
  deviceId: string | undefined,
): Viewer {
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
  // As on the desk: whoever answers or calls back needs the number of a restaurant's caller, and later nobody does.
  const numberOf = ({ caller, unitId, answeredAtMs, endedAtMs }: CallRow): string => {
    const isNeeded = endedAtMs === null || (answeredAtMs === null && Date.now() - endedAtMs < CALL_BACK_MS);
    const isOfLine = () => ordering.lines.list().some((line) => line.unitId === unitId);
    return isNeeded || !isOfLine() ? caller.label : maskedIn(caller.label);
  };
  return {
    unitIds,
    doorIds,
    device: own ? { siteId: account.siteId, username: account.username } : null,
    ...(asker.role !== "admin" && { numberOf }),
  };
}
