/**
 * What the broker kept for us while the connection was away. Our session outlives it, and we subscribe to our own events:
 * of one that the broker took, though its confirmation was lost, we hear ourselves, now or in the next connection, and it
 * is not sent again. A device trigger, which remembers nothing, would fire twice.
 *
 * What was kept comes in its order (MQTT 3.1.1 section 4.6), so our own word, said after it, comes last. What is heard
 * before that word is of before: no command.
 *
 *     connected ──► subscribed ──► word said ──► word heard: caught up      or time is up
 *
 * A repeat is left only when the broker forgets the session, by a crash between an event and its confirmation; event
 * entities ignore it by what they told last (discovery.ts, line-discovery.ts).
 */
import { randomUUID } from "node:crypto";
import type { EventOutbox, OutboxMessage } from "../store/event-outbox.ts";
import type { BrokerSession } from "./broker-session.ts";
import { echoTopic, eventFilters, sitePrefix } from "./topics.ts";

/** For a broker that keeps our own word from us. */
const LONGEST_WAIT_MS = 2_000;

export class OwnEcho {
  /** What to subscribe to. */
  readonly filters: string[];
  private readonly topic: string;
  private readonly outbox: EventOutbox;
  /** What may have been sent and is not confirmed: its id in the outbox. At the start everything, by the process before. */
  private readonly inDoubt: Map<string, number>;
  /** In this connection; null: it is heard, or nobody waits for it. */
  private word: { said: string; heard: () => void } | null = null;
  private isCaughtUp = false;

  constructor(outbox: EventOutbox, domain: string) {
    this.topic = echoTopic(domain);
    this.filters = [this.topic, ...eventFilters(domain)];
    this.outbox = outbox;
    const waiting = outbox.next(Number.MAX_SAFE_INTEGER);
    const prefix = sitePrefix(domain);
    this.inDoubt = new Map(
      waiting.filter(({ topic }) => topic.startsWith(prefix)).map((message) => [keyOf(message), message.id]),
    );
  }

  /** Whether all that the broker kept is heard. */
  get caughtUp(): boolean {
    return this.isCaughtUp;
  }

  /** Everything is subscribed to: resolves once all is heard. Rejects when the session ends before. */
  async catchUp(session: BrokerSession): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.word = { said: randomUUID(), heard: resolve };
    await session.publish(this.topic, this.word.said, false);
    const late = setTimeout(resolve, LONGEST_WAIT_MS);
    await Promise.race([promise, session.over]).finally(() => clearTimeout(late));
    this.isCaughtUp = true;
  }

  /** A message on any topic. @returns true when it was ours */
  hear(topic: string, payload: string): boolean {
    if (topic === this.topic) {
      if (payload === this.word?.said) this.word.heard();
      return true;
    }
    const key = keyOf({ topic, payload });
    const id = this.inDoubt.get(key);
    if (id === undefined) return false;
    this.inDoubt.delete(key);
    this.outbox.remove(id);
    return true;
  }

  /** It goes out now. */
  sending(message: OutboxMessage): void {
    this.inDoubt.set(keyOf(message), message.id);
  }

  /** The broker has confirmed it. */
  confirmed(message: OutboxMessage): void {
    this.inDoubt.delete(keyOf(message));
    this.outbox.remove(message.id);
  }

  /** The connection is over. */
  stop(): void {
    this.word = null;
    this.isCaughtUp = false;
  }
}

/** Every event has an id of its own in its payload. */
const keyOf = ({ topic, payload }: Pick<OutboxMessage, "topic" | "payload">): string => `${topic} ${payload}`;
