/** The bridge, wired from top to bottom: this file is the map of the process. */
import type { AddressInfo } from "node:net";
import { monotonicFactory } from "ulid";
import { startCallLog } from "./calls/call-log.ts";
import { liveView } from "./calls/live.ts";
import { openDirectory } from "./directory/directory.ts";
import { lazyTestCaller } from "./directory/health/lazy-test-caller.ts";
import { postBy } from "./directory/pairing/document-post.ts";
import { provisioningView } from "./directory/provisioning.ts";
import { siteChanges, siteSnapshot } from "./directory/snapshot.ts";
import { EventBus } from "./events/bus.ts";
import { startHome } from "./homeassistant/home.ts";
import { createServer, serve } from "./http/app.ts";
import { ingressIdentity } from "./http/ingress-identity.ts";
import { standaloneIdentity, standaloneKeys } from "./http/standalone-identity.ts";
import { visitsTo } from "./http/visits.ts";
import { watchCertificates } from "./links/certificate-watch.ts";
import { NetworkWatch } from "./links/network-watch.ts";
import { announcer } from "./mqtt/announcer.ts";
import { obeying } from "./mqtt/commands.ts";
import { lineCommands } from "./mqtt/line-commands.ts";
import { startMqtt } from "./mqtt/mqtt.ts";
import { orderAnnouncer } from "./mqtt/order-announcer.ts";
import { missingParts, type Options, readOptions } from "./options.ts";
import { startOrdering } from "./ordering/ordering.ts";
import { startPrinter } from "./printer/printer.ts";
import { explain } from "./start-failure.ts";
import { openStore } from "./store/store.ts";
import { startTelephony } from "./telephony.ts";
import { startUpkeep } from "./upkeep.ts";
import { VERSION } from "./version.ts";
import { cameras } from "./video/cameras.ts";
import { relayClient } from "./vps/remote/relay-client.ts";
import { startVps } from "./vps/vps.ts";

async function start(options: Options): Promise<() => Promise<void>> {
  const app = createServer(options.logLevel);
  const { log } = app;

  // Ids of the same millisecond count up: random ones each cost sixteen calls for entropy.
  const ulid = monotonicFactory();
  const newId = () => ulid();

  // The truth, and who hears of its changes.
  const store = openStore({ folder: options.dataFolder });
  const relays = relayClient(options.caFile);
  const bus = new EventBus((error, name) => log.error({ err: error, event: name }, "a listener failed"));
  const certificates = watchCertificates({
    addresses: { wss: options.sipUri, control: options.controlUrl ?? undefined },
  });
  const directory = openDirectory({
    store,
    bus,
    now: Date.now,
    newId,
    sipUri: options.sipUri,
    // The link to the VPS is made below, and needs the directory.
    post: postBy(() => vps.post),
    testCaller: () => testCalls.caller(),
    certificates: certificates.certificates,
    auditDays: options.auditDays,
    tokenDoor: {
      domainOf: (token) => vps.tokenDoor.domainOf(token),
      use: (siteId, token) => vps.tokenDoor.use(siteId, token),
    },
    remote: {
      relayUrl: (siteId) => vps.relayUrl(siteId),
      relay: relays.relay,
      visit: visitsTo(app),
      version: VERSION,
    },
  });
  // Permissions that were withdrawn since that copy would be back with it.
  if (store.notice !== null) directory.grants.revokeAll();

  // Test calls bring their own phone, once somebody tests.
  const testCalls = lazyTestCaller(async () => {
    if (options.sipUri === null) return null;
    const { testCaller } = await import("./sip/test-caller.ts");
    const caFile = options.caFile;
    return testCaller({ accountOf: directory.testAccountOf, sipUri: options.sipUri, caFile, log });
  });

  // The restaurant's orders, those of before a crash first.
  const ordering = startOrdering({
    store,
    bus,
    now: Date.now,
    newId,
    directory,
    // The phone is made below, and needs the desk.
    assistantProblem: () => telephony.assistantProblem(),
    printerState: (lineId) => printer.state(lineId),
    announce: orderAnnouncer(store),
    onError: (error, what) => log.error({ err: error }, `${what} failed`),
  });

  // The links to the outside. Each runs without the others.
  const network = new NetworkWatch();
  const callLog = startCallLog({ store, bus, announce: announcer(store) });
  const vps = startVps({
    access: options.control,
    control: options.controlUrl === null ? null : { url: options.controlUrl, caFile: options.caFile },
    store,
    bus,
    sink: callLog,
    snapshot: (siteId) => siteSnapshot(store, siteId, Date.now()),
    changes: (siteId) => siteChanges(store, siteId, Date.now()),
    heard: directory.registrations.heard,
    remote: { grants: directory.grants, door: directory.grantDoor },
    network,
    log,
  });
  const home = options.home && startHome({ access: options.home, dataFolder: options.dataFolder, network, log });
  // Whoever is no user of the house any more takes no bell along.
  home?.onUsers((users) => {
    if (users && users.length > 0) directory.devices.keepOnlyOf(new Set(users.map(({ id }) => id)));
    bus.emit("rightsChanged", {});
  });
  const lines = { facts: ordering.boards.facts, command: lineCommands(store, ordering) };
  const mqtt = startMqtt({
    // By hand, or else the one that Home Assistant uses by then.
    broker: async () => options.mqtt ?? (await home?.broker()) ?? null,
    store,
    bus,
    network,
    log,
    registered: vps.registered,
    command: obeying({ store, directory, log }),
    deviceHealth: (siteId) => directory.siteHealth(siteId, { vps: vps.state(), mqtt: mqtt.state() }).devices,
    lines,
  });
  const printer = startPrinter({ store, bus, log });
  const telephony = startTelephony({
    ...{ store, bus, log },
    desk: ordering.desk,
    sipUri: options.sipUri,
    caFile: options.caFile,
    voice: options.voice,
    dataFolder: options.dataFolder,
  });

  const watched = cameras({ urlOf: (doorId) => directory.doors.get(doorId).videoUrl });

  // The page and its API.
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
  await serve(app, {
    directory,
    calls: store.calls,
    live: liveView({
      store,
      bus,
      links,
      followed: { job: directory.bulk.job, pairing: directory.pairings.get, testRing: directory.testRings.get },
      version: VERSION,
    }),
    ordering,
    identity,
    people: home?.users,
    turn: vps.turnCredentials,
    cameras: watched,
    provisioning: provisioningView(store, vps),
    missing,
    notices,
    version: VERSION,
    sipUri: options.sipUri,
    demoUrl: options.demoUrl,
    framed: home !== null,
    panelFolder: options.panelFolder,
  });

  const upkeep = startUpkeep({ store, directory, log });

  const stop = async () => {
    await telephony.finish();
    await testCalls.stop();
    certificates.stop();
    upkeep.stop();
    await app.close();
    await watched.stop();
    await telephony.stop();
    await vps.stop();
    relays.close();
    callLog.stop();
    printer.stop();
    await mqtt.stop();
    ordering.stop();
    await home?.stop();
    network.stop();
    store.close();
  };
  try {
    await app.listen({ host: options.host, port: options.port, listenTextResolver: () => "listening" });
  } catch (error) {
    await stop();
    throw error;
  }
  for (const notice of notices()) log.warn({ notice }, "notice");
  void home?.showPanel();
  const { port } = app.server.address() as AddressInfo;
  const where = identity.token === null ? "in Home Assistant" : `http://localhost:${port}/#token=${identity.token}`;
  console.log(`Neolia ${VERSION}: ${where}`);
  return stop;
}

let port: number | null = null;
try {
  const options = readOptions(process.env);
  port = options.port;
  const stop = await start(options);
  let stopping = false;
  const end = () => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
} catch (error) {
  console.error(explain(error, port));
  process.exit(1);
}
