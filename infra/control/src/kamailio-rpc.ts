/** JSON-RPC 2.0 to Kamailio over its loopback HTTP listener. Only `kamailio.ts` uses it. */
import { ControlFailure } from "./errors.ts";

const TIMEOUT_MS = 3_000;

/** Kamailio answered, but not with a result. */
export class RpcError extends ControlFailure {
  constructor(method: string, reason: string) {
    super("EDGE_UNAVAILABLE", `Kamailio refused ${method}: ${reason}`);
  }
}

interface RpcReply {
  result?: unknown;
  error?: { code?: number; message?: string };
}

export class KamailioRpc {
  private readonly origin: string;
  private readonly authorization: string;

  constructor(port: number, secret: string) {
    this.origin = `http://127.0.0.1:${port}`;
    this.authorization = `Bearer ${secret}`;
  }

  /** The result of a JSON-RPC method. Throws EDGE_UNAVAILABLE, as `RpcError` when Kamailio itself refuses. */
  async call(method: string, params: (string | number)[] = []): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: "2.0", method, params, id: 1 });
    const reply = (await this.send("/rpc", body)) as RpcReply;
    if (reply.error) throw new RpcError(method, reply.error.message ?? "no reason given");
    return reply.result;
  }

  /** One of the edge's own calls, by path (infra/kamailio/README.md). Throws as `call`. */
  async post(path: string): Promise<void> {
    const reply = (await this.send(path, "{}")) as { ok?: boolean };
    if (reply.ok === false) throw new RpcError(path, "it failed");
  }

  private async send(path: string, body: string): Promise<unknown> {
    try {
      const response = await fetch(`${this.origin}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: this.authorization },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return await response.json();
    } catch (error) {
      throw new ControlFailure("EDGE_UNAVAILABLE", "Kamailio does not answer", undefined, error);
    }
  }
}
