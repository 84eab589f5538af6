/**
 * Tickets on their way to the kitchens' printers (TCP, usually port 9100). A ticket waits in the store from the commit of
 * its order until a printer has taken it: at least once, and marked as a copy when it may have been printed before. A printer that
 * is away or out of paper is seen before an order needs it, and holds up no other one.
 */
import type { PrinterState } from "../api/line.ts";
import { siteClock } from "../directory/site-clock.ts";
import type { EventBus } from "../events/bus.ts";
import type { Log } from "../links/log.ts";
import type { CustomerOrderRow } from "../store/customer-order-store.ts";
import type { Store } from "../store/store.ts";
import { type PrinterAddress, PrinterFailure, type PrinterManners, type Ticket, visit } from "./printer-link.ts";
import { ticket } from "./ticket.ts";

export interface PrinterOptions {
  store: Store;
  bus: EventBus;
  log: Log;
  /** How long to wait for a printer that prints nothing. */
  retryMs?: number;
  /** How often a printer is looked at that has nothing to print. */
  lookMs?: number;
}

export interface Printers {
  /** How the line's printer was found last; `unsure` until it was looked at. */
  state(lineId: string): PrinterState;
  stop(): void;
}

const RETRY_MS = 10_000;
const LOOK_MS = 60_000;
/** So often a ticket goes to a printer that does not say that it came out. */
const MOST_ATTEMPTS = 3;

/** One printer, which may print for several lines. */
interface Printer {
  address: PrinterAddress;
  state: PrinterState;
  /** What it did so far, and would again. */
  manners: PrinterManners;
  busy: boolean;
  timer: NodeJS.Timeout | undefined;
}

export function startPrinter({ store, bus, log, retryMs = RETRY_MS, lookMs = LOOK_MS }: PrinterOptions): Printers {
  const printers = new Map<string, Printer>();
  let stopped = false;

  /** null: the line has none. */
  function printerOf(lineId: string): Printer | null {
    const address = store.lines.get(lineId)?.settings.printer;
    if (!address) return null;
    const key = `${address.host} ${address.port}`;
    let printer = printers.get(key);
    if (!printer) {
      printer = { address, state: "unsure", manners: { tells: false, closes: false }, busy: false, timer: undefined };
      printers.set(key, printer);
      void run(printer);
    }
    return printer;
  }

  const lines = (printer: Printer) => store.lines.list().filter(({ id }) => printerOf(id) === printer);

  /** Its oldest ticket; null: none waits. */
  function nextJob(printer: Printer): { orderId: string; ticket: Ticket } | null {
    for (const { orderId, attempts } of store.orders.printJobs()) {
      const order = store.orders.get(orderId);
      const line = order && store.lines.get(order.lineId);
      if (!order || !line?.settings.printer) {
        store.orders.removePrintJob(orderId);
        continue;
      }
      if (printerOf(line.id) !== printer) continue;
      const bytes = (): Buffer => {
        // Noted first: whoever prints after a crash knows that it may be a copy.
        store.orders.notePrintAttempt(orderId);
        return ticketOf(store, order, line, attempts > 0);
      };
      return { orderId, ticket: { bytes, isBelieved: attempts + 1 >= MOST_ATTEMPTS } };
    }
    return null;
  }

  async function run(printer: Printer): Promise<void> {
    if (printer.busy || stopped) return;
    printer.busy = true;
    clearTimeout(printer.timer);
    let again = lookMs;
    try {
      let job = nextJob(printer);
      // What hangs is looked at first: it would print at once all that it was given meanwhile.
      let mayPrint = prints(printer.state);
      do {
        const print = mayPrint ? job : null;
        const { state, tells, closes } = await visit(printer.address, print?.ticket ?? null, printer.manners);
        mayPrint = true;
        printer.manners = { tells: printer.manners.tells || tells, closes: printer.manners.closes || closes };
        if (print) store.orders.removePrintJob(print.orderId);
        // Also after a look: an order may have come meanwhile.
        job = nextJob(printer);
        // One that tells nothing shows with the next ticket whether it prints.
        if (state === "ready" || !job) found(printer, state);
      } while (job && !stopped);
    } catch (error) {
      again = retryMs;
      if (error instanceof PrinterFailure) found(printer, error.problem);
      else log.error({ err: error }, "a ticket could not be printed");
    } finally {
      printer.busy = false;
      if (!stopped && lines(printer).length > 0) printer.timer = setTimeout(() => void run(printer), again);
      else forget(printer);
    }
  }

  function forget(printer: Printer): void {
    for (const [key, known] of printers) if (known === printer) printers.delete(key);
  }

  function found(printer: Printer, state: PrinterState): void {
    if (stopped || printer.state === state) return;
    printer.state = state;
    if (!prints(state)) log.warn({ state }, "the kitchen's printer prints nothing");
    for (const { id, siteId } of lines(printer)) bus.emit("deskChanged", { siteId, lineId: id });
  }

  const off = bus.on("deskChanged", ({ lineId }) => {
    const printer = printerOf(lineId);
    // One that prints nothing is tried again in its own time.
    if (printer && prints(printer.state) && nextJob(printer)) void run(printer);
  });
  for (const { id } of store.lines.list()) printerOf(id);
  return {
    state: (lineId) => printerOf(lineId)?.state ?? "none",
    stop: () => {
      stopped = true;
      for (const { timer } of printers.values()) clearTimeout(timer);
      off();
    },
  };
}

/** What is collected sooner is cooked now, also past midnight. */
const SAME_EVENING_MS = 6 * 3_600_000;

function prints(state: PrinterState): boolean {
  return state === "ready" || state === "unsure";
}

function ticketOf(
  store: Store,
  order: CustomerOrderRow,
  line: { siteId: string; unitId: string },
  again: boolean,
): Buffer {
  const clock = siteClock(store.sites.get(line.siteId)?.timeZone ?? "UTC", order.committedAtMs);
  const local = (atMs: number): string => {
    const offset = clock.findLast(({ fromUnix }) => fromUnix * 1000 <= atMs)?.offsetSeconds ?? 0;
    return new Date(atMs + offset * 1000).toISOString();
  };
  const wall = (atMs: number): string => local(atMs).slice(11, 16);
  const [, month, day] = local(order.pickupAtMs).slice(0, 10).split("-");
  const isSoon = order.pickupAtMs - order.committedAtMs < SAME_EVENING_MS;
  const isToday = isSoon || local(order.pickupAtMs).slice(0, 10) === local(order.committedAtMs).slice(0, 10);
  return ticket(order, {
    restaurant: store.units.get(line.unitId)?.label ?? "",
    pickup: `${isToday ? "" : `${day}/${month} `}${wall(order.pickupAtMs)}`,
    taken: wall(order.committedAtMs),
    again,
  });
}
