/** Managing a site from another Neolia: what was allowed here, and the sites elsewhere that this one may manage. */
import type {
  Grant,
  GrantWithCode,
  NewGrant,
  NewRemoteSite,
  RemoteSite,
  Visit,
} from "../../../bridge/src/api/remote.ts";
import type { Host } from "../host/host.ts";
import { type Api, createApi } from "./api.ts";

export type { Grant, GrantWithCode, RemoteSite };

export function fetchGrants(api: Api, siteId: string): Promise<Grant[]> {
  return api.get(`api/grants?siteId=${siteId}`);
}

/** The code is in this reply only. */
export function addGrant(api: Api, grant: NewGrant): Promise<GrantWithCode> {
  return api.send("POST", "api/grants", grant);
}

/** At once. */
export function endGrant(api: Api, id: string): Promise<unknown> {
  return api.send("DELETE", `api/grants/${id}`, {});
}

export function fetchRemoteSites(api: Api): Promise<RemoteSite[]> {
  return api.get("api/remote-sites");
}

/** The other end is asked: it may take its time. */
const LONG_MS = 60_000;

export function addRemoteSite(api: Api, invitation: NewRemoteSite): Promise<RemoteSite> {
  return api.send("POST", "api/remote-sites", invitation, { timeoutMs: LONG_MS });
}

export function removeRemoteSite(api: Api, id: string): Promise<unknown> {
  return api.send("DELETE", `api/remote-sites/${id}`, {}, { timeoutMs: LONG_MS });
}

/** What a site elsewhere says of itself. */
export interface RemoteWord {
  /** Where its own page stands, as its administrator said; null: not known. */
  pageUrl: string | null;
  /** Another one whenever a device there comes or goes. */
  connections: string;
}

/** Whatever the site sends, only an address of a page is taken. */
export async function fetchRemoteWord(api: Api): Promise<RemoteWord> {
  const { pageUrl, connections } = await api.get<Visit>("api/visit");
  const isPage = /^https?:\/\/[^\s#?]{1,290}$/.test(pageUrl) && URL.canParse(pageUrl);
  return { pageUrl: isPage ? pageUrl : null, connections };
}

/** Longer than our bridge waits for the site: what became of a change it knows, and says. */
const REMOTE_TIMEOUT_MS = 40_000;

/** The API of a site elsewhere: the same paths, by way of our own bridge. */
export function remoteApi(host: Pick<Host, "baseUrl" | "renewSession">, id: string): Api {
  const baseUrl = new URL(`api/remote-sites/${id}/at/`, host.baseUrl).href;
  return createApi({ baseUrl, renewSession: () => host.renewSession() }, REMOTE_TIMEOUT_MS);
}
