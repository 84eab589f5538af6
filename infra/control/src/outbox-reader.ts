/** Reads Kamailio's event outbox: read-only, by id, and tells its subscribers when there is more. */
import { statSync } from "node:fs";
import Database from "better-sqlite3";
import type { CallEvent } from "./wire.ts";

/** How often a new row is looked for, ms. One indexed read of some microseconds. */
const POLL_MS = 50;

const EVENT_COLUMNS = `id, at_ms AS atMs, call_id AS callId, kind, caller, caller_number AS callerNumber, callee, unit,
  account, ended_by AS endedBy, code`;

interface Statements {
  page: Database.Statement<[string, number, number], CallEvent>;
  newest: Database.Statement<[], number>;
  oldest: Database.Statement<[string], number | null>;
  olderThan: Database.Statement<[number], number | null>;
}

export class OutboxReader {
  private readonly path: string;
  private readonly listeners = new Set<() => void>();
  private db: Database.Database | null = null;
  private statements: Statements | null = null;
  private inode = 0n;
  private lastSeen = -1;
  private readonly timer: NodeJS.Timeout;

  constructor(path: string) {
    this.path = path;
    this.open();
    this.timer = setInterval(() => this.poll(), POLL_MS);
    this.timer.unref();
  }

  /** Calls `listener` soon after new rows were committed, for any site. Returns the unsubscribe. */
  onMore(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Up to `limit` events of the domain with an id above `after`, in order; empty while the file cannot be read. */
  page(domain: string, after: number, limit: number): CallEvent[] {
    return this.attempt((statements) => statements.page.all(domain, after, limit)) ?? [];
  }

  /** The last id that was ever given out, also when its row was trimmed since; 0 before the first event. */
  newestId(): number {
    return this.attempt((statements) => statements.newest.get() ?? 0) ?? 0;
  }

  /** The smallest id of the domain that can still be read; 0 when there is none. */
  oldestId(domain: string): number {
    return this.attempt((statements) => statements.oldest.get(domain) ?? 0) ?? 0;
  }

  /** The largest id among the rows older than `atMs`, of all sites; 0 when there is none. */
  newestIdBefore(atMs: number): number {
    return this.attempt((statements) => statements.olderThan.get(atMs) ?? 0) ?? 0;
  }

  /** True when the file can be read. Opens it anew when it was missing or replaced. */
  check(): boolean {
    if (this.db !== null && this.inode !== inodeOf(this.path)) this.close();
    if (this.db === null) this.open();
    return this.attempt((statements) => statements.newest.get() ?? 0) !== null;
  }

  stop(): void {
    clearInterval(this.timer);
    this.listeners.clear();
    this.close();
  }

  private poll(): void {
    const newest = this.newestId();
    if (newest === this.lastSeen) return;
    this.lastSeen = newest;
    for (const listener of this.listeners) listener();
  }

  /** null when SQLite cannot read right now (file missing, being replaced, locked at start): the next poll tries again. */
  private attempt<T>(read: (statements: Statements) => T): T | null {
    if (this.statements === null) return null;
    try {
      return read(this.statements);
    } catch (error) {
      if (error instanceof Database.SqliteError) return null;
      throw error;
    }
  }

  private open(): void {
    try {
      const db = new Database(this.path, { readonly: true, fileMustExist: true, timeout: 1_000 });
      this.db = db;
      db.pragma("query_only = ON");
      this.statements = {
        page: db.prepare(`SELECT ${EVENT_COLUMNS} FROM call_event WHERE domain = ? AND id > ? ORDER BY id LIMIT ?`),
        newest: db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'call_event'").pluck(),
        oldest: db.prepare<[string], number | null>("SELECT min(id) FROM call_event WHERE domain = ?").pluck(),
        olderThan: db
          .prepare<[number], number | null>("SELECT id FROM call_event WHERE at_ms < ? ORDER BY id DESC LIMIT 1")
          .pluck(),
      };
      this.inode = inodeOf(this.path);
    } catch (error) {
      if (!(error instanceof Database.SqliteError) && !(error instanceof TypeError)) throw error;
      this.close();
    }
  }

  private close(): void {
    this.statements = null;
    this.db?.close();
    this.db = null;
  }
}

function inodeOf(path: string): bigint {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? 0n;
}
