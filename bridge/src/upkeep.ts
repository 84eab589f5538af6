/** What is done beside the calls, by the clock: copies of the database, the night's test rings, pairings that ran out. */
import type { Directory } from "./directory/directory.ts";
import { testNightly } from "./directory/health/nightly.ts";
import { watchPairings } from "./directory/pairing/pairing-watch.ts";
import type { Log } from "./links/log.ts";
import type { Store } from "./store/store.ts";

const COPY_LOOK_EVERY_MS = 3_600_000;
/** A permission that ran out ends by itself; that it did is in the log within the minute. */
const GRANTS_LOOK_EVERY_MS = 60_000;

export interface UpkeepOptions {
  store: Store;
  directory: Directory;
  log: Log;
}

/** Keeps the day's copy at once and looks each hour whether the next one is due. A failure is logged and tried again. */
export function startUpkeep({ store, directory, log }: UpkeepOptions): { stop(): void } {
  const keepCopy = () => {
    try {
      directory.audit.trim();
      store.keepCopy();
    } catch (error) {
      log.error({ err: error }, "the daily copy of the database failed");
    }
  };
  const endGrants = () => {
    try {
      directory.grants.endExpired();
    } catch (error) {
      log.error({ err: error }, "permissions that ran out could not be noted");
    }
  };
  keepCopy();
  endGrants();
  const copying = setInterval(keepCopy, COPY_LOOK_EVERY_MS);
  const ending = setInterval(endGrants, GRANTS_LOOK_EVERY_MS);
  const stopTesting = testNightly(store, directory.testRings);
  const stopPairings = watchPairings(directory.pairings, (error) => log.warn({ err: error }, "pairings"));
  return {
    stop: () => {
      clearInterval(copying);
      clearInterval(ending);
      stopPairings();
      stopTesting();
      directory.testRings.stop();
    },
  };
}
