/** Every error that leaves the bridge by HTTP, in one shape; foreign errors are translated here and nowhere else. */
import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { ErrorReply } from "../api/error.ts";
import { codesOf } from "../directory/field-codes.ts";
import { AppError } from "../events/errors.ts";

/** The table of Fastify's own codes; its messages would tell people about its insides. */
const FASTIFY: Readonly<Record<string, () => AppError>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new AppError("UNSUPPORTED_CONTENT_TYPE", "the body must be Content-Type: application/json"),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new AppError("TOO_LARGE", "the body is too large"),
  FST_ERR_CTP_INVALID_JSON_BODY: () => new AppError("MALFORMED_JSON", "the body is not valid JSON"),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new AppError("INVALID_REQUEST", "Content-Length does not fit the body"),
  FST_ERR_BAD_URL: () => new AppError("INVALID_REQUEST", "the address is not a valid URL"),
  FST_ERR_MAX_PARAM_LENGTH: () => new AppError("INVALID_REQUEST", "a part of the address is too long"),
};

export function errorReply(error: AppError): ErrorReply {
  const { code, message, retryable, details, fields } = error;
  return { error: { code, message, retryable, ...(details && { details }), ...(fields && { fields }) } };
}

/** For `setErrorHandler` and `frameworkErrors`. */
export function replyWithError(error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply): void {
  // Whoever left in the middle of a body reads no reply, and that is no fault of ours.
  if (error.code === "ECONNRESET" && request.raw.destroyed) return;
  const known = translate(error, request);
  if (known.code === "INTERNAL") request.log.error({ err: error, route: request.routeOptions?.url }, "request failed");
  else if (known.category === "unavailable") request.log.warn({ err: known, code: known.code }, "request not possible");
  if (known.code === "HOME_NOT_READY") reply.header("retry-after", "2");
  if (known.code === "TOO_MANY_ATTEMPTS") reply.header("retry-after", String(known.details?.retryAfterS));
  reply
    .code(known.status)
    .type("application/json; charset=utf-8")
    .send(JSON.stringify(errorReply(known)));
}

function translate(error: FastifyError | AppError, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error;
  if (error.validation)
    return new AppError("INVALID_REQUEST", "the request does not fit its schema", {
      details: where(error),
      fields: fieldsOf(error, request),
    });
  return FASTIFY[error.code]?.() ?? new AppError("INTERNAL", "something in the bridge is broken; the log says what");
}

/** Field → code, for the form. */
function fieldsOf({ validation, validationContext }: FastifyError, request: FastifyRequest): Record<string, string> {
  const value = validationContext === "body" ? request.body : undefined;
  return codesOf((validation ?? []).slice(0, 50), value);
}

/** JSON pointer (into body, params or querystring) → what is wrong there. Values are not repeated. */
function where({ validation, validationContext }: FastifyError): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  for (const { instancePath, message } of (validation ?? []).slice(0, 20)) {
    details[`/${validationContext}${instancePath}`] ??= message;
  }
  return details;
}

/** Bytes that are no whole request: answered without a request to hang anything on. */
export function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  if (socket.writable && error.code !== "ECONNRESET") {
    const known = ofBytes(error.code);
    const reply = JSON.stringify(errorReply(known));
    socket.write(
      `HTTP/1.1 ${STATUS_LINES[known.status]}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(reply)}\r\nConnection: close\r\n\r\n${reply}`,
    );
  }
  socket.destroy();
}

const STATUS_LINES: Readonly<Record<number, string>> = {
  400: "400 Bad Request",
  408: "408 Request Timeout",
  413: "431 Request Header Fields Too Large",
};

function ofBytes(code: string | undefined): AppError {
  if (code === "HPE_HEADER_OVERFLOW") return new AppError("TOO_LARGE", "the header fields are too large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new AppError("REQUEST_TIMEOUT", "the request did not arrive in time");
  return new AppError("INVALID_REQUEST", "this is not HTTP");
}
