/**
 * Tickets on their way to the kitchens' printers (TCP, usually port 9100). A ticket waits in the store from the commit of
 * its order until a printer has taken it: at least once, and marked as a copy when it may have been printed before.
 */
import { connect } from "node:net";
import { siteClock } from "../directory/site-clock.ts";
import type { EventBus } from "../events/bus.ts";
import type { Log } from "../links/log.ts";
import type { CustomerOrderRow } from "../store/customer-order-store.ts";
import type { Store } from "../store/store.ts";
import { ticket } from "./ticket.ts";

export interface PrinterOptions {
  store: Store;
  bus: EventBus;
  log: Log;
  /** How long to wait for a printer that is away. */
  retryMs?: number;
}

const TIMEOUT_MS = 5_000;
const RETRY_MS = 10_000;

export function startPrinter({ store, bus, log, retryMs = RETRY_MS }: PrinterOptions): { stop(): void } {
  let working = false;
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;
  let complained = false;

  async function work(): Promise<void> {
    if (working || stopped) return;
    working = true;
    clearTimeout(retry);
    try {
      for (const { orderId, attempts } of store.orders.printJobs()) {
        const order = store.orders.get(orderId);
        const line = order && store.lines.get(order.lineId);
        const printer = line?.settings.printer;
        if (!order || !line || !printer) {
          store.orders.removePrintJob(orderId);
          continue;
        }
        const bytes = ticketOf(store, order, line, attempts > 0);
        // Noted first: whoever prints after a crash knows that it may be a copy.
        store.orders.notePrintAttempt(orderId);
        await send(printer, bytes);
        store.orders.removePrintJob(orderId);
        complained = false;
        if (stopped) return;
      }
    } catch (error) {
      if (!complained) log.warn({ error: String(error) }, "the kitchen's printer does not answer");
      complained = true;
      if (!stopped) retry = setTimeout(() => void work(), retryMs);
    } finally {
      working = false;
    }
  }

  const off = bus.on("deskChanged", () => void work());
  void work();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(retry);
      off();
    },
  };
}

function ticketOf(
  store: Store,
  order: CustomerOrderRow,
  line: { siteId: string; unitId: string },
  again: boolean,
): Buffer {
  const clock = siteClock(store.sites.get(line.siteId)?.timeZone ?? "UTC", order.committedAtMs);
  const wall = (atMs: number): string => {
    const offset = clock.findLast(({ fromUnix }) => fromUnix * 1000 <= atMs)?.offsetSeconds ?? 0;
    return new Date(atMs + offset * 1000).toISOString().slice(11, 16);
  };
  return ticket(order, {
    restaurant: store.units.get(line.unitId)?.label ?? "",
    pickup: wall(order.pickupAtMs),
    taken: wall(order.committedAtMs),
    again,
  });
}

/** Resolves when the printer has taken all of it and closed its side, as far as TCP tells. */
function send({ host, port }: { host: string; port: number }, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("the printer is too slow")));
    socket.once("error", reject);
    socket.once("connect", () => socket.end(bytes));
    socket.once("close", (failed) => {
      if (!failed) resolve();
    });
    // Status bytes that some printers send are of no use here.
    socket.resume();
  });
}
