/** A house without a VPS: a real Core with the Supervisor stand-in, the staged app behind Core's ingress, and a broker. */
import type { Building, Site, Unit } from "../../bridge/src/api/directory.ts";
import { labFolder } from "../lab/folder.ts";
import { Mosquitto } from "../lab/mosquitto.ts";
import { reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { Home } from "./home.ts";
import { type StagedBridge, startStagedBridge } from "./staged-bridge.ts";
import { Visit } from "./visit.ts";

export class AppHouse {
  readonly folder: string;
  readonly broker: Mosquitto;
  readonly home: Home;
  readonly app: StagedBridge;
  /** Where the app itself listens, which only the Supervisor should reach. */
  readonly appPort: number;
  private readonly ending: (() => Promise<void> | void)[];

  private constructor(
    parts: Pick<AppHouse, "folder" | "broker" | "home" | "app" | "appPort">,
    ending: AppHouse["ending"],
  ) {
    this.folder = parts.folder;
    this.broker = parts.broker;
    this.home = parts.home;
    this.app = parts.app;
    this.appPort = parts.appPort;
    this.ending = ending;
  }

  /** The broker asks for a login that the app gets from the Supervisor. */
  static async start(): Promise<AppHouse> {
    const ending: (() => Promise<void> | void)[] = [];
    try {
      const folder = labFolder("app-house");
      ending.unshift(() => folder.remove());
      const ports = await reservePorts();
      ending.unshift(() => ports.release());
      const login = { username: "addons", password: "made by the Supervisor" };
      const broker = new Mosquitto({ port: ports.base, folder: folder.path, login });
      ending.unshift(() => broker.stop());
      await broker.start();
      const started: { app?: StagedBridge; appPort: number } = { appPort: 0 };
      const home = await Home.start({
        startApp: async (port, supervisor) => {
          supervisor.mqtt = { host: "127.0.0.1", port: ports.base, ssl: false, ...login };
          const app = await startStagedBridge(folder.path, port, supervisor);
          Object.assign(started, { app, appPort: port });
          return () => app.stop();
        },
      });
      ending.unshift(() => home.stop());
      const { app, appPort } = started;
      if (app === undefined) throw new Error("the app was not started");
      return new AppHouse({ folder: folder.path, broker, home, app, appPort }, ending);
    } catch (error) {
      for (const end of ending) await end();
      throw error;
    }
  }

  /** The app as its administrator has it, once it knows who that is. */
  async owner(): Promise<Visit> {
    const owner = await Visit.of(this.home, this.home.owner);
    await until(async () => (await owner.session()).role === "admin", { timeoutMs: 60_000, what: "the list of users" });
    return owner;
  }

  /** A site with one building and units of these numbers. */
  async furnish(site: { name: string; domain: string }, numbers: string[]): Promise<{ site: Site; units: Unit[] }> {
    const owner = await this.owner();
    const made = await owner.post<Site>("api/sites", { address: "", timeZone: "Europe/Paris", ...site });
    const building = await owner.post<Building>("api/buildings", { siteId: made.id, name: "A" });
    const units: Unit[] = [];
    for (const number of numbers) units.push(await owner.post<Unit>("api/units", { buildingId: building.id, number }));
    return { site: made, units };
  }

  async stop(): Promise<void> {
    for (const end of this.ending) await end();
  }
}
