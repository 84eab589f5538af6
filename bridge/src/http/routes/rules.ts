import { Type } from "typebox";
import { EvaluateReply, EvaluateRequest, NewRule, Rule, RulePatch, RuleWarning } from "../../api/directory.ts";
import type { App } from "../app-type.ts";
import { seenVersion } from "../if-match.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams, Nothing, OwnerQuery } from "./params.ts";

export function ruleRoutes(api: App, { directory }: HttpPorts): void {
  api.get(
    "/rules",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Call rules by unit, in the order in which they are tried; unitId may be a door's id.",
        querystring: OwnerQuery,
        response: { 200: Type.Array(Rule) },
      },
    },
    async (request) => directory.rules.list(request.query),
  );
  api.post(
    "/rules",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Adds a rule; the others move along.", body: NewRule, response: { 201: Rule } },
    },
    async (request, reply) => reply.code(201).send(directory.rules.create(request.body)),
  );
  api.get(
    "/rules/warnings",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Rules that can never fire, or not as meant; unitId may be a door's id.",
        querystring: OwnerQuery,
        response: { 200: Type.Array(RuleWarning) },
      },
    },
    async (request) => directory.ruleWarnings(request.query),
  );
  api.get(
    "/rules/:id",
    { config: { elsewhere: "yes" }, schema: { summary: "One rule.", params: IdParams, response: { 200: Rule } } },
    async (request) => directory.rules.get(request.params.id),
  );
  api.patch(
    "/rules/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Changes or moves a rule.", params: IdParams, body: RulePatch, response: { 200: Rule } },
    },
    async (request) => directory.rules.update(request.params.id, request.body, seenVersion(request)),
  );
  api.delete(
    "/rules/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Removes a rule; the others close up.", params: IdParams, response: { 204: Nothing } },
    },
    async (request, reply) => {
      directory.rules.remove(request.params.id, seenVersion(request));
      return reply.code(204).send(null);
    },
  );
  api.post(
    "/rules/evaluate",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "What would happen if this account (or number) called this name then? Changes nothing.",
        body: EvaluateRequest,
        response: { 200: EvaluateReply },
      },
    },
    async (request) => directory.whatWouldHappen(request.body),
  );
}
