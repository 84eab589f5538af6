import { Type } from "typebox";
import { CsvKind, Job, NewImport } from "../../api/bulk.ts";
import { Id } from "../../api/directory.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams } from "./params.ts";

const closed = { additionalProperties: false } as const;
const KindParams = Type.Object({ kind: CsvKind }, closed);
const ExportQuery = Type.Object({ siteId: Id, logins: Type.Optional(Type.Literal("1")) }, closed);
const JobsQuery = Type.Object({ siteId: Id }, closed);
/** 10,000 units take half a megabyte, as many rules one. */
const IMPORT_LIMIT = 9 * 1024 * 1024;

export function bulkRoutes(api: App, { directory }: HttpPorts): void {
  api.post(
    "/imports",
    {
      config: { elsewhere: "yes" },
      bodyLimit: IMPORT_LIMIT,
      schema: {
        summary: "Imports a CSV file, all of it or nothing, as a job; follow it on the WebSocket or by its id.",
        body: NewImport,
        response: { 202: Job },
      },
    },
    async (request, reply) => {
      const starter = { name: askerOf(request).name, stillMay: request.stillMay };
      return reply.code(202).send(await directory.bulk.start(request.body, starter));
    },
  );
  api.get(
    "/jobs",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "A site's jobs, newest first: for who comes back to one that runs on.",
        querystring: JobsQuery,
        response: { 200: Type.Array(Job) },
      },
    },
    async (request) => directory.bulk.list(request.query.siteId),
  );
  api.get(
    "/jobs/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "How far a job has got.", params: IdParams, response: { 200: Job } },
    },
    async (request) => directory.bulk.job(request.params.id),
  );
  api.delete(
    "/jobs/:id",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Cancels a job that has written nothing yet; one that is over stays as it is. Idempotent.",
        params: IdParams,
        response: { 200: Job },
      },
    },
    async (request) => directory.bulk.cancel(request.params.id),
  );
  api.get(
    "/exports/:kind",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "The site's units, accounts or rules as CSV; `logins=1`: accounts with their HA1.",
        params: KindParams,
        querystring: ExportQuery,
        response: { 200: Type.String() },
      },
    },
    async (request, reply) => {
      const { kind } = request.params;
      const { siteId, logins } = request.query;
      const text = await directory.bulk.exportCsv(kind, siteId, logins === "1");
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="neolia-${kind}.csv"`)
        .send(text);
    },
  );
}
