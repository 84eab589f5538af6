/** The call events of a site as Home Assistant gets them from the broker, ready for questions. */
import type { CallEventPayload } from "../../bridge/src/mqtt/announcer.ts";
import type { Mosquitto, MqttListener } from "./mosquitto.ts";
import { until } from "./until.ts";

export class EventListener {
  private readonly listener: MqttListener;
  private readonly prefix: string;

  private constructor(listener: MqttListener, prefix: string) {
    this.listener = listener;
    this.prefix = prefix;
  }

  /** Listens to every flat and door of the site. */
  static async start(broker: Mosquitto, domain: string): Promise<EventListener> {
    const prefix = `neolia/${domain}/`;
    return new EventListener(await broker.listen(`${prefix}+/event`, `${prefix}+/called`), prefix);
  }

  /**
   * What each topic was told of one call, in order of arrival, each delivery counted: `{"unit401/event": ["ringing",
   * …]}`. Throws if one came retained: a consumer that connects later would take it for news.
   */
  ofCall(callId: string): Record<string, string[]> {
    const told: Record<string, string[]> = {};
    for (const { topic, event } of this.deliveries()) {
      if (event.call_id !== callId) continue;
      const name = topic.slice(this.prefix.length);
      told[name] = [...(told[name] ?? []), event.event_type];
    }
    return told;
  }

  /** Waits until a topic ("unit401/event") was told this kind of event of this call. */
  async waitFor(name: string, kind: string, callId: string, timeoutMs = 30_000): Promise<void> {
    await until(() => this.ofCall(callId)[name]?.includes(kind), {
      timeoutMs,
      what: `the event "${kind}" at ${name} on the broker`,
    });
  }

  /** Every delivery so far. */
  private deliveries(): { topic: string; event: CallEventPayload }[] {
    return this.listener.messages.map(({ topic, payload, retained }) => {
      if (retained) throw new Error(`an event at ${topic} is retained`);
      return { topic, event: JSON.parse(payload) as CallEventPayload };
    });
  }

  async stop(): Promise<void> {
    await this.listener.close();
  }
}
