/** Waiting for the VPS to have what was edited. */
import type { DirectoryContext } from "./edit.ts";

/**
 * Resolves when every edit of the site is live, when that is stuck, or after `atMostMs`: then it is still on its way.
 * Never rejects.
 */
export function untilLive(
  { store, bus }: Pick<DirectoryContext, "store" | "bus">,
  siteId: string,
  atMostMs: number,
): Promise<void> {
  const isSettled = () => {
    const row = store.provisioning.get(siteId);
    return !row || row.problem !== null || row.liveRevision >= row.revision;
  };
  if (isSettled()) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      off();
      resolve();
    };
    const timer = setTimeout(done, atMostMs);
    const off = bus.on("provisioningChanged", (change) => {
      if (change.siteId === siteId && isSettled()) done();
    });
  });
}
