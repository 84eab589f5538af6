/**
 * Calls that the order desk takes, the append-only log of their orders, transcripts and messages. `data` is the order as
 * its events made it, kept beside them so that lists need no replay.
 */
import type { Database } from "better-sqlite3";
import type { CallCloseReason, Language, TranscriptLine } from "../api/order.ts";

export interface OrderCallRow {
  callId: string;
  lineId: string;
  callerNumber: string | null;
  language: Language;
  /** JSON; the order machine's data. */
  data: string;
  startedAtMs: number;
  endedAtMs: number | null;
  reason: CallCloseReason | null;
  costCents: number;
  takenBy: string | null;
  draft: boolean;
}

export interface OrderEventRow {
  toolCallId: string | null;
  /** JSON array of the machine's events. */
  events: string;
  /** JSON; null: no tool call, or not answered yet. */
  answer: string | null;
  atMs: number;
}

/** A call in the order of the history: by its start, then by its id. */
export type HistoryEdge = Pick<OrderCallRow, "startedAtMs" | "callId">;

export interface HistoryFilter {
  /** Only those that stand after it; null: from the newest on. */
  edge: HistoryEdge | null;
  /** Start, from and before. */
  fromMs: number;
  toMs: number;
  /** An order came of it, none did, or the caller left a message. */
  outcome: "order" | "none" | "message" | null;
}

export interface OrderCallStore {
  insert(call: OrderCallRow): void;
  get(callId: string): OrderCallRow | null;
  /** Everything but its line, number and start. */
  update(call: OrderCallRow): void;
  /** Without an end, oldest first. */
  open(lineId?: string): OrderCallRow[];
  /** Ended, and somebody has to look at them; newest first. */
  drafts(lineId: string): OrderCallRow[];
  /** How many of each there are. */
  counts(lineId: string): { open: number; drafts: number };
  /** Newest first. */
  history(lineId: string, filter: HistoryFilter, limit: number): OrderCallRow[];
  append(callId: string, event: OrderEventRow): void;
  events(callId: string): OrderEventRow[];
  /** What a tool call was answered; null: it has not been run. */
  answered(callId: string, toolCallId: string): OrderEventRow | null;
  setAnswer(callId: string, toolCallId: string, answer: string): void;
  addTranscript(callId: string, line: TranscriptLine): void;
  transcript(callId: string): TranscriptLine[];
  /** Drops transcripts and messages of a line's calls that started before. Returns how many lines and messages went. */
  dropTranscripts(lineId: string, startedBeforeMs: number): number;
  putMessage(callId: string, wav: Buffer): void;
  message(callId: string): Buffer | null;
  hasMessage(callId: string): boolean;
  removeMessage(callId: string): void;
  byNumber(callerNumber: string): OrderCallRow[];
  /** All numbers that calls or orders are stored under, as they were written. */
  callerNumbers(): string[];
  /** Removes a call with its log, transcript and message. */
  remove(callId: string): void;
}

interface Columns extends Omit<OrderCallRow, "draft"> {
  draft: number;
}

const SELECT = `SELECT id AS callId, line_id AS lineId, caller_number AS callerNumber, language, data,
  started_at_ms AS startedAtMs, ended_at_ms AS endedAtMs, reason, cost_cents AS costCents, taken_by AS takenBy, draft
  FROM order_call`;
const SELECT_EVENT = "SELECT tool_call_id AS toolCallId, events, answer, at_ms AS atMs FROM order_event";

export function orderCallStore(db: Database): OrderCallStore {
  const insert = db.prepare<Columns>(`
    INSERT INTO order_call (id, line_id, caller_number, language, data, started_at_ms, ended_at_ms, reason, cost_cents,
      taken_by, draft)
    VALUES (@callId, @lineId, @callerNumber, @language, @data, @startedAtMs, @endedAtMs, @reason, @costCents,
      @takenBy, @draft)`);
  const get = db.prepare<[string], Columns>(`${SELECT} WHERE id = ?`);
  const update = db.prepare<Columns>(`
    UPDATE order_call SET caller_number = @callerNumber, language = @language, data = @data, ended_at_ms = @endedAtMs,
      reason = @reason, cost_cents = @costCents, taken_by = @takenBy, draft = @draft WHERE id = @callId`);
  const open = db.prepare<{ lineId: string | null }, Columns>(
    `${SELECT} WHERE ended_at_ms IS NULL AND (@lineId IS NULL OR line_id = @lineId) ORDER BY started_at_ms, id`,
  );
  const drafts = db.prepare<[string], Columns>(
    `${SELECT} WHERE line_id = ? AND draft = 1 AND ended_at_ms IS NOT NULL ORDER BY started_at_ms DESC, id DESC`,
  );
  const counts = db.prepare<[string], { open: number; drafts: number }>(`
    SELECT count(*) FILTER (WHERE ended_at_ms IS NULL) AS open, count(*) FILTER (WHERE ended_at_ms IS NOT NULL) AS drafts
    FROM order_call WHERE line_id = ? AND (ended_at_ms IS NULL OR draft = 1)`);
  const history = db.prepare<
    Omit<HistoryFilter, "edge"> & { lineId: string; edgeMs: number; edgeId: string; limit: number },
    Columns
  >(`
    ${SELECT} WHERE line_id = @lineId AND started_at_ms BETWEEN @fromMs AND @edgeMs AND started_at_ms < @toMs
      AND (started_at_ms < @edgeMs OR id < @edgeId)
      AND CASE @outcome
        WHEN 'order' THEN EXISTS (SELECT 1 FROM customer_order WHERE call_id = order_call.id)
        WHEN 'none' THEN ended_at_ms IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customer_order WHERE call_id = order_call.id)
        WHEN 'message' THEN EXISTS (SELECT 1 FROM call_message WHERE call_id = order_call.id)
        ELSE TRUE END
    ORDER BY started_at_ms DESC, id DESC LIMIT @limit`);
  const append = db.prepare<OrderEventRow & { callId: string }>(`
    INSERT INTO order_event (call_id, tool_call_id, events, answer, at_ms)
    VALUES (@callId, @toolCallId, @events, @answer, @atMs)`);
  const events = db.prepare<[string], OrderEventRow>(`${SELECT_EVENT} WHERE call_id = ? ORDER BY id`);
  const answered = db.prepare<[string, string], OrderEventRow>(
    `${SELECT_EVENT} WHERE call_id = ? AND tool_call_id = ?`,
  );
  const setAnswer = db.prepare<[string, string, string]>(
    "UPDATE order_event SET answer = ? WHERE call_id = ? AND tool_call_id = ?",
  );
  const addTranscript = db.prepare<TranscriptLine & { callId: string }>(
    "INSERT INTO transcript (call_id, who, text, at_ms) VALUES (@callId, @who, @text, @atMs)",
  );
  const transcript = db.prepare<[string], TranscriptLine>(
    "SELECT who, text, at_ms AS atMs FROM transcript WHERE call_id = ? ORDER BY id",
  );
  const dropTranscripts = db.prepare<[string, number]>(`
    DELETE FROM transcript WHERE call_id IN
      (SELECT id FROM order_call WHERE line_id = ? AND started_at_ms < ? AND ended_at_ms IS NOT NULL)`);
  const dropMessages = db.prepare<[string, number]>(`
    DELETE FROM call_message WHERE call_id IN
      (SELECT id FROM order_call WHERE line_id = ? AND started_at_ms < ? AND ended_at_ms IS NOT NULL)`);
  const putMessage = db.prepare<[string, Buffer]>(
    "INSERT INTO call_message (call_id, wav) VALUES (?, ?) ON CONFLICT (call_id) DO UPDATE SET wav = excluded.wav",
  );
  const message = db.prepare<[string], { wav: Buffer }>("SELECT wav FROM call_message WHERE call_id = ?");
  const hasMessage = db.prepare<[string], { n: number }>("SELECT count(*) AS n FROM call_message WHERE call_id = ?");
  const removeMessage = db.prepare<[string]>("DELETE FROM call_message WHERE call_id = ?");
  const byNumber = db.prepare<[string], Columns>(`${SELECT} WHERE caller_number = ? ORDER BY started_at_ms`);
  const callerNumbers = db.prepare<[], { number: string }>(`
    SELECT caller_number AS number FROM order_call WHERE caller_number IS NOT NULL
    UNION SELECT caller_number FROM customer_order WHERE caller_number IS NOT NULL`);
  const remove = db.prepare<[string]>("DELETE FROM order_call WHERE id = ?");
  return {
    insert: (call) => void insert.run(toColumns(call)),
    get: (callId) => {
      const row = get.get(callId);
      return row ? fromColumns(row) : null;
    },
    update: (call) => void update.run(toColumns(call)),
    open: (lineId) => open.all({ lineId: lineId ?? null }).map(fromColumns),
    drafts: (lineId) => drafts.all(lineId).map(fromColumns),
    counts: (lineId) => counts.get(lineId) ?? { open: 0, drafts: 0 },
    history: (lineId, { edge, ...filter }, limit) => {
      const from = { edgeMs: edge?.startedAtMs ?? Number.MAX_SAFE_INTEGER, edgeId: edge?.callId ?? "" };
      return history.all({ lineId, ...from, ...filter, limit }).map(fromColumns);
    },
    append: (callId, event) => void append.run({ callId, ...event }),
    events: (callId) => events.all(callId),
    answered: (callId, toolCallId) => answered.get(callId, toolCallId) ?? null,
    setAnswer: (callId, toolCallId, answer) => void setAnswer.run(answer, callId, toolCallId),
    addTranscript: (callId, line) => void addTranscript.run({ callId, ...line }),
    transcript: (callId) => transcript.all(callId),
    dropTranscripts: (lineId, startedBeforeMs) =>
      dropTranscripts.run(lineId, startedBeforeMs).changes + dropMessages.run(lineId, startedBeforeMs).changes,
    putMessage: (callId, wav) => void putMessage.run(callId, wav),
    message: (callId) => message.get(callId)?.wav ?? null,
    hasMessage: (callId) => (hasMessage.get(callId)?.n ?? 0) > 0,
    removeMessage: (callId) => void removeMessage.run(callId),
    byNumber: (callerNumber) => byNumber.all(callerNumber).map(fromColumns),
    callerNumbers: () => callerNumbers.all().map(({ number }) => number),
    remove: (callId) => void remove.run(callId),
  };
}

function toColumns(call: OrderCallRow): Columns {
  return { ...call, draft: call.draft ? 1 : 0 };
}

function fromColumns(row: Columns): OrderCallRow {
  return { ...row, draft: row.draft === 1 };
}
