/**
 * A WebSocket on which nothing is said: a living device keeps it, and its calls; one that is cut off without a word loses it. Both
 * take half a minute of silence, so they wait for it together.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { defaultPassword, type Edge, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { Program } from "../lab/process.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { TwoNetworks } from "../lab/two-networks.ts";
import { holds, until } from "../lab/until.ts";

const DOMAIN = "a.sip.test";
/** Longer than two rounds of the websocket module's own pings, of which it takes the second without a pong for the end. */
const SILENCE_MS = 36_000;
const CUT_OFF_DEVICE = fileURLToPath(new URL("cut-off-device.ts", import.meta.url));

const folder = labFolder("silent-socket");
let ports: PortBlock;
let networks: TwoNetworks;
let edge: Edge;
const devices: Program[] = [];
const agents: SipAgent[] = [];

before(async () => {
  ports = await reservePorts();
  networks = await TwoNetworks.start(ports.number, folder.path);
  const { server } = networks;
  edge = await startEdge({ ports, values: { listenAddress: server, advertisedAddress: server } });
  edge.seedDirectory({
    domain: DOMAIN,
    units: [
      { name: "unit401", kind: "residential" },
      { name: "unit402", kind: "residential" },
    ],
    accounts: [
      { username: "door", type: "door", unit: null },
      { username: "panel", type: "panel", unit: "unit401" },
      { username: "tablet", type: "panel", unit: "unit401" },
      { username: "lobby", type: "panel", unit: "unit402" },
    ],
    rules: [{ unit: "unit401" }, { unit: "unit402", ringSeconds: 60 }],
  });
});

after(async () => {
  for (const agent of agents) agent.close();
  for (const device of devices) await device.stop();
  await edge?.stop();
  await networks?.stop();
  ports?.release();
  folder.remove();
});

async function agent(user: string, protocol: "udp" | "wss"): Promise<SipAgent> {
  const { wssPort, sipPort } = edge.values;
  const opened = await SipAgent.open({
    host: networks.server,
    port: protocol === "wss" ? wssPort : sipPort,
    localAddress: networks.server,
    protocol,
    user,
    domain: DOMAIN,
    password: defaultPassword(user),
    pongs: false,
  });
  agents.push(opened);
  opened.policy = { ring: true, final: null };
  return opened;
}

async function contacts(user: string): Promise<number> {
  const found = (await edge.jsonRpc("ul.lookup", ["location", `${user}@${DOMAIN}`]).catch(() => null)) as {
    Contacts: unknown[];
  } | null;
  return found?.Contacts.length ?? 0;
}

describe("a WebSocket on which nothing is said", { concurrency: true }, () => {
  test("stays with a living device, also one whose pong nobody has heard: it is rung", async () => {
    const panel = await agent("panel", "wss");
    assert.equal((await panel.register(300)).status, 200);
    await holds(async () => (await contacts("panel")) === 1, SILENCE_MS, "the panel's registration");
    const door = await agent("door", "udp");
    const call = await door.call("unit401");
    await until(() => panel.incoming[0], { what: "the panel to ring" });
    await call.cancel();
    assert.equal((await panel.register(300)).status, 200);
  });

  test("is taken from a device that was cut off without a word, sooner where a call waits for an answer", async () => {
    for (const user of ["tablet", "lobby"]) {
      const args = [CUT_OFF_DEVICE, networks.server, String(edge.values.wssPort), user, DOMAIN];
      const [command = "", ...prefix] = [...networks.prefix, process.execPath];
      const logFile = join(folder.path, `${user}.log`);
      const ready = async (): Promise<boolean> => (await contacts(user)) === 1;
      devices.push(await Program.start({ command, args: [...prefix, ...args], logFile, ready }));
    }
    networks.join(1);
    networks.fade(0, 1);
    // TCP asks for no sign of life while it waits for an acknowledgement: it would go on for a quarter of an hour.
    const door = await agent("door", "udp");
    const call = await door.call("unit402");
    assert.equal((await call.final).status, 408);
    await until(async () => (await contacts("lobby")) === 0, { timeoutMs: 30_000, what: "the lobby's contact to go" });
    assert.equal((await (await door.call("unit402")).final).status, 480);
    await until(async () => (await contacts("tablet")) === 0, {
      timeoutMs: 90_000,
      what: "the tablet's contact to go",
    });
  });
});
