/** The connection on which frames for a site come: open until it breaks. What is in them is not looked at here. */
import { WebSocket } from "ws";
import { RemoteLimits } from "../../../../infra/control/src/wire.ts";
import type { SocketAddress } from "../control-client.ts";
import { watchSilence } from "../socket-silence.ts";
import { fromNetwork, fromReply, VpsError } from "../vps-error.ts";

export interface FrameSocketOptions {
  address: SocketAddress;
  onOpen(): void;
  onFrame(delivery: string, grantId: string, frame: Buffer): void;
  signal: AbortSignal;
  silenceMs?: number | undefined;
}

const SILENCE_MS = 10_000;
const HANDSHAKE_MS = 10_000;
const { deliveryBytes, grantBytes, requestBytes } = RemoteLimits;

/** Rejects with a `VpsError` that says why it is over; resolves when `signal` aborts. */
export function followFrames({ address, onOpen, onFrame, signal, silenceMs }: FrameSocketOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const { url, headers, ca } = address;
    const socket = new WebSocket(url, {
      headers,
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: deliveryBytes + grantBytes + requestBytes,
      perMessageDeflate: false,
      ...(ca ? { ca } : {}),
    });
    let stopWatching = (): void => undefined;

    const end = (error: unknown): void => {
      stopWatching();
      signal.removeEventListener("abort", abort);
      socket.removeAllListeners();
      // A socket that is torn down while it connects reports that as an error nobody needs.
      socket.on("error", () => undefined);
      socket.terminate();
      if (error === null) resolve();
      else reject(error);
    };
    const abort = (): void => end(null);

    signal.addEventListener("abort", abort);
    socket.on("open", () => {
      stopWatching = watchSilence(socket, silenceMs ?? SILENCE_MS, () =>
        end(new VpsError("VPS_UNREACHABLE", "the way for remote management fell silent")),
      );
      onOpen();
    });
    socket.on("message", (data, isBinary) => {
      if (!isBinary || !Buffer.isBuffer(data) || data.length <= deliveryBytes + grantBytes) return;
      const grantAt = deliveryBytes + grantBytes;
      const delivery = data.subarray(0, deliveryBytes).toString("hex");
      onFrame(delivery, data.subarray(deliveryBytes, grantAt).toString("latin1"), data.subarray(grantAt));
    });
    socket.on("unexpected-response", (_request, reply) => end(fromReply(reply.statusCode ?? 0, null)));
    socket.on("error", (error) => end(fromNetwork(error)));
    socket.on("close", (code) => end(new VpsError("VPS_UNREACHABLE", `remote management closed (${code})`)));
    if (signal.aborted) abort();
  });
}
