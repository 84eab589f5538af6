import type { Database } from "better-sqlite3";
import type { Site } from "../api/directory.ts";

export interface SiteStore {
  list(): Site[];
  get(id: string): Site | null;
  byDomain(domain: string): Site | null;
  insert(site: Site): void;
  /** The domain stays: every HA1 is bound to it. */
  update(site: Site): void;
  /** Takes everything of the site along. */
  remove(id: string): void;
}

export function siteStore(db: Database): SiteStore {
  const select = "SELECT id, name, address, domain, time_zone AS timeZone FROM site";
  const list = db.prepare<[], Site>(`${select} ORDER BY name, id`);
  const get = db.prepare<[string], Site>(`${select} WHERE id = ?`);
  const byDomain = db.prepare<[string], Site>(`${select} WHERE domain = ?`);
  const insert = db.prepare<Site>(
    "INSERT INTO site (id, name, address, domain, time_zone) VALUES (@id, @name, @address, @domain, @timeZone)",
  );
  const update = db.prepare<Site>(
    "UPDATE site SET name = @name, address = @address, time_zone = @timeZone WHERE id = @id",
  );
  const remove = db.prepare<[string]>("DELETE FROM site WHERE id = ?");
  return {
    list: () => list.all(),
    get: (id) => get.get(id) ?? null,
    byDomain: (domain) => byDomain.get(domain) ?? null,
    insert: (site) => void insert.run(site),
    update: (site) => void update.run(site),
    remove: (id) => void remove.run(id),
  };
}
