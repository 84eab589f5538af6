/** The sites of this VPS: a domain and the hash of a token each. */
import { ulid } from "ulid";
import type { Db } from "./directory-file.ts";
import { hashSiteToken, newSiteToken, sameHash } from "./site-token.ts";

/** Who a request comes from. Everything it sees and changes is filtered by `domain`. */
export interface Site {
  id: string;
  domain: string;
}

export interface SiteSummary extends Site {
  revision: number;
  accounts: number;
}

/** Lower-case host name with at least one dot; it becomes the SIP domain and the digest realm. */
const DOMAIN = /^(?=.{3,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

export class SiteStore {
  private readonly db: Db;

  constructor(db: Db) {
    this.db = db;
  }

  /** Adds a site and returns its token, which is stored nowhere. Throws for a malformed or known domain. */
  add(domain: string): { site: Site; token: string } {
    if (!DOMAIN.test(domain)) throw new Error(`"${domain}" is not a lower-case domain name`);
    const token = newSiteToken();
    const site = { id: ulid(), domain };
    const added = this.db
      .prepare("INSERT INTO site (id, domain, token_hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
      .run(site.id, domain, hashSiteToken(token));
    if (added.changes === 0) throw new Error(`site ${domain} exists already`);
    return { site, token };
  }

  list(): SiteSummary[] {
    return this.db
      .prepare<[], SiteSummary>(
        `SELECT id, domain, revision,
                (SELECT count(*) FROM subscriber s WHERE s.domain = site.domain) AS accounts
         FROM site ORDER BY domain`,
      )
      .all();
  }

  count(): number {
    return this.db.prepare<[], number>("SELECT count(*) FROM site").pluck().get() ?? 0;
  }

  /** Removes a site with its directory; the running control ends its registrations and calls. Throws if unknown. */
  remove(domain: string): { accounts: number } {
    return this.db
      .transaction(() => {
        const asked = this.db
          .prepare(
            `INSERT INTO logout (domain, username, requested_at_ms)
             SELECT domain, username, ? FROM subscriber WHERE domain = ?
             ON CONFLICT DO UPDATE SET requested_at_ms = excluded.requested_at_ms`,
          )
          .run(Date.now(), domain);
        // By hand and in this order: subscriber refers to unit without a cascade.
        this.db.prepare("DELETE FROM subscriber WHERE domain = ?").run(domain);
        const removed = this.db.prepare("DELETE FROM site WHERE domain = ?").run(domain);
        if (removed.changes === 0) throw new Error(`no site ${domain}`);
        return { accounts: asked.changes };
      })
      .immediate();
  }

  /** The site that a token belongs to. Every stored hash is compared, each in constant time. */
  findByToken(token: string): Site | null {
    const hash = hashSiteToken(token);
    let found: Site | null = null;
    const rows = this.db.prepare<[], Site & { token_hash: string }>("SELECT id, domain, token_hash FROM site").all();
    for (const { id, domain, token_hash } of rows) {
      if (sameHash(token_hash, hash)) found = { id, domain };
    }
    return found;
  }

  has(site: Site): boolean {
    return this.db.prepare("SELECT 1 FROM site WHERE id = ?").get(site.id) !== undefined;
  }
}
