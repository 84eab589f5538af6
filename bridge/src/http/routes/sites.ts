import { Type } from "typebox";
import { NewSite, Site, SitePatch } from "../../api/directory.ts";
import { SiteTokenPut } from "../../api/site-token.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import { seenVersion } from "../if-match.ts";
import type { HttpPorts } from "../ports.ts";
import { sightOf } from "../rights.ts";
import { IdParams, Nothing } from "./params.ts";

export function siteRoutes(api: App, { directory }: HttpPorts): void {
  api.get(
    "/sites",
    {
      config: { access: "resident", elsewhere: "own" },
      schema: { summary: "Sites; a resident sees those of their flats.", response: { 200: Type.Array(Site) } },
    },
    async (request) => directory.sites.list().filter(sightOf(directory, askerOf(request)).site),
  );
  api.post(
    "/sites",
    { schema: { summary: "Adds a site. Its domain is fixed from then on.", body: NewSite, response: { 201: Site } } },
    async (request, reply) => reply.code(201).send(directory.sites.create(request.body)),
  );
  api.get(
    "/sites/:id",
    { config: { elsewhere: "yes" }, schema: { summary: "One site.", params: IdParams, response: { 200: Site } } },
    async (request) => directory.sites.get(request.params.id),
  );
  api.patch(
    "/sites/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Changes a site.", params: IdParams, body: SitePatch, response: { 200: Site } },
    },
    async (request) => directory.sites.update(request.params.id, request.body, seenVersion(request)),
  );
  api.put(
    "/sites/:id/token",
    {
      schema: {
        summary: "Takes the token that the VPS printed for the site, if the VPS knows it. It is never shown again.",
        params: IdParams,
        body: SiteTokenPut,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      await directory.siteTokens.put(request.params.id, request.body.token);
      return reply.code(204).send(null);
    },
  );
  api.delete(
    "/sites/:id",
    { schema: { summary: "Removes an empty site.", params: IdParams, response: { 204: Nothing } } },
    async (request, reply) => {
      directory.sites.remove(request.params.id, seenVersion(request));
      return reply.code(204).send(null);
    },
  );
}
