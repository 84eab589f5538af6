/** The directory as it is at one moment, in memory: what an edit would do to it is tried there, while others are served and write on. */
import Sqlite, { type Database } from "better-sqlite3";
import { accountStore } from "./account-store.ts";
import { buildingStore } from "./building-store.ts";
import { deviceStore } from "./device-store.ts";
import { translateRefusal } from "./disk-refusal.ts";
import { provisioningStore } from "./provisioning-store.ts";
import { ruleStore } from "./rule-store.ts";
import { siteStore } from "./site-store.ts";
import type { Store } from "./store.ts";
import { addTextFunctions } from "./text.ts";
import { unitStore } from "./unit-store.ts";

/** Nothing of it outlasts its `close`, nor reaches the disk. */
export type Trial = Pick<
  Store,
  "sites" | "buildings" | "units" | "accounts" | "rules" | "devices" | "provisioning" | "close"
>;

/** Bytes of SQLite's header that tell how it is journaled, and 1, "not by a log beside it": https://sqlite.org/fileformat2.html */
const [WRITE_VERSION, READ_VERSION, NO_LOG] = [18, 19, 1] as const;

/** For a moment there are two copies in memory, and a small machine has little: recorded messages may make the file large. */
const LARGEST_BYTES = 64 * 2 ** 20;

/** null: the file is too large to be copied. Not within a transaction. Throws STORE_UNAVAILABLE when the disk cannot be read. */
export function openTrial(from: Database): Trial | null {
  const [pages, pageBytes] = [from.pragma("page_count", { simple: true }), from.pragma("page_size", { simple: true })];
  if (Number(pages) * Number(pageBytes) > LARGEST_BYTES) return null;
  const db = new Sqlite(copyOf(from));
  db.pragma("foreign_keys = ON");
  addTextFunctions(db);
  // Each statement as a transaction of its own would take longer.
  db.exec("BEGIN");
  return {
    sites: siteStore(db),
    buildings: buildingStore(db),
    units: unitStore(db),
    accounts: accountStore(db),
    rules: ruleStore(db),
    devices: deviceStore(db),
    provisioning: provisioningStore(db),
    close: () => void db.close(),
  };
}

/** Ten thousand units are some 20 MB, and a few hundredths of a second. */
function copyOf(db: Database): Buffer {
  try {
    const file = db.serialize();
    // What has no file can have no log beside it; the copy has what stood in the log.
    file[WRITE_VERSION] = NO_LOG;
    file[READ_VERSION] = NO_LOG;
    return file;
  } catch (error) {
    throw translateRefusal(error);
  }
}
