/** The bare Fastify server: TLS, limits, validation and the one way for errors. Routes are added by `app.ts`. */
import { readFileSync } from "node:fs";
import { Server as TlsServer } from "node:tls";
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { ControlFailure, toFailure } from "./errors.ts";
import type { ControlOptions } from "./options.ts";

/** What a route takes unless it says otherwise; only the directory is larger. */
const BODY_LIMIT = 16 * 1024;

export type Server = ReturnType<typeof createServer>;
type Tls = ControlOptions["tls"];

export function createServer({ tls, logLevel }: Pick<ControlOptions, "tls" | "logLevel">) {
  const server = Fastify({
    https: tls && { ...readCertificate(tls), minVersion: "TLSv1.2" },
    bodyLimit: BODY_LIMIT,
    // A slow or idle client holds a socket this long, a whole request (a large directory over a poor line) that long.
    connectionTimeout: 30_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 100 },
    logger: {
      level: logLevel,
      redact: ["req.headers", "res.headers", "token", "ha1", "*.token", "*.ha1", "credential", "body"],
    },
    // One line a request at debug, not two at info: the feed and the probes would drown everything else.
    disableRequestLogging: true,
  }).withTypeProvider<TypeBoxTypeProvider>();
  // TypeBox's own checker: no coercion, nothing silently removed.
  server.setValidatorCompiler(TypeBoxValidatorCompiler);
  server.setErrorHandler(sendError);
  server.setNotFoundHandler((request, reply) =>
    sendError(new ControlFailure("NOT_FOUND", "no such route"), request, reply),
  );
  return server;
}

/** Reads the certificate again after a renewal; running connections keep the old one. */
export function reloadCertificate(server: Server, tls: Tls): void {
  if (tls && server.server instanceof TlsServer) {
    server.server.setSecureContext({ ...readCertificate(tls), minVersion: "TLSv1.2" });
  }
}

function readCertificate(tls: NonNullable<Tls>) {
  return { cert: readFileSync(tls.certificateFile), key: readFileSync(tls.privateKeyFile) };
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const failure = toFailure(error);
  const line = { code: failure.code, method: request.method, route: request.routeOptions.url };
  if (failure.code === "INTERNAL") request.log.error({ ...line, err: failure.cause ?? failure }, "request failed");
  else request.log.debug(line, "request refused");
  if (failure.code === "UNAUTHORIZED") reply.header("www-authenticate", "Bearer");
  return reply.code(failure.status).send(failure.body());
}
