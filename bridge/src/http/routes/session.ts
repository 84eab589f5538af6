import { Session } from "../../api/session.ts";
import type { App } from "../app-type.ts";
import { type Asker, askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";

export function sessionRoutes(api: App, { identity, version, notices, directory }: HttpPorts): void {
  const sessionOf = ({ role, name, desk }: Asker): Session => {
    const empty = directory.sites.list().length === 0;
    return { role, name, desk, version, notices: role === "admin" ? [...notices()] : [], empty };
  };
  api.get(
    "/session",
    { config: { access: "resident" }, schema: { summary: "Who is asking.", response: { 200: Session } } },
    async (request) => sessionOf(askerOf(request)),
  );
  identity.routes?.(api, sessionOf);
}
