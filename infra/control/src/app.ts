/** The routes on the server, and the token check before those of a site. */
import websocket from "@fastify/websocket";
import { callerRoutes } from "./caller-routes.ts";
import { directoryRoutes } from "./directory-routes.ts";
import type { DirectoryStore } from "./directory-store.ts";
import { publicDocumentRoutes, siteDocumentRoutes } from "./document-routes.ts";
import type { Documents } from "./documents.ts";
import { edgeRoutes } from "./edge-routes.ts";
import type { EdgeWatch } from "./edge-watch.ts";
import type { EventFeeds } from "./event-feed.ts";
import { eventRoutes } from "./event-routes.ts";
import type { FailedTokens } from "./failed-tokens.ts";
import { healthRoutes } from "./health-routes.ts";
import type { Kamailio } from "./kamailio.ts";
import type { LogOuts } from "./log-outs.ts";
import type { Metrics } from "./metrics.ts";
import type { OutboxReader } from "./outbox-reader.ts";
import type { RemoteRelay } from "./remote-relay.ts";
import { publicRemoteRoutes, siteRemoteRoutes } from "./remote-routes.ts";
import { requireSite } from "./require-site.ts";
import type { Server } from "./server.ts";
import type { SiteStore } from "./site-store.ts";
import type { TurnValues } from "./turn.ts";

export interface AppParts {
  sites: SiteStore;
  directory: DirectoryStore;
  logOuts: LogOuts;
  kamailio: Kamailio;
  outbox: OutboxReader;
  watch: EdgeWatch;
  feeds: EventFeeds;
  documents: Documents;
  remote: RemoteRelay;
  failedTokens: FailedTokens;
  metrics: Metrics;
  turn: TurnValues;
}

/** The reader of a feed says nothing but pongs and a close. */
const FEED_PAYLOAD = 1_024;

export async function registerRoutes(server: Server, parts: AppParts): Promise<void> {
  const { sites, directory, logOuts, kamailio, outbox, watch, feeds, documents, remote, failedTokens, metrics, turn } =
    parts;
  await server.register(websocket, { options: { maxPayload: FEED_PAYLOAD } });
  healthRoutes(server, watch, metrics);
  publicDocumentRoutes(server, documents);
  await server.register(async (inBetween: Server) => publicRemoteRoutes(inBetween, remote, failedTokens));
  await server.register(async (ofSite: Server) => {
    ofSite.decorateRequest("site", null);
    ofSite.addHook("onRequest", requireSite(sites, failedTokens));
    directoryRoutes(ofSite, directory, logOuts);
    siteDocumentRoutes(ofSite, documents);
    edgeRoutes(ofSite, kamailio, directory, turn);
    callerRoutes(ofSite, outbox, kamailio);
    eventRoutes(ofSite, feeds, sites, { outbox, watch });
    siteRemoteRoutes(ofSite, remote, sites);
  });
}
