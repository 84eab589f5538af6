/** One connection to the event feed: open, validated messages in order, and its end as an error. No cursor here. */
import { Value } from "typebox/value";
import { WebSocket } from "ws";
import { type CallEvent, type ControlHealth, FeedMessage } from "../../../infra/control/src/wire.ts";
import { watchSilence } from "./socket-silence.ts";
import { fromNetwork, fromReply, VpsError } from "./vps-error.ts";

export interface FeedHello {
  domain: string;
  newestId: number;
  oldestId: number;
}

/** What a handler throws ends the connection and is what `followFeed` rejects with. */
export interface FeedSocketOptions {
  url: string;
  headers: Record<string, string>;
  ca: Buffer | undefined;
  onHello(hello: FeedHello): void;
  onEvent(event: CallEvent): void;
  onHealth(health: ControlHealth): void;
  /** A message that this version does not know; it is passed over. */
  onUnknown(): void;
  signal: AbortSignal;
  /** How long nothing at all, not even a pong, may come before the link counts as dead, ms. */
  silenceMs?: number;
}

const SILENCE_MS = 10_000;
const HANDSHAKE_MS = 10_000;
/** Close codes of control that say why (RFC 6455 section 7.4.2, private range). */
const SITE_REMOVED = 4401;

/** Never resolves: rejects with a `VpsError` that says why the feed is over, also when `signal` aborts. */
export function followFeed(options: FeedSocketOptions): Promise<never> {
  const { signal } = options;
  return new Promise((_resolve, reject) => {
    const { url, headers, ca } = options;
    const socket = new WebSocket(url, {
      headers,
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: 1024 * 1024,
      // Messages of a few hundred bytes are not worth zlib's buffers.
      perMessageDeflate: false,
      ...(ca ? { ca } : {}),
    });
    const silenceMs = options.silenceMs ?? SILENCE_MS;
    let stopWatching = (): void => undefined;

    const end = (error: unknown): void => {
      stopWatching();
      signal.removeEventListener("abort", abort);
      socket.removeAllListeners();
      // A socket that is torn down while it connects reports that as an error nobody needs.
      socket.on("error", () => undefined);
      socket.terminate();
      reject(error);
    };
    const abort = (): void => end(new VpsError("VPS_UNREACHABLE", "stopped"));

    signal.addEventListener("abort", abort);
    socket.on("open", () => {
      stopWatching = watchSilence(socket, silenceMs, () =>
        end(new VpsError("VPS_UNREACHABLE", "the event feed fell silent")),
      );
    });
    socket.on("message", (data, isBinary) => {
      try {
        take(isBinary ? "" : String(data), options);
      } catch (error) {
        end(error);
      }
    });
    socket.on("unexpected-response", (_request, reply) => end(fromReply(reply.statusCode ?? 0, null)));
    socket.on("error", (error) => end(fromNetwork(error)));
    socket.on("close", (code) => {
      const problem = code === SITE_REMOVED ? "VPS_UNAUTHORIZED" : "VPS_UNREACHABLE";
      end(new VpsError(problem, `the event feed closed (${code})`));
    });
    if (signal.aborted) abort();
  });
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
