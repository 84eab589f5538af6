import type { Database } from "better-sqlite3";
import type { Site } from "../api/directory.ts";
import { MARKS, type Unmarked } from "./row-marks.ts";

export interface SiteStore {
  list(): Site[];
  get(id: string): Site | null;
  byDomain(domain: string): Site | null;
  insert(site: Unmarked<Site>): void;
  /** The domain stays: every HA1 is bound to it. */
  update(site: Unmarked<Site>): void;
  /** Takes everything of the site along. */
  remove(id: string): void;
}

export function siteStore(db: Database): SiteStore {
  const select = `SELECT id, name, address, domain, time_zone AS timeZone, ${MARKS} FROM site`;
  const list = db.prepare<[], Site>(`${select} ORDER BY name, id`);
  const get = db.prepare<[string], Site>(`${select} WHERE id = ?`);
  const byDomain = db.prepare<[string], Site>(`${select} WHERE domain = ?`);
  const insert = db.prepare<Unmarked<Site>>(
    "INSERT INTO site (id, name, address, domain, time_zone) VALUES (@id, @name, @address, @domain, @timeZone)",
  );
  const update = db.prepare<Unmarked<Site>>(`
    UPDATE site SET name = @name, address = @address, time_zone = @timeZone, version = version + 1,
      revision = coalesce((SELECT revision FROM provisioning WHERE site_id = @id), 1) WHERE id = @id`);
  const remove = db.prepare<[string]>("DELETE FROM site WHERE id = ?");
  const forgetChanges = db.prepare<[string]>("DELETE FROM provisioning_change WHERE site_id = ?");
  return {
    list: () => list.all(),
    get: (id) => get.get(id) ?? null,
    byDomain: (domain) => byDomain.get(domain) ?? null,
    insert: (site) => void insert.run(site),
    update: (site) => void update.run(site),
    remove: (id) => {
      remove.run(id);
      forgetChanges.run(id);
    },
  };
}
