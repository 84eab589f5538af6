/**
 * The whole system on loopback: Kamailio, RTPEngine, coturn, control, Mosquitto, the bridge with its panel, and a
 * sample house that is made through the bridge's own HTTP API.
 */
import { join } from "node:path";
import type {
  AccountWithPassword,
  Building,
  Door,
  DoorWithPassword,
  SipCard,
  Site,
  Unit,
} from "../../bridge/src/api/directory.ts";
import type { LiveState } from "../../bridge/src/api/live.ts";
import type { Registration } from "../../infra/control/src/wire.ts";
import { buildPanel } from "../../panel/build.ts";
import { type Bridge, type BridgeApi, startBridge } from "./bridge.ts";
import { type Control, startControl } from "./control.ts";
import { startCoturn } from "./coturn.ts";
import { type Edge, startEdge } from "./edge.ts";
import { EventListener } from "./event-listener.ts";
import { labFolder } from "./folder.ts";
import { type Mosquitto, startMosquitto } from "./mosquitto.ts";
import { type PortBlock, reservePorts } from "./ports.ts";
import type { Program } from "./process.ts";
import { SipPhone, type SipPhoneOptions } from "./sip-phone.ts";
import { until } from "./until.ts";
import { writeTone } from "./voice.ts";

export const DOMAIN = "sip.example.com";
export const DOOR = "intercom-entrance";

/** Offsets in the lab's block of ports; the edge has 0 to 19. */
const MQTT_PORT = 20;
const BRIDGE_PORT = 21;
const BUTTON_PORT = 22;
const PHONES_FROM = 40;
const PHONES_TO = 97;

export interface LabOptions {
  /** How browsers reach the SIP server. `ws` is for a person's own browser, which does not know the lab's CA. */
  browsers?: "wss" | "ws";
  /** Where the bridge serves its page. Default: a free port. */
  pagePort?: number;
  /** The page gets the demo's bell button; whoever starts the lab serves it at `buttonPort`. Default: false. */
  demoPage?: boolean;
  /** Where Kamailio and RTPEngine are reached, for a device in another network. Default: 127.0.0.1. */
  serverAddress?: string;
  /** Further settings of the bridge. */
  bridgeEnv?: Record<string, string>;
  /** Another Node program for the bridge than the one that runs this. */
  bridgeNode?: string;
  /** Told before each step. */
  progress?: (what: string) => void;
}

/** What the sample house consists of. */
export interface SampleHouse {
  site: Site;
  building: Building;
  units: Unit[];
  door: Door;
}

export class Lab {
  readonly folder: string;
  readonly edge: Edge;
  readonly coturn: Program;
  readonly control: Control;
  readonly broker: Mosquitto;
  readonly bridge: Bridge;
  /** The administrator's session at the bridge. */
  readonly api: BridgeApi;
  readonly events: EventListener;
  readonly house: SampleHouse;
  /** For the bell button of the demo's page. */
  readonly buttonPort: number;
  private readonly siteToken: string;
  private readonly doorPassword: string;
  private readonly ports: PortBlock;
  private readonly stops: Stop[];
  private nextPhonePort: number;

  constructor(parts: LabParts) {
    this.folder = parts.folder;
    this.edge = parts.edge;
    this.coturn = parts.coturn;
    this.control = parts.control;
    this.broker = parts.broker;
    this.bridge = parts.bridge;
    this.api = parts.api;
    this.events = parts.events;
    this.house = parts.house;
    this.siteToken = parts.siteToken;
    this.doorPassword = parts.doorPassword;
    this.ports = parts.ports;
    this.stops = parts.stops;
    this.buttonPort = parts.ports.base + BUTTON_PORT;
    this.nextPhonePort = parts.ports.base + PHONES_FROM;
  }

  /** The door station of the sample house: plays the WAV file into its calls. */
  async startDoorStation(sound: string, answer: "auto" | "manual" = "manual"): Promise<SipPhone> {
    return await this.startPhone({ username: DOOR, password: this.doorPassword, sound, answer });
  }

  /** A mobile in a flat of the sample house: makes its account, starts a SIP phone with it. */
  async startMobile(unitNumber: string, options: { hz: number; answer?: "auto" | "manual" }): Promise<SipPhone> {
    const account = await this.api.post<AccountWithPassword>("/api/accounts", {
      siteId: this.house.site.id,
      unitId: this.unit(unitNumber).id,
      type: "mobile",
      label: "Mobile",
    });
    await this.directoryLive();
    const { username, password } = account;
    return await this.startPhone({ username, password, sound: this.toneFile(options.hz), answer: options.answer });
  }

  /** A SIP phone with what stands on its card. */
  async startCard(
    { username, password }: Pick<SipCard, "username" | "password">,
    answer: "auto" | "manual" = "manual",
  ): Promise<SipPhone> {
    return await this.startPhone({ username, password, answer, sound: this.toneFile(500) });
  }

  /** A WAV file with a steady tone. */
  toneFile(hz: number): string {
    const file = join(this.folder, `tone-${hz}.wav`);
    writeTone(file, hz);
    return file;
  }

  unit(number: string): Unit {
    const unit = this.house.units.find((known) => known.number === number);
    if (!unit) throw new Error(`the sample house has no unit ${number}`);
    return unit;
  }

  /** Waits until the VPS has every edit made so far. */
  async directoryLive(): Promise<void> {
    await directoryLive(this.api);
  }

  /** The live contacts of an account on the SIP server; empty while control or Kamailio is away. */
  async contacts(username: string): Promise<Registration[]> {
    try {
      const reply = await this.control.request("GET", "/v1/registrations", { token: this.siteToken });
      if (reply.status !== 200) return [];
      const { registrations } = reply.json<{ registrations: Registration[] }>();
      return registrations.filter((contact) => contact.username === username);
    } catch {
      return [];
    }
  }

  /** Ends what was started, the newest first. */
  async stop(): Promise<void> {
    await stopAll(this.stops);
  }

  private async startPhone(
    options: Pick<SipPhoneOptions, "username" | "password" | "sound"> & { answer?: "auto" | "manual" | undefined },
  ): Promise<SipPhone> {
    const port = this.nextPhonePort;
    if (port > this.ports.base + PHONES_TO) throw new Error("the lab has no port left for another phone");
    this.nextPhonePort += 3;
    const { answer = "manual", ...login } = options;
    const phone = await SipPhone.start({
      ...login,
      answer,
      domain: DOMAIN,
      server: `127.0.0.1:${this.edge.values.sipPort}`,
      folder: join(this.folder, `phone-${port}`),
      port,
    });
    this.stops.push(() => phone.stop());
    return phone;
  }
}

type Stop = () => void | Promise<void>;

interface LabParts {
  folder: string;
  edge: Edge;
  coturn: Program;
  control: Control;
  broker: Mosquitto;
  bridge: Bridge;
  api: BridgeApi;
  events: EventListener;
  house: SampleHouse;
  siteToken: string;
  doorPassword: string;
  ports: PortBlock;
  stops: Stop[];
}

/**
 * Starts everything and fills the sample house. On failure nothing is left running. A port that another program took
 * between the look and the start means another try.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  for (let triesLeft = 2; ; triesLeft--) {
    try {
      return await tryLab(options);
    } catch (error) {
      if (triesLeft === 0 || !/address already in use/i.test((error as Error).message)) throw error;
    }
  }
}

async function tryLab(options: LabOptions): Promise<Lab> {
  const progress = options.progress ?? (() => {});
  const stops: Stop[] = [];
  try {
    const folder = labFolder("lab");
    stops.push(() => folder.remove());
    const ports = await reservePorts();
    stops.push(() => ports.release());

    progress("Kamailio and RTPEngine");
    const { serverAddress: address } = options;
    const edge = await startEdge({
      ports,
      ...(address !== undefined && { values: { listenAddress: address, advertisedAddress: address } }),
    });
    stops.push(() => edge.stop());
    const { values } = edge;
    progress("coturn, control and Mosquitto");
    const coturn = await startCoturn(values);
    stops.push(() => coturn.stop());
    const control = await startControl({ values: { ...values, listenAddress: "127.0.0.1" }, caFile: edge.caFile });
    stops.push(() => control.stop());
    const broker = await startMosquitto({ port: ports.base + MQTT_PORT, folder: folder.path });
    stops.push(() => broker.stop());
    const token = await control.addSite(DOMAIN);

    progress("the bridge and its panel");
    const demo = options.demoPage === true ? await buildDemoPage(folder.path, ports.base + BUTTON_PORT) : {};
    const wss = options.browsers !== "ws";
    const bridge = await startBridge({
      folder: folder.path,
      port: options.pagePort ?? ports.base + BRIDGE_PORT,
      control: { url: `https://localhost:${values.controlPort}`, token, caFile: edge.caFile },
      sipUri: wss ? `wss://localhost:${values.wssPort}` : `ws://127.0.0.1:${values.plainWsPort}`,
      mqtt: { url: broker.url },
      env: { ...demo, ...options.bridgeEnv },
      ...(options.bridgeNode !== undefined && { node: options.bridgeNode }),
    });
    stops.push(() => bridge.stop());
    await until(() => bridge.token, { what: "the bridge to print its token" });

    progress("the sample house");
    const api = await bridge.api();
    const { house, doorPassword } = await fillSampleHouse(api);
    await directoryLive(api);
    const events = await EventListener.start(broker, DOMAIN);
    stops.push(() => events.stop());
    return new Lab({
      folder: folder.path,
      edge,
      coturn,
      control,
      broker,
      bridge,
      api,
      events,
      house,
      siteToken: token,
      doorPassword,
      ports,
      stops,
    });
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
}

/** Builds the page with the button, and returns the bridge's settings for it. */
async function buildDemoPage(folder: string, buttonPort: number): Promise<Record<string, string>> {
  const demoUrl = `http://localhost:${buttonPort}/ring`;
  const panel = await buildPanel({ outFolder: join(folder, "panel"), demoUrl });
  return { NEOLIA_PANEL: panel, NEOLIA_DEMO_URL: demoUrl };
}

async function fillSampleHouse(api: BridgeApi): Promise<{ house: SampleHouse; doorPassword: string }> {
  const site = await api.post<Site>("/api/sites", {
    name: "Sample house",
    address: "",
    domain: DOMAIN,
    timeZone: "Europe/Paris",
  });
  const building = await api.post<Building>("/api/buildings", { siteId: site.id, name: "Building A" });
  const units: Unit[] = [];
  for (const number of ["401", "402"]) {
    units.push(await api.post<Unit>("/api/units", { buildingId: building.id, number }));
  }
  const { account, ...door } = await api.post<DoorWithPassword>("/api/doors", {
    buildingId: building.id,
    label: "Entrance",
    name: DOOR,
  });
  return { house: { site, building, units, door }, doorPassword: account.password };
}

async function directoryLive(api: BridgeApi): Promise<void> {
  await until(
    async () => {
      const { provisioning } = await api.get<LiveState>("/api/state");
      return provisioning.length > 0 && provisioning.every((site) => site.liveRevision === site.revision);
    },
    { what: "the VPS to have the directory" },
  );
}

/** Ends everything, the newest first, whatever fails on the way; then throws what failed first. */
async function stopAll(stops: Stop[]): Promise<void> {
  const failures: unknown[] = [];
  for (let stop = stops.pop(); stop; stop = stops.pop()) {
    try {
      await stop();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
