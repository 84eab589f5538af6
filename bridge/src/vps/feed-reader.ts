/**
 * Takes one site's event feed into the call log and keeps the place in it.
 *
 * The VPS numbers events upwards, and the cursor is the last number whose effects are stored. A rebuilt VPS numbers
 * anew. That shows in one of two ways: its newest number is below our cursor, or, once it has counted past it, the
 * event under our cursor's number is not the one that we took. Hence each connection asks for that one event again.
 * After a rebuild everything there is read from its start; calls that are in our log already are left as they are,
 * and what is old rings nobody.
 */
import type { CallEvent, ControlHealth } from "../../../infra/control/src/wire.ts";
import type { Log } from "../links/log.ts";
import type { FeedStore } from "../store/feed-store.ts";
import type { ControlClient } from "./control-client.ts";
import { type FeedHello, followFeed } from "./feed-socket.ts";
import { VpsError } from "./vps-error.ts";

/** The part of the call log that a feed writes to (`startCallLog`). */
export interface FeedSink {
  take(siteId: string, event: CallEvent, ageMs: number): void;
  knows(siteId: string, callId: string): boolean;
  following(siteId: string, upToDate: boolean, vpsNowMs: number | null): void;
  lost(siteId: string): void;
}

export interface FeedReaderOptions {
  client: ControlClient;
  cursors: FeedStore;
  sink: FeedSink;
  site: { id: string; domain: string };
  log: Log;
  onHealth(health: ControlHealth): void;
  signal: AbortSignal;
  silenceMs?: number | undefined;
}

/** The numbering began anew: everything is read from its start. */
class Rebuilt extends Error {}
/** The VPS cannot say how far its numbers go, so what is ours there must be looked at from the start. */
class NumbersUnknown extends Error {}

/** Follows the feed until it breaks; `up` is called when it stands. Throws `VpsError`. */
export async function readFeed(options: FeedReaderOptions, up: () => void): Promise<never> {
  const { cursors, sink, site, log } = options;
  // One event before the next one: the last that we took, to see whether it is still the same.
  let after = Math.max(0, cursors.cursor(site.id) - 1);
  try {
    for (;;) {
      try {
        await follow(options, after, up);
      } catch (error) {
        if (!(error instanceof Rebuilt || error instanceof NumbersUnknown)) throw error;
        after = 0;
        if (error instanceof NumbersUnknown) continue;
        log.warn({ site: site.domain }, "the VPS was rebuilt: its events are read from their start");
        sink.lost(site.id);
        cursors.reset(site.id, 0);
      }
    }
  } catch (error) {
    if (error instanceof VpsError) throw error;
    throw new VpsError("STORE_UNAVAILABLE", "an event could not be stored", {}, error);
  } finally {
    sink.following(site.id, false, null);
  }
}

function follow(options: FeedReaderOptions, after: number, up: () => void): Promise<never> {
  const { client, cursors, sink, site, log, signal, silenceMs } = options;
  let newestId = 0;

  function onHello(hello: FeedHello): void {
    if (hello.domain !== site.domain) throw new VpsError("VPS_BAD_REPLY", "the feed is of another site");
    const cursor = cursors.cursor(site.id);
    if (hello.newestId === 0 && after > 0) throw new NumbersUnknown();
    if (hello.newestId > 0 && hello.newestId < cursor) throw new Rebuilt();
    newestId = hello.newestId;
    up();
    if (cursor >= newestId) sink.following(site.id, true, client.vpsNowMs());
  }

  function onEvent(event: CallEvent): void {
    if (event.id <= cursors.cursor(site.id)) {
      if (!sink.knows(site.id, event.callId)) throw new Rebuilt();
      return;
    }
    sink.take(site.id, event, Math.max(0, client.vpsNowMs() - event.atMs));
    if (event.id >= newestId) sink.following(site.id, true, client.vpsNowMs());
  }

  return followFeed({
    ...client.feed(after),
    onHello,
    onEvent,
    onHealth: (health) => {
      // Control tells its health once the stored events are out.
      sink.following(site.id, true, client.vpsNowMs());
      options.onHealth(health);
    },
    onUnknown: () => log.warn({ site: site.domain }, "the feed sent a message that this version does not know"),
    signal,
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
}
