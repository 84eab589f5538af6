/** The bridge, wired from top to bottom: this file is the map of the process. */
import { monotonicFactory } from "ulid";
import { startCallLog } from "./calls/call-log.ts";
import { openDirectory } from "./directory/directory.ts";
import { lazyTestCaller } from "./directory/health/lazy-test-caller.ts";
import { packedSnapshot } from "./directory/packed-snapshot.ts";
import { postBy } from "./directory/pairing/document-post.ts";
import { siteChanges } from "./directory/snapshot.ts";
import { EventBus } from "./events/bus.ts";
import { startHome } from "./homeassistant/home.ts";
import { createServer } from "./http/app.ts";
import { visitsTo } from "./http/visits.ts";
import { watchCertificates } from "./links/certificate-watch.ts";
import { NetworkWatch } from "./links/network-watch.ts";
import { announcer } from "./mqtt/announcer.ts";
import { obeying } from "./mqtt/commands.ts";
import { nameLanguage } from "./mqtt/entity-names.ts";
import { lineCommands } from "./mqtt/line-commands.ts";
import { startMqtt } from "./mqtt/mqtt.ts";
import { orderAnnouncer } from "./mqtt/order-announcer.ts";
import type { Options } from "./options.ts";
import { startOrdering } from "./ordering/ordering.ts";
import { openPage } from "./page.ts";
import { startPrinter } from "./printer/printer.ts";
import { runUntilTold } from "./process.ts";
import { freeBytes } from "./store/disk-space.ts";
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
    caFile: options.caFile,
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
    freeBytes: () => freeBytes(options.dataFolder),
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
    snapshot: (siteId) => packedSnapshot(store, siteId, Date.now()),
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
  const lines = { boards: ordering.boards, command: lineCommands(store, ordering) };
  const mqtt = startMqtt({
    // By hand, or else the one that Home Assistant uses by then.
    broker: async () => options.mqtt ?? (await home?.broker()) ?? null,
    store,
    bus,
    network,
    log,
    registered: vps.registered,
    command: obeying({ store, directory, log }),
    deviceHealth: (account) => directory.deviceHealth(account, { vps: vps.linkOf(account.siteId) }),
    lines,
    language: () => nameLanguage(home?.language.current() ?? "en"),
  });
  home?.language.onChange(() => mqtt.refresh());
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
    const where = await openPage({ app, options, store, bus, directory, ordering, vps, mqtt, home, cameras: watched });
    void home?.showPanel();
    console.log(`Neolia ${VERSION}: ${where}`);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

await runUntilTold(start);
