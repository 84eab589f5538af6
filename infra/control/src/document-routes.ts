/**
 * `PUT`, `GET` and `DELETE /v1/documents/:id` for sites; `GET /p/:token` for phones and `GET /d/:token` for door
 * stations and gateways, without a login: the token is all there is to know.
 *
 * A link preview or a browser gets a page that says what to do and looks at no token. Only the app itself, known by
 * its header (liblinphone's remote_provisioning.c) or name, gets the document, and only once.
 */

import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Documents } from "./documents.ts";
import { ControlFailure } from "./errors.ts";
import { landingPage } from "./landing-page.ts";
import { siteOf } from "./require-site.ts";
import { type Document, TOKEN_PATTERN } from "./sealed-document.ts";
import type { Server } from "./server.ts";
import { ControlError, DocumentId, DocumentPut, DocumentStatus } from "./wire.ts";

const Params = Type.Object({ id: DocumentId }, { additionalProperties: false });
const BODY_LIMIT = 256 * 1024;
/** Nobody's: each is 32 random bytes. */
const NO_TOKEN = "A".repeat(43);
/** Fetches of one address in a minute; a whole house that is set up at once stays below. */
const MOST_A_MINUTE = 120;

export function siteDocumentRoutes(server: Server, documents: Documents): void {
  const errors = { "4xx": ControlError };
  server.put(
    "/v1/documents/:id",
    {
      bodyLimit: BODY_LIMIT,
      schema: { params: Params, body: DocumentPut, response: { 200: DocumentStatus, ...errors } },
    },
    async (request) => {
      const { domain } = siteOf(request);
      const { id } = request.params;
      if (!documents.put(domain, id, request.body)) throw new ControlFailure("TOO_LARGE", "too many documents wait");
      return documents.status(domain, id);
    },
  );
  server.get(
    "/v1/documents/:id",
    { schema: { params: Params, response: { 200: DocumentStatus, ...errors } } },
    async (request) => documents.status(siteOf(request).domain, request.params.id),
  );
  server.delete(
    "/v1/documents/:id",
    { schema: { params: Params, response: { 200: DocumentStatus, ...errors } } },
    async (request) => {
      const { domain } = siteOf(request);
      documents.remove(domain, request.params.id);
      return documents.status(domain, request.params.id);
    },
  );
}

export function publicDocumentRoutes(server: Server, documents: Documents): void {
  const tooMany = fetchLimit();
  const serve = (kind: DocumentPut["kind"], path: string, isDevice: (request: FastifyRequest) => boolean) => {
    server.route({
      method: ["GET", "HEAD"],
      // Whatever follows: an address that was copied badly is as wrong as any other.
      url: `/${path}/*`,
      handler: async (request: FastifyRequest, reply) => {
        const token = bare((request.params as { "*": string })["*"]);
        reply.headers({
          "cache-control": "no-store",
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
          "x-robots-tag": "noindex, nofollow",
        });
        if (tooMany(request.ip)) return reply.code(429).type("text/plain; charset=utf-8").send("Later, please.\n");
        if (request.method === "HEAD" || !isDevice(request)) return landing(request, reply, kind, token);
        const name = String(request.headers["user-agent"] ?? "");
        const document = await documents.take(kind, wellFormed(token), name, () => request.raw.socket.destroyed);
        return document
          ? send(reply, document)
          : reply.code(404).type("text/plain; charset=utf-8").send("Not found.\n");
      },
    });
  };
  serve("linphone", "p", isLinphone);
  serve("file", "d", (request) => !wantsHtml(request));
}

/** Without what messengers and people leave behind an address: a slash, the full stop or bracket of a sentence. */
function bare(token: string): string {
  return token.trim().replace(/[/.,;:!?)\]}>"'’»]+$/, "");
}

/** Another text is as wrong as any token, and takes as long. */
function wellFormed(token: string): string {
  return TOKEN_PATTERN.test(token) ? token : NO_TOKEN;
}

/** Today's apps send a header of their own; the library up to 5.1 only a name, which some of its programs leave unset. */
function isLinphone({ headers }: FastifyRequest): boolean {
  const name = headers["user-agent"] ?? "";
  if (headers["x-linphone-provisioning"] !== undefined || /linphone|belle-sip/i.test(name)) return true;
  return /^Unknown\b/.test(name) && headers.accept === undefined;
}

/** Names of robots that draw previews, and of messengers and mail scanners that open links by themselves. */
const ROBOT =
  /bot|preview|crawl|spider|scan|facebookexternalhit|whatsapp|skype|slack|telegram|discord|viber|signal|mattermost|iframely/i;

/**
 * Browsers, also when they fetch ahead (`Sec-Purpose`, and `Purpose` and `X-Moz` before it) or a script of a page asks
 * (`Sec-Fetch-Mode`), and robots get a page; what fetches its own configuration sends none of this.
 */
function wantsHtml({ headers }: FastifyRequest): boolean {
  const ahead = ["sec-fetch-mode", "sec-purpose", "purpose", "x-purpose", "x-moz"];
  return (
    /text\/html/i.test(headers.accept ?? "") ||
    ahead.some((name) => headers[name] !== undefined) ||
    ROBOT.test(headers["user-agent"] ?? "")
  );
}

/** The same for every token, also for those that never were. */
function landing({ headers }: FastifyRequest, reply: FastifyReply, kind: DocumentPut["kind"], token: string) {
  const host = /^[A-Za-z0-9.:[\]-]{1,260}$/.test(headers.host ?? "") ? (headers.host ?? "") : "";
  const shown = TOKEN_PATTERN.test(token) ? token : "";
  return reply
    .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
    .type("text/html; charset=utf-8")
    .send(landingPage(kind, `https://${host}/p/${shown}`));
}

function send(reply: FastifyReply, { mediaType, fileName, content }: Document) {
  if (fileName !== null)
    reply.header("content-disposition", `attachment; filename="${fileName.replace(/[^\w.-]/g, "_")}"`);
  return reply.type(mediaType).send(content);
}

function fetchLimit(): (address: string) => boolean {
  let counts = new Map<string, number>();
  let minute = 0;
  return (address) => {
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) counts = new Map();
    minute = now;
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    return count > MOST_A_MINUTE;
  };
}
