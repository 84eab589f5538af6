/** `POST /v1/callers/forget`: a site erases what is kept of a caller, and the month of its call events is part of that. */
import { sameNumberKey } from "./caller-number.ts";
import { ControlFailure } from "./errors.ts";
import type { Kamailio } from "./kamailio.ts";
import type { OutboxReader } from "./outbox-reader.ts";
import { siteOf } from "./require-site.ts";
import type { Server } from "./server.ts";
import { CallerForget, CallerForgotten, ControlError } from "./wire.ts";

export function callerRoutes(
  server: Server,
  outbox: Pick<OutboxReader, "callerNumbers">,
  kamailio: Pick<Kamailio, "forgetCaller">,
): void {
  server.post(
    "/v1/callers/forget",
    { schema: { body: CallerForget, response: { 200: CallerForgotten, "4xx": ControlError, "5xx": ControlError } } },
    async (request) => {
      const { domain } = siteOf(request);
      const key = sameNumberKey(request.body.callerNumber);
      const numbers = outbox.callerNumbers(domain);
      if (numbers === null) throw new ControlFailure("EDGE_UNAVAILABLE", "the call events cannot be read");
      for (const number of numbers) {
        if (sameNumberKey(number) === key) await kamailio.forgetCaller(domain, number);
      }
      return {};
    },
  );
}
