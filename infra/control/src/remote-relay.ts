/**
 * Frames between an installer's bridge and a site's. In memory only, and of each grant nothing but the hash of the token
 * that its frames come with: what is in the frames control cannot read, and what a grant allows the site alone decides.
 */
import { randomBytes } from "node:crypto";
import type { WebSocket } from "ws";
import { ControlFailure } from "./errors.ts";
import { SiteClose, watchSiteSocket } from "./site-socket.ts";
import type { Site } from "./site-store.ts";
import { hashSiteToken, sameHash } from "./site-token.ts";
import { RemoteLimits } from "./wire.ts";

/** How long a site may take for one answer: an import of ten thousand lines is a job of its own. */
const ANSWER_MS = 30_000;
const AT_ONCE = 8;
const A_MINUTE = 600;

interface Grant {
  domain: string;
  tokenHash: string;
  atOnce: number;
  minute: number;
  count: number;
}

interface Delivery {
  domain: string;
  resolve(reply: Buffer): void;
}

export class RemoteRelay {
  private readonly grants = new Map<string, Grant>();
  private readonly sockets = new Map<string, WebSocket>();
  private readonly deliveries = new Map<string, Delivery>();
  private readonly now: () => number;
  private readonly answerMs: number;

  constructor(now: () => number = Date.now, answerMs = ANSWER_MS) {
    this.now = now;
    this.answerMs = answerMs;
  }

  /** All grants of a site, instead of those before. One that another site has named stays that site's. */
  setGrants(domain: string, grants: readonly { id: string; tokenHash: string }[]): void {
    const named = new Map(grants.map(({ id, tokenHash }) => [id, tokenHash]));
    for (const [id, grant] of this.grants) if (grant.domain === domain && !named.has(id)) this.grants.delete(id);
    for (const [id, tokenHash] of named) {
      const known = this.grants.get(id);
      if (!known) this.grants.set(id, { domain, tokenHash, atOnce: 0, minute: 0, count: 0 });
      else if (known.domain === domain) known.tokenHash = tokenHash;
    }
  }

  /** Whether this token is the grant's. */
  knows(grantId: string, token: string): boolean {
    const grant = this.grants.get(grantId);
    return sameHash(hashSiteToken(token), grant?.tokenHash ?? hashSiteToken("")) && grant !== undefined;
  }

  /** Serves the site's connection until it closes. A newer one takes its place: the site's bridge was restarted. */
  connect(socket: WebSocket, { domain }: Site, isLetIn: () => boolean): void {
    this.sockets.get(domain)?.close(SiteClose.replaced, "another connection of this site");
    this.sockets.set(domain, socket);
    watchSiteSocket(socket, isLetIn, () => {
      if (this.sockets.get(domain) === socket) this.sockets.delete(domain);
    });
  }

  /** Takes a frame to the site and its reply back. Throws NOT_FOUND, SITE_OFFLINE, SITE_SILENT and TOO_MANY. */
  async carry(grantId: string, frame: Buffer): Promise<Buffer> {
    const grant = this.grants.get(grantId);
    if (!grant) throw new ControlFailure("NOT_FOUND", "no such grant");
    const socket = this.sockets.get(grant.domain);
    if (socket?.readyState !== socket?.OPEN || !socket) {
      throw new ControlFailure("SITE_OFFLINE", "the site is not connected");
    }
    const minute = Math.floor(this.now() / 60_000);
    if (grant.minute !== minute) Object.assign(grant, { minute, count: 0 });
    if (grant.atOnce >= AT_ONCE || grant.count >= A_MINUTE) throw new ControlFailure("TOO_MANY", "too many frames");
    grant.atOnce += 1;
    grant.count += 1;
    try {
      const reply = await this.deliver(socket, grant.domain, grantId, frame);
      if (reply.length === 0) throw new ControlFailure("NOT_FOUND", "the site does not know who asks");
      return reply;
    } finally {
      grant.atOnce -= 1;
    }
  }

  /** The site's reply to a delivery. One that nobody waits for any more, or of another site, is dropped. */
  answer(domain: string, delivery: string, reply: Buffer): void {
    const waiting = this.deliveries.get(delivery);
    if (waiting?.domain === domain) waiting.resolve(reply);
  }

  closeAll(): void {
    for (const socket of this.sockets.values()) socket.close(SiteClose.goingAway, "control stops");
  }

  private deliver(socket: WebSocket, domain: string, grantId: string, frame: Buffer): Promise<Buffer> {
    const id = randomBytes(RemoteLimits.deliveryBytes);
    const key = id.toString("hex");
    return new Promise<Buffer>((resolve, reject) => {
      const silent = () => end(() => reject(new ControlFailure("SITE_SILENT", "the site did not answer")));
      const timer = setTimeout(silent, this.answerMs);
      const end = (settle: () => void) => {
        clearTimeout(timer);
        socket.off("close", silent);
        this.deliveries.delete(key);
        settle();
      };
      socket.on("close", silent);
      this.deliveries.set(key, { domain, resolve: (reply) => end(() => resolve(reply)) });
      socket.send(Buffer.concat([id, Buffer.from(grantId, "latin1"), frame]), (error) => error && silent());
    });
  }
}
