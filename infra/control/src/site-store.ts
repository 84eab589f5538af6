/** The sites of this VPS: a domain and the hash of a token each. */
import { ulid } from "ulid";
import type { Db } from "./directory-file.ts";
import { hashSiteToken, newSiteToken, sameHash } from "./site-token.ts";

/** Who a request comes from. Everything it sees and changes is filtered by `domain`. */
export interface Site {
  id: string;
  domain: string;
  /** Of the token that it came with: a connection lives as long as that one is good. */
  tokenHash: string;
}

export interface SiteSummary extends Pick<Site, "id" | "domain"> {
  revision: number;
  accounts: number;
  /** The token before the present one is good until then; 0: it is not. */
  oldTokenUntilMs: number;
}

interface TokenRow {
  id: string;
  domain: string;
  token_hash: string;
  old_token_hash: string | null;
  old_token_until_ms: number;
}

/** Lower-case host name with at least one dot; it becomes the SIP domain and the digest realm. */
const DOMAIN = /^(?=.{3,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

export class SiteStore {
  private readonly db: Db;
  private readonly now: () => number;

  constructor(db: Db, now: () => number = Date.now) {
    this.db = db;
    this.now = now;
  }

  /** Adds a site and returns its token, which is stored nowhere. Throws for a malformed or known domain. */
  add(domain: string): { site: Site; token: string } {
    if (!DOMAIN.test(domain)) throw new Error(`"${domain}" is not a lower-case domain name`);
    const token = newSiteToken();
    const site = { id: ulid(), domain, tokenHash: hashSiteToken(token) };
    const added = this.db
      .prepare("INSERT INTO site (id, domain, token_hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
      .run(site.id, domain, site.tokenHash);
    if (added.changes === 0) throw new Error(`site ${domain} exists already`);
    return { site, token };
  }

  /**
   * A new token for a site, stored nowhere. The one before is good for `overlapMs` more, any older one no more at all.
   * Connections that came with a token end with it. Throws if the site is unknown.
   */
  renew(domain: string, overlapMs: number): string {
    const token = newSiteToken();
    const renewed = this.db
      .prepare(
        `UPDATE site SET old_token_hash = iif(@until > 0, token_hash, NULL), old_token_until_ms = @until,
                token_hash = @hash WHERE domain = @domain`,
      )
      .run({ domain, hash: hashSiteToken(token), until: overlapMs > 0 ? this.now() + overlapMs : 0 });
    if (renewed.changes === 0) throw new Error(`no site ${domain}`);
    return token;
  }

  list(): SiteSummary[] {
    return this.db
      .prepare<[number], SiteSummary>(
        `SELECT id, domain, revision,
                (SELECT count(*) FROM subscriber s WHERE s.domain = site.domain) AS accounts,
                iif(old_token_until_ms > ?, old_token_until_ms, 0) AS oldTokenUntilMs
         FROM site ORDER BY domain`,
      )
      .all(this.now());
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
    const tokenHash = hashSiteToken(token);
    let found: Site | null = null;
    for (const row of this.db.prepare<[], TokenRow>(TOKENS).all()) {
      if (this.isGood(row, tokenHash)) found = { id: row.id, domain: row.domain, tokenHash };
    }
    return found;
  }

  /** Whether the site is there, and the token that it came with is still good. */
  has({ id, tokenHash }: Site): boolean {
    const row = this.db.prepare<[string], TokenRow>(`${TOKENS} WHERE id = ?`).get(id);
    return row !== undefined && this.isGood(row, tokenHash);
  }

  private isGood(row: TokenRow, tokenHash: string): boolean {
    const isPresent = sameHash(row.token_hash, tokenHash);
    const isOld = sameHash(row.old_token_hash ?? "", tokenHash) && row.old_token_until_ms > this.now();
    return isPresent || isOld;
  }
}

const TOKENS = "SELECT id, domain, token_hash, old_token_hash, old_token_until_ms FROM site";
