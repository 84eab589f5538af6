/** `npm run demo -- --homeassistant`: a door call in a real Home Assistant, for a person to look at. */
import { join } from "node:path";
import { buildPanel } from "../../panel/build.ts";
import { DoorBell } from "../lab/door-bell.ts";
import { startMosquitto } from "../lab/mosquitto.ts";
import { reservePorts } from "../lab/ports.ts";
import { startRingButton } from "../lab/ring-button.ts";
import { writeVisitor } from "../lab/voice.ts";
import { DoorHouse } from "./door-house.ts";
import { addMqtt, type Person, passwordOf } from "./onboarding.ts";

export interface HomeDemo {
  /** What a person has to know, for the terminal. */
  text: string;
  bell: DoorBell;
  stop(): Promise<void>;
}

/** Starts Core, the Supervisor stand-in, the app, the edge, a broker and a door station. */
export async function startHomeDemo(tell: (what: string) => void): Promise<HomeDemo> {
  const ending: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ending.splice(0)) await end();
  };
  try {
    const ports = await reservePorts();
    ending.unshift(() => ports.release());
    const buttonPort = ports.base;
    tell("starting the SIP server, the app and Home Assistant Core (the first time it is downloaded: some minutes)");
    const house = await DoorHouse.start({
      browsers: "ws",
      doorAnswer: "auto",
      writeDoorSound: (file) => writeVisitor(file, process.env.LANG?.startsWith("fr") ? "fr" : "en"),
      appEnv: async (folder) => ({
        NEOLIA_PANEL: await buildPanel({
          outFolder: join(folder, "demo-panel"),
          demoUrl: `http://localhost:${buttonPort}/ring`,
        }),
        NEOLIA_DEMO_URL: `http://localhost:${buttonPort}`,
      }),
    });
    ending.unshift(() => house.stop());
    const { core, supervisor, owner, ownerToken, rosa, sam } = house.home;
    tell("starting the broker");
    const broker = await startMosquitto({ port: ports.base + 1, folder: house.folder });
    ending.unshift(() => broker.stop());
    await addMqtt(core, ownerToken, broker.port);
    supervisor.mqtt = { host: "127.0.0.1", port: broker.port, ssl: false, username: "", password: "" };
    const bell = new DoorBell(house.door, "unit401", tell);
    const button = await startRingButton(buttonPort, core.url, () => bell.press());
    ending.unshift(() => button.stop());
    return { text: textOf(`${core.url}/app/${supervisor.slug}`, { owner, rosa, sam }), bell, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function textOf(url: string, { owner, rosa, sam }: Record<"owner" | "rosa" | "sam", Person>): string {
  const line = ({ username }: Person, who: string) =>
    `  ${username.padEnd(8)} ${passwordOf(username).padEnd(24)} ${who}`;
  return `
Open this address in a browser on this machine:

  ${url}

and log in as one of these:

${line(owner, "owner: sees everything, and who lives where")}
${line(rosa, "resident of unit 401: the door rings here")}
${line(sam, "resident of unit 402: learns nothing of it")}

As ${rosa.username}, set this device up for unit 401, then ring the door. The devices and entities are under
Settings, Devices, of the owner. The Supervisor is a stand-in: there is no app store and nothing to update.
Press r to ring, q or Ctrl-C to stop. (The page has a button that rings, too.)
`;
}
