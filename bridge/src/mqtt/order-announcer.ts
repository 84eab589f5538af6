/** Orders on their way to the broker: written to the outbox in the transaction that made them true. */
import { maskedIn } from "../ordering/caller-number.ts";
import type { AnnounceOrder, OrderNews } from "../ordering/orders.ts";
import type { Store } from "../store/store.ts";
import { orderTopic } from "./topics.ts";

/**
 * The payload of `…/line/order`. The same news has the same id in every repetition (QoS 1 delivers at least once). No
 * number and no name of a caller, nor a number in a note: everybody on the broker reads this, and Home Assistant keeps it.
 */
export interface OrderEventPayload {
  event_type: OrderNews;
  id: string;
  order_id: string;
  number: number;
  stage: string;
  /** ISO 8601, UTC. */
  at: string;
  pickup_at: string;
  total_cents: number;
  items: { id: string; name: string; quantity: number; options: string[]; note: string }[];
  note: string;
}

/** The `announce` of ordering. */
export function orderAnnouncer(store: Store): AnnounceOrder {
  return (order, news, atMs) => {
    const line = store.lines.get(order.lineId);
    const unit = line && store.units.get(line.unitId);
    const domain = line && store.sites.get(line.siteId)?.domain;
    if (!unit || !domain) return;
    const payload: OrderEventPayload = {
      event_type: news,
      id: `${order.id}-${news}-${atMs}`,
      order_id: order.id,
      number: order.number,
      stage: order.stage,
      at: new Date(atMs).toISOString(),
      pickup_at: new Date(order.pickupAtMs).toISOString(),
      total_cents: order.totalCents,
      items: order.lines.map(({ itemId, name, quantity, options, note }) => ({
        id: itemId,
        name,
        quantity,
        options: options.map((option) => option.name),
        note: maskedIn(note),
      })),
      note: maskedIn(order.note),
    };
    store.outbox.add(orderTopic(domain, unit.name), JSON.stringify(payload), atMs);
  };
}
