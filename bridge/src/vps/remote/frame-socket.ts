/** The connection on which frames for a site come: open until it breaks. What is in them is not looked at here. */
import { RemoteLimits } from "../../../../infra/control/src/wire.ts";
import type { SocketAddress } from "../control-client.ts";
import { followSocket } from "../control-socket.ts";

export interface FrameSocketOptions {
  address: SocketAddress;
  onOpen(): void;
  onFrame(delivery: string, grantId: string, frame: Buffer): void;
  signal: AbortSignal;
  silenceMs?: number | undefined;
}

const { deliveryBytes, grantBytes, requestBytes } = RemoteLimits;

/** Rejects with a `VpsError` that says why it is over; resolves when `signal` aborts. */
export function followFrames({ onFrame, ...options }: FrameSocketOptions): Promise<void> {
  return followSocket({
    ...options,
    what: "the way for remote management",
    maxPayload: deliveryBytes + grantBytes + requestBytes,
    onMessage: (data, isBinary) => {
      if (!isBinary || !Buffer.isBuffer(data) || data.length <= deliveryBytes + grantBytes) return;
      const grantAt = deliveryBytes + grantBytes;
      const delivery = data.subarray(0, deliveryBytes).toString("hex");
      onFrame(delivery, data.subarray(deliveryBytes, grantAt).toString("latin1"), data.subarray(grantAt));
    },
  });
}
