/** The bridge's MQTT part on a real Mosquitto, with a stored sample site, and a listener that hears everything. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { type CallLog, startCallLog } from "../../bridge/src/calls/call-log.ts";
import { EventBus } from "../../bridge/src/events/bus.ts";
import { NetworkWatch } from "../../bridge/src/links/network-watch.ts";
import { announcer, type CallEventPayload } from "../../bridge/src/mqtt/announcer.ts";
import type { BrokerSource } from "../../bridge/src/mqtt/broker-session.ts";
import type { Command } from "../../bridge/src/mqtt/commands.ts";
import { type Mqtt, startMqtt } from "../../bridge/src/mqtt/mqtt.ts";
import { callEvent } from "../fakes/call-events.ts";
import { accountId, DOMAIN, SITE, storedSite } from "../fakes/stored-site.ts";
import { labFolder } from "./folder.ts";
import { Mosquitto, type MqttListener } from "./mosquitto.ts";
import { type PortBlock, reservePorts } from "./ports.ts";
import { until } from "./until.ts";

export const TOPIC = `neolia/${DOMAIN}`;

/** What the bridge is told, for a test to change; as at the beginning before each test. */
export const given = {
  registered: [] as string[],
  clockAheadMs: 0,
  /** Where the broker is, by what the bridge is told each time. */
  source: (async () => null) as BrokerSource,
  /** What came in by MQTT. */
  commands: [] as [siteId: string, command: Command][],
};

export let broker: Mosquitto;
export let site: ReturnType<typeof storedSite>;
export let bus: EventBus;
export let calls: CallLog;
export let mqtt: Mqtt;
export let listener: MqttListener;

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const network = new NetworkWatch();
const nowMs = (): number => Date.now() + given.clockAheadMs;

/** Once in a test file: a broker for it, and for each test a store, a call log and a listener of its own. */
export function onBroker(options: { forgetful?: boolean } = {}): void {
  const folder = labFolder("mqtt");
  let ports: PortBlock;
  before(async () => {
    ports = await reservePorts();
    const login = { username: "neolia", password: "s3cret" };
    broker = new Mosquitto({ port: ports.base, folder: folder.path, login, ...options });
  });
  after(() => {
    network.stop();
    ports.release();
    folder.remove();
  });
  beforeEach(async () => {
    await broker.start();
    site = storedSite();
    Object.assign(given, { registered: [accountId("panel401")], clockAheadMs: 0, commands: [] });
    bus = new EventBus((error) => assert.fail(String(error)));
    calls = startCallLog({ store: site.store, bus, announce: announcer(site.store, nowMs), nowMs });
    listener = await broker.listen("neolia/#", "homeassistant/#");
  });
  afterEach(async () => {
    await mqtt.stop();
    calls.stop();
    await listener.close();
    await broker.stop();
    site.remove();
  });
}

/** Starts the bridge's part with this password, and waits for the link if it is the right one. */
export async function start(password = "s3cret"): Promise<void> {
  given.source = async () => ({ url: broker.url, username: "neolia", password });
  run();
  if (password === "s3cret") await until(() => mqtt.state().link === "up", { what: "the link to the broker" });
}

/** Starts it with what is given. */
export function run(): void {
  mqtt = startMqtt({
    broker: () => given.source(),
    store: site.store,
    bus,
    network,
    log: quiet,
    registered: () => given.registered,
    command: (siteId, command) => given.commands.push([siteId, command]),
    nowMs,
  });
}

/** An event of the VPS comes in. */
export function take(id: number, ...event: [Parameters<typeof callEvent>[1], Parameters<typeof callEvent>[2]?]): void {
  calls.take(SITE, callEvent(id, event[0], event[1]), 0);
}

/** What the broker was told of flat 401's calls. */
export const unitEvents = (): CallEventPayload[] => listener.events(`${TOPIC}/unit401/event`);
export const types = (): string[] => unitEvents().map(({ event_type }) => event_type);
