/** The page and its API, wired: who is asking, what they see of the running system, and where they reach it. */
import type { AddressInfo } from "node:net";
import { liveView } from "./calls/live.ts";
import type { Directory } from "./directory/directory.ts";
import { provisioningView } from "./directory/provisioning.ts";
import type { EventBus } from "./events/bus.ts";
import type { Home } from "./homeassistant/home.ts";
import { letGoOfPanels, serve } from "./http/app.ts";
import type { App } from "./http/app-type.ts";
import { ingressIdentity } from "./http/ingress-identity.ts";
import { standaloneIdentity, standaloneKeys } from "./http/standalone-identity.ts";
import { serverCheck } from "./links/server-check.ts";
import type { Mqtt } from "./mqtt/mqtt.ts";
import { missingParts, type Options } from "./options.ts";
import type { Ordering } from "./ordering/ordering.ts";
import type { Store } from "./store/store.ts";
import { VERSION } from "./version.ts";
import type { Cameras } from "./video/cameras.ts";
import type { Vps } from "./vps/vps.ts";

export interface PageParts {
  app: App;
  options: Options;
  store: Store;
  bus: EventBus;
  directory: Directory;
  ordering: Ordering;
  vps: Vps;
  mqtt: Mqtt;
  /** null: there is no Home Assistant around. */
  home: Home | null;
  cameras: Cameras;
}

/** Listens; resolves with where a person finds the page. Rejects when the address is taken. */
export async function openPage(parts: PageParts): Promise<string> {
  const { app, options, store, bus, directory, ordering, vps, mqtt, home, cameras } = parts;
  const missing = () => missingParts({ ...options, mqtt: mqtt.state().link !== "not-configured" });
  const notices = () => [...(store.notice === null ? [] : [store.notice]), ...missing()];
  const identity = home
    ? {
        ...ingressIdentity({
          userOf: home.userOf,
          unitsOf: directory.members.unitsOf,
          worksAtDesk: directory.members.worksAtDesk,
        }),
        token: null,
      }
    : standaloneIdentity({
        ...standaloneKeys(options.dataFolder),
        port: options.port,
        panelOf: directory.devices.panelOf,
      });
  const links = { vps: vps.state, vpsOf: vps.linkOf, mqtt: mqtt.state, registered: vps.registered };
  const followed = { job: directory.bulk.job, pairing: directory.pairings.get, testRing: directory.testRings.get };
  await serve(app, {
    directory,
    calls: store.calls,
    live: liveView({ store, bus, links, followed, version: VERSION }),
    ordering,
    identity,
    people: home?.users,
    turn: vps.turnCredentials,
    forgetCaller: vps.forgetCaller,
    cameras,
    serverCheck: serverCheck(options),
    provisioning: provisioningView(store, vps),
    missing,
    notices,
    version: VERSION,
    sipUri: options.sipUri,
    demoUrl: options.demoUrl,
    framed: home !== null,
    panelFolder: options.panelFolder,
  });
  home?.onCoreGone(() => letGoOfPanels(app));
  await app.listen({ host: options.host, port: options.port, listenTextResolver: () => "listening" });
  for (const notice of notices()) app.log.warn({ notice }, "notice");
  const { port } = app.server.address() as AddressInfo;
  return identity.token === null ? "in Home Assistant" : `http://localhost:${port}/#token=${identity.token}`;
}
