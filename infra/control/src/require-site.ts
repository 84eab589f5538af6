/** The token check before every route of a site. It puts the site on the request; every query is filtered by it. */
import type { FastifyRequest } from "fastify";
import { ControlFailure } from "./errors.ts";
import type { FailedTokens } from "./failed-tokens.ts";
import type { Site, SiteStore } from "./site-store.ts";
import { bearerToken } from "./site-token.ts";

declare module "fastify" {
  interface FastifyRequest {
    site: Site | null;
  }
}

/**
 * An `onRequest` hook: it runs before the body is read, so a stranger cannot make us parse one. A missing, malformed
 * and unknown token get the same answer; after ten of them in a minute an address waits a second for each.
 */
export function requireSite(sites: SiteStore, failed: FailedTokens) {
  return async (request: FastifyRequest): Promise<void> => {
    const token = bearerToken(request.headers.authorization);
    const site = token === null ? null : sites.findByToken(token);
    if (site === null) {
      const delayMs = failed.note(request.ip);
      if (delayMs === 0) request.log.warn({ address: request.ip }, "a token was refused");
      await failed.hold(delayMs);
      throw new ControlFailure("UNAUTHORIZED", "a valid site token is needed");
    }
    request.site = site;
  };
}

/** The site of a request behind `requireSite`. */
export function siteOf(request: FastifyRequest): Site {
  if (request.site === null) throw new ControlFailure("UNAUTHORIZED", "a valid site token is needed");
  return request.site;
}
