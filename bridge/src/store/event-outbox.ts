/** MQTT events waiting for the broker's confirmation. Written in the transaction that made the event true. */
import type { Database } from "better-sqlite3";

export interface OutboxMessage {
  id: number;
  topic: string;
  payload: string;
  createdAtMs: number;
}

export interface EventOutbox {
  /** Returns the message's id; ids grow. */
  add(topic: string, payload: string, createdAtMs: number): number;
  /** Oldest first, only ids above `afterId`. */
  next(limit: number, afterId?: number): OutboxMessage[];
  /** After the broker's PUBACK. */
  remove(id: number): void;
  count(): number;
  /** What waits about an order goes out without what was noted with it. */
  dropNotes(orderId: string): void;
  /** Drops what is older than `olderThanMs` (a time) and all but the newest `keep`; returns how many went. */
  trim(olderThanMs: number, keep: number): number;
}

export function eventOutbox(db: Database): EventOutbox {
  const add = db.prepare<[string, string, number]>(
    "INSERT INTO event_outbox (topic, payload, created_at_ms) VALUES (?, ?, ?)",
  );
  const next = db.prepare<[number, number], OutboxMessage>(
    "SELECT id, topic, payload, created_at_ms AS createdAtMs FROM event_outbox WHERE id > ? ORDER BY id LIMIT ?",
  );
  const remove = db.prepare<[number]>("DELETE FROM event_outbox WHERE id = ?");
  const count = db.prepare<[], { n: number }>("SELECT count(*) AS n FROM event_outbox");
  const about = db.prepare<[string], Pick<OutboxMessage, "id" | "payload">>(
    "SELECT id, payload FROM event_outbox WHERE instr(payload, ?) > 0",
  );
  const rewrite = db.prepare<[string, number]>("UPDATE event_outbox SET payload = ? WHERE id = ?");
  const trim = db.prepare<[number, number]>(`
    DELETE FROM event_outbox WHERE created_at_ms < ?
      OR id <= (SELECT id FROM event_outbox ORDER BY id DESC LIMIT 1 OFFSET ?)`);
  return {
    add: (topic, payload, createdAtMs) => Number(add.run(topic, payload, createdAtMs).lastInsertRowid),
    next: (limit, afterId = 0) => next.all(afterId, limit),
    remove: (id) => void remove.run(id),
    count: () => count.get()?.n ?? 0,
    dropNotes: (orderId) => {
      for (const { id, payload } of about.all(`"order_id":${JSON.stringify(orderId)}`)) {
        const withoutNotes = (key: string, value: unknown): unknown => (key === "note" ? "" : value);
        rewrite.run(JSON.stringify(JSON.parse(payload, withoutNotes)), id);
      }
    },
    trim: (olderThanMs, keep) => trim.run(olderThanMs, keep).changes,
  };
}
