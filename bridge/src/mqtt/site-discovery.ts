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
  componentsOf,
  type DiscoveryMessages,
  discoveryChanges,
  discoveryMessages,
  discoveryTopic,
  payloadOf,
} from "./discovery.ts";
import type { NameLanguage } from "./entity-names.ts";

export interface SiteDiscoveryOptions {
  site: { id: string; domain: string };
  store: Store;
  language: () => NameLanguage;
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
  /** Whether our notes hold what the broker held before us, which needs no publishing. */
  private noted = false;
  private quiet: NodeJS.Timeout | undefined;
  private birth: NodeJS.Timeout | undefined;

  constructor(options: SiteDiscoveryOptions) {
    const { domain } = options.site;
    this.options = options;
    this.filters = [discoveryTopic(domain, "+"), BIRTH_TOPIC];
    this.ownTopics = new RegExp(`^${discoveryTopic(domain, "[^/]+")}$`);
  }

  /**
   * The filters are subscribed to in a new session: what the broker holds comes now. What it should hold, by our own
   * notes, counts as well: it may have forgotten what Home Assistant still knows.
   */
  subscribed(): void {
    const { store, site } = this.options;
    for (const { topic, components } of store.discovered.list(site.domain)) {
      if (!this.published.has(topic)) this.published.set(topic, payloadOf(components));
    }
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
    const { store, site, language } = this.options;
    const found = discoveredSite(store, site.id, language());
    const wanted: DiscoveryMessages = found ? discoveryMessages(found, VERSION, language()) : new Map();
    const changes = discoveryChanges(this.published, wanted);
    this.note(changes, this.published);
    this.published = wanted;
    // One connection keeps the order of what is sent on a topic (MQTT 3.1.1 section 4.6).
    await Promise.all(changes.map(([topic, payload]) => session.publish(topic, payload, true)));
    // Of a site that is gone the notes stay until the last of it is off the broker: see `forget`.
    if (!found) return;
    this.note(this.noted ? changes : [...changes.filter(([, payload]) => payload === ""), ...wanted]);
    this.noted = true;
  }

  /** Nothing of a site that is gone is on the broker any more. */
  forget(): void {
    const { store, site } = this.options;
    for (const { topic } of store.discovered.list(site.domain)) store.discovered.remove(topic);
  }

  /** Noted before it is said, with what was there before: whatever may have been said can be taken back one day. */
  private note(changes: readonly [topic: string, payload: string][], before?: DiscoveryMessages): void {
    const { store, site } = this.options;
    if (changes.length === 0) return;
    store.transaction(() => {
      for (const [topic, payload] of changes) {
        const components = componentsOf(payload, before?.get(topic));
        if (payload !== "") store.discovered.put({ topic, domain: site.domain, components });
        else if (!before) store.discovered.remove(topic);
      }
    });
  }

  /** Whether everything is taken back: of a site that is gone. */
  get empty(): boolean {
    return this.known && this.published.size === 0;
  }

  /** The session is over: the next one starts by reading again. */
  stop(): void {
    clearTimeout(this.quiet);
    clearTimeout(this.birth);
    this.birth = undefined;
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

  /** One that is due already answers this birth as well: births without end put nothing off. */
  private born(): void {
    const { least, most } = BIRTH_DELAY_MS;
    const delayMs = least + Math.random() * (most - least);
    this.birth ??= setTimeout(() => {
      this.birth = undefined;
      for (const topic of this.published.keys()) this.published.set(topic, "");
      this.options.onDue();
    }, delayMs);
  }
}
