/** A connection to Core by Home Assistant's own client library, which stays in here. */
import { createConnection, createLongLivedTokenAuth } from "home-assistant-js-websocket";
import type { ConnectCore } from "./core.ts";

export interface CoreAccess {
  /** The Supervisor's; Core is behind its proxy, and the app's token is good for both. */
  url: string;
  token: string;
  /** A Core that does not answer for so long is taken for dead: the connection is closed. */
  answerWithinMs?: number;
}

const ANSWER_WITHIN_MS = 15_000;

export function connectCore({ url, token, answerWithinMs = ANSWER_WITHIN_MS }: CoreAccess): ConnectCore {
  return async (signal) => {
    signal.throwIfAborted();
    const opening = createConnection({ auth: createLongLivedTokenAuth(`${url}/core`, token), setupRetry: 0 });
    const connection = await Promise.race([opening.catch(refused), aborted(signal)]).catch((error: unknown) => {
      // Nobody waits for it any more: should it open after all, it is closed.
      opening.then((late) => late.close()).catch(() => undefined);
      throw error;
    });
    const closed = Promise.withResolvers<void>();
    const close = (): void => {
      // Otherwise the library connects again by itself; the link does that, for all that listen to it.
      connection.close();
      closed.resolve();
    };
    connection.addEventListener("disconnected", close);
    const lost = closed.promise.then(() => {
      throw new Error("the connection to Core is gone");
    });
    lost.catch(() => undefined);
    /** The library itself lets a subscription wait for the next connection, and whoever makes that one waits for it. */
    const answered = async <Reply>(reply: Promise<Reply>): Promise<Reply> => {
      const timer = setTimeout(close, answerWithinMs);
      try {
        return await Promise.race([reply.catch(refused), lost]);
      } finally {
        clearTimeout(timer);
      }
    };
    return {
      command: (type, fields) => answered(connection.sendMessagePromise({ ...fields, type })),
      subscribeEvents: async (type, listener) => {
        await answered(connection.subscribeEvents(listener, type));
      },
      closed: closed.promise,
      close,
    };
  };
}

const CONNECT_TIMEOUT_MS = 15_000;

function aborted(signal: AbortSignal): Promise<never> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]);
  return new Promise((_resolve, reject) => {
    either.addEventListener("abort", () => reject(new Error("Core does not answer")), { once: true });
  });
}

/** The library throws numbers, and Core's refusals as plain objects. */
function refused(reason: unknown): never {
  if (reason instanceof Error) throw reason;
  const { code, message } = Object(reason) as { code?: unknown; message?: unknown };
  throw new Error(message === undefined ? `no connection to Core (${reason})` : `Core refused: ${code}: ${message}`);
}
