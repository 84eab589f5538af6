import { Type } from "typebox";
import { Id } from "../../api/directory.ts";
import { Grant, GrantWithCode, NewGrant, Visit } from "../../api/remote.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams, Nothing } from "./params.ts";

const GrantQuery = Type.Object({ siteId: Id }, { additionalProperties: false });

export function grantRoutes(api: App, { directory }: HttpPorts): void {
  api.get(
    "/grants",
    {
      schema: {
        summary: "Who may manage the site from another Neolia, newest first.",
        querystring: GrantQuery,
        response: { 200: Type.Array(Grant) },
      },
    },
    async (request) => directory.grants.list(request.query.siteId),
  );
  api.post(
    "/grants",
    {
      schema: {
        summary: "Lets another Neolia manage the site for a time. Its code is in this reply only.",
        body: NewGrant,
        response: { 201: GrantWithCode },
      },
    },
    async (request, reply) => reply.code(201).send(directory.grants.create(request.body)),
  );
  api.get(
    "/visit",
    {
      config: { elsewhere: "own" },
      schema: { summary: "What the permission says that the asker comes by.", response: { 200: Visit } },
    },
    async (request) => directory.grants.visit(askerOf(request).visit?.grantId ?? ""),
  );
  api.delete(
    "/grants/:id",
    { schema: { summary: "Ends it at once. Idempotent.", params: IdParams, response: { 204: Nothing } } },
    async (request, reply) => {
      directory.grants.revoke(request.params.id);
      return reply.code(204).send(null);
    },
  );
}
