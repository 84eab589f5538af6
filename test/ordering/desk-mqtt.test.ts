/** A line on a real broker: its state, its orders, and the few things that may be asked of it. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { NetworkWatch } from "../../bridge/src/links/network-watch.ts";
import { lineCommands } from "../../bridge/src/mqtt/line-commands.ts";
import { type Mqtt, startMqtt } from "../../bridge/src/mqtt/mqtt.ts";
import { type OrderEventPayload, orderAnnouncer } from "../../bridge/src/mqtt/order-announcer.ts";
import { cuttable } from "../lab/cuttable.ts";
import { labFolder } from "../lab/folder.ts";
import { Mosquitto, type MqttListener } from "../lab/mosquitto.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, type Restaurant, restaurant } from "./restaurant.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const folder = labFolder("desk-mqtt");
const network = new NetworkWatch();
let ports: PortBlock;
let broker: Mosquitto;
let luigi: Restaurant;
let listener: MqttListener;
let mqtt: Mqtt;
/** How often the facts of all lines were worked out. */
let allFacts: number;

before(async () => {
  ports = await reservePorts();
  broker = new Mosquitto({ port: ports.base, folder: folder.path });
});
after(() => {
  network.stop();
  ports.release();
  folder.remove();
});
beforeEach(async () => {
  await broker.start();
  luigi = await restaurant({ announce: orderAnnouncer });
  listener = await broker.listen("neolia/#", "homeassistant/#");
  await startPublishing();
});
afterEach(async () => {
  await mqtt.stop();
  await listener.close();
  await broker.stop();
  luigi.close();
});

async function startPublishing(nowMs = Date.now, url = broker.url): Promise<void> {
  const { store, bus, ordering } = luigi;
  allFacts = 0;
  const facts = (siteId: string) => {
    allFacts += 1;
    return ordering.boards.facts(siteId);
  };
  const lines = { boards: { ...ordering.boards, facts }, command: lineCommands(store, ordering) };
  mqtt = startMqtt({
    broker: async () => ({ url }),
    store,
    bus,
    network,
    log: quiet,
    nowMs,
    registered: () => [],
    command: () => undefined,
    lines,
  });
  await until(() => mqtt.state().link === "up", { what: "the link to the broker" });
}

const topic = (what: string): string => `neolia/${DOMAIN}/${luigi.line.name}/line/${what}`;
const last = (what: string): string | undefined => listener.last(topic(what));
const becomes = (what: string, wanted: string | RegExp): Promise<true> =>
  until(() => (typeof wanted === "string" ? last(what) === wanted : wanted.test(last(what) ?? "")), {
    what: `${what} to be ${wanted}, it is ${last(what)}`,
  });
const events = (): OrderEventPayload[] => listener.events(topic("order"));

test("a printer's trouble is on the broker as it comes and goes, and a line that people answer has none with its assistant", async () => {
  await becomes("printer", '{"state":"none"}');
  luigi.printer("paper-out");
  await becomes("printer", '{"state":"paper-out"}');
  luigi.printer("unsure");
  await becomes("printer", '{"state":"unsure"}');
  luigi.assistant("no-key");
  await becomes("assistant", '{"problem":"no-key"}');
  luigi.settings({ answeredBy: "people" });
  await becomes("assistant", '{"problem":null}');
});

test("queue, turnover and alarm follow the orders; each order is told once, with its id and without its caller", async () => {
  await becomes("state", "open");
  await becomes("queue", /"waiting":0/);
  luigi.call().wholeOrder();
  await becomes("queue", /"new":1.*"waiting":1/);
  // From the restaurant's midnight.
  await becomes("today", '{"orders":1,"turnover_cents":2700,"turnover":27,"since":"2026-11-20T23:00:00.000Z"}');
  await until(() => events().length === 1, { what: "the order's event" });
  const [event] = events();
  assert.deepEqual([event?.event_type, event?.number, event?.total_cents, event?.items.length], ["new", 1, 2700, 1]);
  luigi.wait(60_000);
  luigi.ordering.orders.remind();
  await becomes("alarm", "on");
  const id = luigi.ordering.boards.board(luigi.line.id).orders[0]?.id ?? "";
  luigi.ordering.orders.move(id, "new", "accepted");
  await becomes("alarm", "off");
  await until(() => events().length === 3, { what: "all events" });
  assert.deepEqual(
    events().map(({ event_type, order_id }) => [event_type, order_id === id]),
    [
      ["new", true],
      ["unaccepted", true],
      ["accepted", true],
    ],
  );
  await until(() => luigi.store.outbox.count() === 0, { what: "an empty outbox" });
  assert.ok(listener.messages.every(({ payload }) => !payload.includes("639980178") && !payload.includes("Paul")));
});

test("what happens on one line's desk makes nobody look at all lines", async () => {
  await becomes("sold-out", /"count":0/);
  const before = allFacts;
  for (const round of [1, 2, 3, 4, 5, 6]) {
    luigi.ordering.menus.setSoldOut(luigi.line.id, "tiramisu", round % 2 === 1);
    await becomes("sold-out", new RegExp(`"count":${round % 2}`));
  }
  // Discovery may look once or twice after the start.
  assert.ok(allFacts - before < 4, `${allFacts - before} times for 6 changes`);
});

test("a number that a caller has noted or is taken for a name is on the broker masked", async () => {
  const { tool, heardAndAnswered } = luigi.call();
  tool("add_item", { item_id: "tiramisu", quantity: 1, note: "pour le 06 39 98 01 78" });
  tool("set_details", { name: "Paul", pickup_time: "19:30", note: "appelez le +33 6 39 98 01 78" });
  heardAndAnswered(tool("read_back"));
  tool("confirm_order");
  await until(() => events().length === 1, { what: "the order's event" });
  const [event] = events();
  assert.deepEqual([event?.items[0]?.note, event?.note], ["pour le 06 •• •• •• 78", "appelez le 33 •• •• •• 78"]);
});

test("pause and stock are taken from the broker, nothing else is, and an old wish is none", async () => {
  const say = (what: string, payload: string, retain = false) => listener.say(topic(what), payload, retain);
  await becomes("pause", "off");
  await say("pause/set", "on");
  await becomes("state", "paused");
  await say("pause/set", "off");
  await becomes("state", "open");
  await say("stock/set", '{"id":"tiramisu","sold_out":true}');
  await becomes("sold-out", '{"count":1,"items":[{"id":"tiramisu","name":"Tiramisu"}]}');
  for (const [what, payload] of [
    ["pause/set", "yes please"],
    ["pause/set", JSON.stringify({ state: "on", at: new Date(Date.now() - 60_000).toISOString() })],
    ["stock/set", JSON.stringify({ id: "cola", sold_out: true, at: "2020-01-01T00:00:00Z" })],
    ["stock/set", '{"id":"caviar","sold_out":true}'],
    ["stock/set", '{"id":"cola","sold_out":true,"price":0}'],
    ["stock/set", "not json"],
    ["stock/set", `{"id":"cola","sold_out":true,"x":"${"y".repeat(5000)}"}`],
    ["price/set", '{"id":"cola","price":0}'],
    ["order/set", '{"stage":"gone"}'],
  ] as const) {
    await say(what, payload);
  }
  await mqtt.stop();
  await say("pause/set", "on", true);
  await startPublishing();
  // Taken off the broker, not obeyed.
  await becomes("pause/set", "");
  assert.equal(luigi.ordering.lines.get(luigi.line.id).state, "open");
  assert.deepEqual(luigi.store.lines.soldOut(luigi.line.id), ["tiramisu"]);
});

test("Home Assistant is told of the line as one device, and of its unit not a second time", async () => {
  const config = (id: string): string => `homeassistant/device/neolia_${DOMAIN.replaceAll(".", "_")}/${id}/config`;
  await until(() => listener.last(config(luigi.line.id)) !== undefined, { what: "the line's discovery" });
  const { device, components } = JSON.parse(listener.last(config(luigi.line.id)) ?? "{}") as {
    device: { name: string };
    components: Record<string, { platform: string; unique_id?: string; command_topic?: string; device_class?: string }>;
  };
  assert.equal(device.name, "Chez Luigi");
  assert.deepEqual([components.pause?.platform, components.pause?.command_topic], ["switch", topic("pause/set")]);
  assert.deepEqual([components.unaccepted?.platform, components.order?.platform], ["binary_sensor", "event"]);
  assert.deepEqual([components.assistant?.platform, components.assistant?.device_class], ["binary_sensor", "problem"]);
  const ids = Object.values(components).flatMap(({ unique_id }) => unique_id ?? []);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(listener.last(config(luigi.line.unitId)), undefined);
});

test("an assistant that cannot answer is a problem on the broker, with its cause, until it can", async () => {
  await becomes("assistant", '{"problem":null}');
  luigi.assistant("no-credit");
  await becomes("assistant", '{"problem":"no-credit"}');
  // People take the calls: the line is not closed.
  await becomes("state", "open");
  luigi.assistant(null);
  await becomes("assistant", '{"problem":null}');
});

test("what happened while the broker was away is told once when it is back", async () => {
  await broker.stop();
  luigi.call().wholeOrder();
  await broker.start();
  const back = await broker.listen("neolia/#");
  await until(() => back.events(topic("order")).length === 1, { timeoutMs: 30_000, what: "the order's event" });
  await until(() => luigi.store.outbox.count() === 0, { what: "an empty outbox" });
  assert.equal(back.events(topic("order")).length, 1);
  await back.close();
});

test("the broker had the order, but its confirmation was lost, with the connection or with the whole bridge: it is told once", async (t) => {
  const way = await cuttable(broker.port);
  t.after(() => way.close());
  const url = `mqtt://127.0.0.1:${way.port}`;
  await mqtt.stop();
  await startPublishing(Date.now, url);
  void way.silenceAfter(/"event_type":"new".*}/s);
  luigi.call().wholeOrder();
  await until(() => events().length === 1, { what: "the order" });
  way.cut();
  await until(() => luigi.store.outbox.count() === 0, { timeoutMs: 30_000, what: "an empty outbox" });
  const [order] = luigi.ordering.boards.board(luigi.line.id).orders;
  void way.silenceAfter(/"event_type":"accepted".*}/s);
  luigi.ordering.orders.move(order?.id ?? "", "new", "accepted");
  await until(() => events().length === 2, { what: "the order, accepted" });
  way.cut();
  await mqtt.stop();
  assert.equal(luigi.store.outbox.count(), 1, "nobody confirmed it");
  await startPublishing(Date.now, url);
  await until(() => luigi.store.outbox.count() === 0, { timeoutMs: 30_000, what: "an empty outbox again" });
  luigi.ordering.orders.move(order?.id ?? "", "accepted", "ready");
  await until(() => events().length >= 3, { what: "the order, ready" });
  assert.deepEqual(
    events().map(({ event_type }) => event_type),
    ["new", "accepted", "ready"],
  );
});

test("the broker is away for an hour while orders are taken and moved, and the bridge dies with them on their way: each event comes once, in its order, and what is retained is how things stand", {
  timeout: 120_000,
}, async () => {
  await becomes("queue", /"waiting":0/);
  await broker.stop();
  luigi.settings({ ordersPerSlot: 100 });
  for (let n = 0; n < 12; n++) {
    luigi.call().wholeOrder();
    luigi.wait(5 * 60_000);
    luigi.ordering.orders.remind();
    const [oldest] = luigi.ordering.boards.board(luigi.line.id).orders.filter(({ stage }) => stage === "new");
    if (oldest && n % 2 === 0) luigi.ordering.orders.move(oldest.id, "new", "accepted");
  }
  luigi.ordering.lines.pause(luigi.line.id, { paused: true });
  const waiting = luigi.store.outbox.next(1000).map(({ payload }) => (JSON.parse(payload) as OrderEventPayload).id);
  assert.ok(waiting.length > 12 + 6, `${waiting.length} events wait`);
  await mqtt.stop();
  await broker.start();
  const back = await broker.listen("neolia/#");
  // On the restaurant's clock nothing is a day old.
  await startPublishing(luigi.now);
  await until(() => luigi.store.outbox.count() === 0, { timeoutMs: 60_000, what: "an empty outbox" });
  const told = () => back.events<OrderEventPayload>(topic("order")).map(({ id }) => id);
  await until(() => told().length >= waiting.length, { what: "every event" });
  assert.deepEqual(told(), waiting);
  const { orders } = luigi.ordering.boards.board(luigi.line.id);
  const isNew = orders.filter(({ stage }) => stage === "new").length;
  const late = await broker.listen("neolia/#");
  const keeps = (what: string, wanted: RegExp) =>
    until(() => wanted.test(late.last(topic(what)) ?? ""), { what: `${what}, retained: ${wanted}` });
  await keeps("today", /"orders":12/);
  await keeps("state", /^paused$/);
  await keeps("alarm", isNew > 0 ? /^on$/ : /^off$/);
  await keeps("queue", new RegExp(`"new":${isNew}\\b`));
  assert.deepEqual(late.events(topic("order")), [], "an order's event is not retained");
  await Promise.all([back.close(), late.close()]);
});
