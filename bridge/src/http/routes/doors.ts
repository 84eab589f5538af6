import { Type } from "typebox";
import { Door, DoorPatch, DoorWithPassword, NewDoor, Removal } from "../../api/directory.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import { seenVersion } from "../if-match.ts";
import type { HttpPorts } from "../ports.ts";
import { sightOf } from "../rights.ts";
import { IdParams, PlaceQuery } from "./params.ts";

export function doorRoutes(api: App, { directory }: HttpPorts): void {
  api.get(
    "/doors",
    {
      config: { access: "resident", elsewhere: "yes" },
      schema: {
        summary: "Doors; a resident sees those of their buildings.",
        querystring: PlaceQuery,
        response: { 200: Type.Array(Door) },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const seen = directory.doors.list(request.query).filter(sightOf(directory, asker).door);
      // The camera itself lets anybody watch at any hour: where it is, is nothing for residents.
      return asker.role === "admin" ? seen : seen.map((door) => ({ ...door, videoUrl: "" }));
    },
  );
  api.post(
    "/doors",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Adds a door with its station's account, whose password is in this reply only.",
        body: NewDoor,
        response: { 201: DoorWithPassword },
      },
    },
    async (request, reply) => reply.code(201).send(directory.doors.create(request.body)),
  );
  api.get(
    "/doors/:id",
    { config: { elsewhere: "yes" }, schema: { summary: "One door.", params: IdParams, response: { 200: Door } } },
    async (request) => directory.doors.get(request.params.id),
  );
  api.patch(
    "/doors/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Changes a door.", params: IdParams, body: DoorPatch, response: { 200: Door } },
    },
    async (request) => directory.doors.update(request.params.id, request.body, seenVersion(request)),
  );
  api.get(
    "/doors/:id/removal",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "What would go along.", params: IdParams, response: { 200: Removal } },
    },
    async (request) => directory.doors.removal(request.params.id),
  );
  api.delete(
    "/doors/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Removes a door and tells what went along.", params: IdParams, response: { 200: Removal } },
    },
    async (request) => directory.doors.remove(request.params.id, seenVersion(request)),
  );
}
