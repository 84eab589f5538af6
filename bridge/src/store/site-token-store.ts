/** The VPS's site tokens that were entered in the panel. What is read here goes to the VPS's control and nowhere else. */
import type { Database } from "better-sqlite3";

export interface SiteTokenStore {
  list(): string[];
  /** In place of the one that the site had. */
  put(siteId: string, token: string): void;
}

export function siteTokenStore(db: Database): SiteTokenStore {
  const list = db.prepare<[], { token: string }>("SELECT token FROM site_token ORDER BY site_id");
  const put = db.prepare<[string, string]>(
    "INSERT INTO site_token (site_id, token) VALUES (?, ?) ON CONFLICT DO UPDATE SET token = excluded.token",
  );
  return {
    list: () => list.all().map(({ token }) => token),
    put: (siteId, token) => void put.run(siteId, token),
  };
}
