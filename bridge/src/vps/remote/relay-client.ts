/** An installer's way to a site elsewhere: one HTTPS request a frame, to whichever control service the grant names. */
import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Value } from "typebox/value";
import { ControlError, type ControlErrorCode, RemoteLimits } from "../../../../infra/control/src/wire.ts";
import type { Relay } from "../../directory/remote/remote-sites.ts";
import { AppError, type ErrorCode } from "../../events/errors.ts";

/** A little longer than control waits for the site. */
const TIMEOUT_MS = 35_000;

const BY_CONTROL_CODE: Partial<Record<ControlErrorCode, ErrorCode>> = {
  NOT_FOUND: "GRANT_UNKNOWN",
  SITE_OFFLINE: "REMOTE_OFFLINE",
  SITE_SILENT: "REMOTE_UNANSWERED",
  TOO_MANY: "REMOTE_BUSY",
  TOO_LARGE: "TOO_LARGE",
};

export interface RelayClient {
  relay: Relay;
  close(): void;
}

/** `caFile`: PEM of an own certificate authority, beside the system's. */
export function relayClient(caFile: string | undefined): RelayClient {
  const ca = caFile === undefined ? undefined : readFileSync(caFile);
  const secure = new HttpsAgent({ keepAlive: true, maxSockets: 8, ...(ca && { ca }) });
  const plain = new HttpAgent({ keepAlive: true, maxSockets: 8 });

  function post(url: URL, token: string, frame: Buffer): Promise<{ status: number; body: Buffer }> {
    const isSecure = url.protocol === "https:";
    return new Promise((resolve, reject) => {
      const request = (isSecure ? httpsRequest : httpRequest)(
        url,
        {
          method: "POST",
          agent: isSecure ? secure : plain,
          signal: AbortSignal.timeout(TIMEOUT_MS),
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/octet-stream",
            "content-length": frame.length,
          },
        },
        (reply) => {
          readBytes(reply).then(
            (body) => resolve({ status: reply.statusCode ?? 0, body }),
            (error: unknown) => reject(error instanceof AppError ? error : unanswered(error)),
          );
        },
      );
      let isOut = false;
      request.on("finish", () => {
        isOut = true;
      });
      request.on("error", (error) => reject(isOut ? unanswered(error) : error));
      request.end(frame);
    });
  }

  return {
    relay: async ({ controlUrl, grantId, token }, frame) => {
      if (frame.length > RemoteLimits.requestBytes)
        throw new AppError("TOO_LARGE", "this is too much for a site elsewhere");
      const { status, body } = await post(new URL(`/v1/remote/${grantId}`, controlUrl), token, frame).catch(
        (error: unknown) => {
          throw error instanceof AppError
            ? error
            : new AppError("REMOTE_SERVER_UNREACHABLE", "the server of that site does not answer", { cause: error });
        },
      );
      if (status === 200) return body;
      throw refusal(body);
    },
    close: () => {
      secure.destroy();
      plain.destroy();
    },
  };
}

/** All of the frame went out: what became of it nobody here knows. */
function unanswered(cause: unknown): AppError {
  return new AppError("REMOTE_UNANSWERED", "no answer came back from the site", { cause });
}

function refusal(body: Buffer): AppError {
  const reply = parse(body.toString("utf8"));
  const code = Value.Check(ControlError, reply) ? BY_CONTROL_CODE[reply.error.code] : undefined;
  return new AppError(code ?? "REMOTE_BAD_REPLY", "the server of that site refused");
}

async function readBytes(reply: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > RemoteLimits.replyBytes) throw new AppError("REMOTE_BAD_REPLY", "the reply is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
