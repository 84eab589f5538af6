/**
 * What the broker had of the events whose confirmation never came: QoS 1 sends them again, and a device trigger, which
 * remembers nothing, would fire twice. So after each batch of events a retained marker names them. The broker takes
 * what one connection brings in its order (MQTT 3.1.1 section 4.6): found on the broker in the next session, the marker
 * says that its events arrived. QoS 2 would need a session that outlives the connection, and with it come old commands.
 *
 * A repeat is left only when the connection breaks between an event and its marker, or when the broker crashes between the
 * two and its confirmation; event entities ignore it by the event's id (discovery.ts).
 */
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { EventOutbox, OutboxMessage } from "../store/event-outbox.ts";
import { sitePrefix, toldTopic } from "./topics.ts";

const Marker = Type.Array(Type.String());

export class ToldEvents {
  /** Retained. Subscribed to before whatever ends the waiting of events (audience.ts), it is heard before. */
  readonly topic: string;
  private readonly outbox: EventOutbox;
  /** Ids of what may have been sent; at the start everything, by the process before. */
  private inDoubt: Set<number>;

  constructor(outbox: EventOutbox, domain: string) {
    this.topic = toldTopic(domain);
    this.outbox = outbox;
    const prefix = sitePrefix(domain);
    this.inDoubt = new Set(
      outbox
        .next(Number.MAX_SAFE_INTEGER)
        .filter(({ topic }) => topic.startsWith(prefix))
        .map(({ id }) => id),
    );
  }

  /** Whether events should wait until the broker has shown its marker, if it has one. */
  get doubtful(): boolean {
    return this.inDoubt.size > 0;
  }

  /** A message on any topic. @returns true when it was the marker */
  hear(topic: string, payload: string, retained: boolean): boolean {
    if (topic !== this.topic) return false;
    if (!retained || !this.doubtful) return true;
    const told = new Set(namesIn(payload));
    for (const message of this.outbox.next(Number.MAX_SAFE_INTEGER)) {
      if (this.inDoubt.has(message.id) && told.has(nameOf(message))) this.outbox.remove(message.id);
    }
    this.inDoubt = new Set();
    return true;
  }

  /** These go out now. @returns the marker's payload */
  sending(messages: readonly OutboxMessage[]): string {
    for (const { id } of messages) this.inDoubt.add(id);
    return JSON.stringify(messages.map(nameOf));
  }

  /** The broker has confirmed it. */
  confirmed({ id }: OutboxMessage): void {
    this.inDoubt.delete(id);
  }
}

/** The row's number alone would not do: after a restored backup the same number is another event. */
function nameOf({ id, payload }: OutboxMessage): string {
  return `${id} ${(JSON.parse(payload) as { id?: unknown }).id ?? ""}`;
}

/** Whatever lies there: what is no marker names nothing. */
function namesIn(payload: string): string[] {
  try {
    const marker: unknown = JSON.parse(payload);
    return Value.Check(Marker, marker) ? marker : [];
  } catch {
    return [];
  }
}
