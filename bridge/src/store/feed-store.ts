/** How far the event feed of each site has been taken in. */
import type { Database } from "better-sqlite3";

export interface FeedStore {
  /** Id of the last event taken; 0 when none was. Ask the feed for what comes after it. */
  cursor(siteId: string): number;
  /**
   * Moves the cursor to this event. False when it was taken before: then do nothing. Call it inside the transaction
   * that stores the event's effects, so that both or neither are there after a crash. The VPS numbers its events in
   * the order in which it commits them, so the cursor alone tells a new event from a known one.
   */
  take(siteId: string, eventId: number): boolean;
  /** The VPS was rebuilt and counts anew (its newest id is below our cursor): start from `lastId`. */
  reset(siteId: string, lastId: number): void;
}

export function feedStore(db: Database): FeedStore {
  const get = db.prepare<[string], { lastId: number }>("SELECT last_id AS lastId FROM feed_cursor WHERE site_id = ?");
  const advance = db.prepare<[string, number]>(`
    INSERT INTO feed_cursor (site_id, last_id) VALUES (?, ?)
    ON CONFLICT (site_id) DO UPDATE SET last_id = excluded.last_id WHERE excluded.last_id > last_id`);
  const set = db.prepare<[string, number]>(`
    INSERT INTO feed_cursor (site_id, last_id) VALUES (?, ?)
    ON CONFLICT (site_id) DO UPDATE SET last_id = excluded.last_id`);
  return {
    cursor: (siteId) => get.get(siteId)?.lastId ?? 0,
    take: (siteId, eventId) => advance.run(siteId, eventId).changes === 1,
    reset: (siteId, lastId) => void set.run(siteId, lastId),
  };
}
