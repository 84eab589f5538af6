/** How far the directory's edits have got, and what to do when they are stuck. */
import type { Provisioning } from "../../../bridge/src/api/provisioning.ts";
import type { Api } from "./api.ts";

export type { Provisioning };

export function fetchProvisioning(api: Api): Promise<Provisioning[]> {
  return api.get("api/provisioning");
}

/** Kept only if the server takes it; it never comes back. */
export function putSiteToken(api: Api, siteId: string, token: string): Promise<unknown> {
  return api.send("PUT", `api/sites/${siteId}/token`, { token });
}

/** Tries to send the site's edits at once. */
export function retryProvisioning(api: Api, siteId: string): Promise<unknown> {
  return api.send("POST", `api/provisioning/${siteId}/retry`, {});
}
