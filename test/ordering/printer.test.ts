/** The kitchen's printer: a real TCP socket that keeps what it gets, and one that is away. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { startPrinter } from "../../bridge/src/printer/printer.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { type Restaurant, restaurant } from "./restaurant.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let ports: PortBlock;
let luigi: Restaurant;
let sink: Server | null = null;
let tickets: Buffer[];
let printer: { stop(): void };

before(async () => {
  ports = await reservePorts();
});
after(() => ports.release());
beforeEach(async () => {
  tickets = [];
  luigi = await restaurant();
  luigi.settings({ printer: { host: "127.0.0.1", port: ports.base } });
  printer = startPrinter({ store: luigi.store, bus: luigi.bus, log: quiet, retryMs: 200 });
});
afterEach(() => {
  printer.stop();
  sink?.close();
  sink = null;
  luigi.close();
});

async function plugIn(): Promise<void> {
  const server = createServer((socket) => {
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    socket.on("end", () => tickets.push(Buffer.concat(parts)));
    socket.on("error", () => undefined);
  });
  sink = server;
  await new Promise<void>((resolve) => server.listen(ports.base, "127.0.0.1", resolve));
}

/** Without the printer's commands; PC858 is Latin-1 enough for what is looked for. */
const textOf = (ticket: Buffer | undefined): string => ticket?.toString("latin1") ?? "";

test("an order is printed once: number, time, lines, options, wishes, total, and a cut at the end", async () => {
  await plugIn();
  const { tool, wholeOrder } = luigi.call();
  tool("add_item", { item_id: "creme-brulee", quantity: 1, note: "sans \u001bp0 sucre" });
  wholeOrder();
  await until(() => tickets.length === 1, { what: "the ticket" });
  const text = textOf(tickets[0]);
  assert.match(text, /No 1 {3}19:30/);
  assert.match(text, /2 x Margherita[\s\S]*\+ grande/);
  assert.match(text, /1 x Cr\x8ame br\x96l\x82e[\s\S]*! sans p0 sucre/);
  assert.match(text, /Total 33,50 \xd5/);
  assert.doesNotMatch(text, /COPIE/);
  assert.deepEqual(tickets[0]?.subarray(0, 2), Buffer.from([0x1b, 0x40]));
  assert.deepEqual(tickets[0]?.subarray(-4), Buffer.from([0x1d, 0x56, 0x41, 0]));
  await until(() => luigi.store.orders.printJobs().length === 0, { what: "no ticket waiting" });
});

test("a ticket waits for a printer that is away, and then says that it may be a copy", async () => {
  luigi.call().wholeOrder();
  await until(() => (luigi.store.orders.printJobs()[0]?.attempts ?? 0) > 0, { what: "an attempt" });
  assert.equal(tickets.length, 0);
  await plugIn();
  await until(() => tickets.length === 1, { what: "the ticket" });
  assert.match(textOf(tickets[0]), /COPIE \/ COPY/);
  await until(() => luigi.store.orders.printJobs().length === 0, { what: "no ticket waiting" });
});

test("an order is taken and shown whether the printer works or not", () => {
  luigi.call().wholeOrder();
  assert.equal(luigi.ordering.boards.board(luigi.line.id).orders.length, 1);
});
