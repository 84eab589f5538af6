/** A whole site out of another store's file: put together and looked at elsewhere, it only has to be copied. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "better-sqlite3";

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
/** Parents before children. */
const TABLES = [
  ...["site", "building", "unit", "account", "account_seen", "rule", "device", "member", "desk_member"],
  ...["line", "menu", "sold_out", "call", "order_call", "customer_order", "audit"],
];
const WITH_IDS = ["building", "unit", "account", "rule", "line", "call", "order_call", "customer_order"];
/** Rows that may be here already: who works at the desk works there for every line; a browser is one panel. */
const ONCE = new Set(["desk_member", "device"]);

export function takeovers(db: Database, dataFolder: string): Takeovers {
  for (const name of readdirSync(dataFolder).filter((one) => one.startsWith(PREFIX))) {
    rmSync(join(dataFolder, name), { recursive: true, force: true });
  }
  const columnsOf = (table: string): string =>
    db
      .prepare<[], { name: string }>(`PRAGMA main.table_info(${table})`)
      .all()
      .map(({ name }) => name)
      // The log goes on counting as it does here.
      .filter((name) => !(table === "audit" && name === "id"))
      .join(", ");
  return {
    dataFolder,
    makeFolder: () => mkdtempSync(join(dataFolder, PREFIX)),
    attached: (folder, work) => {
      db.prepare("ATTACH ? AS other").run(join(folder, "neolia.db"));
      try {
        work({
          collides: () =>
            WITH_IDS.some((table) =>
              db.prepare(`SELECT 1 FROM other.${table} AS new JOIN main.${table} AS known USING (id) LIMIT 1`).get(),
            ),
          copy: () => {
            for (const table of TABLES) {
              const columns = columnsOf(table);
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
