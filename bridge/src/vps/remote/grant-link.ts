/**
 * A site's end of remote management: while the site has grants, a connection to control on which frames come. Without
 * any there is none, and nobody can ask for anything.
 */
import type { GrantDoor } from "../../directory/remote/grant-door.ts";
import type { Grants } from "../../directory/remote/grants.ts";
import type { EventBus } from "../../events/bus.ts";
import { keepConnected } from "../../links/keep-connected.ts";
import type { Log } from "../../links/log.ts";
import type { NetworkWatch } from "../../links/network-watch.ts";
import type { ControlClient } from "../control-client.ts";
import { followFrames } from "./frame-socket.ts";

export interface GrantLinkOptions {
  client: Pick<ControlClient, "putRemoteGrants" | "postRemoteReply" | "remote">;
  siteId: string;
  grants: Pick<Grants, "relayed">;
  door: GrantDoor;
  bus: EventBus;
  network: NetworkWatch;
  log: Log;
  silenceMs?: number | undefined;
}

export interface GrantLink {
  stop(): Promise<void>;
}

export function startGrantLink(options: GrantLinkOptions): GrantLink {
  const { client, siteId, grants, door, bus, network, log } = options;
  let putting: Promise<void> = Promise.resolve();
  let changed = (): void => undefined;

  /** One after the other: the last list is the one that stays. */
  function put(): Promise<void> {
    const next = putting.catch(() => undefined).then(() => client.putRemoteGrants(grants.relayed(siteId)));
    putting = next;
    return next;
  }

  function firstGrant(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        changed = () => undefined;
        resolve();
      };
      changed = () => {
        if (grants.relayed(siteId).length > 0) done();
      };
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
      else changed();
    });
  }

  async function answer(delivery: string, grantId: string, frame: Buffer): Promise<void> {
    try {
      const reply = await door.answer(siteId, grantId, frame, (error) =>
        log.error({ err: error }, "a request from elsewhere failed"),
      );
      await client.postRemoteReply(delivery, reply ?? Buffer.alloc(0));
    } catch (error) {
      log.warn({ err: error }, "a request from elsewhere was not answered");
    }
  }

  async function connect(up: () => void, signal: AbortSignal): Promise<void> {
    await firstGrant(signal);
    if (signal.aborted) return;
    const broken = new AbortController();
    let failure: unknown = null;
    changed = () => {
      put().catch((error: unknown) => {
        failure = error;
        broken.abort();
      });
    };
    try {
      await put();
      await followFrames({
        address: client.remote(),
        onOpen: up,
        onFrame: (...delivery) => void answer(...delivery),
        signal: AbortSignal.any([signal, broken.signal]),
        silenceMs: options.silenceMs,
      });
    } finally {
      changed = () => undefined;
    }
    if (failure !== null) throw failure;
  }

  const off = bus.on("grantsChanged", (change) => {
    if (change.siteId === siteId) changed();
  });
  const connection = keepConnected({
    connect,
    onDown: (error) => log.info({ error: String(error) }, "the way for remote management is down"),
    network,
  });
  return {
    stop: async () => {
      off();
      await connection.stop();
    },
  };
}
