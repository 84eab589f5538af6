import type { Database } from "better-sqlite3";
import type { Building } from "../api/directory.ts";
import { MARK_UPDATE, MARKS, REVISION, type Unmarked } from "./row-marks.ts";

export interface BuildingStore {
  list(siteId: string | null): Building[];
  get(id: string): Building | null;
  insert(building: Unmarked<Building>): void;
  update(building: Unmarked<Building>): void;
  /** Takes its units, doors, their accounts and rules along. */
  remove(id: string): void;
}

export function buildingStore(db: Database): BuildingStore {
  const select = `SELECT id, site_id AS siteId, name, ${MARKS} FROM building`;
  const list = db.prepare<{ siteId: string | null }, Building>(
    `${select} WHERE @siteId IS NULL OR site_id = @siteId ORDER BY sort_key, id`,
  );
  const get = db.prepare<[string], Building>(`${select} WHERE id = ?`);
  const insert = db.prepare<Unmarked<Building>>(
    `INSERT INTO building (id, site_id, name, sort_key, revision)
     VALUES (@id, @siteId, @name, neolia_sort_key(@name), ${REVISION})`,
  );
  const update = db.prepare<Unmarked<Building>>(
    `UPDATE building SET name = @name, sort_key = neolia_sort_key(@name), ${MARK_UPDATE} WHERE id = @id`,
  );
  const remove = db.prepare<[string]>("DELETE FROM building WHERE id = ?");
  return {
    list: (siteId) => list.all({ siteId }),
    get: (id) => get.get(id) ?? null,
    insert: (building) => void insert.run(building),
    update: (building) => void update.run(building),
    remove: (id) => void remove.run(id),
  };
}
