/** `GET /v1/events?after=<id>` as WebSocket. The token is checked before the upgrade. */
import { Type } from "typebox";
import { ControlFailure } from "./errors.ts";
import type { EventFeeds, FeedSources } from "./event-feed.ts";
import { siteOf } from "./require-site.ts";
import type { Server } from "./server.ts";
import type { SiteStore } from "./site-store.ts";

const EventsQuery = Type.Object(
  { after: Type.Optional(Type.String({ pattern: "^[0-9]{1,15}$" })) },
  { additionalProperties: false },
);

export function eventRoutes(
  server: Server,
  feeds: EventFeeds,
  sites: SiteStore,
  sources: Pick<FeedSources, "outbox" | "watch">,
): void {
  server.route({
    method: "GET",
    url: "/v1/events",
    schema: { querystring: EventsQuery },
    handler: async () => {
      throw new ControlFailure("NOT_FOUND", "the event feed is a WebSocket");
    },
    wsHandler: (socket, request) => {
      const site = siteOf(request);
      feeds.serve(socket, site.domain, Number(request.query.after ?? 0), {
        ...sources,
        isLetIn: () => sites.has(site),
      });
    },
  });
}
