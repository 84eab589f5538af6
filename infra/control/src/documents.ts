/**
 * Sealed documents that wait to be fetched once. In memory only: after a restart the site makes new ones, and nothing
 * of a login was ever on this disk.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Document, documentId, newToken, open, seal } from "./sealed-document.ts";
import type { DocumentPut, DocumentStatus } from "./wire.ts";

type Login = DocumentPut["logins"][number];

interface Waiting extends Pick<DocumentPut, "kind" | "logins"> {
  domain: string;
  sealed: string | null;
  /** On the steady clock. */
  expiresAtMs: number;
  usedAtMs: number | null;
  usedBy: string;
  /** Devices that have come for it and wait until its logins are in the directory. */
  asking: number;
}

export interface DocumentsOptions {
  /** What the directory of the domain has for this name: the login, another one, or none that works. */
  known: (domain: string, login: Login) => "same" | "other" | "none";
  /** Time of day, ms. */
  now?: () => number;
  /** Ms since whenever; nobody sets it. */
  steady?: () => number;
  /** How long a device is kept waiting for its login, ms. */
  patienceMs?: number;
}

/** At most this many a site, those included that were used in the last hour: nobody fills the VPS. */
const MOST_PER_SITE = 500;
/** How long a used one is remembered, so that the site hears what became of it; one that nobody fetched is just gone. */
const REMEMBERED_MS = 3_600_000;
const LONGEST_NAME = 200;
/** The site looks every three seconds who has come (pairing-watch.ts), and its change takes one. */
const PATIENCE_MS = 12_000;
const LOOK_MS = 50;

export class Documents {
  private readonly waiting = new Map<string, Waiting>();
  private readonly known: DocumentsOptions["known"];
  private readonly now: () => number;
  private readonly steady: () => number;
  private readonly patienceMs: number;
  /** What a wrong token opens in vain, so that it takes as long as a right one. */
  private readonly nothing: string;

  constructor({ known, now, steady, patienceMs }: DocumentsOptions) {
    this.known = known;
    this.now = now ?? Date.now;
    this.steady = steady ?? (() => performance.now());
    this.patienceMs = patienceMs ?? PATIENCE_MS;
    this.nothing = seal({ mediaType: "", fileName: null, content: "x".repeat(4_000) }, newToken());
  }

  /** False: the site has too many. */
  put(domain: string, id: string, { kind, sealed, validMs, logins }: DocumentPut): boolean {
    this.forget();
    const own = [...this.waiting.values()].filter((one) => one.domain === domain);
    if (own.length >= MOST_PER_SITE) return false;
    // Ids are as good as random: another site's is not overwritten.
    if (this.waiting.has(id)) return this.waiting.get(id)?.domain === domain;
    const expiresAtMs = this.steady() + validMs;
    this.waiting.set(id, { domain, kind, sealed, logins, expiresAtMs, usedAtMs: null, usedBy: "", asking: 0 });
    return true;
  }

  status(domain: string, id: string): DocumentStatus {
    const found = this.waiting.get(id);
    if (found?.domain !== domain) return { state: "gone", usedAtMs: null, usedBy: "" };
    const { usedAtMs, usedBy, expiresAtMs, asking } = found;
    if (usedAtMs !== null) return { state: "used", usedAtMs, usedBy };
    if (expiresAtMs <= this.steady()) return { state: "gone", usedAtMs, usedBy };
    return { state: asking > 0 ? "asked" : "waiting", usedAtMs, usedBy };
  }

  remove(domain: string, id: string): void {
    if (this.waiting.get(id)?.domain === domain) this.waiting.delete(id);
  }

  /**
   * The document, once. null for every reason alike, after the same work; only who has the token may have to wait.
   * `isGone`: whoever asked has hung up, and nothing is spent on them.
   */
  async take(
    kind: DocumentPut["kind"],
    token: string,
    fetchedBy: string,
    isGone: () => boolean = () => false,
  ): Promise<Document | null> {
    const found = this.waiting.get(documentId(token));
    const document = this.opened(found, kind, token);
    if (!found || document === null) return null;
    await this.untilLoginsAreIn(found, isGone);
    // Meanwhile it may have been withdrawn, or another device was faster.
    const isOver = this.waiting.get(documentId(token)) !== found || !this.isGood(found, kind);
    if (isOver || this.standing(found) !== "same" || isGone()) return null;
    found.sealed = null;
    found.usedAtMs = this.now();
    found.usedBy = fetchedBy.slice(0, LONGEST_NAME);
    return document;
  }

  private opened(found: Waiting | undefined, kind: DocumentPut["kind"], token: string): Document | null {
    return open((found && this.isGood(found, kind) ? found.sealed : null) ?? this.nothing, token);
  }

  private isGood({ kind, sealed, expiresAtMs }: Waiting, wanted: DocumentPut["kind"]): boolean {
    return kind === wanted && sealed !== null && expiresAtMs > this.steady();
  }

  /** Of all its logins together. */
  private standing({ domain, logins }: Waiting): "same" | "other" | "none" {
    const each = new Set(logins.map((login) => this.known(domain, login)));
    return each.has("none") ? "none" : each.has("other") ? "other" : "same";
  }

  private async untilLoginsAreIn(found: Waiting, isGone: () => boolean): Promise<void> {
    const untilMs = this.steady() + this.patienceMs;
    found.asking += 1;
    try {
      while (this.standing(found) === "other" && this.steady() < untilMs && !isGone()) await delay(LOOK_MS);
    } finally {
      found.asking -= 1;
    }
  }

  private forget(): void {
    for (const [id, { expiresAtMs, usedAtMs }] of this.waiting) {
      if (expiresAtMs + (usedAtMs === null ? 0 : REMEMBERED_MS) < this.steady()) this.waiting.delete(id);
    }
  }
}
