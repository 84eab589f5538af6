/** The bridge's HTTP API: one function that sends, one error that says what went wrong. */
import type { ErrorReply } from "../../../bridge/src/api/error.ts";
import type { Host } from "../host/host.ts";

export class ApiError extends Error {
  /** The bridge's code, or one of ours: UNREACHABLE (no reply at all), BAD_REPLY (not the bridge's). */
  readonly code: string;
  /** HTTP status, 0 without a reply. */
  readonly status: number;
  /** Field of the request → why it was refused (a code of `FieldCode`). */
  readonly fields: Readonly<Record<string, string>>;
  /** For conflicts: what stands in the way. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, more: ErrorMore = {}) {
    super(code, { cause: more.cause });
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.fields = more.fields ?? {};
    this.details = more.details ?? {};
  }
}

interface ErrorMore {
  cause?: unknown;
  fields?: Record<string, string> | undefined;
  details?: Record<string, unknown> | undefined;
}

/** What a change may add. */
export interface SendOptions {
  /** Version of the row that the person has seen: refused with EDITED_MEANWHILE when it is another by now. */
  version?: number | undefined;
  /** Default 10 s. */
  timeoutMs?: number;
  /** It goes out though the page is left meanwhile. */
  keepalive?: boolean;
}

export interface Api {
  /** Where the bridge's paths begin, with a slash at its end. */
  readonly baseUrl: string;
  get<Reply>(path: string, signal?: AbortSignal): Promise<Reply>;
  /** A file's text (CSV, a backup). */
  text(path: string): Promise<string>;
  send<Reply>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body: unknown,
    options?: SendOptions,
  ): Promise<Reply>;
}

const TIMEOUT_MS = 10_000;
const FILE_TIMEOUT_MS = 120_000;

/**
 * Paths are relative to the host's address, so that ingress prefixes hold. A session that ended is made anew, once.
 * `defaultTimeoutMs`: of requests that do not say it themselves.
 */
export function createApi(host: Pick<Host, "baseUrl" | "renewSession">, defaultTimeoutMs = TIMEOUT_MS): Api {
  const { baseUrl } = host;
  const send = async (path: string, init: RequestInit, timeoutMs: number): Promise<Response> => {
    try {
      return await fetch(new URL(path, baseUrl), { signal: AbortSignal.timeout(timeoutMs), ...init });
    } catch (error) {
      throw new ApiError("UNREACHABLE", 0, { cause: error });
    }
  };
  const request = async (path: string, init: RequestInit, timeoutMs = defaultTimeoutMs): Promise<Response> => {
    let response = await send(path, init, timeoutMs);
    if (response.status === 401 && (await host.renewSession())) response = await send(path, init, timeoutMs);
    if (response.ok) return response;
    throw errorOf(await bodyOf(response), response.status);
  };
  return {
    baseUrl,
    get: async (path, signal) => await jsonOf(await request(path, signal === undefined ? {} : { signal })),
    text: async (path) => await (await request(path, {}, FILE_TIMEOUT_MS)).text(),
    send: async (method, path, body, { version, timeoutMs, keepalive = false } = {}) => {
      const headers: Record<string, string> = { "content-type": "application/json", "x-neolia": "1" };
      if (version !== undefined) headers["if-match"] = `"${version}"`;
      return await jsonOf(await request(path, { method, headers, keepalive, body: JSON.stringify(body) }, timeoutMs));
    },
  };
}

async function jsonOf<Reply>(response: Response): Promise<Reply> {
  if (response.status === 204) return undefined as Reply;
  const reply = await bodyOf(response);
  if (reply === null) throw new ApiError("BAD_REPLY", response.status);
  return reply as Reply;
}

/** null: it is no JSON, whoever it is from. */
async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    // Its time is over, or the connection, in the middle of it.
    throw new ApiError("UNREACHABLE", 0, { cause: error });
  }
}

function errorOf(reply: unknown, status: number): ApiError {
  if (isErrorReply(reply)) return new ApiError(reply.error.code, status, reply.error);
  // Home Assistant's own words for "the app is not running".
  return status >= 502 ? new ApiError("UNREACHABLE", 0) : new ApiError("BAD_REPLY", status);
}

function isErrorReply(reply: unknown): reply is ErrorReply {
  if (typeof reply !== "object" || reply === null || !("error" in reply)) return false;
  const { error } = reply;
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string";
}
