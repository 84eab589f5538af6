/** Every error that control answers with: one table of code and HTTP status, one class, one way to the wire. */
import type { FastifyError } from "fastify";
import type { ControlError, ControlErrorCode } from "./wire.ts";

const STATUS: Record<ControlErrorCode, number> = {
  UNAUTHORIZED: 401,
  INVALID_REQUEST: 400,
  REVISION_CONFLICT: 409,
  NAME_CONFLICT: 409,
  UNKNOWN_ACCOUNT: 404,
  NOT_FOUND: 404,
  TOO_LARGE: 413,
  EDGE_UNAVAILABLE: 503,
  SITE_OFFLINE: 503,
  SITE_SILENT: 503,
  TOO_MANY: 429,
  INTERNAL: 500,
};

/** An error with a code of the table. The message goes to the site as it is: no secrets, no phone numbers. */
export class ControlFailure extends Error {
  readonly code: ControlErrorCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ControlErrorCode, message: string, details?: Record<string, unknown>, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return STATUS[this.code];
  }

  body(): ControlError {
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(this.details === undefined ? {} : { details: this.details }),
      },
    };
  }
}

/** Translates whatever a route or Fastify itself threw. Anything unforeseen is INTERNAL and keeps its cause. */
export function toFailure(error: unknown): ControlFailure {
  if (error instanceof ControlFailure) return error;
  if (!(error instanceof Error)) return new ControlFailure("INTERNAL", "internal error", undefined, error);
  const { validation, statusCode } = error as Partial<FastifyError>;
  if (validation !== undefined) return new ControlFailure("INVALID_REQUEST", error.message);
  if (statusCode === 413) return new ControlFailure("TOO_LARGE", "the body is larger than this route takes");
  if (statusCode === 404) return new ControlFailure("NOT_FOUND", "no such route");
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ControlFailure("INVALID_REQUEST", error.message);
  }
  return new ControlFailure("INTERNAL", "internal error", undefined, error);
}
