/**
 * What Home Assistant was told of each site: the topics of discovery, and the entities in each. A broker may forget its
 * retained messages; what was deleted meanwhile has to be taken back all the same.
 */
import type { Database } from "better-sqlite3";

export interface DiscoveredRow {
  topic: string;
  /** SIP domain of the site, which may be gone by now. */
  domain: string;
  /** JSON: key of each component → its platform. */
  components: string;
}

export interface DiscoveredStore {
  /** Every domain that anything was told of. */
  domains(): string[];
  list(domain: string): DiscoveredRow[];
  put(row: DiscoveredRow): void;
  remove(topic: string): void;
}

export function discoveredStore(db: Database): DiscoveredStore {
  const domains = db.prepare<[], { domain: string }>("SELECT DISTINCT domain FROM discovered ORDER BY domain");
  const list = db.prepare<[string], DiscoveredRow>(
    "SELECT topic, domain, components FROM discovered WHERE domain = ? ORDER BY topic",
  );
  const put = db.prepare<DiscoveredRow>(`
    INSERT INTO discovered (topic, domain, components) VALUES (@topic, @domain, @components)
    ON CONFLICT (topic) DO UPDATE SET components = excluded.components WHERE components <> excluded.components`);
  const remove = db.prepare<[string]>("DELETE FROM discovered WHERE topic = ?");
  return {
    domains: () => domains.all().map(({ domain }) => domain),
    list: (domain) => list.all(domain),
    put: (row) => void put.run(row),
    remove: (topic) => void remove.run(topic),
  };
}
