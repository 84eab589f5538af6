/**
 * Sealed documents that wait to be fetched once. In memory only: after a restart the site makes new ones, and nothing
 * of a login was ever on this disk.
 */
import { type Document, documentId, newToken, open, seal } from "./sealed-document.ts";
import type { DocumentPut, DocumentStatus } from "./wire.ts";

interface Waiting {
  domain: string;
  kind: DocumentPut["kind"];
  sealed: string | null;
  expiresAtMs: number;
  usedAtMs: number | null;
  usedBy: string;
}

/** At most this many a site, used ones included: nobody fills the VPS. */
const MOST_PER_SITE = 500;
/** How long a used or expired one is remembered, so that the site hears what became of it. */
const REMEMBERED_MS = 3_600_000;
const LONGEST_NAME = 200;

export class Documents {
  private readonly waiting = new Map<string, Waiting>();
  private readonly now: () => number;
  /** What a wrong token opens in vain, so that it takes as long as a right one. */
  private readonly nothing: string;

  constructor(now: () => number = Date.now) {
    this.now = now;
    this.nothing = seal({ mediaType: "", fileName: null, content: "x".repeat(4_000) }, newToken());
  }

  /** False: the site has too many. */
  put(domain: string, id: string, { kind, sealed, expiresAtMs }: DocumentPut): boolean {
    this.forget();
    const own = [...this.waiting.values()].filter((one) => one.domain === domain);
    if (own.length >= MOST_PER_SITE) return false;
    // Ids are as good as random: another site's is not overwritten.
    if (this.waiting.has(id)) return this.waiting.get(id)?.domain === domain;
    this.waiting.set(id, { domain, kind, sealed, expiresAtMs, usedAtMs: null, usedBy: "" });
    return true;
  }

  status(domain: string, id: string): DocumentStatus {
    const found = this.waiting.get(id);
    if (found?.domain !== domain) return { state: "gone", usedAtMs: null, usedBy: "" };
    const { usedAtMs, usedBy, expiresAtMs } = found;
    if (usedAtMs !== null) return { state: "used", usedAtMs, usedBy };
    return { state: expiresAtMs > this.now() ? "waiting" : "gone", usedAtMs, usedBy };
  }

  remove(domain: string, id: string): void {
    if (this.waiting.get(id)?.domain === domain) this.waiting.delete(id);
  }

  /** The document, once. null for every reason alike, after the same work. */
  take(kind: DocumentPut["kind"], token: string, fetchedBy: string): Document | null {
    const found = this.waiting.get(documentId(token));
    const fits = found?.kind === kind && found.expiresAtMs > this.now();
    const document = open((fits ? found.sealed : null) ?? this.nothing, token);
    if (!found || document === null) return null;
    this.waiting.set(documentId(token), {
      ...found,
      sealed: null,
      usedAtMs: this.now(),
      usedBy: fetchedBy.slice(0, LONGEST_NAME),
    });
    return document;
  }

  private forget(): void {
    for (const [id, { expiresAtMs }] of this.waiting) {
      if (expiresAtMs + REMEMBERED_MS < this.now()) this.waiting.delete(id);
    }
  }
}
