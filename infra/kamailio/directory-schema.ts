/** directory.db's schema and the way to it from older files. Setup and control both bring a file up to date. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "better-sqlite3";

export const DIRECTORY_SCHEMA = join(import.meta.dirname, "schema", "directory.sql");

/** Steps from each older version to the next. They only add, so that a Kamailio of before goes on reading the file. */
const STEPS: readonly string[] = [
  "ALTER TABLE unit ADD COLUMN do_not_disturb INTEGER NOT NULL DEFAULT 0 CHECK (do_not_disturb IN (0, 1))",
  `ALTER TABLE site ADD COLUMN old_token_hash TEXT;
   ALTER TABLE site ADD COLUMN old_token_until_ms INTEGER NOT NULL DEFAULT 0`,
];
export const DIRECTORY_VERSION = STEPS.length + 1;

/** Fills a new file, and brings an older one up to date. Returns its version, which may be a newer program's. */
export function prepareDirectory(db: Database): number {
  const version = () => db.pragma("user_version", { simple: true }) as number;
  // Two processes may open a file at once (the service and the command line): the lock decides who prepares it.
  db.transaction(() => {
    if (db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0) {
      db.exec(readFileSync(DIRECTORY_SCHEMA, "utf8"));
      return;
    }
    const from = version();
    for (const step of STEPS.slice(Math.max(0, from - 1))) db.exec(step);
    if (from < DIRECTORY_VERSION) db.pragma(`user_version = ${DIRECTORY_VERSION}`);
  }).immediate();
  return version();
}
