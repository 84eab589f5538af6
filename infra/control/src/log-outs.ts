/**
 * Makes log-outs happen: for each account in `logout`, Kamailio forgets its contacts and ends its ringing and running
 * calls. What Kamailio cannot do now is done when it is back.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import type { Kamailio } from "./kamailio.ts";
import type { LogOut, LogOutStore } from "./logout-store.ts";

/** Between retries while Kamailio is away, and between looks for what another process asked for. */
const EVERY_MS = 250;
/**
 * A REGISTER or INVITE that was let in just before the commit may still be on its way through Kamailio during the
 * first sweep, so a second one follows.
 */
const SECOND_SWEEP_MS = 150;
/** Nothing that was let in longer ago is still on its way. */
const IN_FLIGHT_MS = 1_000;
/** How long a `PUT` waits for its log-outs before it answers that they follow later. */
const FINISH_MS = 2_000;

export interface LogOutsOptions {
  store: LogOutStore;
  kamailio: Pick<Kamailio, "logOut">;
  log: FastifyBaseLogger;
}

export class LogOuts {
  private readonly store: LogOutStore;
  private readonly kamailio: Pick<Kamailio, "logOut">;
  private readonly log: FastifyBaseLogger;
  /** Whom `finish` waits for, as `domain username`: their directory was stored just now. */
  private readonly awaited = new Set<string>();
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private saidAway = false;

  constructor({ store, kamailio, log }: LogOutsOptions) {
    this.store = store;
    this.kamailio = kamailio;
    this.log = log;
  }

  start(): void {
    this.timer = setInterval(() => void this.drain(), EVERY_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  /** Waits until these accounts are logged out, at most two seconds; says who is and who has to wait. */
  async finish(domain: string, usernames: string[]): Promise<{ done: string[]; later: string[] }> {
    if (usernames.length === 0) return { done: [], later: [] };
    const timeout = new AbortController();
    for (const username of usernames) this.awaited.add(`${domain} ${username}`);
    // The first drain may be one that began before these were asked for.
    const drained = this.drain().then(() => this.drain());
    await Promise.race([drained, delay(FINISH_MS, undefined, { signal: timeout.signal }).catch(() => undefined)]);
    timeout.abort();
    for (const username of usernames) this.awaited.delete(`${domain} ${username}`);
    const later = usernames.filter((username) => this.store.isPending(domain, username));
    const waiting = new Set(later);
    return { done: usernames.filter((username) => !waiting.has(username)), later };
  }

  /** One pass over what is pending; a second caller joins the pass that runs. Never rejects. */
  private drain(): Promise<void> {
    if (this.stopped) return this.running ?? Promise.resolve();
    this.running ??= this.pass().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async pass(): Promise<void> {
    try {
      const pending = this.store.pending();
      if (pending.length === 0) return;
      await this.sweep(pending);
      this.store.markDone(pending);
      this.log.info({ accounts: pending.length }, "accounts logged out");
      this.saidAway = false;
    } catch (error) {
      if (!this.saidAway) this.log.warn({ err: error }, "log-outs wait until Kamailio is back");
      this.saidAway = true;
    }
  }

  private async sweep(pending: readonly LogOut[]): Promise<void> {
    await this.kamailio.logOut(pending);
    const since = Date.now() - IN_FLIGHT_MS;
    if (!pending.some(({ requestedAtMs }) => requestedAtMs >= since)) return;
    await delay(SECOND_SWEEP_MS);
    await this.kamailio.logOut(this.store.pending().filter((logOut) => this.mayBeInFlight(logOut, since)));
  }

  /** Whoever may log in by now, and is not told yet that the change is through, has come back meanwhile: it stays. */
  private mayBeInFlight({ domain, username, requestedAtMs, mayLogIn }: LogOut, since: number): boolean {
    return requestedAtMs >= since && (mayLogIn === 0 || this.awaited.has(`${domain} ${username}`));
  }
}
