/** The bridge on the MQTT broker: one publisher for each site, seen as one link. */
import type { LiveState } from "../api/live.ts";
import type { EventBus } from "../events/bus.ts";
import type { Log } from "../links/log.ts";
import type { NetworkWatch } from "../links/network-watch.ts";
import type { Store } from "../store/store.ts";
import { OLDEST_ANNOUNCED_MS } from "./announcer.ts";
import type { Broker } from "./broker-session.ts";
import type { MqttLines } from "./line-commands.ts";
import type { MqttProblem } from "./mqtt-error.ts";
import { SitePublisher } from "./site-publisher.ts";

export interface MqttOptions {
  /** null: not configured. */
  broker: Broker | null;
  store: Store;
  bus: EventBus;
  network: NetworkWatch;
  log: Log;
  /** Ids of the accounts with at least one live contact. */
  registered: () => string[];
  /** Left out: there are no lines. */
  lines?: MqttLines;
  nowMs?: () => number;
}

export interface Mqtt {
  state(): LiveState["mqtt"];
  /** Says `offline` to the broker and leaves. */
  stop(): Promise<void>;
}

/** Events that wait for the broker at most; older ones stay in the call log only. */
const MOST_WAITING = 10_000;
const TRIM_EVERY_MS = 60_000;
const WORST_FIRST = ["down", "connecting", "up"] as const;

export function startMqtt(options: MqttOptions): Mqtt {
  const { broker, store } = options;
  const nowMs = options.nowMs ?? Date.now;
  const trim = (): void => void store.outbox.trim(nowMs() - OLDEST_ANNOUNCED_MS, MOST_WAITING);
  trim();
  const trimming = setInterval(trim, TRIM_EVERY_MS);
  const publishers = broker === null ? null : startPublishers({ ...options, broker, nowMs });
  return {
    state: () => publishers?.state() ?? NOT_CONFIGURED,
    stop: async () => {
      clearInterval(trimming);
      await publishers?.stop();
    },
  };
}

const NOT_CONFIGURED = { link: "not-configured", code: "MQTT_NOT_CONFIGURED" satisfies MqttProblem } as const;

const NO_LINES: MqttLines = { facts: () => [], command: () => false };

function startPublishers(options: MqttOptions & { broker: Broker; nowMs: () => number }): Mqtt {
  const { broker, store, bus, network, log, registered, lines = NO_LINES, nowMs } = options;
  const publishers = new Map<string, SitePublisher>();
  const leaving = new Set<Promise<void>>();

  /** One publisher for each site that there is. */
  function follow(): void {
    const sites = store.sites.list();
    for (const site of sites) {
      if (publishers.has(site.id)) continue;
      const onLink = (): void => bus.emit("linkChanged", { link: "mqtt" });
      publishers.set(
        site.id,
        new SitePublisher({ broker, site, store, network, log, registered, lines, onLink, nowMs }),
      );
    }
    for (const [siteId, publisher] of publishers) {
      if (sites.some(({ id }) => id === siteId)) continue;
      publishers.delete(siteId);
      const cleared = publisher.clear();
      leaving.add(cleared);
      void cleared.finally(() => leaving.delete(cleared));
    }
  }

  const refresh = ({ siteId }: { siteId: string }): void => publishers.get(siteId)?.refresh();
  const offs = [
    bus.on("callChanged", refresh),
    bus.on("registrationsChanged", refresh),
    bus.on("deskChanged", refresh),
    bus.on("menuChanged", refresh),
    bus.on("directoryChanged", (change) => {
      follow();
      refresh(change);
    }),
  ];
  follow();

  return {
    state: () => {
      const states = [...publishers.values()].map((publisher) => publisher.state());
      if (states.length === 0) return { link: "connecting", code: "MQTT_NO_SITE" };
      return (
        WORST_FIRST.flatMap((link) => states.find((one) => one.link === link) ?? [])[0] ?? { link: "up", code: null }
      );
    },
    stop: async () => {
      for (const off of offs) off();
      await Promise.all([...[...publishers.values()].map((publisher) => publisher.stop()), ...leaving]);
    },
  };
}
