/**
 * A whole house in Home Assistant: the real edge and control, a real Core with the Supervisor stand-in, the staged app
 * behind Core's ingress, and a door station that can ring. Rosa lives in unit 401, Sam in unit 402.
 */
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Building, DoorWithPassword, Site, Unit } from "../../bridge/src/api/directory.ts";
import type { LiveState } from "../../bridge/src/api/live.ts";
import { builtPanel } from "../lab/built.ts";
import { type Control, startControl } from "../lab/control.ts";
import { type Edge, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";
import { writeTone } from "../lab/voice.ts";
import { Home } from "./home.ts";
import { type StagedBridge, startStagedBridge } from "./staged-bridge.ts";
import { Visit } from "./visit.ts";

export const DOMAIN = "home.sip.example.com";
export const DOOR_HZ = 440;
/** Where the native panel is. */
export const NATIVE_PATH = "/intercom";

/** The entry that addon/DOCS.md tells an installer to write. */
export function nativePanel(path: string, more = ""): string {
  return `  - name: neolia-native-panel
    url_path: ${path}
    sidebar_title: Intercom
    sidebar_icon: mdi:doorbell-video
    module_url: /local/neolia-native-panel.js
${more}    config:
      slug: local_neolia
`;
}

export interface DoorHouseOptions {
  /** More native panels, as `nativePanel` writes them. */
  nativePanels?: string;
  files?: Record<string, string>;
  /** How browsers reach the SIP server. `ws` is for a person's own browser, which does not know the lab's CA. */
  browsers?: "wss" | "ws";
  /** What the door plays; default: a tone of DOOR_HZ. */
  writeDoorSound?: (file: string) => void;
  /** Whether the door answers when it is called. */
  doorAnswer?: "auto" | "manual";
  /** More of the app's environment. */
  appEnv?: (folder: string) => Promise<Record<string, string>>;
}

export class DoorHouse {
  readonly folder: string;
  readonly home: Home;
  readonly edge: Edge;
  readonly control: Control;
  readonly app: StagedBridge;
  readonly door: SipPhone;
  readonly units: { "401": Unit; "402": Unit };
  private readonly ending: (() => Promise<void> | void)[];

  private constructor(parts: Omit<DoorHouse, "owner" | "toneFile" | "live" | "stop">, ending: DoorHouse["ending"]) {
    this.folder = parts.folder;
    this.home = parts.home;
    this.edge = parts.edge;
    this.control = parts.control;
    this.app = parts.app;
    this.door = parts.door;
    this.units = parts.units;
    this.ending = ending;
  }

  static async start(options: DoorHouseOptions = {}): Promise<DoorHouse> {
    const ending: (() => Promise<void> | void)[] = [];
    try {
      const folder = labFolder("door-house");
      ending.unshift(() => folder.remove());
      const edge = await startEdge();
      ending.unshift(() => edge.stop());
      const control = await startControl({ values: edge.values, caFile: edge.caFile });
      ending.unshift(() => control.stop());
      const token = await control.addSite(DOMAIN);
      // The app has a user of its own, who may not look into the edge's folder.
      const caFile = join(folder.path, "ca.pem");
      copyFileSync(edge.caFile, caFile);
      let app: StagedBridge | undefined;
      const home = await Home.start({
        startApp: async (port, supervisor) => {
          app = await startStagedBridge(folder.path, port, supervisor, {
            NEOLIA_CONTROL_URL: `https://localhost:${edge.values.controlPort}`,
            NEOLIA_SITE_TOKEN: token,
            NEOLIA_CA_FILE: caFile,
            NEOLIA_SIP_URI:
              options.browsers === "ws"
                ? `ws://127.0.0.1:${edge.values.plainWsPort}`
                : `wss://localhost:${edge.values.wssPort}`,
            ...(await options.appEnv?.(folder.path)),
          });
          return app.stop;
        },
        files: {
          "www/neolia-native-panel.js": readFileSync(join(builtPanel(), "neolia-native-panel.js"), "utf8"),
          ...options.files,
        },
        configuration: `panel_custom:\n${nativePanel(NATIVE_PATH.slice(1))}${options.nativePanels ?? ""}`,
      });
      ending.unshift(() => home.stop());
      if (app === undefined) throw new Error("the app was not started");
      const { units, doorPassword } = await furnish(home);
      const sound = join(folder.path, "door.wav");
      if (options.writeDoorSound) options.writeDoorSound(sound);
      else writeTone(sound, DOOR_HZ);
      const door = await SipPhone.start({
        username: "entrance",
        domain: DOMAIN,
        password: doorPassword,
        server: `127.0.0.1:${edge.values.sipPort}`,
        folder: join(folder.path, "door"),
        port: home.ports.base + 40,
        sound,
        answer: options.doorAnswer ?? "manual",
      });
      ending.unshift(() => door.stop());
      return new DoorHouse({ folder: folder.path, home, edge, control, app, door, units }, ending);
    } catch (error) {
      for (const end of ending) await end();
      throw error;
    }
  }

  /** The app as its administrator has it. */
  async owner(): Promise<Visit> {
    return await Visit.of(this.home, this.home.owner);
  }

  /** A WAV file with a steady tone. */
  toneFile(hz: number): string {
    const file = join(this.folder, `tone-${hz}.wav`);
    writeTone(file, hz);
    return file;
  }

  /** Waits until the VPS has every edit made so far. */
  async live(): Promise<void> {
    await directoryLive(await this.owner());
  }

  async stop(): Promise<void> {
    for (const end of this.ending) await end();
  }
}

/** The directory, as an administrator makes it. */
async function furnish(home: Home): Promise<{ units: DoorHouse["units"]; doorPassword: string }> {
  const owner = await Visit.of(home, home.owner);
  await until(async () => (await owner.session()).role === "admin", {
    timeoutMs: 60_000,
    what: "the list of users",
  });
  const site = await owner.post<Site>("api/sites", {
    name: "Rue du Lac 4",
    address: "",
    domain: DOMAIN,
    timeZone: "Europe/Paris",
  });
  const building = await owner.post<Building>("api/buildings", { siteId: site.id, name: "Building A" });
  const unit = (number: string) => owner.post<Unit>("api/units", { buildingId: building.id, number });
  const units = { "401": await unit("401"), "402": await unit("402") };
  const { account } = await owner.post<DoorWithPassword>("api/doors", {
    buildingId: building.id,
    label: "Entrance",
    name: "entrance",
  });
  await owner.put(`api/members/${home.rosa.id}`, { unitIds: [units["401"].id] });
  await owner.put(`api/members/${home.sam.id}`, { unitIds: [units["402"].id] });
  await directoryLive(owner);
  return { units, doorPassword: account.password };
}

async function directoryLive(owner: Visit): Promise<void> {
  await until(
    async () => {
      const { provisioning } = await owner.get<LiveState>("api/state");
      return provisioning.length > 0 && provisioning.every((site) => site.liveRevision === site.revision);
    },
    { timeoutMs: 30_000, what: "the VPS to have the directory" },
  );
}
