/** The call events of a site as Home Assistant gets them from the broker, ready for questions. */
import type { CallEventPayload } from "../../bridge/src/mqtt/announcer.ts";
import type { Mosquitto, MqttListener } from "./mosquitto.ts";
import { until } from "./until.ts";

export class EventListener {
  private readonly listener: MqttListener;
  private readonly domain: string;

  private constructor(listener: MqttListener, domain: string) {
    this.listener = listener;
    this.domain = domain;
  }

  /** Listens to every flat and door of the site. */
  static async start(broker: Mosquitto, domain: string): Promise<EventListener> {
    return new EventListener(await broker.listen(`neolia/${domain}/+/event`), domain);
  }

  /**
   * Every delivery to a flat or door, repetitions too, in order of arrival. Throws if one came retained: a consumer
   * that connects later would take it for news.
   */
  deliveries(name: string): CallEventPayload[] {
    const topic = `neolia/${this.domain}/${name}/event`;
    const messages = this.listener.messages.filter((message) => message.topic === topic);
    if (messages.some(({ retained }) => retained)) throw new Error(`an event of ${name} is retained`);
    return messages.map(({ payload }) => JSON.parse(payload) as CallEventPayload);
  }

  /** The kinds of event of one call, each delivery counted: QoS 1 may repeat, and a test says when it must not. */
  kinds(name: string, callId: string): string[] {
    return this.deliveries(name)
      .filter((event) => event.call_id === callId)
      .map((event) => event.event_type);
  }

  /** Waits for an event of this kind at a flat or door, beyond the first `known` deliveries there. */
  async waitFor(name: string, kind: string, known = 0, timeoutMs = 10_000): Promise<CallEventPayload> {
    return await until(
      () =>
        this.deliveries(name)
          .slice(known)
          .find((event) => event.event_type === kind),
      { timeoutMs, what: `the event "${kind}" of ${name} on the broker` },
    );
  }

  async stop(): Promise<void> {
    await this.listener.close();
  }
}
