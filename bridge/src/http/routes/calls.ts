import { Type } from "typebox";
import { type Call, CallId, CallPage } from "../../api/call.ts";
import { Id } from "../../api/directory.ts";
import { DeviceId } from "../../api/session.ts";
import { maySeeCall, seenBy } from "../../calls/live.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { viewerOf } from "../viewer.ts";

const LONGEST_PAGE = 200;

const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST_PAGE })),
    before: Type.Optional(Type.Integer({ minimum: 0 })),
    callId: Type.Optional(CallId),
    siteId: Type.Optional(Id),
    device: Type.Optional(DeviceId),
  },
  { additionalProperties: false },
);

export function callRoutes(api: App, ports: HttpPorts): void {
  const { calls } = ports;
  api.get(
    "/calls",
    {
      config: { access: "resident" },
      schema: {
        summary:
          "The call log, newest first; with `callId` that call alone, if it may be seen. `device` tells calls answered here " +
          "from those answered elsewhere. Numbers of a restaurant's callers are masked for all but administrators once nobody has to call back.",
        querystring: PageQuery,
        response: { 200: CallPage },
      },
    },
    async (request) => {
      const { limit = 50, before = null, callId, siteId, device } = request.query;
      const viewer = viewerOf(ports, askerOf(request), device);
      if (callId !== undefined) {
        const call = calls.getCall(callId);
        return { calls: call && maySeeCall(call, viewer) ? [seenBy(call, viewer)] : [], nextBefore: null };
      }
      const filter = { ...(siteId && { siteId }), ...(viewer.unitIds && { unitIds: viewer.unitIds }) };
      const page = calls.listCalls(before, limit, filter);
      const last = page.length >= limit ? page.at(-1) : undefined;
      return { calls: page.map((call): Call => seenBy(call, viewer)), nextBefore: last?.startedAtMs ?? null };
    },
  );
}
