/** One connection to the event feed: open, validated messages in order, and its end as an error. No cursor here. */
import { Value } from "typebox/value";
import { type CallEvent, type ControlHealth, FeedMessage } from "../../../infra/control/src/wire.ts";
import type { SocketAddress } from "./control-client.ts";
import { followSocket } from "./control-socket.ts";
import { VpsError } from "./vps-error.ts";

export interface FeedHello {
  domain: string;
  newestId: number;
  oldestId: number;
}

/** What a handler throws ends the connection and is what `followFeed` rejects with. */
export interface FeedSocketOptions extends SocketAddress {
  onHello(hello: FeedHello): void;
  onEvent(event: CallEvent): void;
  onHealth(health: ControlHealth): void;
  /** A message that this version does not know; it is passed over. */
  onUnknown(): void;
  signal: AbortSignal;
  /** How long nothing at all, not even a pong, may come before the link counts as dead, ms. */
  silenceMs?: number;
}

const LARGEST_MESSAGE = 1024 * 1024;

/** Never resolves: rejects with a `VpsError` that says why the feed is over, also when `signal` aborts. */
export async function followFeed(options: FeedSocketOptions): Promise<never> {
  const { url, headers, ca, signal, silenceMs } = options;
  await followSocket({
    address: { url, headers, ca },
    what: "the event feed",
    maxPayload: LARGEST_MESSAGE,
    onMessage: (data, isBinary) => take(isBinary ? "" : String(data), options),
    signal,
    silenceMs,
  });
  throw new VpsError("VPS_UNREACHABLE", "stopped");
}

function take(text: string, options: FeedSocketOptions): void {
  const message = parse(text);
  if (!Value.Check(FeedMessage, message)) {
    options.onUnknown();
    return;
  }
  switch (message.type) {
    case "hello":
      options.onHello(message);
      break;
    case "event":
      options.onEvent(message.event);
      break;
    case "health":
      options.onHealth(message.health);
      break;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
