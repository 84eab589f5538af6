/** What people see of a line's desk, and what they do with drafts and running calls. */
import type { Board, HistoryPage, HistoryQuery, PastCallDetails } from "../api/board.ts";
import type { AssistantProblem, LineState, PrinterState } from "../api/line.ts";
import type { Draft, LiveCall, Order, OrderStage } from "../api/order.ts";
import { AppError } from "../events/errors.ts";
import type { LineRow } from "../store/line-store.ts";
import type { OrderCallRow } from "../store/order-call-store.ts";
import {
  assistantProblemOf,
  clockOf,
  deskChanged,
  lineRow,
  lineState,
  type OrderingContext,
  toLine,
} from "./context.ts";
import type { Desk } from "./desk.ts";
import { atOn, localTime } from "./opening.ts";
import { type OrderData, totalCents } from "./order-machine.ts";
import { isAlarming, type Orders, toOrder } from "./orders.ts";
import { maskOrder, pastCallDetails, pastCalls } from "./past-calls.ts";
import { isWaiting, shownOrders } from "./shown-orders.ts";

/** What MQTT and others tell of a line, without anybody's number. */
export interface LineFacts {
  lineId: string;
  /** SIP name of its unit. */
  name: string;
  state: LineState;
  /** Why the assistant answers no calls; null: it does. */
  assistantProblem: AssistantProblem | null;
  printer: PrinterState;
  queue: { new: number; accepted: number; ready: number; drafts: number; calls: number; oldestNewAtMs: number | null };
  today: { orders: number; turnoverCents: number; sinceMs: number };
  /** An order waits longer than a minute for somebody to accept it. */
  alarm: boolean;
  soldOut: { id: string; name: string }[];
}

export interface Boards {
  /** Of all lines of a site. */
  facts(siteId: string): LineFacts[];
  /** null: there is no such line (any more). */
  lineFacts(lineId: string): LineFacts | null;
  /** Calls back whenever a line's board may be different. Returns the unsubscribe. */
  onChange(lineId: string, listener: () => void): () => void;
  board(lineId: string): Board;
  /** Throws UNKNOWN_ORDER, ORDER_MOVED when it is not in `from` any more, ORDER_OVER when it was over long ago. */
  move(orderId: string, from: OrderStage, to: OrderStage): Order;
  /** `mayReadNumbers`: others see masked ones, and find by no more. */
  history(lineId: string, query: HistoryQuery, mayReadNumbers: boolean): Promise<HistoryPage>;
  details(callId: string, mayReadNumbers: boolean): PastCallDetails;
  message(callId: string): Buffer;
  /** Makes an order of a draft, confirmed by staff. Throws DRAFT_UNUSABLE. */
  draftToOrder(callId: string): Order;
  dismissDraft(callId: string): void;
  /**
   * Takes a dismissal back, or an order that staff made of it and nobody has accepted: it is cancelled. Throws DRAFT_UNUSABLE when another
   * order came of it, ORDER_OVER when it was long ago.
   */
  restoreDraft(callId: string): void;
  /** Throws UNKNOWN_ORDER_CALL when the call is not on, ORDER_MOVED when somebody has it already. */
  takeOver(callId: string, by: string): void;
  hangUp(callId: string, by: string): void;
}

/** A draft that was put aside comes back so long after its call, or so long after it was put aside. */
const DRAFT_KEPT_MS = 24 * 3_600_000;
const DISMISSAL_KEPT_MS = 3_600_000;
const TRANSCRIPT_SHOWN = 40;

export function boards(context: OrderingContext, desk: Desk, orders: Orders): Boards {
  const { store, now } = context;
  /** Call → when this process put its draft aside. */
  const dismissed = new Map<string, number>();
  const shown = shownOrders(context);

  function callRow(callId: string): OrderCallRow {
    const row = store.orderCalls.get(callId);
    if (!row) throw new AppError("UNKNOWN_ORDER_CALL", "there is no such call");
    return row;
  }

  function draftRow(callId: string): OrderCallRow {
    const row = callRow(callId);
    if (row.draft && row.endedAtMs !== null) return row;
    throw new AppError("DRAFT_UNUSABLE", "the draft has been dealt with");
  }

  function running(callId: string) {
    const call = desk.live(callId);
    if (!call) throw new AppError("UNKNOWN_ORDER_CALL", "the call is over");
    return call;
  }

  function today(row: LineRow): Board["today"] {
    const { date } = localTime(now(), clockOf(context, row.siteId));
    const { orders: count, cents } = store.orders.turnover(row.id, date);
    return { orders: count, turnoverCents: cents };
  }

  /** Some zones begin a day of the year at one o'clock. */
  function startOfDay(row: LineRow): number {
    const clock = clockOf(context, row.siteId);
    return atOn(0, 0, now(), clock) ?? atOn(0, 60, now(), clock) ?? now();
  }

  /** Asked at every change of a call: what is many is counted and not read. */
  function factsOf(id: string): LineFacts {
    const row = lineRow(store, id);
    const waiting = store.orders.waiting(id);
    const inStage = (stage: OrderStage): number => waiting.find((some) => some.stage === stage)?.count ?? 0;
    const unaccepted = waiting.find(({ stage }) => stage === "new");
    const { open: calls, drafts } = store.orderCalls.counts(id);
    const soldOut = new Set(store.lines.soldOut(id));
    const { items, groups } = soldOut.size === 0 ? { items: [], groups: [] } : store.lines.menu(id).menu;
    const named = [...items, ...groups.flatMap(({ options }) => options)];
    return {
      lineId: id,
      name: store.units.get(row.unitId)?.name ?? "",
      state: lineState(context, row),
      assistantProblem: assistantProblemOf(context, row),
      printer: context.printerState(id),
      queue: {
        ...{ new: inStage("new"), accepted: inStage("accepted"), ready: inStage("ready"), drafts, calls },
        oldestNewAtMs: unaccepted?.firstMs ?? null,
      },
      today: { ...today(row), sinceMs: startOfDay(row) },
      // The clock may have been set back since the last one.
      alarm: [unaccepted?.firstMs, unaccepted?.lastMs].some(
        (committedAtMs) => committedAtMs !== undefined && isAlarming({ stage: "new", committedAtMs }, now()),
      ),
      soldOut: named.filter((one) => soldOut.has(one.id)).map(({ id: menuId, name }) => ({ id: menuId, name })),
    };
  }

  return {
    facts: (siteId) => store.lines.list(siteId).map(({ id }) => factsOf(id)),
    lineFacts: (lineId) => (store.lines.get(lineId) ? factsOf(lineId) : null),
    onChange: (lineId, listener) => context.bus.on("deskChanged", (change) => change.lineId === lineId && listener()),
    board: (lineId) => {
      const row = lineRow(store, lineId);
      return {
        nowMs: now(),
        line: toLine(context, row),
        drafts: store.orderCalls.drafts(lineId).map((call) => toDraft(context, call)),
        calls: store.orderCalls.open(lineId).map((call) => toLiveCall(context, call)),
        orders: shown(lineId),
        today: today(row),
        menu: { revision: store.lines.menuRevision(lineId), soldOut: store.lines.soldOut(lineId) },
      };
    },
    move: (orderId, from, to) =>
      store.transaction(() => {
        const order = orders.move(orderId, from, to);
        // Its draft came back when staff cancelled it: it is dealt with again.
        const call = from === "cancelled" ? store.orderCalls.get(order.callId) : null;
        if (call?.draft && ordinalOf(call) === order.ordinal) store.orderCalls.update({ ...call, draft: false });
        return maskOrder(toOrder(context, order), isWaiting(to));
      }),
    history: (lineId, query, mayReadNumbers) => pastCalls(context, lineId, query, mayReadNumbers),
    details: (callId, mayReadNumbers) => pastCallDetails(context, callRow(callId), mayReadNumbers),
    message: (callId) => {
      const wav = store.orderCalls.message(callRow(callId).callId);
      if (!wav) throw new AppError("UNKNOWN_ORDER_CALL", "the call left no message");
      return wav;
    },
    draftToOrder: (callId) =>
      store.transaction(() => {
        const call = draftRow(callId);
        const data = JSON.parse(call.data) as OrderData;
        if (data.lines.length === 0 || data.lines.some(({ missing }) => missing.length > 0)) {
          throw new AppError("DRAFT_UNUSABLE", "the cart is empty, or a choice is open");
        }
        const { callerNumber } = call;
        const order = orders.commit(lineRow(store, call.lineId), { callId, data, callerNumber, confirmedBy: "staff" });
        store.orderCalls.update({ ...call, draft: false });
        dismissed.set(callId, now());
        // It was an order before, and that was taken back.
        return toOrder(context, order.stage === "cancelled" ? orders.move(order.id, "cancelled", "new") : order);
      }),
    dismissDraft: (callId) =>
      store.transaction(() => {
        const call = draftRow(callId);
        store.orderCalls.update({ ...call, draft: false });
        dismissed.set(callId, now());
        deskChanged(context, lineRow(store, call.lineId));
      }),
    restoreDraft: (callId) =>
      store.transaction(() => {
        const call = callRow(callId);
        const order = store.orders.byCall(callId, ordinalOf(call));
        // What the caller ordered stays; what staff made of a draft is theirs until somebody cooks it.
        const isTakenBack = order?.confirmedBy === "staff" && (order.stage === "new" || order.stage === "cancelled");
        if (call.endedAtMs === null || (order && !isTakenBack)) {
          throw new AppError("DRAFT_UNUSABLE", "the call is on, or it became an order");
        }
        const isLate = now() - call.endedAtMs > DRAFT_KEPT_MS;
        // With the draft the caller's number is shown again.
        if (isLate && now() - (dismissed.get(callId) ?? 0) > DISMISSAL_KEPT_MS) {
          throw new AppError("ORDER_OVER", "the draft was put aside long ago");
        }
        if (order?.stage === "new") orders.move(order.id, "new", "cancelled");
        store.orderCalls.update({ ...call, draft: true });
        deskChanged(context, lineRow(store, call.lineId));
      }),
    takeOver: (callId, by) => {
      if (!running(callId).takeOver(by)) throw new AppError("ORDER_MOVED", "somebody has taken the call already");
    },
    hangUp: (callId, by) => running(callId).tell({ type: "hang-up", by }),
  };
}

function toDraft({ store }: OrderingContext, call: OrderCallRow): Draft {
  const data = JSON.parse(call.data) as OrderData;
  return {
    callId: call.callId,
    lineId: call.lineId,
    state: data.state,
    reason: call.reason ?? "interrupted",
    name: data.name,
    callerNumber: call.callerNumber,
    note: data.note,
    cart: cartOf(data),
    startedAtMs: call.startedAtMs,
    endedAtMs: call.endedAtMs ?? call.startedAtMs,
    hasMessage: store.orderCalls.hasMessage(call.callId),
  };
}

function toLiveCall({ store }: OrderingContext, call: OrderCallRow): LiveCall {
  const data = JSON.parse(call.data) as OrderData;
  return {
    callId: call.callId,
    lineId: call.lineId,
    state: data.state,
    language: call.language,
    name: data.name,
    callerNumber: call.callerNumber,
    note: data.note,
    cart: cartOf(data),
    startedAtMs: call.startedAtMs,
    takenOverBy: call.takenBy,
    transcript: store.orderCalls.transcript(call.callId).slice(-TRANSCRIPT_SHOWN),
  };
}

function ordinalOf(call: OrderCallRow): number {
  return (JSON.parse(call.data) as OrderData).ordinal;
}

function cartOf(data: OrderData): LiveCall["cart"] {
  return { lines: [...data.lines], totalCents: totalCents(data.lines) };
}
