/**
 * A whole site out of another store's file: put together and looked at elsewhere, it only has to be copied. Its many rows
 * go in first and in pieces, between which others are served; the site itself and what it is found by come last, in one
 * transaction. Until then the rows are strays, which a failure or the next start takes away.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import { translateRefusal } from "./disk-refusal.ts";
import { SITE_TABLES, type SiteTable } from "./site-tables.ts";
import { removeStrays } from "./strays.ts";

export interface Takeovers {
  /** Where this store is. */
  dataFolder: string;
  /** An empty folder for a store that holds one site. STORE_UNAVAILABLE: the disk has no room for it. */
  makeFolder(): string;
  /**
   * Takes away the folders that are left of restores, and what those copied early. While the disk refuses that a folder
   * stays, and the next restore and the next start try again. Each step is a short transaction of its own.
   */
  clear(): Generator<void>;
  /** The closed store of a folder, beside this one while `work` runs. Not within a transaction. */
  attached(folder: string, work: (from: OtherStore) => Promise<void>): Promise<void>;
}

export interface OtherStore {
  /** Something has an id there that something of another site has here. */
  collides(): boolean;
  /** Most of its rows. Each step is a short transaction of its own. */
  copyEarly(): Generator<void>;
  /** The rest of it. Call it inside a transaction. A browser that is another site's panel by now stays that. */
  copyRest(): void;
}

const PREFIX = "restoring-";
/** Some 30 ms; a Raspberry Pi takes a few times that. */
const PIECE = 500;

export function takeovers(db: Database, dataFolder: string): Takeovers {
  const makeFolder = () => {
    try {
      return mkdtempSync(join(dataFolder, PREFIX));
    } catch (error) {
      throw translateRefusal(error);
    }
  };
  function* clear(): Generator<void> {
    for (const name of readdirSync(dataFolder).filter((one) => one.startsWith(PREFIX))) {
      const folder = join(dataFolder, name);
      // An empty one still says that there may be strays; what was in it is the room that their removal needs.
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      yield* removeStrays(db);
      rmSync(folder, { recursive: true, force: true });
    }
  }

  // A copy of the database that was made in the middle knows of no folder.
  if (db.prepare("SELECT 1 FROM main.restoring").get()) makeFolder();
  for (const _step of clear());
  const columnsOf = ({ table, instead = {} }: SiteTable): string[] =>
    db
      .prepare<[], { name: string }>(`PRAGMA main.table_info(${table})`)
      .all()
      .map(({ name }) => name)
      .filter((name) => instead[name] !== null);
  const copyOf = (one: SiteTable): string => {
    const columns = columnsOf(one).join(", ");
    const into = one.once ? "INSERT OR IGNORE INTO" : "INSERT INTO";
    const order = one.table === "audit" ? " ORDER BY id" : "";
    return `${into} main.${one.table} (${columns}) SELECT ${columns} FROM other.${one.table}${order}`;
  };

  function* copyEarly(): Generator<void> {
    db.exec(`INSERT OR REPLACE INTO main.restoring (site_id, audit_id)
      SELECT id, (SELECT coalesce(max(id), 0) FROM main.audit) FROM other.site`);
    for (const one of SITE_TABLES.filter(({ early }) => early)) {
      // Nobody writes there: the rows come in the same order each time.
      const copy = db.prepare<[number, number]>(`${copyOf(one)} LIMIT ? OFFSET ?`);
      const rows = db.prepare<[], number>(`SELECT count(*) FROM other.${one.table}`).pluck().get() ?? 0;
      for (let from = 0; from < rows; from += PIECE) {
        withoutParents(db, () => copy.run(PIECE, from));
        yield;
      }
    }
  }

  return {
    dataFolder,
    makeFolder,
    clear,
    attached: async (folder, work) => {
      db.prepare("ATTACH ? AS other").run(join(folder, "neolia.db"));
      try {
        await work({
          collides: () =>
            SITE_TABLES.some(
              (one) =>
                !one.once &&
                columnsOf(one).includes("id") &&
                db
                  .prepare(`SELECT 1 FROM other.${one.table} AS new JOIN main.${one.table} AS known USING (id) LIMIT 1`)
                  .get(),
            ),
          copyEarly,
          copyRest: () => {
            for (const one of SITE_TABLES.filter(({ early }) => !early)) {
              db.exec(copyOf(one));
            }
            db.exec("DELETE FROM main.restoring");
          },
        });
      } finally {
        db.exec("DETACH other");
      }
    },
  };
}

/** In the store that they come from every row had its parents, and what is here is not theirs. */
function withoutParents(db: Database, work: () => unknown): void {
  db.pragma("foreign_keys = OFF");
  try {
    work();
  } catch (error) {
    throw translateRefusal(error);
  } finally {
    db.pragma("foreign_keys = ON");
  }
}
