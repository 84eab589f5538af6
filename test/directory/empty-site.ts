/** The whole system with nothing in it: VPS, bridge and panel, and not a single site. What an installer begins with. */
import type { Browser } from "playwright-core";
import type { ControlAccess } from "../../bridge/src/vps/control-client.ts";
import { type Bridge, type BridgeApi, startBridge } from "../lab/bridge.ts";
import { builtPanel } from "../lab/built.ts";
import { startChromium } from "../lab/chromium.ts";
import { startControl } from "../lab/control.ts";
import { startCoturn } from "../lab/coturn.ts";
import { type Edge, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";
import { writeTone } from "../lab/voice.ts";

const BRIDGE_PORT = 21;
const PHONES_FROM = 40;

export interface EmptySite {
  domain: string;
  edge: Edge;
  bridge: Bridge;
  api: BridgeApi;
  /** How the bridge reaches the control service. */
  access: ControlAccess;
  browser: Browser;
  /** A real SIP phone with the login that a person read off its card. */
  phone(username: string, password: string): Promise<SipPhone>;
  stop(): Promise<void>;
}

export async function startEmptySite(domain: string): Promise<EmptySite> {
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (let end = stops.pop(); end; end = stops.pop()) await end();
  };
  try {
    const folder = labFolder("empty");
    stops.push(() => folder.remove());
    const ports = await reservePorts();
    stops.push(() => ports.release());
    const edge = await startEdge({ ports });
    stops.push(() => edge.stop());
    const { values } = edge;
    const coturn = await startCoturn(values);
    stops.push(() => coturn.stop());
    const control = await startControl({ values, caFile: edge.caFile });
    stops.push(() => control.stop());
    const token = await control.addSite(domain);
    const access = { url: `https://localhost:${values.controlPort}`, token, caFile: edge.caFile };
    const bridge = await startBridge({
      folder: folder.path,
      port: ports.base + BRIDGE_PORT,
      control: access,
      sipUri: `wss://localhost:${values.wssPort}`,
      env: { NEOLIA_PANEL: builtPanel() },
    });
    stops.push(() => bridge.stop());
    await until(() => bridge.token, { what: "the bridge to print its token" });
    const browser = await startChromium({ certificateFile: values.certificateFile });
    stops.push(() => browser.close());
    let nextPort = ports.base + PHONES_FROM;
    const sound = `${folder.path}/tone.wav`;
    writeTone(sound, 440);
    const phone = async (username: string, password: string): Promise<SipPhone> => {
      const port = nextPort;
      nextPort += 3;
      const started = await SipPhone.start({
        username,
        password,
        sound,
        domain,
        server: `127.0.0.1:${values.sipPort}`,
        folder: `${folder.path}/phone-${port}`,
        port,
        answer: "manual",
      });
      stops.push(() => started.stop());
      return started;
    };
    return { domain, edge, bridge, api: await bridge.api(), access, browser, phone, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
