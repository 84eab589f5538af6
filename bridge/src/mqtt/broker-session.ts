/**
 * One connection to the broker, from CONNECT to the socket's end; mqtt.js stays in here. The broker keeps our session
 * between two of them (own-echo.ts says what for); on our side nothing is left, so that nothing of before (an old ring)
 * is sent again behind our back.
 */
import { readFileSync } from "node:fs";
import { connect, type IClientOptions, type ISubscriptionMap, type MqttClient } from "mqtt";

export interface Broker {
  /** mqtt:// or mqtts:// */
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  /** PEM file of an own certificate authority. */
  caFile?: string | undefined;
}

/**
 * Where the broker is; null: there is none. Asked before each connection, because a broker is installed, moved or given
 * other credentials at any time.
 */
export type BrokerSource = () => Promise<Broker | null>;

interface ConnectionOptions {
  broker: Broker;
  clientId: string;
  /** Ends the connection, also one that is not open yet. */
  signal: AbortSignal;
}

export interface SessionOptions extends ConnectionOptions {
  /** Gets `offline`, retained, from the broker when we vanish. */
  availabilityTopic: string;
  /** Everything that comes in on subscribed topics. */
  onMessage(topic: string, payload: string, retained: boolean): void;
}

/** A bridge that hangs is offline after one and a half of these, and Mosquitto 2.0 looks only every 6 s. */
const KEEPALIVE_S = 3;
/** Messages that go out before their PUBACKs are waited for: some 10 ms of work. */
export const AT_ONCE = 100;
const CONNECT_TIMEOUT_MS = 10_000;

export class BrokerSession {
  /** Rejects when the session is over, with the reason. */
  readonly over: Promise<never>;
  private readonly client: MqttClient;

  private constructor(client: MqttClient, signal: AbortSignal) {
    this.client = client;
    this.over = new Promise((_resolve, reject) => {
      client.once("error", reject);
      client.once("close", () => reject(new Error("the broker closed the connection")));
      const stop = (): void => {
        reject(new Error("stopped"));
        this.drop();
      };
      signal.addEventListener("abort", stop);
      client.once("close", () => signal.removeEventListener("abort", stop));
    });
    // Whoever waits for `over` hears of it; when nobody does (any more) it is no unhandled rejection.
    this.over.catch(() => undefined);
  }

  /** Connects and says `online`, retained. Throws mqtt.js's error (see mqtt-error.ts). */
  static async open(options: SessionOptions): Promise<BrokerSession> {
    const { availabilityTopic } = options;
    const session = BrokerSession.begin(options, {
      // The broker goes on listening for us.
      clean: false,
      will: { topic: availabilityTopic, payload: Buffer.from("offline"), qos: 1, retain: true },
    });
    session.client.on("message", (topic, payload, { retain }) =>
      options.onMessage(topic, payload.toString("utf8"), retain),
    );
    return await session.opened(() => session.publish(availabilityTopic, "online", true));
  }

  /**
   * Takes the availability off the broker, and the session that it keeps for us. In a connection without a last will, for
   * one that breaks at the wrong moment would bring `offline` back for ever.
   */
  static async forget(options: ConnectionOptions & { availabilityTopic: string }): Promise<void> {
    const session = BrokerSession.begin(options, { clean: true });
    await session.opened(() => session.publish(options.availabilityTopic, "", true));
    session.end();
  }

  private static begin({ broker, clientId, signal }: ConnectionOptions, more: IClientOptions): BrokerSession {
    signal.throwIfAborted();
    const client = connect(broker.url, {
      clientId,
      protocolVersion: 4,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      queueQoSZero: false,
      // Otherwise mqtt.js keeps a Buffer for each of the 65,536 packet numbers: 16 MB.
      writeCache: false,
      ...more,
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
      ...(broker.caFile === undefined ? {} : { ca: readFileSync(broker.caFile) }),
    });
    const session = new BrokerSession(client, signal);
    // mqtt.js repeats errors after the first one.
    client.on("error", () => undefined);
    return session;
  }

  /** Once it is connected, and has said its first word. */
  private async opened(sayFirst: () => Promise<void>): Promise<this> {
    try {
      await Promise.race([new Promise<void>((resolve) => this.client.once("connect", () => resolve())), this.over]);
      await sayFirst();
    } catch (error) {
      this.drop();
      throw error;
    }
    return this;
  }

  /** QoS 1: resolves with the broker's PUBACK, rejects when the session ends before it. */
  async publish(topic: string, payload: string, retain: boolean): Promise<void> {
    await Promise.race([this.client.publishAsync(topic, payload, { qos: 1, retain }), this.over]);
  }

  /** Retained messages in their order, some at a time: a large site has tens of thousands, and others are served meanwhile. */
  async retain(messages: readonly (readonly [topic: string, payload: string])[]): Promise<void> {
    for (let from = 0; from < messages.length; from += AT_ONCE) {
      const some = messages.slice(from, from + AT_ONCE);
      await Promise.all(some.map(([topic, payload]) => this.publish(topic, payload, true)));
    }
  }

  /** @param passing what is worth nothing later: the broker does not keep it while we are away */
  async subscribe(filters: readonly string[], passing: readonly string[]): Promise<void> {
    const wanted = [...filters.map((filter) => [filter, { qos: 1 }]), ...passing.map((filter) => [filter, { qos: 0 }])];
    await Promise.race([this.client.subscribeAsync(Object.fromEntries(wanted) as ISubscriptionMap), this.over]);
  }

  /** Says `offline` and leaves; what could not be said within a second the last will says. */
  async leave(availabilityTopic: string): Promise<void> {
    const timeout = AbortSignal.timeout(1_000);
    const late = new Promise<void>((resolve) => timeout.addEventListener("abort", () => resolve()));
    await Promise.race([this.publish(availabilityTopic, "offline", true).catch(() => undefined), late]);
    this.client.end(timeout.aborted);
  }

  /** Ends the session with a DISCONNECT: the broker forgets the last will. */
  end(): void {
    this.client.end();
  }

  /** Ends the session without a word: the broker tells the last will. */
  drop(): void {
    this.client.end(true);
  }
}
