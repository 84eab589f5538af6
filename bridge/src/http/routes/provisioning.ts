import { Type } from "typebox";
import { Provisioning } from "../../api/provisioning.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams, Nothing } from "./params.ts";

export function provisioningRoutes(api: App, { provisioning }: HttpPorts): void {
  api.get(
    "/provisioning",
    {
      config: { elsewhere: "own" },
      schema: {
        summary: "How far each site's edits have got, what holds them up and the way out.",
        response: { 200: Type.Array(Provisioning) },
      },
    },
    async (request) => {
      const { visit } = askerOf(request);
      return provisioning.list().filter(({ siteId }) => !visit || siteId === visit.siteId);
    },
  );
  api.post(
    "/provisioning/:id/retry",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Tries at once to bring a site's edits to the VPS; id is the site's.",
        params: IdParams,
        response: { 202: Nothing },
      },
    },
    async (request, reply) => {
      provisioning.retry(request.params.id);
      return reply.code(202).send(null);
    },
  );
}
