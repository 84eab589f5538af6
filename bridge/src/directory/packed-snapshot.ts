/**
 * A site's whole directory, ready to be compared with the VPS's and sent. Making it takes a large site half a second and more, at
 * each return of the VPS: there a thread does it, which sees the site as it was at one moment. Edits go on meanwhile; they have a
 * higher revision, and go out after it.
 */
import { canonicalContent, hashContent } from "../../../infra/control/src/directory-content.ts";
import type { Store } from "../store/store.ts";
import { type SnapshotSource, siteSnapshot } from "./snapshot.ts";
import { inThread } from "./thread.ts";

export interface PackedSnapshot {
  revision: number;
  /** As `hashContent` makes it. */
  contentHash: string;
  /** JSON of its clock. */
  clock: string;
  /** JSON of the `DirectoryPut`. */
  json: Uint8Array<ArrayBuffer>;
}

export interface SnapshotJob {
  /** Where the store is. */
  folder: string;
  siteId: string;
  nowMs: number;
}

/** So many units are read and packed sooner than a thread is there. */
const WORTH_A_THREAD = 200;

/** Throws AppError UNKNOWN_SITE. */
export function packSnapshot(source: SnapshotSource, siteId: string, nowMs: number): PackedSnapshot {
  const snapshot = siteSnapshot(source, siteId, nowMs);
  return {
    revision: snapshot.revision,
    contentHash: hashContent(canonicalContent(snapshot)),
    clock: JSON.stringify(snapshot.clock),
    json: new TextEncoder().encode(JSON.stringify(snapshot)),
  };
}

/** The site's directory as it is when this is called, or a little later. Rejects when the site is gone or the disk refuses. */
export async function packedSnapshot(store: Store, siteId: string, nowMs: number): Promise<PackedSnapshot> {
  if (store.units.count(siteId) <= WORTH_A_THREAD) return packSnapshot(store, siteId, nowMs);
  const job: SnapshotJob = { folder: store.takeovers.dataFolder, siteId, nowMs };
  let packed: PackedSnapshot | null = null;
  await inThread("snapshot", job, (message: PackedSnapshot) => {
    packed = message;
  });
  if (!packed) throw new Error("the thread that reads the directory ended too soon");
  return packed;
}
