/**
 * One site on the broker, and its only way out: availability, retained state, and call events from the outbox. A site
 * has a connection of its own because a connection has one last will.
 */
import { setTimeout as delay } from "node:timers/promises";
import { FRESH_MS } from "../calls/call-machine.ts";
import { Backoff } from "../links/backoff.ts";
import { type Connection, keepConnected } from "../links/keep-connected.ts";
import type { Log } from "../links/log.ts";
import type { NetworkWatch } from "../links/network-watch.ts";
import type { EditedRow } from "../store/edited-rows.ts";
import type { OutboxMessage } from "../store/event-outbox.ts";
import type { Store } from "../store/store.ts";
import { isRing } from "./announcer.ts";
import { Audience, LONGEST_WAIT_MS } from "./audience.ts";
import { BrokerSession, type BrokerSource, type SessionOptions } from "./broker-session.ts";
import { type Command, commandOf, type IncomingMessage } from "./commands.ts";
import type { NameLanguage } from "./entity-names.ts";
import type { MqttLines } from "./line-commands.ts";
import { type MqttProblem, NoBroker, problemOf } from "./mqtt-error.ts";
import { OwnEcho } from "./own-echo.ts";
import { Rounds } from "./rounds.ts";
import { SiteDiscovery } from "./site-discovery.ts";
import { SiteDue } from "./site-due.ts";
import type { DeviceHealthOf } from "./site-state.ts";
import { SiteTopics } from "./site-topics.ts";
import {
  availabilityTopic,
  commandFilter,
  isOrderTopic,
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
  deviceHealth: DeviceHealthOf;
  onLink: () => void;
  onCommand: (command: Command) => void;
  nowMs: () => number;
}

type Link = { link: "up" | "connecting" | "down" | "not-configured"; code: MqttProblem | null };

/** The broker is in the house: within ten seconds of its return it must know again that we are there. */
const LONGEST_PAUSE_MS = 5_000;
/** Home Assistant takes a moment to let go of an entity, and until then an empty state is a wrong one to it. */
const LET_GO_MS = 1_000;
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
  /** Retained; anew in each session. */
  private topics = new SiteTopics();
  /** What of them may be different now. */
  private readonly due: SiteDue;
  /** What Home Assistant is told of devices and entities may be different now. */
  private discoveryDue = true;
  /** What hangs on edited rows. */
  private readonly edits = new Rounds(() => this.publish((session) => this.publishEdits(session)));
  private readonly emptied = new Rounds(() => this.publishEmptied());
  /** What changed row by row, and events. */
  private readonly rows = new Rounds(() => this.publish((session) => this.publishRows(session)));
  /** What is gone through as a whole, beside the rows: no ring waits for that. */
  private readonly whole = new Rounds(() => this.publish((session) => this.publishWhole(session)));

  constructor(options: SitePublisherOptions) {
    this.options = options;
    const { site, store, language } = options;
    this.due = new SiteDue(options);
    this.discovery = new SiteDiscovery({ site, store, language, onDue: () => this.refreshDiscovery() });
    this.audience = new Audience(() => this.rows.ask());
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

  /** Something of the site changed: publishes what is new. */
  refresh(): void {
    this.due.all();
    this.refreshDiscovery();
    this.rows.ask();
  }

  /** Some rows of the site were written; nothing else is gone through for that. */
  refreshRows(rows: readonly EditedRow[]): void {
    // All of it is told once there is a session.
    if (!this.session) return;
    this.discovery.edited(rows);
    this.due.rows(rows);
    this.edits.ask();
    this.rows.ask();
  }

  /** Home Assistant has a switch for each dish. */
  refreshMenu(lineId: string): void {
    const line = this.options.store.lines.get(lineId);
    if (line) this.refreshRows([{ noun: "line", name: "", ...line }]);
  }

  /** Something changed that may concern every device. */
  refreshAccounts(): void {
    this.due.allAccounts();
    this.rows.ask();
    this.whole.ask();
  }

  refreshRegistrations(): void {
    const isSome = this.due.registrations();
    (isSome ? this.rows : this.whole).ask();
  }

  refreshCall(callId: string): void {
    this.due.call(callId);
    this.rows.ask();
  }

  /** Something changed on this line alone, as it does at every word of a running call: nothing else is gone through for that. */
  refreshLine(lineId: string): void {
    this.due.line(lineId);
    this.rows.ask();
  }

  private refreshDiscovery(): void {
    this.discoveryDue = true;
    this.whole.ask();
  }

  async stop(): Promise<void> {
    const { session } = this;
    this.leaving = true;
    this.session = null;
    await Promise.all([this.edits.idle(), this.rows.idle(), this.whole.idle()]);
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
    const nothingLeft = this.discovery.empty && this.topics.empty;
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
      this.topics = new SiteTopics();
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
      // What rings goes out before its event does, and before all of the site.
      const { store, site } = this.options;
      for (const { callId } of store.calls.activeCalls({ siteId: site.id })) this.refreshCall(callId);
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
    if (!this.topics.found(topic)) return;
    this.due.all();
    this.whole.ask();
  }

  /** One round in the session that there is. */
  private async publish(work: (session: BrokerSession) => Promise<void>): Promise<void> {
    const { session } = this;
    if (!session) return;
    try {
      await work(session);
    } catch (error) {
      // The session is over, and the next one starts with everything that is left; or the store refuses.
      if (this.session === session) {
        this.options.log.warn({ error: String(error) }, "publishing to the broker stopped");
        session.drop();
      }
    }
    this.endCleared(session);
  }

  /** The state first, then its events. */
  private async publishRows(session: BrokerSession): Promise<void> {
    await this.topics.say(session, this.due.takeRows());
    await this.publishEvents(session);
  }

  private async publishEdits(session: BrokerSession): Promise<void> {
    await this.discovery.publishEdited(session);
    await this.topics.say(session, this.due.editedRows());
    this.emptied.ask();
  }

  /** What edits took away, once its entities are gone. */
  private async publishEmptied(): Promise<void> {
    await delay(LET_GO_MS, undefined, { ref: false });
    await this.publish((session) => this.topics.say(session, this.due.takeEdited()));
    this.whole.ask();
  }

  private async publishWhole(session: BrokerSession): Promise<void> {
    const { discoveryDue } = this;
    this.discoveryDue = false;
    const site = this.due.takeWhole();
    const told = discoveryDue ? this.discovery.publishAll(session) : null;
    await Promise.all([
      told,
      site && this.topics.sayAll(session, { ...site, told, isOver: () => this.session !== session }),
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
      const ours = messages.filter(({ topic }) => topic.startsWith(prefix) && !this.waits(topic));
      if (ours.length === 0) continue;
      // What changed with them is said before them.
      await this.topics.say(session, this.due.takeRows());
      const outcomes = await Promise.allSettled(this.publishInTurn(session, ours));
      store.transaction(() => {
        for (const [index, message] of ours.entries()) {
          // Only what the broker confirmed leaves the outbox, or what we heard ourselves.
          if (outcomes[index]?.status === "fulfilled") this.echo.confirmed(message);
        }
      });
      if (outcomes.some(({ status }) => status === "rejected")) throw new Error("not everything was confirmed");
    }
  }

  /** Orders wait for a Home Assistant that restarts. */
  private waits(topic: string): boolean {
    return this.audience.away && isOrderTopic(topic);
  }

  /**
   * One after the other on each topic: if the broker dies with all it knows, at most the newest event that a listener has of a topic
   * is in doubt, and a listener that remembers that one takes none twice.
   */
  private publishInTurn(session: BrokerSession, messages: readonly OutboxMessage[]): Promise<void>[] {
    const newest = new Map<string, Promise<void>>();
    return messages.map((message) => {
      const before = newest.get(message.topic) ?? Promise.resolve();
      const sent = before.then(() => {
        this.echo.sending(message);
        return this.publishEvent(session, message);
      });
      newest.set(message.topic, sent);
      return sent;
    });
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
