/**
 * A site's discovery on the broker: published retained, and again after each start of Home Assistant. What the broker
 * holds from before is read back first, because an entity that is gone has to be named once more to be deleted.
 */
import type { Store } from "../store/store.ts";
import { VERSION } from "../version.ts";
import type { BrokerSession } from "./broker-session.ts";
import { discoveredSite } from "./discovered-site.ts";
import {
  BIRTH_TOPIC,
  type DiscoveryMessages,
  discoveryChanges,
  discoveryMessages,
  discoveryTopic,
} from "./discovery.ts";

export interface SiteDiscoveryOptions {
  site: { id: string; domain: string };
  store: Store;
  /** There is something to publish. */
  onDue: () => void;
}

/** The broker sends what it holds in one go; this long without any more, that was all of it. */
const QUIET_MS = 500;
/** Everything in the house answers Home Assistant's birth message: not all at the same moment. */
const BIRTH_DELAY_MS = { least: 1_000, most: 5_000 };

export class SiteDiscovery {
  /** What to subscribe to. */
  readonly filters: string[];
  private readonly options: SiteDiscoveryOptions;
  private readonly ownTopics: RegExp;
  private published: DiscoveryMessages = new Map();
  /** Whether the broker has shown what it holds. */
  private known = false;
  private quiet: NodeJS.Timeout | undefined;
  private birth: NodeJS.Timeout | undefined;

  constructor(options: SiteDiscoveryOptions) {
    const { domain } = options.site;
    this.options = options;
    this.filters = [discoveryTopic(domain, "+"), BIRTH_TOPIC];
    this.ownTopics = new RegExp(`^${discoveryTopic(domain, "[^/]+")}$`);
  }

  /** The filters are subscribed to in a new session: what the broker holds comes now. */
  subscribed(): void {
    this.waitForMore();
  }

  /** A message on any topic. @returns true when it was for discovery */
  hear(topic: string, payload: string, retained: boolean): boolean {
    if (topic === BIRTH_TOPIC) {
      // A retained one tells of a start that is over: Home Assistant found everything retained then.
      if (payload === "online" && !retained) this.born();
      return true;
    }
    if (!this.ownTopics.test(topic)) return false;
    if (retained && payload !== "") {
      this.published.set(topic, payload);
      this.waitForMore();
    }
    return true;
  }

  /** Publishes what has changed; nothing while the broker is still telling what it holds. */
  async publish(session: BrokerSession): Promise<void> {
    if (!this.known) return;
    const { store, site } = this.options;
    const found = discoveredSite(store, site.id);
    const wanted: DiscoveryMessages = found ? discoveryMessages(found, VERSION) : new Map();
    const changes = discoveryChanges(this.published, wanted);
    this.published = wanted;
    // One connection keeps the order of what is sent on a topic (MQTT 3.1.1 section 4.6).
    await Promise.all(changes.map(([topic, payload]) => session.publish(topic, payload, true)));
  }

  /** Topics that the broker holds, by our knowledge. */
  topics(): string[] {
    return [...this.published.keys()];
  }

  /** The session is over: the next one starts by reading again. */
  stop(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.birth);
    this.known = false;
    this.published = new Map();
  }

  private waitForMore(): void {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => {
      this.known = true;
      this.options.onDue();
    }, QUIET_MS);
  }

  private born(): void {
    clearTimeout(this.birth);
    const { least, most } = BIRTH_DELAY_MS;
    const delayMs = least + Math.random() * (most - least);
    this.birth = setTimeout(() => {
      for (const topic of this.published.keys()) this.published.set(topic, "");
      this.options.onDue();
    }, delayMs);
  }
}
