/** The token by which a site reaches its VPS: looked at before it is kept, never shown again, in use at once. */
import { AppError } from "../events/errors.ts";
import type { DirectoryContext } from "./edit.ts";
import { siteOf } from "./lookup.ts";

export interface SiteTokens {
  /**
   * In place of the site's token. Nothing is kept unless the VPS takes it. Throws UNKNOWN_SITE, SITE_TOKEN_WRONG,
   * SITE_TOKEN_OTHER, VPS_NOT_CONFIGURED and VPS_UNREACHABLE.
   */
  put(siteId: string, token: string): Promise<void>;
}

/** The VPS, as far as tokens go. */
export interface TokenDoor {
  /** Which site's it is. Throws SITE_TOKEN_WRONG, VPS_NOT_CONFIGURED and VPS_UNREACHABLE. */
  domainOf(token: string): Promise<string>;
  /** Opens the site's link with it, in place of the one that there is. */
  use(siteId: string, token: string): void;
}

export function siteTokens({ store, audit }: DirectoryContext, door: TokenDoor): SiteTokens {
  return {
    put: async (siteId, token) => {
      const { domain } = siteOf(store, siteId);
      const own = await door.domainOf(token);
      if (own !== domain) {
        throw new AppError("SITE_TOKEN_OTHER", `the token is of ${own}, this site is ${domain}`, {
          details: { domain: own },
        });
      }
      store.transaction(() => {
        // It may have been removed while the VPS was asked.
        const { name } = siteOf(store, siteId);
        store.siteTokens.put(siteId, token);
        audit.note({ siteId, noun: "site-token", verb: "changed", rowId: siteId, label: name, after: { token: true } });
      });
      door.use(siteId, token);
    },
  };
}
