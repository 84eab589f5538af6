/** A whole site out of another store's file: put together and looked at elsewhere, it only has to be copied. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import { EXTRA_TABLES } from "./extra-store.ts";

export interface Takeovers {
  /** Where this store is. */
  dataFolder: string;
  /** An empty folder for a store that holds one site. The next start removes what is left of it. */
  makeFolder(): string;
  /** The closed store of a folder, beside this one while `work` runs. Not within a transaction. */
  attached(folder: string, work: (from: OtherStore) => void): void;
}

export interface OtherStore {
  /** Something has an id there that something of another site has here. */
  collides(): boolean;
  /** Every row of it. Call it inside a transaction. A browser that is another site's panel by now stays that. */
  copy(): void;
}

const PREFIX = "restoring-";
/** All that a backup holds, parents before children: the directory, and what other parts keep of it. */
export const CARRIED_TABLES: readonly string[] = [
  ...["site", "building", "unit", "account", "rule", "device", "member"],
  ...EXTRA_TABLES,
];
/** Their ids say nothing elsewhere: a site's is looked at before, and the log goes on counting as it does here. */
const OWN_IDS = new Set(["site", "audit"]);
/** Rows that may be here already: who works at the desk works there for every line; a browser is one panel. */
const ONCE = new Set(["desk_member", "device"]);

export function takeovers(db: Database, dataFolder: string): Takeovers {
  for (const name of readdirSync(dataFolder).filter((one) => one.startsWith(PREFIX))) {
    rmSync(join(dataFolder, name), { recursive: true, force: true });
  }
  const columnsOf = (table: string): string[] =>
    db
      .prepare<[], { name: string }>(`PRAGMA main.table_info(${table})`)
      .all()
      .map(({ name }) => name);
  const withIds = CARRIED_TABLES.filter(
    (table) => !OWN_IDS.has(table) && !ONCE.has(table) && columnsOf(table).includes("id"),
  );
  return {
    dataFolder,
    makeFolder: () => mkdtempSync(join(dataFolder, PREFIX)),
    attached: (folder, work) => {
      db.prepare("ATTACH ? AS other").run(join(folder, "neolia.db"));
      try {
        work({
          collides: () =>
            withIds.some((table) =>
              db.prepare(`SELECT 1 FROM other.${table} AS new JOIN main.${table} AS known USING (id) LIMIT 1`).get(),
            ),
          copy: () => {
            for (const table of CARRIED_TABLES) {
              const columns = columnsOf(table)
                .filter((name) => !(table === "audit" && name === "id"))
                .join(", ");
              const into = ONCE.has(table) ? "INSERT OR IGNORE INTO" : "INSERT INTO";
              const order = table === "audit" ? "ORDER BY id" : "";
              db.exec(`${into} main.${table} (${columns}) SELECT ${columns} FROM other.${table} ${order}`);
            }
          },
        });
      } finally {
        db.exec("DETACH other");
      }
    },
  };
}
