/**
 * The kitchen's printer in a process of its own, which prints what waits and stops dead at a boundary to be killed:
 * `node print-child.ts <folder> <boundary>`. Boundaries are before and after each note that the store takes of a ticket.
 * It ends when no ticket waits.
 */
import { writeSync } from "node:fs";
import { EventBus } from "../../bridge/src/events/bus.ts";
import { startPrinter } from "../../bridge/src/printer/printer.ts";
import { openStore } from "../../bridge/src/store/store.ts";
import { until } from "../lab/until.ts";

const [folder = "", boundary = "-1"] = process.argv.slice(2);
const store = openStore({ folder });
let passed = 0;
function pass(): void {
  if (passed++ !== Number(boundary)) return;
  writeSync(1, "boundary\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
for (const note of ["notePrintAttempt", "removePrintJob"] as const) {
  const real = store.orders[note];
  store.orders[note] = (orderId) => {
    pass();
    real(orderId);
    pass();
  };
}
const fail = (error: unknown): never => {
  throw error;
};
const log = { info: () => undefined, warn: () => undefined, error: fail };
const printer = startPrinter({ store, bus: new EventBus(fail), log, retryMs: 100 });
await until(() => store.orders.printJobs().length === 0, { timeoutMs: 60_000, what: "no ticket waiting" });
printer.stop();
process.exit(0);
