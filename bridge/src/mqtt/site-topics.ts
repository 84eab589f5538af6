/**
 * A site's retained topics on the broker. What is said last of a topic was found out last: it is sent in the turn of the event
 * loop in which it was found out, or not at all once there is something newer, and one connection keeps the order of what is sent
 * (MQTT 3.1.1 section 4.6). So a call's rows go out at once, whatever of the site is being gone through beside them.
 */
import { setImmediate as turn } from "node:timers/promises";
import { AT_ONCE, type BrokerSession } from "./broker-session.ts";
import type { Entry } from "./site-state.ts";

interface SayAll {
  pieces: Iterable<Entry[]>;
  all: boolean;
  told: Promise<void> | null;
  isOver(): boolean;
}

export class SiteTopics {
  /** As the broker has them, by our knowledge. */
  private readonly published = new Map<string, string>();
  /** While all of the site is gone through: what was there. */
  private present: Set<string> | null = null;

  get empty(): boolean {
    return this.published.size === 0;
  }

  /** A retained topic on the broker. @returns true when we know nothing of it */
  found(topic: string): boolean {
    if (this.published.has(topic)) return false;
    this.published.set(topic, "?");
    return true;
  }

  /** What of these the broker has not got goes out now; an empty payload takes what it has off. */
  async say(session: BrokerSession, entries: readonly Entry[]): Promise<void> {
    const news = entries.filter((entry) => this.isNews(entry));
    while (news.length > 0) {
      // Of a topic that has changed meanwhile the newer word is out already.
      const piece = news.splice(0, AT_ONCE).filter(([topic, payload]) => this.payloadOf(topic) === payload);
      await session.retain(piece);
    }
  }

  /**
   * All of the site, or of its accounts, in pieces. `all`: whatever was published and is in none of them goes off the
   * broker once Home Assistant is `told`, so that an entity is gone before its state is. Ends early once `isOver`.
   */
  async sayAll(session: BrokerSession, { pieces, all, told, isOver }: SayAll): Promise<void> {
    const present = all ? new Set<string>() : null;
    this.present = present;
    for (const piece of pieces) {
      await this.say(session, piece);
      await turn();
      if (isOver()) return;
    }
    if (!present) return;
    await told;
    const gone = [...this.published.keys()].filter((topic) => !present.has(topic));
    while (gone.length > 0 && !isOver()) {
      // Some may be back meanwhile.
      const piece = gone.splice(0, AT_ONCE).filter((topic) => !present.has(topic));
      for (const topic of piece) this.published.delete(topic);
      // An empty retained message takes the topic off the broker (MQTT 3.1.1 section 3.3.1.3).
      await session.retain(piece.map((topic) => [topic, ""] as const));
    }
    this.present = null;
  }

  private payloadOf(topic: string): string {
    return this.published.get(topic) ?? "";
  }

  private isNews([topic, payload]: Entry): boolean {
    const isNews = this.payloadOf(topic) !== payload;
    if (payload === "") {
      this.present?.delete(topic);
      this.published.delete(topic);
    } else {
      this.present?.add(topic);
      this.published.set(topic, payload);
    }
    return isNews;
  }
}
