import { Type } from "typebox";
import { NewUnitRange, UnitRangeReply } from "../../api/bulk.ts";
import { DoNotDisturbPut, NewUnit, Removal, Unit, UnitPatch } from "../../api/directory.ts";
import { UnitPage, UnitPageQuery } from "../../api/page.ts";
import { AppError } from "../../events/errors.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import { seenVersion } from "../if-match.ts";
import type { HttpPorts } from "../ports.ts";
import { sightOf } from "../rights.ts";
import { IdParams, PlaceQuery } from "./params.ts";

export function unitRoutes(api: App, { directory }: HttpPorts): void {
  api.get(
    "/units",
    {
      config: { access: "resident", elsewhere: "yes" },
      schema: {
        summary: "Units; a resident sees their own.",
        querystring: PlaceQuery,
        response: { 200: Type.Array(Unit) },
      },
    },
    async (request) => directory.units.list(request.query).filter(sightOf(directory, askerOf(request)).unit),
  );
  api.post(
    "/units",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Adds a unit, with one rule that lets everybody of the site ring it.",
        body: NewUnit,
        response: { 201: Unit },
      },
    },
    async (request, reply) => reply.code(201).send(directory.units.create(request.body)),
  );
  api.get(
    "/units/page",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Units by building and number, a page at a time, with what an installer's list shows.",
        querystring: UnitPageQuery,
        response: { 200: UnitPage },
      },
    },
    async (request) => directory.pages.units(request.query),
  );
  api.post(
    "/units/range",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Makes all units of a range, or none. 200 after a dry run.",
        body: NewUnitRange,
        response: { 200: UnitRangeReply, 201: UnitRangeReply },
      },
    },
    async (request, reply) => {
      const made = directory.makeUnitRange(request.body);
      return reply.code(made.dryRun ? 200 : 201).send(made);
    },
  );
  api.get(
    "/units/:id",
    { config: { elsewhere: "yes" }, schema: { summary: "One unit.", params: IdParams, response: { 200: Unit } } },
    async (request) => directory.units.get(request.params.id),
  );
  api.patch(
    "/units/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Changes a unit.", params: IdParams, body: UnitPatch, response: { 200: Unit } },
    },
    async (request) => directory.units.update(request.params.id, request.body, seenVersion(request)),
  );
  api.put(
    "/units/:id/do-not-disturb",
    {
      config: { access: "resident", elsewhere: "yes" },
      schema: {
        summary: "Lets the devices of a unit ring, or not. A resident's own units only. Idempotent.",
        params: IdParams,
        body: DoNotDisturbPut,
        response: { 200: Unit },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { unitIds } = askerOf(request);
      if (unitIds && !unitIds.includes(id)) throw new AppError("UNKNOWN_UNIT", "there is no such unit of yours");
      return directory.units.setDoNotDisturb(id, request.body.on);
    },
  );
  api.get(
    "/units/:id/removal",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "What would go along.", params: IdParams, response: { 200: Removal } },
    },
    async (request) => directory.units.removal(request.params.id),
  );
  api.delete(
    "/units/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Removes a unit and tells what went along.", params: IdParams, response: { 200: Removal } },
    },
    async (request) => directory.units.remove(request.params.id, seenVersion(request)),
  );
}
