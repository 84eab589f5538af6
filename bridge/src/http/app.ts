/** The bridge's HTTP server: everything that every request meets, then the routes by noun. */
import { isUtf8 } from "node:buffer";
import fastifyCookie from "@fastify/cookie";
import fastifyWebsocket from "@fastify/websocket";
import Fastify, { type FastifyInstance, LogController } from "fastify";
import { AppError } from "../events/errors.ts";
import { type LogLevel, logOptions } from "../log.ts";
import type { App } from "./app-type.ts";
import { refuseBytes, replyWithError } from "./error-reply.ts";
import { controlAccess } from "./identity.ts";
import { nameVersion } from "./if-match.ts";
import { openApiOf } from "./open-api.ts";
import { panelFiles } from "./panel-files.ts";
import type { HttpPorts } from "./ports.ts";
import { routeTable } from "./route-table.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { auditRoutes } from "./routes/audit.ts";
import { backupRoutes } from "./routes/backups.ts";
import { buildingRoutes } from "./routes/buildings.ts";
import { bulkRoutes } from "./routes/bulk.ts";
import { callRoutes } from "./routes/calls.ts";
import { deskSocketRoutes } from "./routes/desk-socket.ts";
import { deviceTestRoutes } from "./routes/device-test.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { doorRoutes } from "./routes/doors.ts";
import { grantRoutes } from "./routes/grants.ts";
import { healthRoutes } from "./routes/health.ts";
import { lineRoutes } from "./routes/lines.ts";
import { liveRoutes } from "./routes/live.ts";
import { memberRoutes } from "./routes/members.ts";
import { nameRoutes } from "./routes/names.ts";
import { orderRoutes } from "./routes/orders.ts";
import { pairingRoutes } from "./routes/pairings.ts";
import { provisioningRoutes } from "./routes/provisioning.ts";
import { remoteSiteRoutes } from "./routes/remote-sites.ts";
import { ruleRoutes } from "./routes/rules.ts";
import { sessionRoutes } from "./routes/session.ts";
import { siteHealthRoutes } from "./routes/site-health.ts";
import { siteRoutes } from "./routes/sites.ts";
import { unitRoutes } from "./routes/units.ts";
import { videoRoutes } from "./routes/video.ts";
import { securityHeaders } from "./security-headers.ts";
import { validatorCompiler } from "./validation.ts";
import { visitorOf } from "./visits.ts";

/** The largest request is a rule with 64 windows, some 3 kB. */
const BODY_LIMIT = 32 * 1024;
const FAREWELL_MS = 500;
/** How long a request may take to arrive, its body included. */
const REQUEST_TIMEOUT_MS = 30_000;

/** An empty server with its log. Made before everything else, because everything else logs. */
export function createServer(level: LogLevel, { requestTimeoutMs = REQUEST_TIMEOUT_MS } = {}): App {
  return Fastify({
    // Node looks every 30 s by itself, and with longer header fields than bodies takes the one time for the other.
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 6) },
    logger: logOptions(level),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    frameworkErrors: replyWithError,
    clientErrorHandler: refuseBytes,
    // Named so that Fastify does not load its own compilers (Ajv and fast-json-stringify); see `serve`.
    schemaController: { compilersFactory: { buildValidator: replaced, buildSerializer: replaced } },
  });
}

/** Fills the server; `listen` and `inject` work once it resolves. */
export async function serve(app: App, ports: HttpPorts): Promise<App> {
  app.setValidatorCompiler(validatorCompiler);
  // Replies are made by our own code and typed by their schemas; a second look at them would only cost memory.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(replyWithError);
  app.setNotFoundHandler(() => {
    throw new AppError("NOT_FOUND", "there is nothing at this address");
  });
  readJson(app);
  const { panelFolder } = ports;
  securityHeaders(app, { foreign: [ports.sipUri, ports.demoUrl], framed: ports.framed ?? false, panelFolder });
  app.addHook("onRequest", async (request) => {
    if (!visitorOf(request.raw)) ports.identity.guard(request.raw);
  });
  await app.register(fastifyCookie);
  await app.register(fastifyWebsocket, { options: { maxPayload: 4096, perMessageDeflate: false }, preClose });
  await app.register(async (api: App) => routes(api, ports), { prefix: "/api" });
  if (panelFolder !== null) await panelFiles(app, panelFolder);
  await app.ready();
  return app;
}

function routes(api: App, ports: HttpPorts): void {
  controlAccess(api, ports.identity, ports.directory);
  api.addHook("preSerialization", nameVersion);
  const table = routeTable(api);
  sessionRoutes(api, ports);
  siteRoutes(api, ports);
  buildingRoutes(api, ports);
  unitRoutes(api, ports);
  doorRoutes(api, ports);
  videoRoutes(api, ports);
  accountRoutes(api, ports);
  ruleRoutes(api, ports);
  deviceRoutes(api, ports);
  deviceTestRoutes(api, ports);
  memberRoutes(api, ports);
  nameRoutes(api, ports);
  bulkRoutes(api, ports);
  backupRoutes(api, ports);
  siteHealthRoutes(api, ports);
  pairingRoutes(api, ports);
  provisioningRoutes(api, ports);
  auditRoutes(api, ports);
  grantRoutes(api, ports);
  remoteSiteRoutes(api, ports);
  callRoutes(api, ports);
  liveRoutes(api, ports);
  lineRoutes(api, ports);
  orderRoutes(api, ports);
  deskSocketRoutes(api, ports);
  healthRoutes(api, ports);
  api.get("/openapi.json", { schema: { summary: "This API as OpenAPI 3.1." } }, async () =>
    openApiOf(table, ports.version),
  );
  api.get("/docs", { schema: { summary: "This API as a page." } }, async (_request, reply) => {
    const { apiPage } = await import("./api-page.ts");
    return reply.type("text/html; charset=utf-8").send(apiPage(table, ports.version));
  });
  api.get("/docs.css", { schema: { summary: "The style of that page." } }, async (_request, reply) => {
    const { API_STYLE } = await import("./api-page.ts");
    return reply.type("text/css; charset=utf-8").send(API_STYLE);
  });
  ports.described?.(table);
}

/** JSON and nothing else; a change without a body (DELETE) may say that it is JSON all the same. */
function readJson(app: App): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    if (request.routeOptions.config.unparsed) return done(null, body);
    // RFC 8259 section 8.1. Read as if it were, each letter with an accent would become the same strange one.
    if (!isUtf8(Buffer.from(body))) return done(new AppError("MALFORMED_JSON", "the body is not UTF-8"));
    void parse(request, body.toString(), (error, value) => {
      done(error ? new AppError("MALFORMED_JSON", "the body is not valid JSON") : null, value);
    });
  });
}

function replaced(): never {
  throw new Error("serve() sets the compilers");
}

/**
 * Ends every panel's WebSocket, with nobody refused: they come back by themselves. For the moment when Core stops, through
 * which they came: it would wait 20 s for their end, and its restart with it.
 */
export function letGoOfPanels(app: App): void {
  for (const socket of app.websocketServer.clients) socket.close(1012, "Home Assistant restarts");
}

/** Panels are told that the bridge goes away. Nobody waits long for their farewell: one that sleeps never sends it. */
function preClose(this: FastifyInstance, done: () => void): void {
  const { clients } = this.websocketServer;
  for (const socket of clients) socket.close(1001, "the bridge ends");
  setTimeout(() => {
    for (const socket of clients) socket.terminate();
  }, FAREWELL_MS).unref();
  this.websocketServer.close();
  done();
}
