/** A kitchen's printer that fails half way, works for somebody else, or is none: no ticket is taken for printed that is not, and none is printed for ever. */
import assert from "node:assert/strict";
import { createServer as createWebServer } from "node:http";
import { createServer, type Server } from "node:net";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { type Printers, startPrinter } from "../../bridge/src/printer/printer.ts";
import { EscPosPrinter } from "../fakes/escpos-printer.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { type Restaurant, restaurant } from "./restaurant.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let ports: PortBlock;
let luigi: Restaurant;
let kitchen: EscPosPrinter;
let printers: Printers;

before(async () => {
  ports = await reservePorts();
});
after(() => ports.release());
beforeEach(async () => {
  kitchen = new EscPosPrinter();
  luigi = await restaurant();
  luigi.settings({ printer: { host: "127.0.0.1", port: ports.base } });
});
afterEach(() => {
  printers.stop();
  kitchen.unplug();
  luigi.close();
});

function start(): void {
  printers = startPrinter({ store: luigi.store, bus: luigi.bus, log: quiet, retryMs: 200, lookMs: 200 });
}
const state = () => printers.state(luigi.line.id);
const reaches = (wanted: string) =>
  until(() => state() === wanted, { timeoutMs: 30_000, what: `the state ${wanted}, it is ${state()}` });
const waiting = () => luigi.store.orders.printJobs();
/** Of each whole ticket, whether it says that it is a copy. */
const copies = (): boolean[] =>
  kitchen.tickets
    .map((ticket) => ticket.toString("latin1"))
    .filter((text) => /Total/.test(text))
    .map((text) => /COPIE/.test(text));

for (const fails of ["silent", "closed"] as const) {
  test(`a printer that goes half way through a ticket (${fails}) has not printed it: it comes out when it is back, as a copy`, {
    timeout: 60_000,
  }, async () => {
    await kitchen.plugIn(ports.base);
    start();
    await reaches("ready");
    kitchen.fails = fails;
    luigi.call().wholeOrder();
    await reaches("away");
    assert.equal(waiting().length, 1);
    kitchen.fails = null;
    await until(() => waiting().length === 0, { timeoutMs: 30_000, what: "the ticket" });
    assert.deepEqual(copies(), [true]);
    await reaches("ready");
  });
}

test("a printer that never says that it is done prints no ticket for ever: two copies, and the next order has its turn", {
  timeout: 120_000,
}, async () => {
  await kitchen.plugIn(ports.base);
  start();
  await reaches("ready");
  kitchen.fails = "closed";
  luigi.call().wholeOrder();
  await until(() => waiting().length === 0, { timeoutMs: 60_000, what: "no ticket waiting" });
  await reaches("ready");
  const { visits } = kitchen;
  await until(() => kitchen.visits > visits + 1, { what: "another look" });
  assert.equal(kitchen.tickets.length, 3);
  luigi.call("next").wholeOrder();
  await until(() => kitchen.tickets.length > 3, { what: "the next order's ticket" });
});

test("a printer that hangs up on us, as it works for another computer, gets its ticket when it listens, and it is no copy", async () => {
  kitchen.hangsUp = true;
  await kitchen.plugIn(ports.base);
  start();
  luigi.call().wholeOrder();
  await reaches("away");
  const { visits } = kitchen;
  await until(() => kitchen.visits > visits + 1, { what: "another try" });
  assert.equal(waiting().length, 1);
  kitchen.hangsUp = false;
  await until(() => waiting().length === 0, { what: "the ticket" });
  assert.deepEqual(copies(), [false]);
});

const others: Record<string, () => Server> = {
  "a web server": () => createWebServer((_request, reply) => reply.end("hello")),
  "a machine that is logged in to": () =>
    createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write("SSH-2.0-OpenSSH_9.2p1\r\n");
      socket.on("data", () => socket.end("Invalid SSH identification string.\r\n"));
    }),
};
for (const [what, make] of Object.entries(others)) {
  test(`${what} at the printer's address is told to be no printer, and the ticket waits for one`, async (t) => {
    const server = make();
    t.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(ports.base, "127.0.0.1", resolve));
    start();
    luigi.call().wholeOrder();
    await reaches("not-a-printer");
    assert.equal(waiting().length, 1);
    await new Promise((closed) => server.close(closed));
    await kitchen.plugIn(ports.base);
    await until(() => waiting().length === 0, { what: "the ticket" });
    assert.deepEqual(copies(), [false]);
    await reaches("ready");
  });
}
