/** The bridge's HTTP API: one function that sends, one error that says what went wrong. */
import type { ErrorReply } from "../../../bridge/src/api/error.ts";

export class ApiError extends Error {
  /** The bridge's code, or one of ours: UNREACHABLE (no reply at all), BAD_REPLY (not the bridge's). */
  readonly code: string;
  /** HTTP status, 0 without a reply. */
  readonly status: number;

  constructor(code: string, status: number, cause?: unknown) {
    super(code, { cause });
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }
}

export interface Api {
  /** Where the bridge's paths begin, with a slash at its end. */
  readonly baseUrl: string;
  get<Reply>(path: string, signal?: AbortSignal): Promise<Reply>;
  send<Reply>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body: unknown): Promise<Reply>;
}

const TIMEOUT_MS = 10_000;

/** `baseUrl`: an absolute address; paths are relative to it, so that ingress prefixes hold. */
export function createApi(baseUrl: string): Api {
  const request = async <Reply>(path: string, init: RequestInit): Promise<Reply> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, baseUrl), { signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
    } catch (error) {
      throw new ApiError("UNREACHABLE", 0, error);
    }
    if (response.status === 204) return undefined as Reply;
    const reply: unknown = await response.json().catch(() => null);
    if (response.ok && reply !== null) return reply as Reply;
    throw new ApiError(isErrorReply(reply) ? reply.error.code : "BAD_REPLY", response.status);
  };
  return {
    baseUrl,
    get: (path, signal) => request(path, signal === undefined ? {} : { signal }),
    send: (method, path, body) =>
      request(path, {
        method,
        headers: { "content-type": "application/json", "x-neolia": "1" },
        body: JSON.stringify(body),
      }),
  };
}

function isErrorReply(reply: unknown): reply is ErrorReply {
  if (typeof reply !== "object" || reply === null || !("error" in reply)) return false;
  const { error } = reply;
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string";
}
