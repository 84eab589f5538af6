/**
 * One site on the broker, and its only way out: availability, retained state, and call events from the outbox. A site
 * has a connection of its own because a connection has one last will.
 */
import { FRESH_MS } from "../calls/call-machine.ts";
import { Backoff } from "../links/backoff.ts";
import { type Connection, keepConnected } from "../links/keep-connected.ts";
import type { Log } from "../links/log.ts";
import type { NetworkWatch } from "../links/network-watch.ts";
import type { OutboxMessage } from "../store/event-outbox.ts";
import type { Store } from "../store/store.ts";
import { isRing } from "./announcer.ts";
import { Audience, LONGEST_WAIT_MS } from "./audience.ts";
import { BrokerSession, type BrokerSource, type SessionOptions } from "./broker-session.ts";
import { type Command, commandOf, type IncomingMessage } from "./commands.ts";
import type { NameLanguage } from "./entity-names.ts";
import type { MqttLines } from "./line-commands.ts";
import { lineState } from "./line-state.ts";
import { type MqttProblem, NoBroker, problemOf } from "./mqtt-error.ts";
import { OwnEcho } from "./own-echo.ts";
import type { RingCheck } from "./ring-checks.ts";
import { SiteDiscovery } from "./site-discovery.ts";
import { retainedState } from "./site-state.ts";
import {
  availabilityTopic,
  commandFilter,
  lineCommandFilter,
  lineCommandOf,
  retainedFilters,
  sitePrefix,
} from "./topics.ts";

export interface SitePublisherOptions {
  broker: BrokerSource;
  /** `id` may be of a site that is gone: see `clear`. */
  site: { id: string; domain: string };
  store: Store;
  network: NetworkWatch;
  log: Log;
  /** Ids of the accounts with at least one live contact. */
  registered: () => string[];
  lines: MqttLines;
  language: () => NameLanguage;
  /** By the account's id. */
  ringChecks: (siteId: string) => ReadonlyMap<string, RingCheck>;
  onLink: () => void;
  onCommand: (command: Command) => void;
  nowMs: () => number;
}

type Link = { link: "up" | "connecting" | "down" | "not-configured"; code: MqttProblem | null };

/** The broker is in the house: within ten seconds of its return it must know again that we are there. */
const LONGEST_PAUSE_MS = 5_000;
/** Messages on their way at once; the rest waits for their PUBACKs. */
const IN_FLIGHT = 50;

export class SitePublisher {
  private readonly options: SitePublisherOptions;
  private readonly connection: Connection;
  private readonly discovery: SiteDiscovery;
  private session: BrokerSession | null = null;
  private readonly audience: Audience;
  private readonly echo: OwnEcho;
  private current: Link = { link: "connecting", code: null };
  /** A session was up and ended. */
  private lost = false;
  /** Nothing that is heard counts any more, but our own events. */
  private leaving = false;
  /** Set while everything of the site is being taken off the broker; called when nothing is left. */
  private cleared: (() => void) | null = null;
  /** Nothing of a site that is gone is left but its availability. */
  private isLast = false;
  /** Retained topics as the broker has them, by our knowledge. */
  private published = new Map<string, string>();
  /** What the directory's and the calls' topics say, as it was worked out last. */
  private site = new Map<string, string>();
  /** That may be different now. */
  private siteDue = true;
  private working: Promise<void> | null = null;
  private again = false;

  constructor(options: SitePublisherOptions) {
    this.options = options;
    const { site, store, language } = options;
    this.discovery = new SiteDiscovery({ site, store, language, onDue: () => this.refresh() });
    this.audience = new Audience(() => this.refresh());
    this.echo = new OwnEcho(options.store.outbox, options.site.domain);
    this.connection = keepConnected({
      connect: (up, signal) => this.connect(up, signal),
      onDown: (error) => this.down(error),
      network: options.network,
      backoff: new Backoff(Math.random, LONGEST_PAUSE_MS),
    });
  }

  get domain(): string {
    return this.options.site.domain;
  }

  state(): Link {
    return this.current;
  }

  /** Something changed: publishes what is new. */
  refresh(): void {
    this.siteDue = true;
    this.refreshLines();
  }

  /** Something changed on the lines alone, as it does at every word of a running call: a large site is not gone through for that. */
  refreshLines(): void {
    const { session } = this;
    if (!session) return;
    if (this.working) {
      this.again = true;
      return;
    }
    this.working = this.publishAll(session).finally(() => {
      this.working = null;
      if (this.again) this.refreshLines();
      else this.endCleared(session);
    });
  }

  async stop(): Promise<void> {
    const { session } = this;
    this.leaving = true;
    this.session = null;
    await this.working;
    if (this.cleared) session?.end();
    else await session?.leave(this.availabilityTopic);
    await this.connection.stop();
    this.cleared?.();
  }

  /** The site is gone: takes everything of it off the broker, now or once there is one. Resolves when nothing is left. */
  async clear(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.cleared = resolve;
    this.refresh();
    await promise;
  }

  /** The rest is said in a connection of its own. */
  private endCleared(session: BrokerSession): void {
    const nothingLeft = this.discovery.empty && this.published.size === 0;
    if (!this.cleared || !nothingLeft || this.session !== session) return;
    this.leaving = true;
    this.isLast = true;
    this.session = null;
    session.end();
  }

  private get availabilityTopic(): string {
    return availabilityTopic(this.domain);
  }

  private async connect(up: () => void, signal: AbortSignal): Promise<void> {
    const broker = await this.options.broker();
    if (!broker) throw new NoBroker("there is no broker");
    const { availabilityTopic } = this;
    const connection = { broker, clientId: `neolia-${this.domain}`, availabilityTopic, signal };
    if (!this.isLast) await this.stay(connection, up);
    await BrokerSession.forget(connection);
    this.discovery.forget();
    void this.stop();
  }

  /** One session. Throws when it is over, unless it ended because nothing of the site is left. */
  private async stay(connection: Omit<SessionOptions, "onMessage">, up: () => void): Promise<void> {
    const { domain } = this;
    const session = await BrokerSession.open({
      ...connection,
      // What was kept for us comes as soon as we are connected.
      onMessage: (topic, payload, retained) => this.hear({ topic, payload, retained }),
    });
    try {
      this.session = session;
      this.published = new Map();
      if (this.lost) this.audience.waitFor(this.patienceMs());
      await session.subscribe(
        [
          ...retainedFilters(domain),
          ...this.discovery.filters,
          ...this.echo.filters,
          commandFilter(domain),
          lineCommandFilter(domain),
        ],
        this.audience.filters,
      );
      this.discovery.subscribed();
      await this.echo.catchUp(session);
      up();
      this.set({ link: "up", code: null });
      this.refresh();
      await session.over;
    } catch (error) {
      if (!this.isLast) throw error;
    } finally {
      this.lost = true;
      this.discovery.stop();
      this.audience.stop();
      this.echo.stop();
      session.drop();
      if (this.session === session) this.session = null;
    }
  }

  /** Only what is said now is a command: one that the broker kept is an old wish. */
  private lineCommand({ topic, payload }: IncomingMessage): void {
    const { site, lines, log } = this.options;
    const command = lineCommandOf(site.domain, topic);
    // Empty: what a retained command was cleared with.
    if (!command || payload === "" || !this.echo.caughtUp) return;
    try {
      if (lines.command(site.id, command.name, command.what, payload)) return;
      log.warn({ what: command.what }, "a command on the broker was not understood");
    } catch (error) {
      log.warn({ what: command.what, error: String(error) }, "a command on the broker failed");
    }
  }

  private hear(message: IncomingMessage): void {
    const { topic, payload, retained } = message;
    const { site, log, onCommand, nowMs } = this.options;
    if (this.echo.hear(topic, payload) || this.leaving) return;
    this.audience.hear(topic, payload, retained);
    if (this.discovery.hear(topic, payload, retained)) return;
    // Whatever was kept for us, on the topic or in the session, is an old wish.
    const command = commandOf(site.domain, { topic, payload, retained: retained || !this.echo.caughtUp }, nowMs());
    if (typeof command === "string") log.warn({ reason: command, topic }, "a command from the broker was ignored");
    else if (command) onCommand(command);
    else if (!retained) this.lineCommand(message);
    else if (topic.startsWith(sitePrefix(site.domain))) this.found(topic);
  }

  /** How long events may wait for Home Assistant: never so long that a ring goes stale. */
  private patienceMs(): number {
    const { store, site, nowMs } = this.options;
    const prefix = sitePrefix(site.domain);
    const ring = store.outbox.next(IN_FLIGHT).find(({ topic, payload }) => topic.startsWith(prefix) && isRing(payload));
    const freshForMs = ring ? FRESH_MS - (nowMs() - ring.createdAtMs) : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(LONGEST_WAIT_MS, freshForMs - 1_000));
  }

  /** A retained topic on the broker. One that we know nothing of is left over: a flat or account that is gone. */
  private found(topic: string): void {
    if (this.published.has(topic)) return;
    this.published.set(topic, "?");
    this.refresh();
  }

  private siteState(): Map<string, string> {
    const { store, site, registered, ringChecks } = this.options;
    return retainedState(store, site.id, new Set(registered()), ringChecks(site.id));
  }

  private wanted(): Map<string, string> {
    const { site, lines } = this.options;
    return new Map([...this.site, ...lineState(site.domain, lines.facts(site.id))]);
  }

  private async publishAll(session: BrokerSession): Promise<void> {
    try {
      do {
        this.again = false;
        const siteDue = this.siteDue;
        this.siteDue = false;
        if (siteDue) this.site = this.siteState();
        // Sent first, so that an entity is gone before its state is; a ring does not wait until all of it is confirmed.
        await Promise.all([
          siteDue && this.discovery.publish(session),
          this.publishState(session).then(() => this.publishEvents(session)),
        ]);
      } while (this.again && this.session === session);
    } catch (error) {
      // The session is over, and the next one starts with everything that is left; or the store refuses.
      this.siteDue = true;
      if (this.session === session) {
        this.options.log.warn({ error: String(error) }, "publishing to the broker stopped");
        session.drop();
      }
    }
  }

  private async publishState(session: BrokerSession): Promise<void> {
    const wanted = this.wanted();
    const gone = [...this.published.keys()].filter((topic) => !wanted.has(topic));
    const changed = [...wanted].filter(([topic, payload]) => this.published.get(topic) !== payload);
    this.published = wanted;
    await Promise.all([
      ...changed.map(([topic, payload]) => session.publish(topic, payload, true)),
      // An empty retained message takes the topic off the broker (MQTT 3.1.1 section 3.3.1.3).
      ...gone.map((topic) => session.publish(topic, "", true)),
    ]);
  }

  private async publishEvents(session: BrokerSession): Promise<void> {
    if (this.audience.waiting || !this.echo.caughtUp) return;
    const { store } = this.options;
    const prefix = sitePrefix(this.options.site.domain);
    let after = 0;
    for (;;) {
      const messages = store.outbox.next(IN_FLIGHT, after);
      const last = messages.at(-1);
      if (!last) return;
      after = last.id;
      const ours = messages.filter(({ topic }) => topic.startsWith(prefix));
      if (ours.length === 0) continue;
      this.echo.sending(ours);
      const outcomes = await Promise.allSettled(ours.map((message) => this.publishEvent(session, message)));
      store.transaction(() => {
        for (const [index, message] of ours.entries()) {
          // Only what the broker confirmed leaves the outbox, or what we heard ourselves.
          if (outcomes[index]?.status === "fulfilled") this.echo.confirmed(message);
        }
      });
      if (outcomes.some(({ status }) => status === "rejected")) throw new Error("not everything was confirmed");
    }
  }

  private async publishEvent(session: BrokerSession, { topic, payload, createdAtMs }: OutboxMessage): Promise<void> {
    // A ring that waited too long is not told at all: the call's own end goes out as missed, or as answered and ended.
    if (isRing(payload) && this.options.nowMs() - createdAtMs > FRESH_MS) return;
    await session.publish(topic, payload, false);
  }

  private down(error: unknown): void {
    if (this.isLast) return;
    const code = problemOf(error);
    const link = code === "MQTT_NOT_CONFIGURED" ? "not-configured" : "down";
    if (link === "down" && (this.current.link !== "down" || this.current.code !== code)) {
      this.options.log.warn({ code, error: String(error) }, "the link to the broker is down");
    }
    this.set({ link, code });
  }

  private set(state: Link): void {
    const before = this.current;
    this.current = state;
    if (before.link === state.link && before.code === state.code) return;
    if (state.link === "up") this.options.log.info({}, "the link to the broker is up");
    this.options.onLink();
  }
}
