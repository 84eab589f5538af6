/** What is left of a call: orders in the kitchen, drafts, alarms, and what is kept of a caller for how long. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { type OrderEventPayload, orderAnnouncer } from "../../bridge/src/mqtt/order-announcer.ts";
import { CALLER, type Restaurant, restaurant } from "./restaurant.ts";

let luigi: Restaurant;
beforeEach(async () => {
  luigi = await restaurant();
});
afterEach(() => luigi.close());

const board = () => luigi.ordering.boards.board(luigi.line.id);

test("staff take a call over once; the phone hears of it and the order is closed to the model", () => {
  const { call, tool } = luigi.call();
  tool("add_item", { item_id: "tiramisu", quantity: 1 });
  const commands: string[] = [];
  call.onCommand(({ type }) => commands.push(type));
  luigi.ordering.boards.takeOver(call.callId, "Rosa");
  assert.throws(() => luigi.ordering.boards.takeOver(call.callId, "Marco"), { code: "ORDER_MOVED" });
  assert.equal(tool("add_item", { item_id: "cola", quantity: 1 }).ok, false);
  assert.deepEqual([commands, board().calls[0]?.takenOverBy], [["take-over"], "Rosa"]);
  call.end({ reason: "handed-over", costCents: 3 });
  const [draft] = board().drafts;
  assert.deepEqual([draft?.reason, draft?.cart.totalCents, draft?.callerNumber], ["handed-over", 650, CALLER]);
  const order = luigi.ordering.boards.draftToOrder(call.callId);
  assert.deepEqual([order.confirmedBy, order.cart.totalCents, board().drafts.length], ["staff", 650, 0]);
  assert.throws(() => luigi.ordering.boards.draftToOrder(call.callId), { code: "DRAFT_UNUSABLE" });
});

test("a caller who hangs up with something in the cart leaves a draft; with nothing, none", async () => {
  const { call, tool } = luigi.call();
  tool("add_item", { item_id: "tiramisu", quantity: 1 });
  call.end({ reason: "caller-hung-up", costCents: 1.2 });
  luigi.call().call.end({ reason: "caller-hung-up", costCents: 0 });
  assert.deepEqual(
    board().drafts.map(({ callId }) => callId),
    [call.callId],
  );
  luigi.ordering.boards.dismissDraft(call.callId);
  assert.equal(board().drafts.length, 0);
  const { calls } = await luigi.ordering.boards.history(luigi.line.id, {}, true);
  assert.deepEqual(calls.map(({ costCents, reason }) => [costCents, reason]).sort(), [
    [0, "caller-hung-up"],
    [2, "caller-hung-up"],
  ]);
});

test("after a crash open calls are drafts with number, cart and age, and what was confirmed is an order", () => {
  const open = luigi.call();
  open.tool("add_item", { item_id: "tiramisu", quantity: 1 });
  const confirmed = luigi.call();
  confirmed.heardAndAnswered(confirmed.upToReadBack());
  const { insert } = luigi.store.orders;
  luigi.store.orders.insert = () => {
    throw new Error("the process dies here");
  };
  assert.throws(() => confirmed.tool("confirm_order"));
  luigi.store.orders.insert = insert;
  luigi.wait(90_000);
  const next = luigi.restart();
  const { drafts, orders, calls } = next.ordering.boards.board(luigi.line.id);
  next.ordering.stop();
  assert.deepEqual(
    drafts.map(({ callId, reason, callerNumber, cart }) => [callId, reason, callerNumber, cart.totalCents]),
    [[open.call.callId, "interrupted", CALLER, 650]],
  );
  assert.deepEqual(
    orders.map(({ callId, number, cart, callerTold }) => [callId, number, cart.totalCents, callerTold]),
    [[confirmed.call.callId, 1, 2700, false]],
  );
  assert.equal(calls.length, 0);
  assert.ok((drafts[0]?.endedAtMs ?? 0) - (drafts[0]?.startedAtMs ?? 0) >= 90_000);
});

test("an order nobody accepts alarms after a minute and again each minute, until somebody does", () => {
  luigi.call().wholeOrder();
  luigi.wait(59_000);
  luigi.ordering.orders.remind();
  assert.equal(board().orders[0]?.alarm, false);
  luigi.wait(1_000);
  luigi.ordering.orders.remind();
  luigi.wait(60_000);
  luigi.ordering.orders.remind();
  assert.deepEqual(
    luigi.news.map(({ news }) => news),
    ["new", "unaccepted", "unaccepted"],
  );
  const id = board().orders[0]?.id ?? "";
  luigi.ordering.orders.move(id, "new", "accepted");
  assert.equal(luigi.ordering.orders.remind(), null);
  assert.equal(board().orders[0]?.alarm, false);
});

for (const [what, jumpMs] of [
  ["back by an hour", -3_600_000],
  ["back to before the machine was made", -50 * 365 * 86_400_000],
  ["forward by a day", 86_400_000],
] as const) {
  test(`the clock is set ${what} while an order waits: its alarm comes at once, and again each minute`, () => {
    luigi.call().wholeOrder();
    luigi.wait(jumpMs);
    assert.equal(luigi.ordering.orders.remind(), luigi.now() + 60_000);
    assert.equal(board().orders[0]?.alarm, true);
    luigi.wait(60_000);
    luigi.ordering.orders.remind();
    assert.deepEqual(
      luigi.news.map(({ news }) => news),
      ["new", "unaccepted", "unaccepted"],
    );
  });
}

test("a clock that is put right by seconds has nobody hear an alarm before its time", () => {
  luigi.call().wholeOrder();
  luigi.wait(-5_000);
  assert.equal(luigi.ordering.orders.remind(), luigi.now() + 65_000);
  assert.equal(board().orders[0]?.alarm, false);
});

test("an order goes through the kitchen and back again, and two people do not undo each other", () => {
  const { call, wholeOrder } = luigi.call();
  wholeOrder();
  const id = board().orders[0]?.id ?? "";
  const { orders } = luigi.ordering;
  orders.move(id, "new", "accepted");
  assert.equal(call.state(), "acknowledged");
  assert.throws(() => orders.move(id, "new", "cancelled"), { code: "ORDER_MOVED" });
  orders.move(id, "accepted", "ready");
  orders.move(id, "ready", "gone");
  assert.ok(board().orders[0]?.goneAtMs);
  const back = orders.move(id, "gone", "ready");
  assert.deepEqual([back.stage, back.goneAtMs], ["ready", null]);
});

test("a second order of the same number and total within minutes is marked as perhaps the same", () => {
  luigi.call().wholeOrder();
  luigi.call().wholeOrder();
  assert.deepEqual(
    board().orders.map(({ maybeSameAs }) => maybeSameAs),
    [null, 1],
  );
});

test("what is stored under a number is exported and erased, however the number is written", async () => {
  const { call, wholeOrder } = luigi.call();
  call.heard("bonjour");
  wholeOrder();
  call.attachMessage(Buffer.from("RIFF and so on"));
  call.end({ reason: "completed", costCents: 4 });
  const { privacy, boards } = luigi.ordering;
  const exported = privacy.export("0639980178");
  assert.deepEqual(
    [exported.calls.length, exported.orders.length, exported.calls[0]?.transcript[0]?.text],
    [1, 1, "bonjour"],
  );
  assert.deepEqual(
    exported.messages.map(({ wav }) => String(Buffer.from(wav, "base64"))),
    ["RIFF and so on"],
  );
  const id = board().orders[0]?.id ?? "";
  luigi.ordering.orders.move(id, "new", "gone");
  assert.deepEqual(privacy.erase("0033639980178"), { calls: 1, orders: 1, left: 0 });
  assert.deepEqual(privacy.export(CALLER), { calls: [], orders: [], log: [], messages: [] });
  const [order] = board().orders;
  assert.deepEqual([order?.callerNumber, order?.name, order?.cart.totalCents], [null, "", 2700]);
  assert.equal((await boards.history(luigi.line.id, {}, true)).calls.length, 0);
});

function filesWith(folder: string, words: readonly RegExp[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => ({ name: file.name, text: readFileSync(join(file.parentPath, file.name), "latin1") }))
    .filter(({ text }) => words.some((word) => text.match(word)))
    .map(({ name }) => name);
}

test("what was erased stands in no file any more: not in the database's free pages, its log or its copies", () => {
  const { call, tool, heardAndAnswered } = luigi.call();
  call.heard("je m'appelle Quetzalcoatl");
  tool("add_item", { item_id: "margherita", quantity: 2, option_ids: ["taille-normale"], note: "quetzal-plat" });
  tool("set_details", { name: "Quetzalcoatl", pickup_time: "asap", note: "quetzal-note" });
  heardAndAnswered(tool("read_back"));
  tool("confirm_order");
  call.attachMessage(Buffer.alloc(100_000, "quetzal-message"));
  call.end({ reason: "completed", costCents: 4 });
  luigi.ordering.orders.move(board().orders[0]?.id ?? "", "new", "gone");
  luigi.store.keepCopy();
  const words = [/quetzal/gi, new RegExp(CALLER.slice(3), "g")];
  const found = () => filesWith(luigi.folder, words);
  assert.ok(found().length > 1, "it was in the database and in its copy");
  luigi.ordering.privacy.erase(CALLER);
  assert.deepEqual(found(), []);
  assert.equal(readdirSync(join(luigi.folder, "copies")).length, 1, "there is a copy without it");
});

test("what the broker, who was away, is still to be told of an erased order holds no note, and stands in no file", async () => {
  const marco = await restaurant({ announce: orderAnnouncer });
  try {
    const { store, ordering, line } = marco;
    for (const word of ["quetzal", "olive"]) {
      const { call, tool, heardAndAnswered } = marco.call();
      tool("add_item", { item_id: "tiramisu", quantity: 1, note: `${word}-plat` });
      tool("set_details", { name: "Paul", pickup_time: "asap", note: `${word}-note` });
      heardAndAnswered(tool("read_back"));
      tool("confirm_order");
      call.end({ reason: "completed", costCents: 4 });
    }
    const [first, second] = ordering.boards.board(line.id).orders.toSorted((a, b) => a.number - b.number);
    ordering.orders.move(first?.id ?? "", "new", "gone");
    const waiting = () => store.outbox.next(10).map(({ payload }) => JSON.parse(payload) as OrderEventPayload);
    const before = waiting();
    assert.equal(ordering.privacy.erase(CALLER).orders, 1);
    const blank = (news: OrderEventPayload) => ({
      ...{ ...news, note: "" },
      items: news.items.map((item) => ({ ...item, note: "" })),
    });
    // The kitchen still has the second one.
    assert.deepEqual(
      waiting(),
      before.map((news) => (news.order_id === second?.id ? news : blank(news))),
    );
    assert.match(JSON.stringify(waiting()), /olive-plat.*olive-note/);
    assert.deepEqual(filesWith(marco.folder, [/quetzal/i]), []);
  } finally {
    marco.close();
  }
});

test("transcripts go after their days, the order stays", () => {
  const { call, wholeOrder } = luigi.call();
  call.heard("bonjour");
  wholeOrder();
  call.end({ reason: "completed", costCents: 0 });
  luigi.wait(31 * 86_400_000);
  assert.equal(luigi.ordering.privacy.prune(), 1);
  const { transcript, orders } = luigi.ordering.boards.details(call.callId, false);
  assert.deepEqual([transcript, orders[0]?.callerNumber], [[], "33 •• •• •• 78"]);
});

test("who is on the phone is exported as far as it went; erasing leaves the call alone, says so, and takes it afterwards", () => {
  const { call, tool, wholeOrder } = luigi.call();
  call.heard("bonjour");
  wholeOrder();
  const { privacy, orders } = luigi.ordering;
  assert.deepEqual([privacy.export(CALLER).calls[0]?.call.endedAtMs, privacy.export(CALLER).orders.length], [null, 1]);
  orders.move(board().orders[0]?.id ?? "", "new", "gone");
  assert.deepEqual(privacy.erase(CALLER), { calls: 0, orders: 1, left: 1 });
  assert.equal(tool("another_order").ok, true);
  wholeOrder();
  const second = board().orders.find(({ number }) => number === 2);
  assert.equal(second?.callerNumber, CALLER);
  call.end({ reason: "completed", costCents: 1 });
  assert.deepEqual(privacy.erase(CALLER), { calls: 0, orders: 0, left: 2 });
  orders.move(second?.id ?? "", "new", "gone");
  assert.deepEqual(privacy.erase(CALLER), { calls: 1, orders: 1, left: 0 });
  assert.deepEqual(privacy.export(CALLER), { calls: [], orders: [], log: [], messages: [] });
});

test("a board of two hundred orders under one number, as of a trunk that shows its own, takes no more than a few times as long as of two hundred callers", () => {
  luigi.call().wholeOrder();
  const [row] = luigi.store.orders.inStages(luigi.line.id, ["new"]);
  assert.ok(row);
  const insert = (n: number): void =>
    luigi.store.orders.insert({ ...row, id: `order${n}`, callId: `call${n}`, number: n, callerNumber: `+336${n}` });
  for (let n = 2; n <= 200; n++) insert(n);
  // Of this process alone: others on the machine do not count.
  const leastCpuMs = (): number => {
    const times = Array.from({ length: 5 }, () => {
      const began = process.cpuUsage();
      assert.equal(board().orders.length, 200);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    });
    return Math.min(...times);
  };
  const callers = leastCpuMs();
  for (const order of luigi.store.orders.inStages(luigi.line.id, ["new"])) {
    luigi.store.orders.update({ ...order, callerNumber: CALLER });
  }
  const one = leastCpuMs();
  assert.ok(one < 5 * callers, `${one} beside ${callers} ms`);
});
