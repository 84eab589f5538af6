/** `GET /healthz` for anyone, `GET /metrics` for this host only. */
import type { FastifyRequest } from "fastify";
import type { EdgeWatch } from "./edge-watch.ts";
import { ControlFailure } from "./errors.ts";
import type { Metrics } from "./metrics.ts";
import type { Server } from "./server.ts";
import { ControlHealth } from "./wire.ts";

export function healthRoutes(server: Server, watch: EdgeWatch, metrics: Metrics): void {
  server.get("/healthz", { schema: { response: { 200: ControlHealth, 503: ControlHealth } } }, async (_, reply) => {
    const health = watch.health();
    return reply
      .header("cache-control", "no-store")
      .code(health.ok ? 200 : 503)
      .send(health);
  });

  server.get("/metrics", async (request, reply) => {
    if (!fromThisHost(request)) throw new ControlFailure("NOT_FOUND", "no such route");
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

/** A connection from this machine, over loopback or its own address; one that a proxy passed on does not count. */
function fromThisHost({ ip, socket, headers }: FastifyRequest): boolean {
  if (headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined) return false;
  return ip === "127.0.0.1" || ip === "::1" || (ip !== undefined && ip === socket.localAddress);
}
