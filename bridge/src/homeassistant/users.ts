/**
 * Who Home Assistant's users are. The ingress headers name a user but say nothing of rights, so the list of users is
 * kept here: read when the link comes up, on every change that Core tells of, and each minute.
 *
 * It fails closed: without a list, or with one that is too old, nobody is an administrator. Who is not in the list, or
 * was deactivated, is nobody at all.
 */
import type { Log } from "../links/log.ts";
import type { CoreConnection, CoreLink } from "./core.ts";

export interface HomeUser {
  id: string;
  name: string;
  administrator: boolean;
}

export interface UsersOptions {
  core: Pick<CoreLink, "onUp" | "connection">;
  log: Log;
  /** Monotonic, ms. */
  nowMs?: () => number;
  refreshEveryMs?: number;
}

const REFRESH_EVERY_MS = 60_000;
/** Two readings may fail before the list counts for nothing. */
const STALE_AFTER_READINGS = 2.5;
const USER_EVENTS = ["user_added", "user_updated", "user_removed"] as const;

export class HomeUsers {
  private readonly options: UsersOptions;
  private readonly nowMs: () => number;
  private readonly refreshEveryMs: number;
  private readonly listeners = new Set<() => void>();
  private readonly offUp: () => void;
  private readonly timer: NodeJS.Timeout;
  private users: ReadonlyMap<string, HomeUser> | null = null;
  private readAtMs = 0;

  constructor(options: UsersOptions) {
    this.options = options;
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.refreshEveryMs = options.refreshEveryMs ?? REFRESH_EVERY_MS;
    this.offUp = options.core.onUp((connection) => this.connected(connection));
    this.timer = setInterval(() => void this.refresh(), this.refreshEveryMs);
    this.timer.unref();
  }

  /**
   * False while there has never been a list: nobody is let in on an id alone then, and nobody is turned away for good.
   */
  get ready(): boolean {
    return this.users !== null;
  }

  /** The user of an id from the ingress headers; null for an id that Home Assistant does not know or has deactivated. */
  find(id: string): HomeUser | null {
    const user = this.users?.get(id);
    if (!user) return null;
    return { ...user, administrator: user.administrator && this.isFresh() };
  }

  /** Everybody, for linking people to flats; null while the list is unknown or too old. */
  list(): HomeUser[] | null {
    return this.users && this.isFresh() ? [...this.users.values()] : null;
  }

  /** Calls `listener` when somebody's rights may have changed. Returns the unsubscribe. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    clearInterval(this.timer);
    this.offUp();
    this.listeners.clear();
  }

  private isFresh(): boolean {
    return this.nowMs() - this.readAtMs <= this.refreshEveryMs * STALE_AFTER_READINGS;
  }

  private async connected(connection: CoreConnection): Promise<void> {
    // Subscribed first, read then: a change in between is not missed.
    for (const event of USER_EVENTS) await connection.subscribeEvents(event, () => void this.refresh());
    await this.read(connection);
  }

  /** Reads the list again; what fails is told and tried again in a minute. */
  private async refresh(): Promise<void> {
    try {
      const { connection } = this.options.core;
      if (connection) await this.read(connection);
    } catch (error) {
      this.options.log.warn({ error: String(error) }, "the list of users could not be read");
    }
    // Also after a failure: the list may have become too old.
    this.announce();
  }

  private async read(connection: CoreConnection): Promise<void> {
    // Taken before asking: what changes meanwhile comes with its own event.
    const askedAtMs = this.nowMs();
    const users = parseUsers(await connection.command("config/auth/list"));
    if (askedAtMs < this.readAtMs) return;
    this.users = users;
    this.readAtMs = askedAtMs;
    this.announce();
  }

  private announce(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

/** Core's list of users by id, without those that may not log in. Throws when it is not a list of users. */
function parseUsers(list: unknown): Map<string, HomeUser> {
  if (!Array.isArray(list)) throw new Error("Core's answer is not a list of users");
  const users = new Map<string, HomeUser>();
  for (const entry of list as Record<string, unknown>[]) {
    const { id, name, is_active: active, is_owner: owner, group_ids: groups, system_generated: system } = entry;
    if (typeof id !== "string" || active !== true || system === true) continue;
    const administrator = owner === true || (Array.isArray(groups) && groups.includes("system-admin"));
    users.set(id, { id, name: typeof name === "string" ? name : "", administrator });
  }
  return users;
}
