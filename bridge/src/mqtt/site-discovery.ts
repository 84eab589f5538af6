/**
 * A site's discovery on the broker: published retained, and again after each start of Home Assistant. What the broker
 * holds from before is read back first, because an entity that is gone has to be named once more to be deleted.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { EditedRow } from "../store/edited-rows.ts";
import type { Store } from "../store/store.ts";
import { VERSION } from "../version.ts";
import { AT_ONCE, type BrokerSession } from "./broker-session.ts";
import { DiscoveredSite, PIECE } from "./discovered-site.ts";
import {
  BIRTH_TOPIC,
  componentsOf,
  type DiscoveryMessages,
  discoveryChanges,
  discoveryMessages,
  discoveryTopic,
  payloadOf,
} from "./discovery.ts";
import type { DiscoverySite } from "./discovery-model.ts";
import type { NameLanguage } from "./entity-names.ts";
import { lineOfMenu, menuId } from "./menu-discovery.ts";

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
  /** As it was told last, or is being told; `isNamed`: it is known what everything is called. */
  private found: { site: DiscoveredSite; isNamed: boolean } | null = null;
  /** Ids whose devices may be others since an edit. */
  private readonly due = new Set<string>();
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
    this.ownTopics = new RegExp(`^${discoveryTopic(domain, "([^/]+)")}$`);
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

  /**
   * Publishes what of all the site has changed, in pieces; nothing while the broker is still telling what it holds. What is gone comes
   * first, so that what takes its place gets its entity ids.
   */
  async publishAll(session: BrokerSession): Promise<void> {
    if (!this.known) return;
    const { store, site, language } = this.options;
    const { published } = this;
    // The session may have ended meanwhile: the next one reads what the broker holds, and begins anew.
    const isOver = (): boolean => this.published !== published;
    const found = new DiscoveredSite(store, site.id, language());
    this.found = { site: found, isNamed: false };
    for (const _piece of found.readNames()) {
      await turn();
      if (isOver()) return;
    }
    this.found.isNamed = true;
    const gone = [...published.keys()].filter((topic) => !found.has(this.idOf(topic)));
    while (gone.length > 0) {
      // Some may be back meanwhile.
      const ids = gone.splice(0, PIECE).map((topic) => this.idOf(topic));
      await this.say(session, ids, found.of(ids));
      if (isOver()) return;
    }
    for (const pieces = found.pieces(); ; await turn()) {
      // A row that takes the place of one that is gone does not come before that.
      await this.publishEdited(session);
      if (isOver()) return;
      const { value: piece, done } = pieces.next();
      if (done) break;
      await this.say(session, idsOf(piece), piece);
    }
    this.noted ||= store.sites.get(site.id) !== null;
  }

  /** Rows of the directory were written: what concerns them is due. */
  edited(rows: readonly EditedRow[]): void {
    for (const id of this.found?.site.edited(rows) ?? []) this.due.add(id);
  }

  /** Publishes what is due of edits, what is gone first; before all of the site was told for the first time, it will be told with that. */
  async publishEdited(session: BrokerSession): Promise<void> {
    const { published } = this;
    while (this.due.size > 0 && this.published === published) {
      const { found } = this;
      if (!found?.isNamed) return this.due.clear();
      const piece = [...this.due]
        .toSorted((a, b) => Number(found.site.has(a)) - Number(found.site.has(b)))
        .slice(0, PIECE);
      for (const id of piece) this.due.delete(id);
      await this.say(session, piece, found.site.of(piece));
    }
  }

  /**
   * These devices are so now. Their messages go out in this turn of the event loop, or not at all once there is something newer, and one
   * connection keeps the order of what is sent on a topic (MQTT 3.1.1 section 4.6): what is said last of a device was found out last.
   */
  private async say(session: BrokerSession, ids: readonly string[], piece: DiscoverySite | null): Promise<void> {
    const { store, site, language } = this.options;
    const { published } = this;
    const wanted: DiscoveryMessages = new Map(piece ? discoveryMessages(piece, VERSION, language()) : []);
    const before: DiscoveryMessages = new Map();
    for (const topic of [...ids.flatMap((id) => this.topicsOf(id)), ...wanted.keys()]) {
      const payload = published.get(topic);
      if (payload !== undefined) before.set(topic, payload);
    }
    const changes = discoveryChanges(before, wanted);
    this.note(new Map([...changes, ...(this.noted ? [] : wanted)]), before);
    for (const [topic] of changes) {
      const payload = wanted.get(topic);
      if (payload === undefined) published.delete(topic);
      else published.set(topic, payload);
    }
    const isSo = ([topic]: readonly [string, string]): boolean => published.get(topic) === wanted.get(topic);
    for (let from = 0; from < changes.length; from += AT_ONCE) {
      await session.retain(changes.slice(from, from + AT_ONCE).filter(isSo));
    }
    // Of a site that is gone the notes stay until the last of it is off the broker: see `forget`.
    if (!store.sites.get(site.id)) return;
    const less = changes.filter(([topic, payload]) => payload !== wanted.get(topic)).filter(isSo);
    this.note(new Map(less.map(([topic]) => [topic, wanted.get(topic) ?? ""])));
  }

  /** Nothing of a site that is gone is on the broker any more. */
  forget(): void {
    const { store, site } = this.options;
    for (const { topic } of store.discovered.list(site.domain)) store.discovered.remove(topic);
  }

  /** Noted before it is said, with what was there before: whatever may have been said can be taken back one day. */
  private note(changes: DiscoveryMessages, before?: DiscoveryMessages): void {
    const { store, site } = this.options;
    if (changes.size === 0) return;
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
    this.found = null;
    this.due.clear();
    this.published = new Map();
  }

  /** What is told of a device: of a line two. */
  private topicsOf(id: string): string[] {
    const { domain } = this.options.site;
    return [discoveryTopic(domain, id), discoveryTopic(domain, menuId(id))];
  }

  /** Whose topic this is. */
  private idOf(topic: string): string {
    const id = this.ownTopics.exec(topic)?.[1] ?? "";
    return lineOfMenu(id) ?? id;
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

const idsOf = ({ doors, units, lines, devices }: DiscoverySite): string[] =>
  [...doors, ...units, ...lines, ...devices].map(({ id }) => id);
