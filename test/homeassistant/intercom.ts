/** The bridge's own MQTT side on a real broker, and a real Core that discovers what it publishes. */
import { connectAsync, type MqttClient } from "mqtt";
import { ulid } from "ulid";
import { type CallLog, startCallLog } from "../../bridge/src/calls/call-log.ts";
import { type Directory, openDirectory } from "../../bridge/src/directory/directory.ts";
import type { LinkStates } from "../../bridge/src/directory/health/site-health.ts";
import { EventBus } from "../../bridge/src/events/bus.ts";
import { NetworkWatch } from "../../bridge/src/links/network-watch.ts";
import { announcer } from "../../bridge/src/mqtt/announcer.ts";
import { obeying } from "../../bridge/src/mqtt/commands.ts";
import { type Mqtt, startMqtt } from "../../bridge/src/mqtt/mqtt.ts";
import type { Store } from "../../bridge/src/store/store.ts";
import type { CallEvent } from "../../infra/control/src/wire.ts";
import { callEvent } from "../fakes/call-events.ts";
import { accountId, OTHER_SITE, SITE, storedSite } from "../fakes/stored-site.ts";
import { type Mosquitto, startMosquitto } from "../lab/mosquitto.ts";
import { until } from "../lab/until.ts";
import type { Home } from "./home.ts";
import { addMqtt } from "./onboarding.ts";

const LINKS: LinkStates = { vps: { link: "up", code: null, partsDown: [] }, mqtt: { link: "up", code: null } };

export class Intercom {
  readonly broker: Mosquitto;
  readonly client: MqttClient;
  private readonly site = storedSite();
  private readonly network = new NetworkWatch();
  readonly directory: Directory;
  private readonly bus = new EventBus(() => undefined);
  private readonly calls: CallLog;
  private readonly mqtt: Mqtt;
  private readonly home: Home;
  private registered = [accountId("panel401")];
  private events = 0;

  private constructor(home: Home, broker: Mosquitto, client: MqttClient) {
    const { store } = this.site;
    const sample = store.sites.get(SITE);
    const panel = store.accounts.get(accountId("panel401"));
    if (sample) store.sites.update({ ...sample, name: "Sample house" });
    if (panel) store.accounts.update({ ...panel, label: "Hall panel" });
    store.sites.remove(OTHER_SITE);
    const quiet = () => undefined;
    const log = { info: quiet, warn: quiet, error: quiet };
    const { bus } = this;
    this.directory = openDirectory({ store, bus, now: Date.now, newId: () => ulid(), sipUri: null });
    this.home = home;
    this.broker = broker;
    this.client = client;
    this.calls = startCallLog({ store, bus: this.bus, announce: announcer(store) });
    this.mqtt = startMqtt({
      broker: async () => ({ url: broker.url }),
      store,
      bus: this.bus,
      network: this.network,
      log,
      registered: () => this.registered,
      deviceHealth: (account) => this.directory.deviceHealth(account, LINKS),
      command: obeying({ store, directory: this.directory, log }),
    });
  }

  static async start(home: Home): Promise<Intercom> {
    const broker = await startMosquitto({ port: home.ports.base + 10, folder: home.folder });
    const client = await connectAsync(broker.url, { reconnectPeriod: 200 });
    client.on("error", () => undefined);
    const intercom = new Intercom(home, broker, client);
    try {
      await addMqtt(home.core, home.ownerToken, broker.port);
      await intercom.state("sensor.unit401_call_state", "idle");
    } catch (error) {
      await intercom.stop();
      throw error;
    }
    return intercom;
  }

  /** An edit of the directory, as its commit announces it. */
  edit(work: (store: Store) => void): void {
    work(this.site.store);
    this.bus.emit("directoryChanged", { siteId: SITE });
  }

  /** Something happens to a call, as the VPS reports it. */
  tell(callId: string, kind: CallEvent["kind"], more: Partial<CallEvent> = {}): void {
    this.events += 1;
    this.calls.take(SITE, callEvent(this.events, kind, { callId, atMs: Date.now(), ...more }), 0);
  }

  /** The door calls unit 401 and its panel rings. Returns the call's id. */
  ring(more: Partial<CallEvent> = {}): string {
    const callId = (this.events + 1).toString(16).padStart(32, "0");
    this.tell(callId, "invited", more);
    this.tell(callId, "ringing", more);
    return callId;
  }

  /** The door calls a unit and is refused with this SIP status, before anybody rang. Returns the call's id. */
  press(unit: string, code: number): string {
    const callId = (this.events + 1).toString(16).padStart(32, "0");
    this.tell(callId, "failed", { callee: unit, unit, code });
    return callId;
  }

  /** null: the VPS is away. */
  setRegistered(usernames: string[] | null): void {
    this.registered = (usernames ?? []).map(accountId);
    const contact = { userAgent: "", address: "", transport: "wss", expiresInS: 60, lastSeenMs: Date.now() };
    const contacts = usernames?.map((username) => ({ ...contact, username })) ?? null;
    this.directory.registrations.heard(SITE, contacts);
    this.bus.emit("registrationsChanged", { siteId: SITE });
  }

  /** Waits for a state of an entity in Core. */
  async state(entityId: string, wanted?: string): Promise<EntityState> {
    return await until(
      async () => {
        const found = await this.look(entityId);
        return found && (wanted === undefined || found.state === wanted) ? found : null;
      },
      { everyMs: 50, what: `${entityId} ${wanted ? `to be ${wanted}` : "to exist"}` },
    );
  }

  /** Waits until an event entity tells of a call. */
  async heard(entityId: string, type: string, callId: string): Promise<EntityState> {
    return await until(
      async () => {
        const found = await this.look(entityId);
        return found?.attributes.event_type === type && found.attributes.call_id === callId ? found : null;
      },
      { everyMs: 50, what: `${entityId} to tell ${type}` },
    );
  }

  /** An entity of Core at this moment; null when there is none. */
  async look(entityId: string): Promise<EntityState | null> {
    const { core, ownerToken } = this.home;
    const reply = await fetch(`${core.url}/api/states/${entityId}`, {
      headers: { authorization: `Bearer ${ownerToken}` },
    });
    return reply.ok ? ((await reply.json()) as EntityState) : null;
  }

  /** Ends the bridge alone: the broker sends its last will. */
  async stopBridge(): Promise<void> {
    await this.mqtt.stop();
  }

  async stop(): Promise<void> {
    await this.mqtt.stop();
    this.calls.stop();
    this.network.stop();
    await this.client.endAsync(true);
    await this.broker.stop();
    this.site.remove();
  }
}

export interface EntityState {
  state: string;
  attributes: Record<string, unknown>;
}
