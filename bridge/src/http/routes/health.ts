import { Health } from "../../api/live.ts";
import type { App } from "../app-type.ts";
import type { HttpPorts } from "../ports.ts";

export function healthRoutes(api: App, { version, missing }: HttpPorts): void {
  api.get(
    "/health",
    {
      config: { access: "anyone" },
      schema: { summary: "For the watchdog: the bridge serves.", response: { 200: Health } },
    },
    async () => ({ ok: true, version, missing: [...missing()] }),
  );
}
