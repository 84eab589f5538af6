/** How far the directory's edits have got, and what to do when they are stuck. */
import type { Provisioning } from "../../../bridge/src/api/provisioning.ts";
import type { Api } from "./api.ts";

export type { Provisioning };

export function fetchProvisioning(api: Api): Promise<Provisioning[]> {
  return api.get("api/provisioning");
}

/** Tries to send the site's edits at once. */
export function retryProvisioning(api: Api, siteId: string): Promise<unknown> {
  return api.send("POST", `api/provisioning/${siteId}/retry`, {});
}
