/** Two real bridges, a site's and an installer's, with the real control between them, on a way that can be cut. */
import { join } from "node:path";
import { after, before } from "node:test";
import type { Building, Site, Unit } from "../../bridge/src/api/directory.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { GrantWithCode, RemoteSite } from "../../bridge/src/api/remote.ts";
import { type Bridge, type BridgeApi, startBridge } from "../lab/bridge.ts";
import type { Control } from "../lab/control.ts";
import { startControlAlone } from "../lab/control-alone.ts";
import { type Cuttable, cuttable } from "../lab/cuttable.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";

export const A = "a.sip.test";
export const B = "b.sip.test";

let lab: ReturnType<typeof labFolder>;
let ports: PortBlock;
export let control: Control;
/** Of both bridges to control, where the file asks for one. */
export let way: Cuttable;
let stopControl: () => Promise<void>;
/** At the site, with two sites in it. */
export let atSite: Bridge;
export let atInstaller: Bridge;
export let site: BridgeApi;
export let installer: BridgeApi;
export let siteA: Site;
export let siteB: Site;
export let building: Building;
export let tokens: { a: string; b: string };

/** One set for all tests of the file. */
export function inTwoBridges(name: string, { cuttable: isCuttable = false } = {}): void {
  before(() => start(name, isCuttable));
  after(stop);
}

async function start(name: string, isCuttable: boolean): Promise<void> {
  lab = labFolder(name);
  ports = await reservePorts();
  ({ control, stop: stopControl } = await startControlAlone(`${name}-control`));
  if (isCuttable) way = await cuttable(control.values.controlPort);
  tokens = { a: await control.addSite(A), b: await control.addSite(B) };
  const token = `${tokens.a} ${tokens.b}`;
  const folder = (name: string) => join(lab.path, name);
  [atSite, atInstaller] = await Promise.all([
    startBridge({
      folder: folder("site"),
      port: ports.base,
      control: { url: isCuttable ? `http://127.0.0.1:${way.port}` : control.url, token, caFile: null },
    }),
    startBridge({ folder: folder("installer"), port: ports.base + 1 }),
  ]);
  [site, installer] = await Promise.all([atSite.api(), atInstaller.api()]);
  siteA = await site.post<Site>("/api/sites", { name: "Alpha", address: "", domain: A, timeZone: "Europe/Paris" });
  siteB = await site.post<Site>("/api/sites", { name: "Beta", address: "", domain: B, timeZone: "Europe/Paris" });
  building = await site.post<Building>("/api/buildings", { siteId: siteA.id, name: "Tower" });
  await site.post<Building>("/api/buildings", { siteId: siteB.id, name: "Annex" });
}

async function stop(): Promise<void> {
  await Promise.all([atSite?.stop(), atInstaller?.stop()]);
  await way?.close();
  await stopControl?.();
  ports.release();
  lab.remove();
}

/** The link to the VPS comes up by itself, a moment after its site was made. */
export async function grant(): Promise<GrantWithCode> {
  const body = { siteId: siteA.id, label: "Dupont", hours: 24, backups: false };
  const ask = () => site.request<GrantWithCode>("POST", "/api/grants", body);
  const reply = await until(() => ask().then((one) => one.status === 201 && one), {
    what: "the site's link to control",
  });
  return reply.body;
}

export const take = (code: string) =>
  installer.request<RemoteSite & ErrorReply>("POST", "/api/remote-sites", { code, by: "Dupont SARL" });

/** The invitation reaches control a moment after it was made. */
export async function joined(code: string): Promise<RemoteSite> {
  const reply = await until(() => take(code).then((one) => one.status === 201 && one), { what: "the invitation" });
  return reply.body;
}

export const at = (remote: RemoteSite, path: string) => `/api/remote-sites/${remote.id}/at/api/${path}`;
export const addUnit = (remote: RemoteSite, number: string) =>
  installer.request<Unit & ErrorReply>("POST", at(remote, "units"), { buildingId: building.id, number });
export const codeOf = (reply: { body: ErrorReply }) => reply.body.error.code;
export const units = async () => (await site.get<Unit[]>(`/api/units?siteId=${siteA.id}`)).map(({ number }) => number);
