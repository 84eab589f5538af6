/** The bridge on the MQTT broker: one publisher for each site, seen as one link. */
import type { LiveState } from "../api/live.ts";
import type { EventBus } from "../events/bus.ts";
import type { Log } from "../links/log.ts";
import type { NetworkWatch } from "../links/network-watch.ts";
import type { Store } from "../store/store.ts";
import { OLDEST_ANNOUNCED_MS } from "./announcer.ts";
import type { BrokerSource } from "./broker-session.ts";
import type { Command } from "./commands.ts";
import type { NameLanguage } from "./entity-names.ts";
import type { MqttLines } from "./line-commands.ts";
import type { MqttProblem } from "./mqtt-error.ts";
import { SitePublisher } from "./site-publisher.ts";
import type { DeviceHealthOf } from "./site-state.ts";

export interface MqttOptions {
  broker: BrokerSource;
  store: Store;
  bus: EventBus;
  network: NetworkWatch;
  log: Log;
  /** Ids of the accounts with at least one live contact. */
  registered: () => string[];
  /** What keeps a device from ringing. Left out: nothing is known of any. */
  deviceHealth?: DeviceHealthOf;
  /** Left out: there are no lines. */
  lines?: MqttLines;
  /** In which Home Assistant's devices and entities are named. Left out: English. */
  language?: () => NameLanguage;
  /** What a command does; see commands.ts for what comes through. */
  command: (siteId: string, command: Command) => void;
  nowMs?: () => number;
}

export interface Mqtt {
  state(): LiveState["mqtt"];
  /** The language of names is another one. */
  refresh(): void;
  /** Says `offline` to the broker and leaves. */
  stop(): Promise<void>;
}

/** Events that wait for the broker at most; older ones stay in the call log only. */
const MOST_WAITING = 10_000;
const TRIM_EVERY_MS = 60_000;
/** Devices that fall silent tell nobody. */
const ASKED_EVERY_MS = 30_000;
const WORST_FIRST = ["not-configured", "down", "connecting", "up"] as const;

export function startMqtt(options: MqttOptions): Mqtt {
  const { store } = options;
  const nowMs = options.nowMs ?? Date.now;
  let configured = true;
  const broker: BrokerSource = async () => {
    const found = await options.broker();
    configured = found !== null;
    return found;
  };
  const publishers = startPublishers({ ...options, broker, nowMs });
  const tend = (): void => {
    store.outbox.trim(nowMs() - OLDEST_ANNOUNCED_MS, MOST_WAITING);
    // A publisher asks for itself.
    if (publishers.states().length === 0) void broker();
  };
  tend();
  const tending = setInterval(tend, TRIM_EVERY_MS);
  return {
    state: () => {
      const states = publishers.states();
      const worst = WORST_FIRST.flatMap((link) => states.find((one) => one.link === link) ?? [])[0];
      if (worst) return worst;
      return configured ? { link: "connecting", code: "MQTT_NO_SITE" } : NOT_CONFIGURED;
    },
    refresh: () => publishers.refresh(),
    stop: async () => {
      clearInterval(tending);
      await publishers.stop();
    },
  };
}

const NOT_CONFIGURED = { link: "not-configured", code: "MQTT_NOT_CONFIGURED" satisfies MqttProblem } as const;

const NO_LINES: MqttLines = { boards: { facts: () => [], lineFacts: () => null }, command: () => false };

interface Publishers {
  states(): LiveState["mqtt"][];
  refresh(): void;
  stop(): Promise<void>;
}

function startPublishers(options: MqttOptions & { nowMs: () => number }): Publishers {
  const { store, bus } = options;
  const publishers = new Map<string, SitePublisher>();
  /** Of sites that are gone, by domain: they take back what the broker and Home Assistant hold of them. */
  const leaving = new Map<string, SitePublisher>();
  let stopped = false;
  let names = "";

  const publisherOf = (site: { id: string; domain: string }): SitePublisher =>
    new SitePublisher({
      ...options,
      site,
      lines: options.lines ?? NO_LINES,
      language: options.language ?? (() => "en"),
      deviceHealth: options.deviceHealth ?? (() => null),
      onLink: () => bus.emit("linkChanged", { link: "mqtt" }),
      onCommand: (command) => options.command(site.id, command),
    });

  function leave(domain: string, publisher: SitePublisher): void {
    leaving.set(domain, publisher);
    void publisher.clear().then(() => {
      leaving.delete(domain);
      // A site that has come back under the same domain waited for this.
      follow();
    });
  }

  /** Devices say which site they are of as soon as there are several (device-names.ts): one site's edit names all others. */
  function refreshNames(sites: readonly { id: string; name: string; domain: string }[]): void {
    const now = JSON.stringify(sites.map(({ id, name, domain }) => [id, name, domain]));
    if (now !== names) for (const publisher of publishers.values()) publisher.refresh();
    names = now;
  }

  /** One publisher for each site that there is. */
  function follow(): void {
    if (stopped) return;
    const sites = store.sites.list();
    refreshNames(sites);
    for (const [siteId, publisher] of publishers) {
      if (sites.some(({ id }) => id === siteId)) continue;
      publishers.delete(siteId);
      leave(publisher.domain, publisher);
    }
    for (const site of sites) {
      if (publishers.has(site.id)) continue;
      const before = leaving.get(site.domain);
      // Two connections of one name would throw each other out.
      if (before) void before.stop();
      else publishers.set(site.id, publisherOf(site));
    }
  }

  const refresh = (): void => {
    for (const publisher of publishers.values()) publisher.refresh();
  };
  /** What was written since the last edit, of whatever site it was; lines say more of a site than its rows do. */
  function refreshEdited(edited: string): void {
    const rows = store.edited.take();
    if (rows === "all") refresh();
    else {
      for (const [siteId, publisher] of publishers) {
        const ours = rows.filter((row) => row.siteId === siteId);
        if (ours.length > 0 || siteId === edited) publisher.refreshRows(ours);
      }
    }
  }

  const refreshLine = ({ siteId, lineId }: { siteId: string; lineId: string }): void =>
    publishers.get(siteId)?.refreshLine(lineId);
  const askAgain = (): void => {
    for (const publisher of publishers.values()) publisher.refreshAccounts();
  };
  const offs = [
    bus.on("callChanged", ({ siteId, callId }) => publishers.get(siteId)?.refreshCall(callId)),
    bus.on("registrationsChanged", ({ siteId }) => publishers.get(siteId)?.refreshRegistrations()),
    // A part of the VPS stopped or is back: that is so for every device.
    bus.on("linkChanged", ({ link }) => {
      if (link === "vps") askAgain();
    }),
    bus.on("testRingChanged", ({ siteId, isOver }) => {
      if (isOver) publishers.get(siteId)?.refreshAccounts();
    }),
    // What changes a menu changes the desk as well.
    bus.on("deskChanged", refreshLine),
    bus.on("menuChanged", ({ siteId, lineId, what }) => {
      if (what === "menu") publishers.get(siteId)?.refreshMenu(lineId);
    }),
    bus.on("directoryChanged", ({ siteId }) => {
      follow();
      refreshEdited(siteId);
    }),
  ];
  // Each publisher begins with all of its site.
  store.edited.take();
  follow();
  const asking = setInterval(askAgain, ASKED_EVERY_MS);
  const present = new Set(store.sites.list().map(({ domain }) => domain));
  for (const domain of store.discovered.domains()) {
    if (!present.has(domain)) leave(domain, publisherOf({ id: "", domain }));
  }

  return {
    states: () => [...publishers.values()].map((publisher) => publisher.state()),
    refresh,
    stop: async () => {
      stopped = true;
      clearInterval(asking);
      for (const off of offs) off();
      const all = [...publishers.values(), ...leaving.values()];
      publishers.clear();
      await Promise.all(all.map((publisher) => publisher.stop()));
    },
  };
}
