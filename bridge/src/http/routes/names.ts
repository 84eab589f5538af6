import { NameAnswer, NameQuestion } from "../../api/names.ts";
import type { App } from "../app-type.ts";
import type { HttpPorts } from "../ports.ts";

export function nameRoutes(api: App, { directory }: HttpPorts): void {
  api.post(
    "/names/check",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "May a unit, door or account of the site have this SIP name? Changes nothing.",
        body: NameQuestion,
        response: { 200: NameAnswer },
      },
    },
    async (request) => directory.nameCheck(request.body),
  );
}
