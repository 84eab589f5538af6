/** The loop of every link to the outside: connect, stay until it breaks, wait, connect again. */
import { Backoff } from "./backoff.ts";
import type { NetworkWatch } from "./network-watch.ts";

export interface KeepConnected {
  /**
   * Connects and resolves or throws when the connection is over. Calls `up` once it stands, which ends the growth of
   * the waiting times. Must end soon after `signal` aborts.
   */
  connect(up: () => void, signal: AbortSignal): Promise<void>;
  /** Told what broke the connection, or kept it from coming up. */
  onDown(error: unknown): void;
  network: NetworkWatch;
  backoff?: Backoff;
}

export interface Connection {
  /** Ends the present wait, if it waits. */
  retryNow(): void;
  stop(): Promise<void>;
}

export function keepConnected(options: KeepConnected): Connection {
  const { network } = options;
  const backoff = options.backoff ?? new Backoff();
  const stopping = new AbortController();
  let wake = (): void => undefined;

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        stopping.signal.removeEventListener("abort", done);
        wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      stopping.signal.addEventListener("abort", done);
      wake = done;
    });

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await options.connect(() => backoff.reset(), stopping.signal);
        if (!stopping.signal.aborted) options.onDown(null);
      } catch (error) {
        if (!stopping.signal.aborted) options.onDown(error);
      }
      if (!stopping.signal.aborted) await wait(backoff.next());
    }
  }

  const offNetwork = network.onChange(() => wake());
  const running = run();
  return {
    retryNow: () => wake(),
    stop: async () => {
      offNetwork();
      stopping.abort();
      await running;
    },
  };
}
