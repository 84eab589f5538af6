/** The ways of frames between two bridges: see wire.ts. */
import { Type } from "typebox";
import { ControlFailure } from "./errors.ts";
import type { FailedTokens } from "./failed-tokens.ts";
import type { RemoteRelay } from "./remote-relay.ts";
import { siteOf } from "./require-site.ts";
import type { Server } from "./server.ts";
import type { SiteStore } from "./site-store.ts";
import { bearerToken } from "./site-token.ts";
import { GrantId, RemoteGrantsPut, RemoteLimits } from "./wire.ts";

const GRANTS_LIMIT = 128 * 1024;
const BINARY = "application/octet-stream";

const GrantParams = Type.Object({ grant: GrantId }, { additionalProperties: false });
const DeliveryParams = Type.Object(
  { delivery: Type.String({ pattern: "^[0-9a-f]{32}$" }) },
  { additionalProperties: false },
);

/** Behind the site's token. */
export function siteRemoteRoutes(server: Server, relay: RemoteRelay, sites: SiteStore): void {
  takeBinary(server);
  server.put("/v1/remote-grants", { bodyLimit: GRANTS_LIMIT, schema: { body: RemoteGrantsPut } }, async (request) => {
    relay.setGrants(siteOf(request).domain, request.body.grants);
    return {};
  });
  server.post(
    "/v1/remote-replies/:delivery",
    { bodyLimit: RemoteLimits.replyBytes, schema: { params: DeliveryParams } },
    async (request) => {
      const { body } = request as { body: unknown };
      relay.answer(siteOf(request).domain, request.params.delivery, Buffer.isBuffer(body) ? body : Buffer.alloc(0));
      return {};
    },
  );
  server.route({
    method: "GET",
    url: "/v1/remote",
    handler: async () => {
      throw new ControlFailure("NOT_FOUND", "frames come on a WebSocket");
    },
    wsHandler: (socket, request) => {
      const site = siteOf(request);
      relay.connect(socket, site, () => sites.has(site));
    },
  });
}

/** For whoever brings the token of a grant. Wrong, ended and never heard of: the same answer, slower each time. */
export function publicRemoteRoutes(server: Server, relay: RemoteRelay, failed: FailedTokens): void {
  takeBinary(server);
  server.post(
    "/v1/remote/:grant",
    {
      bodyLimit: RemoteLimits.requestBytes,
      schema: { params: GrantParams },
      // Before the body is read: a stranger cannot make us take a megabyte.
      onRequest: async (request) => {
        const { grant = "" } = request.params as { grant?: string };
        const token = bearerToken(request.headers.authorization);
        if (token !== null && relay.knows(grant, token)) return;
        await failed.hold(failed.note(request.ip));
        throw new ControlFailure("NOT_FOUND", "no such grant");
      },
    },
    async (request, reply) => {
      const { body } = request as { body: unknown };
      if (!Buffer.isBuffer(body) || body.length === 0) throw new ControlFailure("INVALID_REQUEST", "a frame is needed");
      return reply.type(BINARY).send(await relay.carry(request.params.grant, body));
    },
  );
}

function takeBinary(server: Server): void {
  server.addContentTypeParser(BINARY, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}
