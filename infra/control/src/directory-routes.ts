/** `PUT` and `GET /v1/directory`. */
import type { FastifyRequest } from "fastify";
import type { DirectoryStore, Replacement } from "./directory-store.ts";
import type { LogOuts } from "./log-outs.ts";
import { siteOf } from "./require-site.ts";
import type { Server } from "./server.ts";
import { ControlError, DirectoryPatch, DirectoryPut, DirectoryStatus } from "./wire.ts";

/** 20,000 units, 50,000 accounts and 100,000 rules, with room for windows. */
const BODY_LIMIT = 48 * 1024 * 1024;

export function directoryRoutes(server: Server, directory: DirectoryStore, logOuts: LogOuts): void {
  server.put(
    "/v1/directory",
    {
      bodyLimit: BODY_LIMIT,
      schema: { body: DirectoryPut, response: { 200: DirectoryStatus, "4xx": ControlError } },
    },
    async (request) => {
      const site = siteOf(request);
      return finish(request, () => directory.replace(site, request.body));
    },
  );

  server.patch(
    "/v1/directory",
    {
      bodyLimit: BODY_LIMIT,
      schema: { body: DirectoryPatch, response: { 200: DirectoryStatus, "4xx": ControlError } },
    },
    async (request) => {
      const site = siteOf(request);
      return finish(request, () => directory.patch(site, request.body));
    },
  );

  /** What the change asks for beside the file: whoever lost the login is logged out. */
  async function finish(request: FastifyRequest, change: () => Replacement): Promise<DirectoryStatus> {
    const { domain } = siteOf(request);
    const startedMs = performance.now();
    const { stored, toLogOut } = change();
    const tookMs = Math.round(performance.now() - startedMs);
    request.log.info({ domain, revision: stored.revision, tookMs }, "directory stored");
    const { done, later } = await logOuts.finish(domain, toLogOut);
    return { ...stored, loggedOut: done, ...(later.length > 0 ? { logOutLater: later } : {}) };
  }

  server.get(
    "/v1/directory",
    { schema: { response: { 200: DirectoryStatus, "4xx": ControlError } } },
    async (request) => ({ ...directory.read(siteOf(request)), loggedOut: [] }),
  );
}
