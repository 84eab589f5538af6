/**
 * The link to Home Assistant Core: one WebSocket over the Supervisor's proxy, for as long as the process runs. Core may
 * be down, restarting or upgrading at any time; nothing else of the bridge waits for it.
 *
 *     connecting ──connected──► up ──lost──► connecting …     (until stop)
 *
 * The connection itself comes from outside (`connect`), so that this file needs no client library: one connection lives
 * until it breaks, and the loop makes the next one.
 */
import { Backoff } from "../links/backoff.ts";
import { type Connection, keepConnected } from "../links/keep-connected.ts";
import type { Log } from "../links/log.ts";
import type { NetworkWatch } from "../links/network-watch.ts";

/** One authenticated connection to Core. */
export interface CoreConnection {
  /** Sends a command and resolves with its result; rejects when Core refuses it or the connection breaks. */
  command(type: string, fields?: Record<string, unknown>): Promise<unknown>;
  /** Subscribes to an event type of Core's bus. */
  subscribeEvents(eventType: string, listener: (event: unknown) => void): Promise<void>;
  /** Resolves when the connection is over, for whatever reason. */
  readonly closed: Promise<void>;
  close(): void;
}

export type ConnectCore = (signal: AbortSignal) => Promise<CoreConnection>;

export interface CoreLinkOptions {
  connect: ConnectCore;
  network: NetworkWatch;
  log: Log;
}

/** The Supervisor is next door, and without Core's list of users nobody gets in. */
const LONGEST_PAUSE_MS = 5_000;

type UpListener = (connection: CoreConnection) => Promise<void>;

export class CoreLink {
  private readonly options: CoreLinkOptions;
  private readonly upListeners = new Set<UpListener>();
  private readonly downListeners = new Set<() => void>();
  private current: CoreConnection | null = null;
  private loop: Connection | null = null;
  private toldDown = false;

  constructor(options: CoreLinkOptions) {
    this.options = options;
  }

  /** The live connection, null while there is none. */
  get connection(): CoreConnection | null {
    return this.current;
  }

  /**
   * Calls `listener` with each new connection, the place to subscribe; when it fails the connection is given up and made
   * anew. Returns the unsubscribe.
   */
  onUp(listener: UpListener): () => void {
    this.upListeners.add(listener);
    return () => this.upListeners.delete(listener);
  }

  /** Calls `listener` when the connection is lost. Returns the unsubscribe. */
  onDown(listener: () => void): () => void {
    this.downListeners.add(listener);
    return () => this.downListeners.delete(listener);
  }

  start(): void {
    this.loop ??= keepConnected({
      connect: (up, signal) => this.stay(up, signal),
      onDown: (error) => this.down(error),
      network: this.options.network,
      backoff: new Backoff(Math.random, LONGEST_PAUSE_MS),
    });
  }

  async stop(): Promise<void> {
    await this.loop?.stop();
    this.loop = null;
  }

  private async stay(up: () => void, signal: AbortSignal): Promise<void> {
    const connection = await this.options.connect(signal);
    const close = () => connection.close();
    signal.addEventListener("abort", close);
    try {
      this.current = connection;
      for (const listener of this.upListeners) await listener(connection);
      up();
      this.toldDown = false;
      this.options.log.info({}, "the link to Home Assistant is up");
      await connection.closed;
    } finally {
      signal.removeEventListener("abort", close);
      connection.close();
      this.current = null;
      for (const listener of this.downListeners) listener();
    }
  }

  private down(error: unknown): void {
    // Core restarts for minutes at times: one line for each time it goes away, not for each try.
    if (this.toldDown) return;
    this.toldDown = true;
    this.options.log.warn({ error: error === null ? "closed" : String(error) }, "the link to Home Assistant is down");
  }
}
