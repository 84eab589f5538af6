/** The bridge's HTTP API: one function that sends, one error that says what went wrong. */
import type { ErrorReply } from "../../../bridge/src/api/error.ts";
import type { Host } from "../host/host.ts";

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

/** Paths are relative to the host's address, so that ingress prefixes hold. A session that ended is made anew, once. */
export function createApi(host: Pick<Host, "baseUrl" | "renewSession">): Api {
  const { baseUrl } = host;
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      return await fetch(new URL(path, baseUrl), { signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
    } catch (error) {
      throw new ApiError("UNREACHABLE", 0, error);
    }
  };
  const request = async <Reply>(path: string, init: RequestInit): Promise<Reply> => {
    let response = await send(path, init);
    if (response.status === 401 && (await host.renewSession())) response = await send(path, init);
    if (response.status === 204) return undefined as Reply;
    const reply: unknown = await response.json().catch(() => null);
    if (response.ok && reply !== null) return reply as Reply;
    if (isErrorReply(reply)) throw new ApiError(reply.error.code, response.status);
    // Home Assistant's own words for "the app is not running".
    if (response.status >= 502) throw new ApiError("UNREACHABLE", 0);
    throw new ApiError("BAD_REPLY", response.status);
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
