import type { FastifyRequest } from "fastify";
import { AuditPage, AuditQuery } from "../../api/audit.ts";
import type { AuditSight } from "../../store/audit-store.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";

const sightOf = (request: FastifyRequest): AuditSight => (askerOf(request).visit ? "visitor" : "all");

export function auditRoutes(api: App, { directory }: HttpPorts): void {
  api.get(
    "/audit",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Who did what, newest first.", querystring: AuditQuery, response: { 200: AuditPage } },
    },
    async (request) => directory.audit.list(request.query, sightOf(request)),
  );
  api.get(
    "/audit/export",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "The same as CSV: all entries, or `limit` of them.",
        querystring: AuditQuery,
      },
    },
    async (request, reply) =>
      reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", 'attachment; filename="neolia-audit.csv"')
        .send(directory.auditCsv(request.query, sightOf(request))),
  );
}
