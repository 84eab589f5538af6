import { Type } from "typebox";
import { Id } from "../../api/directory.ts";
import { NewRemoteSite, RemoteSite } from "../../api/remote.ts";
import { LARGEST_BODY } from "../../directory/remote/packed-body.ts";
import { AppError } from "../../events/errors.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams, Nothing } from "./params.ts";

const AtParams = Type.Object({ id: Id, "*": Type.String({ maxLength: 2000 }) }, { additionalProperties: false });
/** What the API answers with. Anything else of a stranger's could be a page that runs in this one's name. */
const CONTENT_TYPE = /^(application\/json|text\/csv)(; ?charset=utf-8)?$/i;
const DISPOSITION = /^attachment; filename="[\w.-]{1,200}"$/;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

export function remoteSiteRoutes(api: App, { directory }: HttpPorts): void {
  api.get(
    "/remote-sites",
    {
      schema: {
        summary: "Sites elsewhere that this Neolia may manage, by name.",
        response: { 200: Type.Array(RemoteSite) },
      },
    },
    async () => directory.remoteSites.list(),
  );
  api.post(
    "/remote-sites",
    {
      schema: { summary: "Takes an invitation, once.", body: NewRemoteSite, response: { 201: RemoteSite } },
    },
    async (request, reply) => reply.code(201).send(await directory.remoteSites.add(request.body)),
  );
  api.delete(
    "/remote-sites/:id",
    {
      schema: {
        summary: "Gives the permission back and forgets the site.",
        params: IdParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await directory.remoteSites.remove(request.params.id, askerOf(request).name);
      return reply.code(204).send(null);
    },
  );
  for (const method of METHODS) {
    api.route({
      method,
      url: "/remote-sites/:id/at/*",
      exposeHeadRoute: false,
      bodyLimit: LARGEST_BODY,
      schema: {
        summary: "The same of the site elsewhere, as far as its administrator allows it.",
        params: AtParams,
      },
      handler: async (request, reply) => {
        const { id } = request.params;
        const answer = await directory.remoteSites.ask(id, askerOf(request).name, {
          method,
          path: pathOver(request.url),
          ifMatch: request.headers["if-match"] ?? null,
          body: request.body === undefined ? null : JSON.stringify(request.body),
        });
        const { status, contentType, etag, disposition, body } = answer;
        if (status === 204) return reply.code(204).send(null);
        if (!CONTENT_TYPE.test(contentType)) throw new AppError("REMOTE_BAD_REPLY", "the site sent something else");
        if (etag !== null && /^"\d{1,15}"$/.test(etag)) reply.header("etag", etag);
        if (disposition !== null && DISPOSITION.test(disposition)) reply.header("content-disposition", disposition);
        reply.header("content-type", contentType).code(status);
        if (typeof body !== "string") return reply.send(body);
        // As it came: Fastify would make JSON of it once more.
        return reply.serializer((text: unknown) => String(text)).send(body);
      },
    });
  }
}

/** What stands behind `/at`, with its query: a path of the API over there. */
function pathOver(url: string): string {
  const path = url.slice(url.indexOf("/at/") + "/at".length);
  if (!/^\/api\/[A-Za-z0-9/_-]+(\?[^#\s]*)?$/.test(path) || path.length > 2000) {
    throw new AppError("NOT_FOUND", "there is nothing at this address");
  }
  return path;
}
