/** Sites elsewhere that this Neolia may manage, with the key of each grant. */
import type { Database } from "better-sqlite3";

export interface RemoteSiteRow {
  id: string;
  grantId: string;
  /** Of the control service in between. */
  controlUrl: string;
  /** 32 bytes. */
  key: Buffer;
  /** The site's id over there. */
  siteId: string;
  name: string;
  domain: string;
  /** May also take backups and logins out. */
  backups: boolean;
  addedAtMs: number;
  expiresAtMs: number;
}

export interface RemoteSiteStore {
  /** By name. */
  list(): RemoteSiteRow[];
  get(id: string): RemoteSiteRow | null;
  insert(site: RemoteSiteRow): void;
  remove(id: string): void;
}

type Columns = Omit<RemoteSiteRow, "backups"> & { backups: number };

export function remoteSiteStore(db: Database): RemoteSiteStore {
  const select = `SELECT id, grant_id AS grantId, control_url AS controlUrl, key, site_id AS siteId, name, domain, backups,
    added_at_ms AS addedAtMs, expires_at_ms AS expiresAtMs FROM remote_site`;
  const list = db.prepare<[], Columns>(`${select} ORDER BY name, id`);
  const get = db.prepare<[string], Columns>(`${select} WHERE id = ?`);
  const insert = db.prepare<Columns>(`
    INSERT INTO remote_site (id, grant_id, control_url, key, site_id, name, domain, backups, added_at_ms, expires_at_ms)
    VALUES (@id, @grantId, @controlUrl, @key, @siteId, @name, @domain, @backups, @addedAtMs, @expiresAtMs)`);
  const remove = db.prepare<[string]>("DELETE FROM remote_site WHERE id = ?");
  return {
    list: () => list.all().map(fromColumns),
    get: (id) => {
      const columns = get.get(id);
      return columns ? fromColumns(columns) : null;
    },
    insert: (site) => void insert.run({ ...site, backups: site.backups ? 1 : 0 }),
    remove: (id) => void remove.run(id),
  };
}

function fromColumns(columns: Columns): RemoteSiteRow {
  return { ...columns, backups: columns.backups === 1 };
}
