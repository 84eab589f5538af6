import { Type } from "typebox";
import { Building, BuildingPatch, NewBuilding, Removal } from "../../api/directory.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import { seenVersion } from "../if-match.ts";
import type { HttpPorts } from "../ports.ts";
import { sightOf } from "../rights.ts";
import { IdParams, SiteQuery } from "./params.ts";

export function buildingRoutes(api: App, { directory }: HttpPorts): void {
  api.get(
    "/buildings",
    {
      config: { access: "resident", elsewhere: "yes" },
      schema: {
        summary: "Buildings; a resident sees those of their flats.",
        querystring: SiteQuery,
        response: { 200: Type.Array(Building) },
      },
    },
    async (request) =>
      directory.buildings.list(request.query.siteId).filter(sightOf(directory, askerOf(request)).building),
  );
  api.post(
    "/buildings",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Adds a building.", body: NewBuilding, response: { 201: Building } },
    },
    async (request, reply) => reply.code(201).send(directory.buildings.create(request.body)),
  );
  api.get(
    "/buildings/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "One building.", params: IdParams, response: { 200: Building } },
    },
    async (request) => directory.buildings.get(request.params.id),
  );
  api.patch(
    "/buildings/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Changes a building.", params: IdParams, body: BuildingPatch, response: { 200: Building } },
    },
    async (request) => directory.buildings.update(request.params.id, request.body, seenVersion(request)),
  );
  api.get(
    "/buildings/:id/removal",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "What would go along.", params: IdParams, response: { 200: Removal } },
    },
    async (request) => directory.buildings.removal(request.params.id),
  );
  api.delete(
    "/buildings/:id",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Removes a building and tells what went along.",
        params: IdParams,
        response: { 200: Removal },
      },
    },
    async (request) => directory.buildings.remove(request.params.id, seenVersion(request)),
  );
}
