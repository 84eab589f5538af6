/**
 * Requests of whoever manages a site from elsewhere, done by the API itself like a browser's: the same checks, the same
 * replies. Who it is travels beside the request, within the process; nothing in it could claim to be one.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Visit, Visitor } from "../directory/remote/grant-door.ts";
import type { App } from "./app-type.ts";

const visitors = new AsyncLocalStorage<Visitor>();

/** The visitor in whose name this request runs; undefined: it came over the network. */
export function visitorOf({ socket }: IncomingMessage): Visitor | undefined {
  return socket instanceof Socket ? undefined : visitors.getStore();
}

export function visitsTo(app: App): Visit {
  return async (visitor, { method, path, ifMatch, body }) => {
    // `inject` begins only once somebody waits for it: that must be inside.
    const reply = await visitors.run(
      visitor,
      async () =>
        await app.inject({
          payloadAsStream: true,
          method,
          url: path,
          headers: {
            ...(method !== "GET" && { "content-type": "application/json", "x-neolia": "1" }),
            ...(ifMatch !== null && { "if-match": ifMatch }),
          },
          ...(body !== null && { payload: body }),
        }),
    );
    const header = (name: string) => (reply.headers[name] === undefined ? null : String(reply.headers[name]));
    return {
      status: reply.statusCode,
      contentType: header("content-type") ?? "",
      etag: header("etag"),
      disposition: header("content-disposition"),
      body: reply.stream(),
    };
  };
}
