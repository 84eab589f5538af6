/** The kitchen's printer: one that tells how it is, one that does not, one that is away, out of paper or never hangs up. */
import assert from "node:assert/strict";
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
let changes: number;

before(async () => {
  ports = await reservePorts();
});
after(() => ports.release());
beforeEach(async () => {
  kitchen = new EscPosPrinter();
  luigi = await restaurant();
  luigi.settings({ printer: { host: "127.0.0.1", port: ports.base } });
  changes = 0;
  luigi.bus.on("deskChanged", () => changes++);
});
afterEach(() => {
  printers.stop();
  kitchen.unplug();
  luigi.close();
});

function start(lookMs = 100): void {
  printers = startPrinter({ store: luigi.store, bus: luigi.bus, log: quiet, retryMs: 100, lookMs });
}
const state = () => printers.state(luigi.line.id);
const reaches = (wanted: string) => until(() => state() === wanted, { what: `the state ${wanted}, it is ${state()}` });
const waiting = () => luigi.store.orders.printJobs();
/** Without the printer's commands; PC858 is Latin-1 enough for what is looked for. */
const textOf = (ticket: Buffer | undefined): string => ticket?.toString("latin1") ?? "";

test("an order is printed once: number, time, lines, options, wishes, total, and a cut at the end", async () => {
  await kitchen.plugIn(ports.base);
  start();
  const { tool, wholeOrder } = luigi.call();
  tool("add_item", { item_id: "creme-brulee", quantity: 1, note: "sans \u001bp0 sucre 06 39 98 01 78" });
  wholeOrder();
  await until(() => waiting().length === 0, { what: "no ticket waiting" });
  const text = textOf(kitchen.tickets[0]);
  assert.match(text, /No 1 {3}19:30/);
  assert.match(text, /2 x Margherita[\s\S]*\+ grande/);
  assert.match(text, /1 x Cr\x8ame br\x96l\x82e[\s\S]*! sans p0 sucre/);
  // What lies about on paper needs no number: it stands on the board.
  assert.match(text, /sucre 06 \*\* \*\* \*\* 78/);
  assert.match(text, /Total 33,50 \xd5/);
  assert.doesNotMatch(text, /COPIE/);
  assert.deepEqual(kitchen.tickets[0]?.subarray(0, 2), Buffer.from([0x1b, 0x40]));
  assert.deepEqual(kitchen.tickets[0]?.subarray(-4), Buffer.from([0x1d, 0x56, 0x41, 0]));
  assert.deepEqual([kitchen.tickets.length, state()], [1, "ready"]);
});

test("a name that the printer has no letters for is told to be read on the board; French ones are not", async () => {
  await kitchen.plugIn(ports.base);
  start();
  const named = async (name: string, count: number): Promise<string> => {
    const { tool, heardAndAnswered } = luigi.call();
    tool("add_item", { item_id: "creme-brulee", quantity: 1, note: "sans œuf – merci…" });
    tool("set_details", { name, pickup_time: "19:30" });
    heardAndAnswered(tool("read_back"));
    tool("confirm_order");
    await until(() => kitchen.tickets.length === count, { what: "the ticket" });
    return textOf(kitchen.tickets.at(-1));
  };
  assert.doesNotMatch(await named("Zoé d'Arc", 1), /see the board/);
  assert.match(await named("أحمد", 2), /\?{4}[\s\S]*\?\?\? = voir l'.cran \/ see the board/);
});

test("a printer that is away is seen before an order comes; its ticket waits, and is no copy when it comes out at last", async () => {
  start();
  await reaches("away");
  luigi.call().wholeOrder();
  assert.equal(waiting().length, 1);
  await kitchen.plugIn(ports.base);
  await until(() => kitchen.tickets.length === 1, { what: "the ticket" });
  assert.doesNotMatch(textOf(kitchen.tickets[0]), /COPIE/);
  await reaches("ready");
  assert.equal(waiting().length, 0);
});

test("no paper, an open cover: seen without an order, told at once, and the ticket comes when it is mended", async () => {
  await kitchen.plugIn(ports.base);
  start();
  await reaches("ready");
  kitchen.paper = false;
  const before = changes;
  await reaches("paper-out");
  assert.ok(changes > before, "the board was told");
  luigi.call().wholeOrder();
  kitchen.coverOpen = true;
  kitchen.paper = true;
  await reaches("cover-open");
  assert.deepEqual([kitchen.tickets.length, waiting().length], [0, 1]);
  kitchen.coverOpen = false;
  await until(() => kitchen.tickets.length === 1, { what: "the ticket" });
  assert.doesNotMatch(textOf(kitchen.tickets[0]), /COPIE/);
  await reaches("ready");
});

test("paper that ends within a ticket: it is printed again, and says that it may be a copy", {
  timeout: 120_000,
}, async () => {
  await kitchen.plugIn(ports.base);
  kitchen.paperEndsAfter = 60;
  start();
  luigi.call().wholeOrder();
  await reaches("paper-out");
  assert.equal(waiting().length, 1);
  kitchen.paperEndsAfter = Number.POSITIVE_INFINITY;
  kitchen.paper = true;
  await until(() => waiting().length === 0, { what: "the ticket" });
  assert.match(textOf(kitchen.tickets.at(-1)), /COPIE \/ COPY[\s\S]*Total/);
});

test("a printer that answers nothing prints all the same, and nobody is told that it has paper", async () => {
  kitchen.answers = false;
  await kitchen.plugIn(ports.base);
  start();
  luigi.call().wholeOrder();
  await until(() => waiting().length === 0, { what: "the ticket" });
  await reaches("unsure");
  assert.match(textOf(kitchen.tickets[0]), /Total/);
});

test("an order that comes while the printer is being looked at does not wait for the next look", async () => {
  kitchen.answers = false;
  await kitchen.plugIn(ports.base);
  start(3_600_000);
  await until(() => kitchen.visits === 1, { what: "the look" });
  luigi.call().wholeOrder();
  await until(() => kitchen.tickets.length === 1, { what: "the ticket" });
});

test("a printer that never closes its side has printed: there is no second ticket", { timeout: 120_000 }, async () => {
  kitchen.closes = false;
  await kitchen.plugIn(ports.base);
  start();
  luigi.call().wholeOrder();
  await until(() => waiting().length === 0, { what: "no ticket waiting" });
  assert.equal(kitchen.tickets.length, 1);
});

test("a line's printer that is away does not hold up another line's tickets", async () => {
  const { siteId } = luigi.line;
  const building = luigi.directory.buildings.create({ siteId, name: "Bar" });
  const bar = luigi.ordering.lines.create({ buildingId: building.id, label: "Bar", gateway: "ht841_bar" });
  await luigi.ordering.menus.loadSample(bar.id);
  luigi.ordering.lines.update(bar.id, { settings: { printer: { host: "127.0.0.1", port: ports.base + 1 } } }, null);
  await kitchen.plugIn(ports.base + 1);
  luigi.call().wholeOrder();
  luigi.call("at the bar", bar.id).wholeOrder();
  assert.equal(waiting().length, 2);
  start();
  await until(() => kitchen.tickets.length === 1, { what: "the bar's ticket" });
  await until(() => waiting().length === 1, { what: "only the kitchen's left" });
  await until(() => printers.state(bar.id) === "ready" && state() === "away", { what: "what is known of both" });
  // Nor does its ticket that waits have the other one asked at every change of the desk.
  printers.stop();
  printers = startPrinter({ store: luigi.store, bus: luigi.bus, log: quiet, retryMs: 3_600_000, lookMs: 3_600_000 });
  await until(() => printers.state(bar.id) === "ready" && state() === "away", { what: "both printers looked at" });
  const { visits } = kitchen;
  for (let n = 0; n < 20; n++) luigi.bus.emit("deskChanged", { siteId, lineId: bar.id });
  luigi.call("at the bar again", bar.id).wholeOrder();
  await until(() => kitchen.tickets.length === 2, { what: "the bar's next ticket" });
  assert.equal(kitchen.visits, visits + 1);
});

test("a ticket for another day says which: the kitchen does not cook it tonight", async () => {
  // Saturday 18:00; the rest of the evening is closed.
  luigi.settings({
    hours: [
      { fromMinute: 5 * 1440, toMinute: 5 * 1440 + 1081 },
      { fromMinute: 6 * 1440 + 720, toMinute: 6 * 1440 + 840 },
    ],
  });
  await kitchen.plugIn(ports.base);
  start();
  const { tool, heardAndAnswered } = luigi.call();
  tool("add_item", { item_id: "cola", quantity: 1 });
  tool("set_details", { name: "Paul", pickup_time: "12:30" });
  heardAndAnswered(tool("read_back"));
  tool("confirm_order");
  await until(() => waiting().length === 0, { what: "no ticket waiting" });
  assert.match(textOf(kitchen.tickets[0]), /No 1 {3}22\/11 12:30/);
});

test("an order is taken and shown whether the printer works or not; a line without one has none", () => {
  start();
  luigi.call().wholeOrder();
  assert.equal(luigi.ordering.boards.board(luigi.line.id).orders.length, 1);
  luigi.settings({ printer: null });
  assert.equal(state(), "none");
});

test("a printer that told how it is and now takes connections and says nothing hangs: its tickets wait until it answers again", {
  timeout: 120_000,
}, async () => {
  await kitchen.plugIn(ports.base);
  start();
  await reaches("ready");
  kitchen.hangs = true;
  await reaches("away");
  luigi.call().wholeOrder();
  const { visits } = kitchen;
  await until(() => kitchen.visits > visits + 1, { what: "another try" });
  assert.deepEqual([waiting().length, kitchen.tickets.length], [1, 0]);
  kitchen.hangs = false;
  await until(() => waiting().length === 0, { what: "the ticket" });
  await reaches("ready");
  assert.equal(kitchen.tickets.length, 1);
  assert.doesNotMatch(textOf(kitchen.tickets[0]), /COPIE/);
});

test("a printer that answers nothing and reads nothing any more hangs: its ticket goes out once, waits, and comes as a copy", {
  timeout: 90_000,
}, async () => {
  kitchen.answers = false;
  await kitchen.plugIn(ports.base);
  start();
  luigi.call().wholeOrder();
  await until(() => kitchen.tickets.length === 1 && waiting().length === 0, { what: "the first ticket" });
  kitchen.hangs = true;
  luigi.call("again").wholeOrder();
  await until(() => state() === "away", { what: "the state away", timeoutMs: 20_000 });
  assert.equal(luigi.ordering.boards.board(luigi.line.id).orders.length, 2);
  const { visits } = kitchen;
  await until(() => kitchen.visits > visits + 2, { what: "some more looks", timeoutMs: 20_000 });
  assert.equal(waiting().length, 1);
  assert.equal(kitchen.heldBack().filter((held) => /Total/.test(textOf(held))).length, 1);
  kitchen.hangs = false;
  await until(() => waiting().length === 0, { what: "the second ticket", timeoutMs: 20_000 });
  assert.equal(kitchen.tickets.length, 2);
  assert.match(textOf(kitchen.tickets[1]), /COPIE \/ COPY/);
  assert.equal(state(), "unsure");
});

test("what is at the printer's address talks without end and makes no sense: it is a problem, costs nothing, and the order stands", {
  timeout: 120_000,
}, async () => {
  kitchen.garbage = Buffer.alloc(65_536, "HTTP/1.1 400 Bad Request\r\n\u00ff\u0000\u0012");
  await kitchen.plugIn(ports.base);
  start();
  luigi.call().wholeOrder();
  await until(() => kitchen.visits > 3, { what: "some tries", timeoutMs: 30_000 });
  assert.equal(luigi.ordering.boards.board(luigi.line.id).orders.length, 1);
  kitchen.garbage = null;
  await until(() => waiting().length === 0, { what: "the ticket", timeoutMs: 30_000 });
});

test("a bridge killed between the ticket and its note prints once more, as a copy", async () => {
  await kitchen.plugIn(ports.base);
  luigi.call().wholeOrder();
  const { removePrintJob } = luigi.store.orders;
  let isDead = false;
  luigi.store.orders.removePrintJob = () => {
    isDead = true;
    throw new Error("killed");
  };
  start();
  await until(() => isDead, { what: "the first ticket" });
  printers.stop();
  luigi.store.orders.removePrintJob = removePrintJob;
  start();
  await until(() => waiting().length === 0, { what: "no ticket waiting" });
  assert.deepEqual(
    kitchen.tickets.map((ticket) => /COPIE/.test(textOf(ticket))),
    [false, true],
  );
});
