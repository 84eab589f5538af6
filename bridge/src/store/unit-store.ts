/** Whatever can be called: flats and doors share one namespace and one owner of rules, so they share a table. */
import type { Database } from "better-sqlite3";
import { MARK_UPDATE, MARKS, REVISION, type RowMarks, type Unmarked } from "./row-marks.ts";
import { isCalledAlike, searchText, sortKey } from "./text.ts";

export type UnitKind = "residential" | "door";

export interface UnitRow extends RowMarks {
  id: string;
  siteId: string;
  buildingId: string;
  kind: UnitKind;
  /** SIP name, unique within the site over both kinds. */
  name: string;
  /** The number of a flat, the label of a door. */
  label: string;
  /** Its devices are not rung. */
  doNotDisturb: boolean;
  /** Of a door: where its camera is watched; "": it has none. */
  videoUrl: string;
}

/** What a new row may leave out. */
type Optional = "doNotDisturb" | "videoUrl";
export type NewUnitRow = Omit<Unmarked<UnitRow>, Optional> & { videoUrl?: string };

export interface UnitFilter {
  siteId?: string | undefined;
  buildingId?: string | undefined;
  kind?: UnitKind | undefined;
}

export interface UnitStore {
  list(filter: UnitFilter): UnitRow[];
  /** Those of a site whose names come after this one, by name, at most so many. */
  some(siteId: string, afterName: string, most: number): UnitRow[];
  /** Flats and doors of the site. */
  count(siteId: string): number;
  /** What rules know of all units of the site. */
  names(siteId: string): Pick<UnitRow, "id" | "kind" | "name">[];
  get(id: string): UnitRow | null;
  byName(siteId: string, name: string): UnitRow | null;
  /** Any whose SIP name is this one but for case. */
  alike(siteId: string, name: string): UnitRow | null;
  /** Those of a building that people would call the same: but for case, accents and needless spaces. */
  called(place: Pick<UnitRow, "buildingId" | "kind" | "label">): UnitRow[];
  /** It may be rung. */
  insert(unit: NewUnitRow): void;
  /** Changes label, building and camera; the SIP name is what doors dial and stays. */
  update(unit: Unmarked<UnitRow>): void;
  /** Leaves the row's version alone: it is no edit that another one could overwrite. */
  setDoNotDisturb(unit: Pick<UnitRow, "id" | "siteId" | "doNotDisturb">): void;
  /** Takes its accounts, their devices and its rules along. */
  remove(id: string): void;
}

type Columns = Required<NewUnitRow> & { sortKey: string; searchText: string };
type Found = Omit<UnitRow, "doNotDisturb"> & { doNotDisturb: number };

export function unitStore(db: Database): UnitStore {
  const select = `SELECT id, site_id AS siteId, building_id AS buildingId, kind, name, label,
    do_not_disturb AS doNotDisturb, video_url AS videoUrl, ${MARKS} FROM unit`;
  const list = db.prepare<Record<string, string | null>, Found>(`
    ${select} WHERE (@siteId IS NULL OR site_id = @siteId) AND (@buildingId IS NULL OR building_id = @buildingId)
      AND (@kind IS NULL OR kind = @kind) ORDER BY name`);
  const names = db.prepare<[string], Pick<UnitRow, "id" | "kind" | "name">>(
    "SELECT id, kind, name FROM unit WHERE site_id = ?",
  );
  const some = db.prepare<[string, string, number], Found>(
    `${select} WHERE site_id = ? AND name > ? ORDER BY name LIMIT ?`,
  );
  const count = db.prepare<[string], { n: number }>("SELECT count(*) AS n FROM unit WHERE site_id = ?");
  const get = db.prepare<[string], Found>(`${select} WHERE id = ?`);
  const byName = db.prepare<[string, string], Found>(`${select} WHERE site_id = ? AND name = ?`);
  const alike = db.prepare<[string, string], Found>(`${select} WHERE site_id = ? AND name = ? COLLATE NOCASE`);
  const called = db.prepare<[string, UnitKind, string], Found>(
    `${select} WHERE building_id = ? AND kind = ? AND sort_key = ?`,
  );
  const insert = db.prepare<Columns>(`
    INSERT INTO unit (id, site_id, building_id, kind, name, label, video_url, sort_key, search_text, revision)
    VALUES (@id, @siteId, @buildingId, @kind, @name, @label, @videoUrl, @sortKey, @searchText, ${REVISION})`);
  const update = db.prepare<Columns>(`
    UPDATE unit SET label = @label, building_id = @buildingId, video_url = @videoUrl, sort_key = @sortKey, search_text = @searchText,
      ${MARK_UPDATE} WHERE id = @id`);
  const setDoNotDisturb = db.prepare<{ id: string; siteId: string; on: number }>(
    `UPDATE unit SET do_not_disturb = @on, revision = ${REVISION} WHERE id = @id`,
  );
  const remove = db.prepare<[string]>("DELETE FROM unit WHERE id = ?");
  return {
    list: (filter) =>
      list
        .all({ siteId: filter.siteId ?? null, buildingId: filter.buildingId ?? null, kind: filter.kind ?? null })
        .map(row),
    some: (siteId, afterName, most) => some.all(siteId, afterName, most).map(row),
    count: (siteId) => count.get(siteId)?.n ?? 0,
    names: (siteId) => names.all(siteId),
    get: (id) => maybeRow(get.get(id)),
    byName: (siteId, name) => maybeRow(byName.get(siteId, name)),
    alike: (siteId, name) => maybeRow(alike.get(siteId, name)),
    called: ({ buildingId, kind, label }) =>
      called
        .all(buildingId, kind, sortKey(label))
        .map(row)
        .filter((unit) => isCalledAlike(unit.label, label)),
    insert: (unit) => void insert.run(columns(unit)),
    update: (unit) => void update.run(columns(unit)),
    setDoNotDisturb: ({ id, siteId, doNotDisturb }) => {
      setDoNotDisturb.run({ id, siteId, on: doNotDisturb ? 1 : 0 });
    },
    remove: (id) => void remove.run(id),
  };
}

function row(found: Found): UnitRow {
  return { ...found, doNotDisturb: found.doNotDisturb === 1 };
}

function maybeRow(found: Found | undefined): UnitRow | null {
  return found ? row(found) : null;
}

function columns({ id, siteId, buildingId, kind, name, label, videoUrl = "" }: NewUnitRow): Columns {
  const unit = { id, siteId, buildingId, kind, name, label, videoUrl };
  return { ...unit, sortKey: sortKey(unit.label), searchText: searchText(`${unit.label} ${unit.name}`) };
}
