import { Type } from "typebox";
import { Id } from "../../api/directory.ts";
import { DeviceReport, NewTestRing, SiteHealth, TestCallResult, TestRing } from "../../api/site-health.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import { ownAccount } from "../own-device.ts";
import type { HttpPorts } from "../ports.ts";
import { DeviceParams, IdParams, Nothing } from "./params.ts";

const SiteQuery = Type.Object({ siteId: Id }, { additionalProperties: false });

export function siteHealthRoutes(api: App, { directory, live }: HttpPorts): void {
  api.get(
    "/site-health",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Could it ring now? What is wrong with the site and with each device.",
        querystring: SiteQuery,
        response: { 200: SiteHealth },
      },
    },
    async (request) => directory.siteHealth(request.query.siteId, live.linksOf(request.query.siteId)),
  );
  api.post(
    "/devices/:deviceId/report",
    {
      config: { access: "resident" },
      schema: {
        summary: "What a panel knows of itself, once a minute.",
        params: DeviceParams,
        body: DeviceReport,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      directory.reports.note(ownAccount(directory, askerOf(request), request.params.deviceId).id, request.body);
      return reply.code(204).send(null);
    },
  );
  api.post(
    "/devices/:deviceId/test-result",
    {
      config: { access: "resident" },
      schema: {
        summary: "What the panel saw of a test call.",
        params: DeviceParams,
        body: TestCallResult,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      directory.testRings.noteResult(ownAccount(directory, askerOf(request), request.params.deviceId).id, request.body);
      return reply.code(204).send(null);
    },
  );
  api.post(
    "/test-rings",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Tests devices of a site without a sound; follow it on the WebSocket or by its id.",
        body: NewTestRing,
        response: { 202: TestRing },
      },
    },
    async (request, reply) => reply.code(202).send(directory.testRings.start(request.body, "asked", request.stillMay)),
  );
  api.get(
    "/test-rings/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "How far a test has got.", params: IdParams, response: { 200: TestRing } },
    },
    async (request) => directory.testRings.get(request.params.id),
  );
  api.delete(
    "/test-rings/:id",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Cancels a test; one that is over stays as it is. Idempotent.",
        params: IdParams,
        response: { 200: TestRing },
      },
    },
    async (request) => directory.testRings.cancel(request.params.id),
  );
}
