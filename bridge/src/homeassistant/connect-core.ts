/** A connection to Core by Home Assistant's own client library, which stays in here. */
import { createConnection, createLongLivedTokenAuth } from "home-assistant-js-websocket";
import type { ConnectCore } from "./core.ts";

/** @param url the Supervisor's; Core is behind its proxy, and the app's token is good for both */
export function connectCore({ url, token }: { url: string; token: string }): ConnectCore {
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
    return {
      command: (type, fields) => connection.sendMessagePromise({ ...fields, type }).catch(refused),
      subscribeEvents: async (type, listener) => {
        await connection.subscribeEvents(listener, type).catch(refused);
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
