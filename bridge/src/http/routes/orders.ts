/** The kitchen board, drafts, running calls, history, and what is kept of callers. */
import { Type } from "typebox";
import {
  Board,
  CallerErased,
  CallerExport,
  CallerQuery,
  CallOrder,
  DraftDone,
  DraftReply,
  HistoryPage,
  HistoryQuery,
  PastCallDetails,
  StagePut,
} from "../../api/board.ts";
import { Order } from "../../api/order.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams } from "./params.ts";

const desk = { access: "desk" } as const;
const closed = { additionalProperties: false } as const;
/** The id that the SIP side gave the call. */
const CallParams = Type.Object({ callId: Type.String({ minLength: 1, maxLength: 200 }) }, closed);

export function orderRoutes(api: App, ports: HttpPorts): void {
  const { boards, privacy } = ports.ordering;
  api.get(
    "/lines/:id/board",
    {
      config: desk,
      schema: { summary: "Orders, drafts and running calls.", params: IdParams, response: { 200: Board } },
    },
    async (request) => boards.board(request.params.id),
  );
  api.get(
    "/lines/:id/history",
    {
      config: desk,
      schema: {
        summary:
          "Calls with the assistant, newest first, with what they cost. Numbers are masked for all but administrators, also in names, notes and transcripts, and nobody finds by what is masked for them.",
        params: IdParams,
        querystring: HistoryQuery,
        response: { 200: HistoryPage },
      },
    },
    async (request) => boards.history(request.params.id, request.query, askerOf(request).role === "admin"),
  );
  api.post(
    "/lines/:id/history",
    {
      config: desk,
      schema: {
        summary:
          "The same, and no number that is looked for stands in an address that proxies on the way write down. The panel asks like this.",
        params: IdParams,
        body: HistoryQuery,
        response: { 200: HistoryPage },
      },
    },
    async (request) => boards.history(request.params.id, request.body, askerOf(request).role === "admin"),
  );
  api.put(
    "/orders/:id/stage",
    {
      config: desk,
      schema: {
        summary: "Moves an order on the board, back again as well; accepting it is the acknowledgement.",
        params: IdParams,
        body: StagePut,
        response: { 200: Order },
      },
    },
    async (request) => {
      const { from, to } = request.body;
      return boards.move(request.params.id, from, to);
    },
  );
  callRoutes(api, ports);
  api.post(
    "/callers/export",
    {
      schema: {
        summary: "Everything that is kept under a telephone number.",
        body: CallerQuery,
        response: { 200: CallerExport },
      },
    },
    async (request) => privacy.export(request.body.callerNumber),
  );
  api.post(
    "/callers/erase",
    {
      schema: {
        summary: "Erases a telephone number: calls, transcripts, messages; orders stay as figures without a person.",
        body: CallerQuery,
        response: { 200: CallerErased },
      },
    },
    async (request) => {
      const { callerNumber } = request.body;
      return { ...privacy.erase(callerNumber), vps: await ports.forgetCaller(callerNumber) };
    },
  );
}

function callRoutes(api: App, { ordering: { boards } }: HttpPorts): void {
  api.get(
    "/order-calls/:callId",
    {
      config: desk,
      schema: {
        summary: "A call with its transcript and orders.",
        params: CallParams,
        response: { 200: PastCallDetails },
      },
    },
    async (request) => boards.details(request.params.callId, askerOf(request).role === "admin"),
  );
  api.get(
    "/order-calls/:callId/message",
    { config: desk, schema: { summary: "The message that the caller left, as audio/wav.", params: CallParams } },
    async (request, reply) => reply.type("audio/wav").send(boards.message(request.params.callId)),
  );
  api.post(
    "/order-calls/:callId/draft",
    {
      config: desk,
      schema: {
        summary: "Makes an order of a draft, dismisses it, or takes either back.",
        params: CallParams,
        body: DraftDone,
        response: { 200: DraftReply },
      },
    },
    async (request) => {
      const { callId } = request.params;
      switch (request.body.outcome) {
        case "order":
          return { order: boards.draftToOrder(callId) };
        case "dismiss":
          boards.dismissDraft(callId);
          return { order: null };
        case "restore":
          boards.restoreDraft(callId);
          return { order: null };
      }
    },
  );
  api.post(
    "/order-calls/:callId/command",
    {
      config: desk,
      schema: {
        summary: "Takes a running call over, or hangs it up.",
        params: CallParams,
        body: CallOrder,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { callId } = request.params;
      const { name } = askerOf(request);
      if (request.body.command === "take-over") boards.takeOver(callId, name);
      else boards.hangUp(callId, name);
      return reply.code(204).send(null);
    },
  );
}
