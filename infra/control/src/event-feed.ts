/** The event feed of one WebSocket: hello, the stored events after the reader's cursor, then live ones, in id order. */
import type { WebSocket } from "ws";
import { SiteClose, watchSiteSocket } from "./site-socket.ts";
import type { CallEvent, ControlHealth, FeedMessage } from "./wire.ts";

/** Events read and sent at once; the next page waits until the socket has taken this one. */
const PAGE = 200;
/** A site has one bridge; a few more for restarts whose old connection still lingers. */
const FEEDS_PER_SITE = 8;

export interface FeedSources {
  outbox: {
    page(domain: string, after: number, limit: number): CallEvent[];
    newestId(): number;
    oldestId(domain: string): number;
    onMore(listener: () => void): () => void;
  };
  watch: {
    health(): ControlHealth;
    onChange(listener: () => void): () => void;
  };
  /** False once the site of this feed was removed, or its token ended. */
  isLetIn(): boolean;
}

export class EventFeeds {
  private readonly open = new Map<string, Set<WebSocket>>();

  /** How many feeds are connected, of all sites. */
  get count(): number {
    let count = 0;
    for (const sockets of this.open.values()) count += sockets.size;
    return count;
  }

  /** Serves a socket until it closes. */
  serve(socket: WebSocket, domain: string, after: number, sources: FeedSources): void {
    const sockets = this.open.get(domain) ?? new Set();
    if (sockets.size >= FEEDS_PER_SITE) {
      socket.close(SiteClose.tooManyFeeds, "too many feeds of this site");
      return;
    }
    this.open.set(domain, sockets.add(socket));
    // The feed only speaks; what the reader says is not looked at.
    const end = runFeed(socket, domain, after, sources);
    watchSiteSocket(socket, sources.isLetIn, () => {
      end();
      sockets.delete(socket);
      if (sockets.size === 0) this.open.delete(domain);
    });
  }

  closeAll(): void {
    for (const sockets of this.open.values()) {
      for (const socket of sockets) socket.close(SiteClose.goingAway, "control stops");
    }
  }
}

/** Starts sending; returns the function that ends every subscription and timer of this feed. */
function runFeed(socket: WebSocket, domain: string, after: number, { outbox, watch }: FeedSources) {
  let cursor = after;
  let ended = false;
  let pumping = false;
  let lastHealth = "";

  /** Resolves once the operating system has taken the message: this is the back-pressure. */
  const send = (message: FeedMessage) =>
    new Promise<void>((resolve, reject) => {
      socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()));
    });

  const pump = async () => {
    if (pumping) return;
    pumping = true;
    try {
      while (!ended) {
        const events = outbox.page(domain, cursor, PAGE);
        if (events.length === 0) break;
        await Promise.all(events.map((event) => send({ type: "event", event })));
        cursor = events.at(-1)?.id ?? cursor;
      }
    } catch {
      socket.terminate();
    } finally {
      pumping = false;
      sendHealth();
    }
  };

  /** Health is a level, not an event: a reader that is behind gets the last one, and only if it is news. */
  const sendHealth = () => {
    const health = watch.health();
    const text = JSON.stringify(health);
    if (ended || pumping || text === lastHealth) return;
    lastHealth = text;
    send({ type: "health", health }).catch(() => socket.terminate());
  };

  const stopOutbox = outbox.onMore(() => void pump());
  const stopWatch = watch.onChange(sendHealth);

  void send({ type: "hello", domain, newestId: outbox.newestId(), oldestId: outbox.oldestId(domain) })
    .then(pump)
    .catch(() => socket.terminate());

  return () => {
    ended = true;
    stopOutbox();
    stopWatch();
  };
}
