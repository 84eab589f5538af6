/** What of a board is different from the one that was told before. */
import type { Board, BoardChange } from "../api/board.ts";

/** `orders` of both are of `shownOrders`: what is the same is the same object. */
export function boardChange(before: Board, after: Board): BoardChange {
  const { nowMs, orders, ...parts } = after;
  const changed = Object.entries(parts).filter(
    ([name, part]) => JSON.stringify(part) !== JSON.stringify(before[name as keyof Board]),
  );
  const isAsBefore = orders.length === before.orders.length && orders.every((order, at) => order === before.orders[at]);
  const known = new Set(before.orders);
  return {
    type: "change",
    nowMs,
    ...Object.fromEntries(changed),
    ...(!isAsBefore && {
      orders: { ids: orders.map(({ id }) => id), changed: orders.filter((order) => !known.has(order)) },
    }),
  };
}
