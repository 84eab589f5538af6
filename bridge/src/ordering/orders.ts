/** Orders from their commit on: numbers, the kitchen's stages, the news of them. */
import type { Order, OrderStage, TaxShare } from "../api/order.ts";
import { AppError } from "../events/errors.ts";
import type { CustomerOrderRow } from "../store/customer-order-store.ts";
import type { LineRow } from "../store/line-store.ts";
import { clockOf, deskChanged, lineRow, type OrderingContext } from "./context.ts";
import { localTime } from "./opening.ts";
import { type OrderData, totalCents, transition } from "./order-machine.ts";

export type OrderNews = "new" | "accepted" | "ready" | "gone" | "cancelled" | "reopened" | "unaccepted";

/** Writes the news of an order to the outbox, in the transaction that makes it true. */
export type AnnounceOrder = (order: CustomerOrderRow, news: OrderNews, atMs: number) => void;

export interface Orders {
  /** Within the transaction that commits it. The same call and ordinal again is the order that is there. */
  commit(row: LineRow, commit: NewOrder): CustomerOrderRow;
  /**
   * Throws UNKNOWN_ORDER, ORDER_MOVED when it is not in `from` any more, and ORDER_OVER when it was over long ago. Any stage may follow
   * any other: undo.
   */
  move(id: string, from: OrderStage, to: OrderStage): CustomerOrderRow;
  /** Alarms that are due now, each of them announced again every minute. Returns when to look next, null: nothing waits. */
  remind(): number | null;
}

export interface NewOrder {
  callId: string;
  data: OrderData;
  callerNumber: string | null;
  confirmedBy: "caller" | "staff";
}

export const ALARM_AFTER_MS = 60_000;
/** So long what is gone stands on the board, and can be taken back; after that nobody needs the caller's number. */
export const GONE_SHOWN_MS = 2 * 3_600_000;
/** What was cancelled can be taken back so long after its time of collection. */
const CANCELLED_KEPT_MS = 12 * 3_600_000;
/** Two orders like this are worth a look: a caller who was cut off tries again. */
const SAME_WITHIN_MS = 20 * 60_000;

export function orders(context: OrderingContext, announce: AnnounceOrder): Orders {
  const { store, now, newId } = context;
  return {
    commit: (row, { callId, data, callerNumber, confirmedBy }) => {
      const before = store.orders.byCall(callId, data.ordinal);
      if (before) return before;
      const atMs = now();
      const day = localTime(atMs, clockOf(context, row.siteId)).date;
      const order: CustomerOrderRow = {
        id: newId(),
        lineId: row.id,
        callId,
        ordinal: data.ordinal,
        day,
        number: store.orders.nextNumber(row.id, day),
        stage: "new",
        confirmedBy,
        name: data.name,
        callerNumber,
        note: data.note,
        lines: data.lines,
        totalCents: totalCents(data.lines),
        pickupAtMs: data.pickup?.atMs ?? atMs,
        committedAtMs: atMs,
        acceptedAtMs: null,
        readyAtMs: null,
        goneAtMs: null,
        remindedAtMs: atMs,
        callerTold: confirmedBy === "staff",
      };
      store.orders.insert(order);
      if (row.settings.printer) store.orders.addPrintJob(order.id);
      announce(order, "new", atMs);
      deskChanged(context, row);
      return order;
    },
    move: (id, from, to) =>
      store.transaction(() => {
        const order = store.orders.get(id);
        if (!order) throw new AppError("UNKNOWN_ORDER", `there is no order ${id}`);
        if (order.stage === to) return order;
        if (order.stage !== from) {
          throw new AppError("ORDER_MOVED", `the order is ${order.stage}, not ${from}`, {
            details: { stage: order.stage },
          });
        }
        const atMs = now();
        if (isOver(order, atMs)) throw new AppError("ORDER_OVER", "the order was over long ago");
        const moved = inStage(order, to, atMs);
        store.orders.update(moved);
        if (to === "accepted") acknowledge(context, order);
        announce(moved, to === "new" ? "reopened" : to, atMs);
        deskChanged(context, lineRow(store, order.lineId));
        return moved;
      }),
    remind: () => {
      const atMs = now();
      const due = store.orders.unaccepted(atMs - ALARM_AFTER_MS + 1, atMs + ALARM_AFTER_MS - 1);
      if (due.length > 0) {
        store.transaction(() => {
          for (const order of due) {
            store.orders.update({ ...order, remindedAtMs: atMs });
            announce(order, "unaccepted", atMs);
            deskChanged(context, lineRow(store, order.lineId));
          }
        });
      }
      const remindedAtMs = store.orders.longestUnreminded();
      return remindedAtMs === null ? null : remindedAtMs + ALARM_AFTER_MS;
    },
  };
}

const STAGES: readonly OrderStage[] = ["new", "accepted", "ready", "gone"];

function isOver({ stage, goneAtMs, pickupAtMs }: CustomerOrderRow, nowMs: number): boolean {
  if (stage === "gone") return nowMs - (goneAtMs ?? 0) > GONE_SHOWN_MS;
  return stage === "cancelled" && nowMs - pickupAtMs > CANCELLED_KEPT_MS;
}

/** With the times of the stages that it has reached; those beyond are forgotten again. */
function inStage(order: CustomerOrderRow, stage: OrderStage, atMs: number): CustomerOrderRow {
  if (stage === "cancelled") return { ...order, stage };
  const reached = STAGES.indexOf(stage);
  const time = (index: number, before: number | null): number | null => (reached >= index ? (before ?? atMs) : null);
  return {
    ...order,
    stage,
    acceptedAtMs: time(1, order.acceptedAtMs),
    readyAtMs: time(2, order.readyAtMs),
    goneAtMs: time(3, order.goneAtMs),
    // Back to new, the minute starts again.
    remindedAtMs: stage === "new" ? atMs : order.remindedAtMs,
  };
}

/** The call's own log says so too, as long as it is about this order. */
function acknowledge({ store, now }: OrderingContext, order: CustomerOrderRow): void {
  const call = store.orderCalls.get(order.callId);
  if (!call) return;
  const data = JSON.parse(call.data) as OrderData;
  if (data.ordinal !== order.ordinal) return;
  const outcome = transition(data, { type: "acknowledged" });
  if (outcome.refused) return;
  const events = JSON.stringify([{ type: "acknowledged" }]);
  store.orderCalls.append(order.callId, { toolCallId: null, events, answer: null, atMs: now() });
  store.orderCalls.update({ ...call, data: JSON.stringify(outcome.data) });
}

export function toOrder(context: OrderingContext, order: CustomerOrderRow): Order {
  const { id, lineId, callId, number, stage, confirmedBy, name, callerNumber, note, lines } = order;
  const cart = { lines: [...lines], totalCents: order.totalCents };
  return {
    ...{ id, lineId, callId, number, stage, confirmedBy, name, callerNumber, note, cart },
    taxes: taxesOf(lines),
    pickupAtMs: order.pickupAtMs,
    committedAtMs: order.committedAtMs,
    acceptedAtMs: order.acceptedAtMs,
    readyAtMs: order.readyAtMs,
    goneAtMs: order.goneAtMs,
    alarm: isAlarming(order, context.now()),
    callerTold: order.callerTold,
    maybeSameAs: context.store.orders.sameBefore(order, SAME_WITHIN_MS),
  };
}

export function isAlarming(order: Pick<CustomerOrderRow, "stage" | "committedAtMs">, nowMs: number): boolean {
  return order.stage === "new" && isMinuteAway(order.committedAtMs, nowMs);
}

/** What is to come by more than that was written before the clock was set back: nobody knows how long ago that is. */
function isMinuteAway(atMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - atMs) >= ALARM_AFTER_MS;
}

/** Prices include the tax: its share is rounded once for each rate. */
export function taxesOf(lines: readonly { taxRate: number; totalCents: number }[]): TaxShare[] {
  const totals = new Map<number, number>();
  for (const line of lines) totals.set(line.taxRate, (totals.get(line.taxRate) ?? 0) + line.totalCents);
  return [...totals]
    .toSorted(([a], [b]) => a - b)
    .map(([rate, total]) => ({ rate, totalCents: total, taxCents: Math.round((total * rate) / (10_000 + rate)) }));
}
