/**
 * The orders that a line's board shows. Kept as they were read: a board is looked at again with every word of a call, and its orders seldom
 * change. One that says the same as before is the same object, so that a board's change is found without reading through it.
 */
import type { Order, OrderStage } from "../api/order.ts";
import type { OrderingContext } from "./context.ts";
import { GONE_SHOWN_MS, isAlarming, toOrder } from "./orders.ts";
import { maskOrder } from "./past-calls.ts";

/** What was committed longer ago and is over is no news on any board. */
const OVER_SHOWN_MS = 12 * 3_600_000;

export function shownOrders(context: OrderingContext): (lineId: string) => Order[] {
  const { store, now } = context;
  const kept = new Map<string, { orders: Order[]; changes: number }>();

  function read(lineId: string, before: readonly Order[]): Order[] {
    const sinceMs = now() - OVER_SHOWN_MS;
    const rows = [
      ...store.orders.inStages(lineId, ["new", "accepted", "ready"]),
      ...store.orders.inStages(lineId, ["gone"], sinceMs),
      ...store.orders.inStages(lineId, ["cancelled"], sinceMs),
    ];
    const known = new Map(before.map((order) => [order.id, order]));
    return rows.map((row) => {
      // Who calls back needs the number; once the order is gone nobody does.
      const order = maskOrder(toOrder(context, row), isWaiting(row.stage));
      const same = known.get(order.id);
      return same && JSON.stringify(same) === JSON.stringify(order) ? same : order;
    });
  }

  return (lineId) => {
    const changes = store.orders.changes();
    const before = kept.get(lineId);
    const orders = before?.changes === changes ? before.orders : read(lineId, before?.orders ?? []);
    const nowMs = now();
    const told = orders
      .filter((order) => isShown(order, nowMs))
      // The only thing of an order that time alone changes.
      .map((order) => (order.alarm === isAlarming(order, nowMs) ? order : { ...order, alarm: !order.alarm }));
    kept.set(lineId, { orders: told, changes });
    return told;
  };
}

export function isWaiting(stage: OrderStage): boolean {
  return stage !== "gone" && stage !== "cancelled";
}

function isShown({ stage, committedAtMs, goneAtMs, pickupAtMs }: Order, nowMs: number): boolean {
  if (isWaiting(stage)) return true;
  const overAtMs = stage === "gone" ? (goneAtMs ?? 0) : pickupAtMs;
  return committedAtMs >= nowMs - OVER_SHOWN_MS && overAtMs > nowMs - GONE_SHOWN_MS;
}
