/** Kamailio's event outbox by id, and a notice to subscribers when there is more. */
import { KamailioFile } from "./kamailio-file.ts";
import type { CallEvent } from "./wire.ts";

/** How often a new row is looked for, ms. One indexed read of some microseconds. */
const POLL_MS = 50;

const PAGE = `SELECT id, at_ms AS atMs, call_id AS callId, kind, caller, caller_number AS callerNumber, callee, unit,
  account, ended_by AS endedBy, code FROM call_event WHERE domain = ? AND id > ? ORDER BY id LIMIT ?`;

/** Who made or answered a call that is not over, as "user@domain". */
const LIVE_ACCOUNTS = `SELECT DISTINCT CASE kind WHEN 'invited' THEN caller ELSE account END || '@' || domain AS name
  FROM call_event AS live WHERE kind IN ('invited', 'answered') AND NOT EXISTS
    (SELECT 1 FROM call_event WHERE call_id = live.call_id AND kind IN ('ended', 'failed'))`;

export class OutboxReader {
  private readonly file: KamailioFile;
  private readonly listeners = new Set<() => void>();
  private readonly timer: NodeJS.Timeout;
  private lastSeen = -1;

  constructor(path: string) {
    this.file = new KamailioFile(path);
    this.timer = setInterval(() => this.poll(), POLL_MS);
  }

  /** Calls `listener` soon after new rows were committed, for any site. Returns the unsubscribe. */
  onMore(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Up to `limit` events of the domain with an id above `after`, in order. Empty while the file cannot be read; then
   * every subscriber is told again that there is more.
   */
  page(domain: string, after: number, limit: number): CallEvent[] {
    const events = this.file.all<CallEvent>(PAGE, domain, after, limit);
    if (events === null) this.lastSeen = -1;
    return events ?? [];
  }

  /** The last id that was ever given out (its row is never trimmed); 0 before the first event. */
  newestId(): number {
    return this.id("SELECT max(id) AS id FROM call_event");
  }

  /** The smallest id of the domain that can still be read; 0 when there is none. */
  oldestId(domain: string): number {
    return this.id("SELECT min(id) AS id FROM call_event WHERE domain = ?", domain);
  }

  /** The callers' numbers in a site's events, each as it was written; null when the file cannot be read. */
  callerNumbers(domain: string): string[] | null {
    const sql = "SELECT DISTINCT caller_number AS number FROM call_event WHERE domain = ? AND caller_number <> ''";
    return this.file.all<{ number: string }>(sql, domain)?.map(({ number }) => number) ?? null;
  }

  /** The largest id among the rows written before `atMs`, of all sites; 0 when there is none. */
  newestIdBefore(atMs: number): number {
    return this.id("SELECT max(id) AS id FROM call_event WHERE at_ms < ?", atMs);
  }

  /** "user@domain" of everybody in a call that is not over; null when the file cannot be read. */
  liveAccounts(): Set<string> | null {
    const rows = this.file.all<{ name: string }>(LIVE_ACCOUNTS);
    return rows === null ? null : new Set(rows.map(({ name }) => name));
  }

  /** True when the file can be read. */
  check(): boolean {
    return this.file.all("SELECT 1 FROM call_event LIMIT 1") !== null;
  }

  stop(): void {
    clearInterval(this.timer);
    this.listeners.clear();
    this.file.close();
  }

  private id(sql: string, ...values: (string | number)[]): number {
    return this.file.all<{ id: number | null }>(sql, ...values)?.[0]?.id ?? 0;
  }

  private poll(): void {
    const newest = this.newestId();
    if (newest === this.lastSeen) return;
    this.lastSeen = newest;
    for (const listener of this.listeners) listener();
  }
}
