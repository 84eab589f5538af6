import { Type } from "typebox";
import { Account, AccountPatch, AccountWithPassword, NewAccount, Removal } from "../../api/directory.ts";
import { AccountPage, AccountPageQuery } from "../../api/page.ts";
import type { App } from "../app-type.ts";
import { seenVersion } from "../if-match.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams, OwnerQuery } from "./params.ts";

export function accountRoutes(api: App, { directory }: HttpPorts): void {
  api.get(
    "/accounts",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "SIP accounts; unitId may be a door's id.",
        querystring: OwnerQuery,
        response: { 200: Type.Array(Account) },
      },
    },
    async (request) => directory.accounts.list(request.query),
  );
  api.post(
    "/accounts",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Adds an account. Its password is in this reply only.",
        body: NewAccount,
        response: { 201: AccountWithPassword },
      },
    },
    async (request, reply) => reply.code(201).send(directory.accounts.create(request.body)),
  );
  api.get(
    "/accounts/page",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Accounts by place and name, a page at a time, with who is registered from where.",
        querystring: AccountPageQuery,
        response: { 200: AccountPage },
      },
    },
    async (request) => directory.pages.accounts(request.query),
  );
  api.get(
    "/accounts/:id",
    { config: { elsewhere: "yes" }, schema: { summary: "One account.", params: IdParams, response: { 200: Account } } },
    async (request) => directory.accounts.get(request.params.id),
  );
  api.patch(
    "/accounts/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Changes an account.", params: IdParams, body: AccountPatch, response: { 200: Account } },
    },
    async (request) => directory.accounts.update(request.params.id, request.body, seenVersion(request)),
  );
  api.post(
    "/accounts/:id/password",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Makes a new password, shown in this reply only; the old one is void.",
        params: IdParams,
        response: { 200: AccountWithPassword },
      },
    },
    async (request) => directory.accounts.renewPassword(request.params.id),
  );
  api.get(
    "/accounts/:id/removal",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "What would go along.", params: IdParams, response: { 200: Removal } },
    },
    async (request) => directory.accounts.removal(request.params.id),
  );
  api.delete(
    "/accounts/:id",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Removes an account: its registration and calls end.",
        params: IdParams,
        response: { 200: Removal },
      },
    },
    async (request) => directory.accounts.remove(request.params.id, seenVersion(request)),
  );
}
