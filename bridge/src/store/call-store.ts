/** The call log. The state machine in `calls/` is its only writer. */
import type { Database } from "better-sqlite3";
import type { Call } from "../api/call.ts";

/** A call as stored: what people see of it, and what only the bridge needs. */
export interface CallRow extends Call {
  /** Unit of the calling device, so that its people see the calls they make. */
  callerUnitId: string | null;
}

export interface CallFilter {
  siteId?: string;
  /** Only calls to or from these units (or doors). An empty list matches nothing. */
  unitIds?: readonly string[];
}

export interface CallStore {
  upsertCall(call: CallRow): void;
  getCall(callId: string): CallRow | null;
  /**
   * Calls that started before `before` (null: now), newest first. At least `limit` if there are so many: calls that
   * started in the same millisecond as the last one come along, so that `before` never skips one.
   */
  listCalls(before: number | null, limit: number, filter?: CallFilter): CallRow[];
  /** Calls to or from these units or doors. */
  countOf(unitIds: readonly string[]): number;
  /** Calls of outside callers whose number matches, oldest first. */
  byGatewayCaller(matches: (number: string) => boolean): CallRow[];
  /** Takes the numbers of outside callers that match out of the log. Returns of how many calls. */
  forgetGatewayCallers(matches: (number: string) => boolean): number;
  /** The newest call to the unit that let its caller through. */
  lastToUnit(unitId: string): CallRow | null;
  /** Calls without an end, oldest first. */
  activeCalls(filter?: CallFilter): CallRow[];
}

interface Columns {
  id: string;
  siteId: string;
  unitId: string | null;
  callerUnitId: string | null;
  doorId: string | null;
  caller: string;
  callee: string;
  answeredBy: string | null;
  status: Call["status"];
  reason: Call["reason"];
  startedAtMs: number;
  ringingAtMs: number | null;
  answeredAtMs: number | null;
  endedAtMs: number | null;
}

const SELECT = `SELECT id, site_id AS siteId, unit_id AS unitId, caller_unit_id AS callerUnitId, door_id AS doorId,
  caller, callee, answered_by AS answeredBy, status, reason, started_at_ms AS startedAtMs,
  ringing_at_ms AS ringingAtMs, answered_at_ms AS answeredAtMs, ended_at_ms AS endedAtMs FROM call`;
// Lists come as JSON so that one prepared statement serves any number of units.
const VISIBLE = `(@siteId IS NULL OR site_id = @siteId) AND (@unitIds IS NULL
  OR unit_id IN (SELECT value FROM json_each(@unitIds))
  OR door_id IN (SELECT value FROM json_each(@unitIds))
  OR caller_unit_id IN (SELECT value FROM json_each(@unitIds)))`;

/** The number stands in the label, also of a gateway that was not known any more when its call was told. */
const FROM_OUTSIDE = "json_extract(caller, '$.kind') IN ('gateway', 'unknown')";

export function callStore(db: Database): CallStore {
  const upsert = db.prepare<Columns>(`
    INSERT INTO call (id, site_id, unit_id, caller_unit_id, door_id, caller, callee, answered_by, status, reason,
      started_at_ms, ringing_at_ms, answered_at_ms, ended_at_ms)
    VALUES (@id, @siteId, @unitId, @callerUnitId, @doorId, @caller, @callee, @answeredBy, @status, @reason,
      @startedAtMs, @ringingAtMs, @answeredAtMs, @endedAtMs)
    ON CONFLICT (id) DO UPDATE SET unit_id = excluded.unit_id, caller_unit_id = excluded.caller_unit_id,
      door_id = excluded.door_id, caller = excluded.caller, callee = excluded.callee,
      answered_by = excluded.answered_by, status = excluded.status, reason = excluded.reason,
      started_at_ms = excluded.started_at_ms, ringing_at_ms = excluded.ringing_at_ms,
      answered_at_ms = excluded.answered_at_ms, ended_at_ms = excluded.ended_at_ms`);
  const get = db.prepare<[string], Columns>(`${SELECT} WHERE id = ?`);
  const list = db.prepare<Record<string, unknown>, Columns>(`
    ${SELECT} WHERE started_at_ms < @before AND ${VISIBLE} AND started_at_ms >= coalesce((
      SELECT started_at_ms FROM call WHERE started_at_ms < @before AND ${VISIBLE}
      ORDER BY started_at_ms DESC LIMIT 1 OFFSET @limit - 1), 0)
    ORDER BY started_at_ms DESC, id DESC`);
  const active = db.prepare<Record<string, unknown>, Columns>(
    `${SELECT} WHERE ended_at_ms IS NULL AND ${VISIBLE} ORDER BY started_at_ms, id`,
  );
  const lastToUnit = db.prepare<[string], Columns>(
    `${SELECT} WHERE unit_id = ? AND reason IS NOT 'forbidden' ORDER BY started_at_ms DESC, id DESC LIMIT 1`,
  );
  const countOf = db.prepare<{ unitIds: string; siteId: null }, { n: number }>(
    `SELECT count(*) AS n FROM call WHERE ${VISIBLE}`,
  );
  const gatewayLabels = db.prepare<[], { label: string }>(`
    SELECT DISTINCT json_extract(caller, '$.label') AS label FROM call WHERE ${FROM_OUTSIDE}`);
  const ofLabel = db.prepare<[string], Columns>(
    `${SELECT} WHERE ${FROM_OUTSIDE} AND json_extract(caller, '$.label') = ?`,
  );
  const forget = db.prepare<[string]>(`
    UPDATE call SET caller = json_set(caller, '$.label', json_extract(caller, '$.name'))
    WHERE ${FROM_OUTSIDE} AND json_extract(caller, '$.label') = ?`);
  const visible = (filter: CallFilter) => ({
    siteId: filter.siteId ?? null,
    unitIds: filter.unitIds ? JSON.stringify(filter.unitIds) : null,
  });
  return {
    upsertCall: (call) => void upsert.run(toColumns(call)),
    getCall: (callId) => {
      const row = get.get(callId);
      return row ? fromColumns(row) : null;
    },
    listCalls: (before, limit, filter = {}) =>
      list.all({ before: before ?? Number.MAX_SAFE_INTEGER, limit, ...visible(filter) }).map(fromColumns),
    countOf: (unitIds) => countOf.get({ unitIds: JSON.stringify(unitIds), siteId: null })?.n ?? 0,
    byGatewayCaller: (matches) =>
      gatewayLabels
        .all()
        .filter(({ label }) => matches(label))
        .flatMap(({ label }) => ofLabel.all(label))
        .map(fromColumns)
        .toSorted((a, b) => a.startedAtMs - b.startedAtMs),
    forgetGatewayCallers: (matches) =>
      gatewayLabels
        .all()
        .filter(({ label }) => matches(label))
        .reduce((sum, { label }) => sum + forget.run(label).changes, 0),
    lastToUnit: (unitId) => {
      const row = lastToUnit.get(unitId);
      return row ? fromColumns(row) : null;
    },
    activeCalls: (filter = {}) => active.all(visible(filter)).map(fromColumns),
  };
}

function toColumns({ callId, caller, callee, answeredBy, ...call }: CallRow): Columns {
  return {
    ...call,
    id: callId,
    caller: JSON.stringify(caller),
    callee: JSON.stringify(callee),
    answeredBy: answeredBy ? JSON.stringify(answeredBy) : null,
  };
}

function fromColumns({ id, caller, callee, answeredBy, ...columns }: Columns): CallRow {
  return {
    ...columns,
    callId: id,
    caller: JSON.parse(caller) as Call["caller"],
    callee: JSON.parse(callee) as Call["callee"],
    answeredBy: answeredBy ? (JSON.parse(answeredBy) as Call["caller"]) : null,
  };
}
