/** A thread that reads one site's directory and packs it: see packed-snapshot.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { openSiteReader } from "../store/site-reader.ts";
import { packSnapshot, type SnapshotJob } from "./packed-snapshot.ts";

const { folder, siteId, nowMs } = workerData as SnapshotJob;
const reader = openSiteReader(folder);
try {
  const packed = packSnapshot(reader, siteId, nowMs);
  parentPort?.postMessage(packed, [packed.json.buffer]);
} finally {
  reader.close();
}
