/** A house for tests: a real Core with the Supervisor stand-in in front of an app, an owner and two residents. */

import { SupervisorStandIn } from "../fakes/supervisor.ts";
import { labFolder } from "../lab/folder.ts";
import { HomeAssistantCore } from "../lab/homeassistant-core.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { addPerson, longLivedToken, onboard, type Person } from "./onboarding.ts";

export interface HomeOptions {
  /** Starts the app on this port of loopback, where ingress looks for it; returns what ends it. */
  startApp: (port: number, supervisor: SupervisorStandIn) => Promise<() => Promise<void> | void>;
  files?: Record<string, string>;
  configuration?: string;
}

export class Home {
  readonly folder: string;
  readonly ports: PortBlock;
  readonly supervisor: SupervisorStandIn;
  readonly core: HomeAssistantCore;
  /** Administrator, and the only owner. */
  readonly owner: Person;
  readonly rosa: Person;
  readonly sam: Person;
  /** A token of the owner's that outlives restarts. */
  readonly ownerToken: string;
  private readonly ending: (() => Promise<void> | void)[];

  private constructor(parts: Omit<Home, "stop" | "restartCore" | "ending">, ending: (() => Promise<void> | void)[]) {
    this.folder = parts.folder;
    this.ports = parts.ports;
    this.supervisor = parts.supervisor;
    this.core = parts.core;
    this.owner = parts.owner;
    this.rosa = parts.rosa;
    this.sam = parts.sam;
    this.ownerToken = parts.ownerToken;
    this.ending = ending;
  }

  static async start(options: HomeOptions): Promise<Home> {
    const ending: (() => Promise<void> | void)[] = [];
    try {
      const folder = labFolder("home");
      ending.unshift(() => folder.remove());
      const ports = await reservePorts();
      ending.unshift(() => ports.release());
      const appPort = ports.base + 1;
      const supervisor = await SupervisorStandIn.start({ port: ports.base, appUrl: `http://127.0.0.1:${appPort}` });
      ending.unshift(() => supervisor.stop());
      ending.unshift(await options.startApp(appPort, supervisor));
      const core = await HomeAssistantCore.start({
        folder: folder.path,
        supervisor: { address: supervisor.address, token: supervisor.coreToken },
        files: options.files ?? {},
        configuration: options.configuration ?? "",
      });
      ending.unshift(() => core.stop());
      const owner = await onboard(core);
      const ownerToken = await longLivedToken(core, owner);
      const rosa = await addPerson(core, ownerToken, "Rosa Resident");
      const sam = await addPerson(core, ownerToken, "Sam Resident");
      supervisor.connectCore({ url: core.url, token: ownerToken });
      await supervisor.showPanel(true);
      return new Home({ folder: folder.path, ports, supervisor, core, owner, ownerToken, rosa, sam }, ending);
    } catch (error) {
      for (const end of ending) await end();
      throw error;
    }
  }

  /** Restarts Core; the sidebar entry comes back as the Supervisor would bring it. */
  async restartCore(): Promise<void> {
    this.supervisor.connectCore(null);
    await this.core.restart();
    await running(this.core, this.ownerToken);
    this.supervisor.connectCore({ url: this.core.url, token: this.ownerToken });
    await this.supervisor.showPanel(this.supervisor.panelShown);
  }

  async stop(): Promise<void> {
    for (const end of this.ending) await end();
  }
}

/** Core serves pages before it has loaded everything; the Supervisor waits for this state, and so do we. */
async function running(core: HomeAssistantCore, token: string): Promise<void> {
  await until(
    async () => {
      const reply = await fetch(`${core.url}/api/config`, { headers: { authorization: `Bearer ${token}` } });
      return reply.ok && ((await reply.json()) as { state: string }).state === "RUNNING";
    },
    { timeoutMs: 60_000, what: "Core to have loaded everything" },
  );
}
