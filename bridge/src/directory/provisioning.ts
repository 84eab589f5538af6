/** How far edits have got, in the words that people see. */
import type { LinkState } from "../api/live.ts";
import type { ProvisioningState } from "../api/provisioning.ts";
import type { ProvisioningRow } from "../store/provisioning-store.ts";

/** `link`: to the VPS of the site. */
export function provisioningState(row: ProvisioningRow, link: LinkState): ProvisioningState {
  if (row.liveRevision >= row.revision) return "live";
  if (row.problem !== null) return "stuck";
  return link === "up" ? "on-its-way" : "saved";
}
