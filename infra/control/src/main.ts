/** control: the sites' way into the VPS. The wiring, top to bottom, is the map of the process. */
import { join } from "node:path";
import { registerRoutes } from "./app.ts";
import { coturnAnswers } from "./coturn.ts";
import { openDirectoryFile } from "./directory-file.ts";
import { DirectoryStore } from "./directory-store.ts";
import { Documents } from "./documents.ts";
import { EdgeWatch } from "./edge-watch.ts";
import { EventFeeds } from "./event-feed.ts";
import { FailedTokens } from "./failed-tokens.ts";
import { Kamailio } from "./kamailio.ts";
import { KamailioRpc } from "./kamailio-rpc.ts";
import { LocationReader } from "./location-reader.ts";
import { LogOuts } from "./log-outs.ts";
import { LogOutStore } from "./logout-store.ts";
import { MediaWatch } from "./media-watch.ts";
import { Metrics } from "./metrics.ts";
import { readOptions } from "./options.ts";
import { OutboxReader } from "./outbox-reader.ts";
import { OutboxTrimmer } from "./outbox-trimmer.ts";
import { RemoteRelay } from "./remote-relay.ts";
import { Rtpengine } from "./rtpengine.ts";
import { createServer, reloadCertificate } from "./server.ts";
import { SiteStore } from "./site-store.ts";

const options = readOptions(process.argv.slice(2), process.env);
const { values } = options;
const server = createServer(options);
const { log } = server;

const db = openDirectoryFile(join(values.dataFolder, "directory.db"));
const sites = new SiteStore(db);
const directory = new DirectoryStore(db);
const logOutStore = new LogOutStore(db);

const locations = new LocationReader(join(values.dataFolder, "location.db"));
const outbox = new OutboxReader(join(values.dataFolder, "outbox.db"));
const kamailio = new Kamailio(new KamailioRpc(values.rpcPort, values.rpcSecret), locations, outbox);
const rtpengine = new Rtpengine(values.rtpengineNgPort);

const logOuts = new LogOuts({ store: logOutStore, kamailio, log });
const mediaWatch = new MediaWatch({ kamailio, rtpengine, log });
const trimmer = new OutboxTrimmer({ outbox, kamailio, log });
const watch = new EdgeWatch({
  kamailio: async () => (await kamailio.startedAtMs()) > 0,
  rtpengine: () => rtpengine.ping(),
  coturn: () => coturnAnswers(values.listenAddress, values.turnPort),
  directory: () => sites.count() >= 0,
  outbox: () => outbox.check(),
});
watch.onChange(({ parts }) => log.info({ parts }, "parts of the edge"));

const feeds = new EventFeeds();
const remote = new RemoteRelay();
const failedTokens = new FailedTokens();
const metrics = new Metrics({
  parts: () => watch.health().parts,
  feeds: () => feeds.count,
  refusedTokens: () => failedTokens.total,
  pendingLogOuts: () => logOutStore.count(),
  newestEventId: () => outbox.newestId(),
  sites: () => sites.count(),
});
await registerRoutes(server, {
  sites,
  directory,
  logOuts,
  kamailio,
  outbox,
  watch,
  feeds,
  documents: new Documents({ known: (domain, login) => directory.known(domain, login) }),
  remote,
  failedTokens,
  metrics,
  turn: values,
});

await watch.start();
logOuts.start();
mediaWatch.start();
trimmer.start();
await server.listen({ host: values.listenAddress, port: values.controlPort });

process.on("SIGHUP", () => {
  reloadCertificate(server, options.tls);
  kamailio.reloadCertificate().catch((error: unknown) => log.error({ err: error }, "Kamailio keeps its certificate"));
});
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    void stop().then(() => process.exit(0));
  });
}

async function stop(): Promise<void> {
  feeds.closeAll();
  remote.closeAll();
  await server.close();
  trimmer.stop();
  await mediaWatch.stop();
  await logOuts.stop();
  watch.stop();
  outbox.stop();
  locations.close();
  db.close();
}
