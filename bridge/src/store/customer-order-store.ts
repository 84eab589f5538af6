/** Orders that the kitchen has to make, and the tickets that wait for the printer. */
import type { Database } from "better-sqlite3";
import type { CartLine, OrderStage } from "../api/order.ts";
import { touchedRows } from "./touched-rows.ts";

export interface CustomerOrderRow {
  id: string;
  lineId: string;
  callId: string;
  ordinal: number;
  /** Local date of the site. */
  day: string;
  number: number;
  stage: OrderStage;
  confirmedBy: "caller" | "staff";
  name: string;
  callerNumber: string | null;
  note: string;
  lines: readonly CartLine[];
  totalCents: number;
  pickupAtMs: number;
  committedAtMs: number;
  acceptedAtMs: number | null;
  readyAtMs: number | null;
  goneAtMs: number | null;
  remindedAtMs: number;
  callerTold: boolean;
}

export interface CustomerOrderStore {
  insert(order: CustomerOrderRow): void;
  get(id: string): CustomerOrderRow | null;
  byCall(callId: string, ordinal: number): CustomerOrderRow | null;
  ofCall(callId: string): CustomerOrderRow[];
  /** Stage and its times, reminder, told, number of the caller. */
  update(order: CustomerOrderRow): void;
  nextNumber(lineId: string, day: string): number;
  /** In these stages, oldest first. */
  inStages(lineId: string, stages: readonly OrderStage[], sinceMs?: number): CustomerOrderRow[];
  /** How many are in each stage before `gone`, with the first and the last commit among them. */
  waiting(lineId: string): { stage: OrderStage; count: number; firstMs: number; lastMs: number }[];
  /** New ones of all lines whose last reminder was not between these times, oldest first. */
  unaccepted(remindedAfterMs: number, remindedBeforeMs: number): CustomerOrderRow[];
  /** When the new one of all lines was reminded of that waits longest for it; null: there is none. */
  longestUnreminded(): number | null;
  /** Those of a day that were not cancelled. */
  turnover(lineId: string, day: string): { orders: number; cents: number };
  history(lineId: string, beforeMs: number, limit: number): CustomerOrderRow[];
  byNumber(callerNumber: string): CustomerOrderRow[];
  /** Another number after orders of any line were written. */
  changes(): number;
  /** Number of the first order of the same caller and total on its line, within that time before it; null: there is none. */
  sameBefore(order: CustomerOrderRow, withinMs: number): number | null;
  addPrintJob(orderId: string): void;
  printJobs(): { orderId: string; attempts: number }[];
  notePrintAttempt(orderId: string): void;
  removePrintJob(orderId: string): void;
}

interface Columns extends Omit<CustomerOrderRow, "lines" | "callerTold"> {
  lines: string;
  callerTold: number;
}

type SameBefore = { sinceMs: number } & Pick<
  Columns,
  "id" | "lineId" | "callId" | "ordinal" | "callerNumber" | "totalCents" | "committedAtMs"
>;

const SELECT = `SELECT id, line_id AS lineId, call_id AS callId, ordinal, day, number, stage,
  confirmed_by AS confirmedBy, name, caller_number AS callerNumber, note, lines, total_cents AS totalCents,
  pickup_at_ms AS pickupAtMs, committed_at_ms AS committedAtMs, accepted_at_ms AS acceptedAtMs,
  ready_at_ms AS readyAtMs, gone_at_ms AS goneAtMs, reminded_at_ms AS remindedAtMs, caller_told AS callerTold
  FROM customer_order`;

export function customerOrderStore(db: Database): CustomerOrderStore {
  const insert = db.prepare<Columns>(`
    INSERT INTO customer_order (id, line_id, call_id, ordinal, day, number, stage, confirmed_by, name, caller_number,
      note, lines, total_cents, pickup_at_ms, committed_at_ms, accepted_at_ms, ready_at_ms, gone_at_ms, reminded_at_ms,
      caller_told)
    VALUES (@id, @lineId, @callId, @ordinal, @day, @number, @stage, @confirmedBy, @name, @callerNumber,
      @note, @lines, @totalCents, @pickupAtMs, @committedAtMs, @acceptedAtMs, @readyAtMs, @goneAtMs, @remindedAtMs,
      @callerTold)`);
  const get = db.prepare<[string], Columns>(`${SELECT} WHERE id = ?`);
  const byCall = db.prepare<[string, number], Columns>(`${SELECT} WHERE call_id = ? AND ordinal = ?`);
  const ofCall = db.prepare<[string], Columns>(`${SELECT} WHERE call_id = ? ORDER BY ordinal`);
  const update = db.prepare<Columns>(`
    UPDATE customer_order SET stage = @stage, name = @name, note = @note, lines = @lines, caller_number = @callerNumber,
      accepted_at_ms = @acceptedAtMs, ready_at_ms = @readyAtMs, gone_at_ms = @goneAtMs, reminded_at_ms = @remindedAtMs,
      caller_told = @callerTold WHERE id = @id`);
  const nextNumber = db.prepare<[string, string], { number: number }>(
    "SELECT coalesce(max(number), 0) + 1 AS number FROM customer_order WHERE line_id = ? AND day = ?",
  );
  const inStages = db.prepare<[string, string, number], Columns>(`
    ${SELECT} WHERE line_id = ? AND stage IN (SELECT value FROM json_each(?)) AND committed_at_ms >= ?
    ORDER BY committed_at_ms, id`);
  const waiting = db.prepare<[string], { stage: OrderStage; count: number; firstMs: number; lastMs: number }>(`
    SELECT stage, count(*) AS count, min(committed_at_ms) AS firstMs, max(committed_at_ms) AS lastMs
    FROM customer_order WHERE line_id = ? AND stage IN ('new', 'accepted', 'ready') GROUP BY stage`);
  // By line, as the index is: without it all orders of all years would be gone through.
  const NEW = "line_id IN (SELECT id FROM line) AND stage = 'new'";
  const unaccepted = db.prepare<[number, number], Columns>(
    `${SELECT} WHERE ${NEW} AND reminded_at_ms NOT BETWEEN ? AND ? ORDER BY committed_at_ms, id`,
  );
  const longestUnreminded = db
    .prepare<[], number | null>(`SELECT min(reminded_at_ms) FROM customer_order WHERE ${NEW}`)
    .pluck();
  const turnover = db.prepare<[string, string], { orders: number; cents: number }>(`
    SELECT count(*) AS orders, coalesce(sum(total_cents), 0) AS cents FROM customer_order
    WHERE line_id = ? AND day = ? AND stage <> 'cancelled'`);
  const history = db.prepare<[string, number, number], Columns>(
    `${SELECT} WHERE line_id = ? AND committed_at_ms < ? ORDER BY committed_at_ms DESC, id DESC LIMIT ?`,
  );
  const byNumber = db.prepare<[string], Columns>(`${SELECT} WHERE caller_number = ? ORDER BY committed_at_ms`);
  const touched = touchedRows(db, { table: "customer_order" });
  let changes = 0;
  const sameBefore = db.prepare<SameBefore, { number: number }>(`
    SELECT number FROM customer_order WHERE caller_number = @callerNumber AND line_id = @lineId AND id <> @id
      AND stage <> 'cancelled' AND total_cents = @totalCents
      AND committed_at_ms > @sinceMs AND committed_at_ms <= @committedAtMs
      AND (call_id <> @callId OR ordinal < @ordinal)
    ORDER BY committed_at_ms LIMIT 1`);
  const addJob = db.prepare<[string]>(
    "INSERT INTO print_job (order_id, attempts) VALUES (?, 0) ON CONFLICT DO NOTHING",
  );
  const jobs = db.prepare<[], { orderId: string; attempts: number }>(`
    SELECT order_id AS orderId, attempts FROM print_job JOIN customer_order ON id = order_id ORDER BY committed_at_ms`);
  const attempt = db.prepare<[string]>("UPDATE print_job SET attempts = attempts + 1 WHERE order_id = ?");
  const removeJob = db.prepare<[string]>("DELETE FROM print_job WHERE order_id = ?");
  const one = (row: Columns | undefined): CustomerOrderRow | null => (row ? fromColumns(row) : null);
  return {
    insert: (order) => void insert.run(toColumns(order)),
    get: (id) => one(get.get(id)),
    byCall: (callId, ordinal) => one(byCall.get(callId, ordinal)),
    ofCall: (callId) => ofCall.all(callId).map(fromColumns),
    update: (order) => void update.run(toColumns(order)),
    nextNumber: (lineId, day) => nextNumber.get(lineId, day)?.number ?? 1,
    inStages: (lineId, stages, sinceMs = 0) => inStages.all(lineId, JSON.stringify(stages), sinceMs).map(fromColumns),
    waiting: (lineId) => waiting.all(lineId),
    unaccepted: (remindedAfterMs, remindedBeforeMs) =>
      unaccepted.all(remindedAfterMs, remindedBeforeMs).map(fromColumns),
    longestUnreminded: () => longestUnreminded.get() ?? null,
    turnover: (lineId, day) => turnover.get(lineId, day) ?? { orders: 0, cents: 0 },
    history: (lineId, beforeMs, limit) => history.all(lineId, beforeMs, limit).map(fromColumns),
    byNumber: (callerNumber) => byNumber.all(callerNumber).map(fromColumns),
    changes: () => {
      const ids = touched.take();
      if (ids === "all" || ids.size > 0) changes += 1;
      return changes;
    },
    sameBefore: ({ id, lineId, callId, ordinal, callerNumber, totalCents, committedAtMs }, withinMs) => {
      if (callerNumber === null) return null;
      const sinceMs = committedAtMs - withinMs;
      const wanted = { id, lineId, callId, ordinal, callerNumber, totalCents, committedAtMs, sinceMs };
      return sameBefore.get(wanted)?.number ?? null;
    },
    addPrintJob: (orderId) => void addJob.run(orderId),
    printJobs: () => jobs.all(),
    notePrintAttempt: (orderId) => void attempt.run(orderId),
    removePrintJob: (orderId) => void removeJob.run(orderId),
  };
}

function toColumns(order: CustomerOrderRow): Columns {
  return { ...order, lines: JSON.stringify(order.lines), callerTold: order.callerTold ? 1 : 0 };
}

function fromColumns(row: Columns): CustomerOrderRow {
  return { ...row, lines: JSON.parse(row.lines) as CartLine[], callerTold: row.callerTold === 1 };
}
