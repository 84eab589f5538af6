/** `GET /v1/registrations` and `POST /v1/turn-credentials`. */
import type { DirectoryStore } from "./directory-store.ts";
import { ControlFailure } from "./errors.ts";
import type { Kamailio } from "./kamailio.ts";
import { siteOf } from "./require-site.ts";
import type { Server } from "./server.ts";
import { mintTurnCredentials, type TurnValues } from "./turn.ts";
import { ControlError, RegistrationList, TurnCredentials, TurnRequest } from "./wire.ts";

export function edgeRoutes(server: Server, kamailio: Kamailio, directory: DirectoryStore, turn: TurnValues): void {
  server.get(
    "/v1/registrations",
    { schema: { response: { 200: RegistrationList, "4xx": ControlError, "5xx": ControlError } } },
    async (request) => ({ registrations: await kamailio.registrations(siteOf(request).domain) }),
  );

  server.post(
    "/v1/turn-credentials",
    { schema: { body: TurnRequest, response: { 200: TurnCredentials, "4xx": ControlError } } },
    async (request, reply) => {
      const site = siteOf(request);
      const { account, lifetimeS } = request.body;
      if (!directory.hasAccount(site, account)) {
        throw new ControlFailure("UNKNOWN_ACCOUNT", `no enabled account ${account}`);
      }
      reply.header("cache-control", "no-store");
      return mintTurnCredentials(turn, account, site.domain, Date.now(), lifetimeS);
    },
  );
}
