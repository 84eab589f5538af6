import type { Database } from "better-sqlite3";
import type { RuleAction, WeekWindow } from "../../../infra/control/src/wire.ts";
import { MARK_UPDATE, MARKS, type RowMarks, revisionOf, type Unmarked } from "./row-marks.ts";

export interface RuleRow extends RowMarks {
  id: string;
  siteId: string;
  /** Flat or door. */
  unitId: string;
  /** 0, 1, 2, … within the unit. */
  position: number;
  sourcePattern: string;
  action: RuleAction;
  targetSipUri: string | null;
  ringSeconds: number;
  /** Empty: always. */
  schedule: WeekWindow[];
  enabled: boolean;
}

export interface RuleFilter {
  siteId?: string | undefined;
  unitId?: string | undefined;
}

export interface RuleStore {
  /** By unit, then in the order in which they are tried. */
  list(filter: RuleFilter): RuleRow[];
  /** The same of some units of a site: those whose id is one of these or between them. */
  ofUnits(siteId: string, firstId: string, lastId: string): RuleRow[];
  countOf(unitIds: readonly string[]): number;
  get(id: string): RuleRow | null;
  /** Rules that send calls to one of these addresses, whose domain is lower-case. */
  withTarget(siteId: string, uris: readonly string[]): RuleRow[];
  /** Enabled rules that are not for every caller. */
  forSome(siteId: string): Pick<RuleRow, "unitId" | "sourcePattern">[];
  /** Any rule of the site holds only at some hours. */
  haveHours(siteId: string): boolean;
  insert(rule: Unmarked<RuleRow>): void;
  /** The same for many, in much less time: SQLite keeps what a statement with triggers may have to undo, once for all of them. */
  insertAll(rules: readonly Unmarked<RuleRow>[]): void;
  update(rule: Unmarked<RuleRow>): void;
  remove(id: string): void;
}

type Columns = Omit<RuleRow, "enabled" | "schedule"> & { enabled: number; schedule: string };

export function ruleStore(db: Database): RuleStore {
  const select = `SELECT id, site_id AS siteId, unit_id AS unitId, position, source_pattern AS sourcePattern, action,
    target_sip_uri AS targetSipUri, ring_seconds AS ringSeconds, schedule, enabled, ${MARKS} FROM rule`;
  // A statement for each filter: one for all of them could not use an index.
  const all = db.prepare<[], Columns>(`${select} ORDER BY unit_id, position, id`);
  const ofSite = db.prepare<[string], Columns>(`${select} WHERE site_id = ? ORDER BY unit_id, position, id`);
  const ofUnit = db.prepare<{ unitId: string; siteId: string | null }, Columns>(
    `${select} WHERE unit_id = @unitId AND (@siteId IS NULL OR site_id = @siteId) ORDER BY position, id`,
  );
  const ofUnits = db.prepare<[string, string, string], Columns>(
    `${select} WHERE site_id = ? AND unit_id BETWEEN ? AND ? ORDER BY unit_id, position, id`,
  );
  const countOf = db
    .prepare<[string], number>("SELECT count(*) FROM rule WHERE unit_id IN (SELECT value FROM json_each(?))")
    .pluck();
  const withTarget = db.prepare<[string, string], Columns>(`
    ${select} INDEXED BY rule_target WHERE site_id = ? AND target_sip_uri IN (SELECT value FROM json_each(?))
      AND target_sip_uri IS NOT NULL ORDER BY unit_id, position, id`);
  const get = db.prepare<[string], Columns>(`${select} WHERE id = ?`);
  const insert = db.prepare<[string]>(`
    INSERT INTO rule (id, site_id, unit_id, position, source_pattern, action, target_sip_uri, ring_seconds, schedule,
      enabled, revision)
    SELECT value ->> 'id', value ->> 'siteId', value ->> 'unitId', value ->> 'position', value ->> 'sourcePattern',
      value ->> 'action', value ->> 'targetSipUri', value ->> 'ringSeconds', value ->> 'schedule', value ->> 'enabled',
      ${revisionOf("value ->> 'siteId'")}
    FROM json_each(?)`);
  const update = db.prepare<Unmarked<Columns>>(`
    UPDATE rule SET position = @position, source_pattern = @sourcePattern, action = @action,
      target_sip_uri = @targetSipUri, ring_seconds = @ringSeconds, schedule = @schedule, enabled = @enabled,
      ${MARK_UPDATE}
    WHERE id = @id`);
  const haveHours = db.prepare<[string], { n: number }>(
    "SELECT EXISTS (SELECT 1 FROM rule WHERE site_id = ? AND schedule <> '[]') AS n",
  );
  const forSome = db.prepare<[string], Pick<RuleRow, "unitId" | "sourcePattern">>(`
    SELECT unit_id AS unitId, source_pattern AS sourcePattern FROM rule
    WHERE site_id = ? AND enabled = 1 AND source_pattern <> '*' ORDER BY unit_id, position`);
  const remove = db.prepare<[string]>("DELETE FROM rule WHERE id = ?");
  const insertAll = (rules: readonly Unmarked<RuleRow>[]) => void insert.run(JSON.stringify(rules.map(toColumns)));
  return {
    list: ({ siteId, unitId }) => {
      if (unitId !== undefined) return ofUnit.all({ unitId, siteId: siteId ?? null }).map(fromColumns);
      return (siteId === undefined ? all.all() : ofSite.all(siteId)).map(fromColumns);
    },
    ofUnits: (siteId, firstId, lastId) => ofUnits.all(siteId, firstId, lastId).map(fromColumns),
    countOf: (unitIds) => countOf.get(JSON.stringify(unitIds)) ?? 0,
    withTarget: (siteId, uris) => withTarget.all(siteId, JSON.stringify(uris)).map(fromColumns),
    forSome: (siteId) => forSome.all(siteId),
    get: (id) => {
      const found = get.get(id);
      return found ? fromColumns(found) : null;
    },
    haveHours: (siteId) => haveHours.get(siteId)?.n === 1,
    insert: (rule) => insertAll([rule]),
    insertAll,
    update: (rule) => void update.run(toColumns(rule)),
    remove: (id) => void remove.run(id),
  };
}

function toColumns(rule: Unmarked<RuleRow>): Unmarked<Columns> {
  return { ...rule, enabled: rule.enabled ? 1 : 0, schedule: JSON.stringify(rule.schedule) };
}

function fromColumns(columns: Columns): RuleRow {
  return { ...columns, enabled: columns.enabled === 1, schedule: JSON.parse(columns.schedule) as WeekWindow[] };
}
