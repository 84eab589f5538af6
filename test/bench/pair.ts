/**
 * The servers that a bench compares: our whole configuration and the minimal one, with the same accounts, side by side. The minimal one is there
 * twice: with Kamailio's default memory manager, as one starts it, and with the one that ours is started with.
 */
import { join } from "node:path";
import { defaultPassword, ha1, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { type MinimalEdge, startMinimalEdge } from "./minimal-edge.ts";

interface Login {
  user: string;
  domain: string;
  ha1: string;
}

export interface Server {
  sipPort: number;
  wssPort: number;
  kamailioPid(): number;
  rtpenginePid(): number;
  door: Login;
  browser: Login;
  /** What the door dials to reach the browser; the minimal server knows accounts only. */
  browserCallee: string;
  answering: Login;
  answeringCallee: string;
  phones: Login[];
}

export interface Pair {
  ours: Server;
  minimal: Server;
  minimalFast: Server;
  /** The certificate that both show, PEM. */
  certificateFile: string;
  stop(): Promise<void>;
}

const DOMAIN = "bench.sip.test";
const PHONES = Array.from({ length: 8 }, (_, i) => `phone${i}`);

export async function startPair(): Promise<Pair> {
  const login = (user: string): Login => ({ user, domain: DOMAIN, ha1: ha1(user, DOMAIN, defaultPassword(user)) });
  const accounts = {
    door: login("intercom-entrance"),
    browser: login("panel-401"),
    answering: login("phone-402"),
    phones: PHONES.map(login),
  };
  const folder = labFolder("bench");
  const ports = [await reservePorts(), await reservePorts()] as const;
  const edge = await startEdge();
  edge.seedDirectory({
    domain: DOMAIN,
    units: [
      { name: "unit401", kind: "residential" },
      { name: "unit402", kind: "residential" },
      { name: "intercom-entrance", kind: "door" },
    ],
    accounts: [
      { username: "intercom-entrance", type: "door", unit: "intercom-entrance" },
      { username: "panel-401", type: "panel", unit: "unit401" },
      { username: "phone-402", type: "mobile", unit: "unit402" },
      ...PHONES.map((username) => ({ username, type: "mobile" as const, unit: null })),
    ],
    rules: [{ unit: "unit401" }, { unit: "unit402" }],
  });
  const startMinimal = (name: string, base: number, allocator?: string): Promise<MinimalEdge> =>
    startMinimalEdge({
      folder: join(folder.path, name),
      ports: base,
      domain: DOMAIN,
      certificateFile: edge.values.certificateFile,
      privateKeyFile: edge.values.privateKeyFile,
      accounts: Object.fromEntries(
        ["intercom-entrance", "panel-401", "phone-402", ...PHONES].map((user) => [user, defaultPassword(user)]),
      ),
      ...(allocator ? { allocator } : {}),
    });
  const minimal = await startMinimal("minimal", ports[0].base);
  const minimalFast = await startMinimal("minimal-fast", ports[1].base, "fm");
  const serverOf = (started: MinimalEdge): Server => ({
    ...accounts,
    sipPort: started.sipPort,
    wssPort: started.wssPort,
    kamailioPid: () => started.kamailio.pid,
    rtpenginePid: () => started.rtpengine.pid,
    browserCallee: "panel-401",
    answeringCallee: "phone-402",
  });
  return {
    ours: {
      ...accounts,
      sipPort: edge.values.sipPort,
      wssPort: edge.values.wssPort,
      kamailioPid: () => edge.kamailioPid,
      rtpenginePid: () => edge.rtpenginePid,
      browserCallee: "unit401",
      answeringCallee: "unit402",
    },
    minimal: serverOf(minimal),
    minimalFast: serverOf(minimalFast),
    certificateFile: edge.values.certificateFile,
    stop: async () => {
      await minimal.stop();
      await minimalFast.stop();
      await edge.stop();
      for (const block of ports) block.release();
      folder.remove();
    },
  };
}
