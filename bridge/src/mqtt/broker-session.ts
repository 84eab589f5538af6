/**
 * One session with the broker, from CONNECT to the socket's end; mqtt.js stays in here. A lost session is not
 * resumed: whoever runs it makes a new one, so that nothing of before (an old ring) is sent again behind our back.
 */
import { readFileSync } from "node:fs";
import { connect, type MqttClient } from "mqtt";

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

export interface SessionOptions {
  broker: Broker;
  clientId: string;
  /** Gets `offline`, retained, from the broker when we vanish. */
  availabilityTopic: string;
  /** Everything that comes in on subscribed topics. */
  onMessage(topic: string, payload: string, retained: boolean): void;
  /** Ends the session, also one that is not open yet. */
  signal: AbortSignal;
}

/** A bridge that hangs is offline after one and a half of these, and Mosquitto 2.0 looks only every 6 s. */
const KEEPALIVE_S = 3;
const CONNECT_TIMEOUT_MS = 10_000;

export class BrokerSession {
  /** Rejects when the session is over, with the reason. */
  readonly over: Promise<never>;
  private readonly client: MqttClient;
  private readonly availabilityTopic: string;

  private constructor(client: MqttClient, { availabilityTopic, signal }: SessionOptions) {
    this.client = client;
    this.availabilityTopic = availabilityTopic;
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
    const { broker, clientId, availabilityTopic, signal } = options;
    signal.throwIfAborted();
    const client = connect(broker.url, {
      clientId,
      protocolVersion: 4,
      // What must outlive a session is in the outbox; commands of before must not come late.
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      queueQoSZero: false,
      // Otherwise mqtt.js keeps a Buffer for each of the 65,536 packet numbers: 16 MB.
      writeCache: false,
      will: { topic: availabilityTopic, payload: Buffer.from("offline"), qos: 1, retain: true },
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
      ...(broker.caFile === undefined ? {} : { ca: readFileSync(broker.caFile) }),
    });
    const session = new BrokerSession(client, options);
    // mqtt.js repeats errors after the first one.
    client.on("error", () => undefined);
    client.on("message", (topic, payload, packet) => options.onMessage(topic, payload.toString("utf8"), packet.retain));
    try {
      await Promise.race([new Promise<void>((resolve) => client.once("connect", () => resolve())), session.over]);
      await session.publish(availabilityTopic, "online", true);
    } catch (error) {
      session.drop();
      throw error;
    }
    return session;
  }

  /** QoS 1: resolves with the broker's PUBACK, rejects when the session ends before it. */
  async publish(topic: string, payload: string, retain: boolean): Promise<void> {
    await Promise.race([this.client.publishAsync(topic, payload, { qos: 1, retain }), this.over]);
  }

  async subscribe(filters: string[]): Promise<void> {
    await Promise.race([this.client.subscribeAsync(filters, { qos: 1 }), this.over]);
  }

  /** Says `offline` and leaves; what could not be said within a second the last will says. */
  async leave(): Promise<void> {
    const timeout = AbortSignal.timeout(1_000);
    const late = new Promise<void>((resolve) => timeout.addEventListener("abort", () => resolve()));
    await Promise.race([this.publish(this.availabilityTopic, "offline", true).catch(() => undefined), late]);
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
