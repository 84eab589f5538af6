/** What becomes of a call's order: a place in the kitchen, a draft that somebody has to look at, or nothing. */
import type { CallCloseReason } from "../api/order.ts";
import type { OrderCallRow } from "../store/order-call-store.ts";
import { lineRow, type OrderingContext } from "./context.ts";
import { isOpen, type OrderData } from "./order-machine.ts";
import type { Orders } from "./orders.ts";

/** Gives a confirmed order its number and its place in the kitchen; within a transaction. Returns the order as it is then. */
export function commitConfirmed(
  context: OrderingContext,
  orders: Orders,
  call: OrderCallRow,
  data: OrderData,
): OrderData {
  const { store, now } = context;
  const order = orders.commit(lineRow(store, call.lineId), {
    callId: call.callId,
    data,
    callerNumber: call.callerNumber,
    confirmedBy: "caller",
  });
  const event = { type: "committed", number: order.number } as const;
  store.orderCalls.append(call.callId, {
    toolCallId: null,
    events: JSON.stringify([event]),
    answer: null,
    atMs: now(),
  });
  return { ...data, state: "committed", number: order.number };
}

/** Must somebody look at what a call left? */
export function isDraft(data: OrderData, reason: CallCloseReason): boolean {
  switch (data.state) {
    case "committed":
    case "acknowledged":
    case "confirmed":
      return false;
    case "abandoned":
      return false;
    case "handed-over":
      // A person had the call; what was in the cart is theirs until somebody says that it is done.
      return data.lines.length > 0 || reason === "model-failed" || reason === "media-failed";
    default:
      return isOpen(data.state) && (data.lines.length > 0 || NEVER_SILENT.has(reason));
  }
}

/** Ends of which the caller is not to blame: call back, also when nothing was ordered yet. */
const NEVER_SILENT: ReadonlySet<CallCloseReason> = new Set([
  "interrupted",
  "model-failed",
  "media-failed",
  "too-long",
  "too-expensive",
]);
