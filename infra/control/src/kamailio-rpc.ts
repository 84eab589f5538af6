/** JSON-RPC 2.0 to Kamailio over its loopback HTTP listener. Only `kamailio.ts` uses it. */
import { ControlFailure } from "./errors.ts";

const TIMEOUT_MS = 3_000;

/** Kamailio answered, but not with a result: `code` is its JSON-RPC or HTTP-like code (404: no such record). */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

interface RpcReply {
  result?: unknown;
  error?: { code?: number; message?: string };
}

export class KamailioRpc {
  private readonly url: string;
  private readonly secret: string;

  constructor(port: number, secret: string) {
    this.url = `http://127.0.0.1:${port}/RPC`;
    this.secret = secret;
  }

  /** The result of a method. Throws EDGE_UNAVAILABLE when Kamailio cannot be reached, `RpcError` when it refuses. */
  async call(method: string, params: (string | number)[] = []): Promise<unknown> {
    const reply = await this.post(JSON.stringify({ jsonrpc: "2.0", method, params, id: 1 }));
    if (reply.error) throw new RpcError(reply.error.code ?? 500, reply.error.message ?? "no reason given");
    return reply.result;
  }

  private async post(body: string): Promise<RpcReply> {
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "content-type": "application/json", "x-rpc-secret": this.secret },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return (await response.json()) as RpcReply;
    } catch (error) {
      throw new ControlFailure("EDGE_UNAVAILABLE", "Kamailio does not answer", undefined, error);
    }
  }
}
