/** A restaurant: the whole system, a line with the sample menu, the stand-in of the voice service, and gateways that bring callers. */
import type { Board } from "../../bridge/src/api/board.ts";
import type { LineWithPassword } from "../../bridge/src/api/line.ts";
import type { Brain } from "../fakes/realtime/brain.ts";
import { FakeRealtime } from "../fakes/realtime/realtime.ts";
import { DOMAIN, type Lab, type LabOptions, startLab } from "../lab/lab.ts";
import type { Call } from "../lab/sip/call.ts";
import type { SoundPeer } from "../lab/sip/rtp.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";

export interface LineLabOptions {
  brain: () => Brain;
  /** Names of the gateways, one line each. */
  gateways?: readonly string[];
  lab?: LabOptions;
  /** What the bridge gets for the service's address, when something stands between it and the stand-in. */
  between?: (standIn: FakeRealtime) => Promise<string>;
}

export interface Restaurant {
  line: LineWithPassword;
  gateway: SipAgent;
}

export class LineLab {
  readonly lab: Lab;
  readonly service: FakeRealtime;
  readonly restaurants: Restaurant[];

  private constructor(lab: Lab, service: FakeRealtime, restaurants: Restaurant[]) {
    this.lab = lab;
    this.service = service;
    this.restaurants = restaurants;
  }

  static async start({
    brain,
    gateways = ["ht841_restaurant1"],
    lab: options,
    between,
  }: LineLabOptions): Promise<LineLab> {
    const service = await FakeRealtime.start(brain);
    let lab: Lab | undefined;
    try {
      lab = await startLab({
        ...options,
        bridgeEnv: {
          NEOLIA_OPENAI_API_KEY: "sk-stand-in",
          NEOLIA_VOICE_URL: (await between?.(service)) ?? service.url,
          ...options?.bridgeEnv,
        },
      });
      const restaurants: Restaurant[] = [];
      for (const [index, name] of gateways.entries()) restaurants.push(await open(lab, name, index));
      const made = new LineLab(lab, service, restaurants);
      await made.ready();
      return made;
    } catch (error) {
      await lab?.stop();
      await service.stop();
      throw error;
    }
  }

  /** The first line. */
  get restaurant(): Restaurant {
    const [first] = this.restaurants;
    if (!first) throw new Error("no line");
    return first;
  }

  /** Waits until the bridge's phone is registered. */
  async ready(): Promise<void> {
    await until(async () => (await this.bridgeContacts()) === 1, { timeoutMs: 30_000, what: "the bridge's phone" });
  }

  /** How many contacts the bridge's account has. */
  async bridgeContacts(): Promise<number> {
    const accounts = await this.lab.api.get<{ username: string; type: string }[]>("/api/accounts");
    const bridge = accounts.find(({ type }) => type === "bridge");
    return bridge ? (await this.lab.contacts(bridge.username)).length : 0;
  }

  /** Calls the line as the gateway does for somebody with this number. */
  async dial(handset: SoundPeer, number = "+33639980178", { line, gateway } = this.restaurant): Promise<Call> {
    const from = `<sip:${number}@${DOMAIN}>;tag=${Math.random().toString(36).slice(2)}`;
    return await gateway.call(line.name, { rtp: handset, from });
  }

  async board({ line } = this.restaurant): Promise<Board> {
    return await this.lab.api.get<Board>(`/api/lines/${line.id}/board`);
  }

  async stop(): Promise<void> {
    for (const { gateway } of this.restaurants) gateway.close();
    await this.lab.stop();
    await this.service.stop();
  }
}

async function open(lab: Lab, name: string, index: number): Promise<Restaurant> {
  const line = await lab.api.post<LineWithPassword>("/api/lines", {
    buildingId: lab.house.building.id,
    label: `Chez Marco ${index + 1}`,
    name: `restaurant${index + 1}`,
    gateway: name,
  });
  await lab.api.post(`/api/lines/${line.id}/menu/sample`, {});
  await lab.api.patch(`/api/lines/${line.id}`, { settings: { concurrentCalls: 20, ordersPerSlot: 100 } });
  await lab.directoryLive();
  const gateway = await SipAgent.open({
    user: name,
    domain: DOMAIN,
    password: line.account.password,
    port: lab.edge.values.sipPort,
  });
  await gateway.register();
  return { line, gateway };
}
