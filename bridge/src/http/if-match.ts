/** Optimistic concurrency over HTTP (RFC 9110 section 13.1.1): the editor names the version that it has seen. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../events/errors.ts";

/** The version that the request's If-Match names; null for `*`. Throws PRECONDITION_MISSING or INVALID_REQUEST. */
export function seenVersion({ headers }: FastifyRequest): number | null {
  const header = headers["if-match"]?.trim();
  if (header === undefined) {
    throw new AppError("PRECONDITION_MISSING", 'name the version you have seen: If-Match: "<version>", or *');
  }
  if (header === "*") return null;
  const [, version] = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header) ?? [];
  if (version === undefined) throw new AppError("INVALID_REQUEST", "If-Match must hold one version or *");
  return Number(version);
}

/** For `preSerialization`: a reply that is one row of the directory names its version. */
export async function nameVersion(_request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (typeof payload === "object" && payload !== null && "version" in payload) {
    if (typeof payload.version === "number") reply.header("etag", `"${payload.version}"`);
  }
  return payload;
}
