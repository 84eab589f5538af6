/** One WebSocket to control, open until it breaks, falls silent or is given up. What comes on it is its user's business. */
import { type RawData, WebSocket } from "ws";
import type { SocketAddress } from "./control-client.ts";
import { watchSilence } from "./socket-silence.ts";
import { fromNetwork, fromReply, VpsError } from "./vps-error.ts";

export interface ControlSocketOptions {
  address: SocketAddress;
  /** What errors call it: "the event feed". */
  what: string;
  /** The largest message, bytes. */
  maxPayload: number;
  onOpen?(): void;
  /** What it throws ends the connection and is what `followSocket` rejects with. */
  onMessage(data: RawData, isBinary: boolean): void;
  signal: AbortSignal;
  /** How long nothing at all, not even a pong, may come before the link counts as dead, ms. Default: 10 s. */
  silenceMs?: number | undefined;
}

const SILENCE_MS = 10_000;
const HANDSHAKE_MS = 10_000;
/** Close code of control that says why (RFC 6455 section 7.4.2, private range). */
const SITE_REMOVED = 4401;

/** Rejects with a `VpsError` that says why it is over; resolves when `signal` aborts. */
export function followSocket(options: ControlSocketOptions): Promise<void> {
  const { address, what, maxPayload, onOpen, onMessage, signal, silenceMs = SILENCE_MS } = options;
  return new Promise((resolve, reject) => {
    const { url, headers, ca } = address;
    const socket = new WebSocket(url, {
      headers,
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload,
      // Most messages have a few hundred bytes, which are not worth zlib's buffers.
      perMessageDeflate: false,
      ...(ca ? { ca } : {}),
    });
    let stopWatching = (): void => undefined;

    const end = (settle: () => void): void => {
      stopWatching();
      signal.removeEventListener("abort", abort);
      socket.removeAllListeners();
      // A socket that is torn down while it connects reports that as an error nobody needs.
      socket.on("error", () => undefined);
      socket.terminate();
      settle();
    };
    const fail = (error: unknown): void => end(() => reject(error));
    const abort = (): void => end(resolve);

    signal.addEventListener("abort", abort);
    socket.on("open", () => {
      stopWatching = watchSilence(socket, silenceMs, () =>
        fail(new VpsError("VPS_UNREACHABLE", `${what} fell silent`)),
      );
      onOpen?.();
    });
    socket.on("message", (data, isBinary) => {
      try {
        onMessage(data, isBinary);
      } catch (error) {
        fail(error);
      }
    });
    socket.on("unexpected-response", (_request, reply) => fail(fromReply(reply.statusCode ?? 0, null)));
    socket.on("error", (error) => fail(fromNetwork(error)));
    socket.on("close", (code) => {
      const problem = code === SITE_REMOVED ? "VPS_UNAUTHORIZED" : "VPS_UNREACHABLE";
      fail(new VpsError(problem, `${what} closed (${code})`));
    });
    if (signal.aborted) abort();
  });
}
