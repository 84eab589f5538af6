/** What is kept of a site as it was at one moment, beside the bridge's own connection: others write on meanwhile. */
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { accountStore } from "./account-store.ts";
import { buildingStore } from "./building-store.ts";
import { clipFiles } from "./clip-files.ts";
import { deviceStore } from "./device-store.ts";
import { extraStore } from "./extra-store.ts";
import { lineStore } from "./line-store.ts";
import { memberStore } from "./member-store.ts";
import { provisioningStore } from "./provisioning-store.ts";
import { ruleStore } from "./rule-store.ts";
import { siteStore } from "./site-store.ts";
import type { Store } from "./store.ts";
import { addTextFunctions } from "./text.ts";
import { unitStore } from "./unit-store.ts";

/** The nouns that a backup or the VPS's directory holds. */
export type SiteReader = Pick<
  Store,
  | "sites"
  | "buildings"
  | "units"
  | "accounts"
  | "rules"
  | "provisioning"
  | "devices"
  | "members"
  | "extras"
  | "lines"
  | "clips"
  | "close"
>;

/** Of the store in a folder, which is open. Only to be read; throws what SQLite refuses. */
export function openSiteReader(folder: string): SiteReader {
  const db = new Sqlite(join(folder, "neolia.db"), { readonly: true, fileMustExist: true });
  addTextFunctions(db);
  // The first statement takes the moment: https://sqlite.org/isolation.html
  db.exec("BEGIN; SELECT 1 FROM site");
  return {
    sites: siteStore(db),
    buildings: buildingStore(db),
    units: unitStore(db),
    accounts: accountStore(db),
    rules: ruleStore(db),
    provisioning: provisioningStore(db),
    devices: deviceStore(db),
    members: memberStore(db),
    extras: extraStore(db),
    lines: lineStore(db),
    clips: clipFiles(join(folder, "clips")),
    close: () => db.close(),
  };
}
