/** A restaurant's line in a real Home Assistant Core on bad days: whatever restarts or is away, entities come back and no order's event is lost or told twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Menu } from "../../bridge/src/api/menu.ts";
import { NetworkWatch } from "../../bridge/src/links/network-watch.ts";
import { lineCommands } from "../../bridge/src/mqtt/line-commands.ts";
import { type Mqtt, startMqtt } from "../../bridge/src/mqtt/mqtt.ts";
import { orderAnnouncer } from "../../bridge/src/mqtt/order-announcer.ts";
import { around } from "../lab/around.ts";
import { type Cuttable, cuttable } from "../lab/cuttable.ts";
import { type Mosquitto, startMosquitto } from "../lab/mosquitto.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, type Restaurant, restaurant } from "../ordering/restaurant.ts";
import { CoreSocket } from "./core-socket.ts";
import { startEchoApp } from "./echo-app.ts";
import { Home } from "./home.ts";
import { addMqtt, reloadMqtt } from "./onboarding.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const network = new NetworkWatch();
let home: Home;
let broker: Mosquitto;
let way: Cuttable;
let luigi: Restaurant;
let mqtt: Mqtt;
let socket: CoreSocket;
/** Ids of the events that Core's entity told, in their order. */
const told: string[] = [];
const moments = new Set<string>();

around(
  async () => {
    home = await Home.start({ startApp: startEchoApp });
    broker = await startMosquitto({ port: home.ports.base + 10, folder: home.folder });
    way = await cuttable(broker.port);
    luigi = await restaurant({ announce: orderAnnouncer, nowMs: Date.now() });
    luigi.settings({ ordersPerSlot: 100, hours: [{ fromMinute: 0, toMinute: 7 * 1440 }] });
    startBridge();
    await addMqtt(home.core, home.ownerToken, broker.port);
    await openSocket();
    await becomes("sensor.chez_luigi_queue", "0");
  },
  async () => {
    socket?.close();
    await mqtt?.stop();
    network.stop();
    luigi?.close();
    await way?.close();
    await broker?.stop();
    await home?.stop();
  },
);

function startBridge(): void {
  const { store, bus, ordering } = luigi;
  mqtt = startMqtt({
    ...{ store, bus, network, log: quiet },
    broker: async () => ({ url: `mqtt://127.0.0.1:${way.port}` }),
    registered: () => [],
    command: () => undefined,
    lines: { boards: ordering.boards, command: lineCommands(store, ordering) },
  });
}

interface State {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown>;
}

async function openSocket(): Promise<void> {
  socket = await CoreSocket.open(home.core.url, home.ownerToken);
  await socket.subscribe("subscribe_events", { event_type: "state_changed" }, (event) => {
    const { entity_id: id, new_state: now } = (event as { data: { entity_id: string; new_state: State | null } }).data;
    if (id !== "event.chez_luigi_order" || !now) return;
    // Its state is the moment of what it told last; the same one again is an entity that came back.
    if (/^\d{4}-/.test(now.state) && !moments.has(now.state)) told.push(String(now.attributes.id));
    moments.add(now.state);
  });
}

async function states(): Promise<State[]> {
  return await socket.command<State[]>("get_states");
}

async function becomes(entityId: string, wanted: string | RegExp): Promise<State> {
  return await until(
    async () => {
      const found = (await states()).find(({ entity_id: id }) => id === entityId);
      return found && (typeof wanted === "string" ? found.state === wanted : wanted.test(found.state)) ? found : null;
    },
    { everyMs: 200, timeoutMs: 60_000, what: `${entityId} to be ${wanted}` },
  );
}

/** An order of another caller. Returns its id. */
function order(): string {
  const { tool, heardAndAnswered, call } = luigi.call();
  tool("add_item", { item_id: "tiramisu", quantity: 1 });
  tool("set_details", { name: "Paul", pickup_time: "asap" });
  heardAndAnswered(tool("read_back"));
  assert.equal(tool("confirm_order").state, "committed");
  call.end({ reason: "completed", costCents: 1 });
  return luigi.store.orders.byCall(call.callId, 1)?.id ?? "";
}

const toldOf = (...orderIds: string[]): number[] =>
  orderIds.map((orderId) => told.filter((id) => id.startsWith(orderId)).length);

/** Whatever is still on its way to Core is before this one. */
async function tellsEach(...orderIds: string[]): Promise<void> {
  await until(() => luigi.store.outbox.count() === 0, { timeoutMs: 60_000, what: "an empty outbox" });
  const last = order();
  await until(() => toldOf(last)[0] !== 0, { timeoutMs: 60_000, what: "the next order's event in Core" });
  assert.deepEqual(
    toldOf(...orderIds, last),
    [...orderIds, last].map(() => 1),
  );
}

test("an order that comes while Core restarts is told to it once it is back; state, queue and turnover are as they stand", async () => {
  socket.close();
  const status = await broker.listen("homeassistant/status");
  const restarting = home.restartCore();
  await until(() => status.messages.some(({ payload }) => payload === "offline"), { what: "Core to be gone" });
  const id = order();
  await restarting;
  await openSocket();
  await becomes("sensor.chez_luigi_queue", "1");
  await becomes("sensor.chez_luigi_turnover_today", "6.5");
  await becomes("sensor.chez_luigi_line_state", "open");
  // It may have been told before the socket was open.
  const { attributes } = await becomes("event.chez_luigi_order", /^\d{4}-/);
  assert.equal(attributes.order_id, id);
  assert.ok((toldOf(id)[0] ?? 0) <= 1);
  await status.close();
});

test("the broker crashes with all it knew, and with it the confirmation of an order that Core has heard of: Core is told of it once", async () => {
  const silent = way.silenceAfter(/"event_type":"new".*}/s);
  const id = order();
  await silent;
  await until(() => toldOf(id)[0] === 1, { what: "the order in Core" });
  await broker.stop("SIGKILL");
  broker.forget();
  await broker.start();
  way.cut();
  await tellsEach(id);
});

test("orders that come while the broker is away are each told once when it is back, whether it remembers or not, and every entity is there again", async () => {
  const ours = async () => (await states()).filter(({ entity_id: id }) => id.includes("luigi"));
  const before = (await ours()).map(({ entity_id: id }) => id);
  for (const remembers of [true, false]) {
    await broker.stop(remembers ? "SIGTERM" : "SIGKILL");
    if (!remembers) broker.forget();
    const ids = [order(), order(), order()];
    await broker.start();
    await tellsEach(...ids);
    const after = (await ours()).filter(({ state }) => state !== "unavailable").map(({ entity_id: id }) => id);
    assert.deepEqual(after, before);
  }
});

test("whatever a line is called, Core shows it as it is written, under the ids that it had", async () => {
  const before = (await states()).map(({ entity_id: id }) => id).toSorted();
  const names = [
    `"O'Neill" <b>&amp;</b> {{ 1 + 1 }} {% raw %} \\n 🦊`,
    "مطعم الأرز",
    "+ # / $SYS/broker \\",
    "x".repeat(200),
    "Chez Luigi",
  ];
  for (const label of names) {
    luigi.ordering.lines.update(luigi.line.id, { label }, null);
    await until(
      async () => {
        const all = await states();
        const queue = all.find(({ entity_id: id }) => id === "sensor.chez_luigi_queue");
        return queue?.attributes.friendly_name === `${label} Orders waiting`;
      },
      { what: `the name ${label}` },
    );
  }
  assert.deepEqual((await states()).map(({ entity_id: id }) => id).toSorted(), before);
});

test("two lines of one name are told apart by their buildings; one that is removed takes its entities, device and topics along", async () => {
  const building = luigi.directory.buildings.create({ siteId: luigi.siteId, name: "Bar" });
  const bar = luigi.ordering.lines.create({ buildingId: building.id, label: "Chez Luigi", gateway: "ht841_bar" });
  await becomes("sensor.chez_luigi_2_queue", "0");
  const names = async (): Promise<unknown[]> =>
    (await states()).flatMap(({ entity_id: id, attributes }) =>
      /^sensor.*queue$/.test(id) ? [attributes.friendly_name] : [],
    );
  assert.deepEqual((await names()).toSorted(), [
    "Chez Luigi (Bar) Orders waiting",
    "Chez Luigi (Restaurant) Orders waiting",
  ]);
  luigi.ordering.lines.remove(bar.id, null);
  await until(async () => String(await names()) === "Chez Luigi Orders waiting", { what: "one line" });
  type Entities = { entity_id: string }[];
  const left = (await socket.command<Entities>("config/entity_registry/list")).map(({ entity_id: id }) => id);
  assert.deepEqual(
    left.filter((id) => /luigi_2|_bar/.test(id)),
    [],
  );
  const kept = await broker.listen("neolia/#", "homeassistant/device/#");
  // What is retained comes before what is said now.
  await kept.say("neolia/asked", "now");
  await until(() => kept.last("neolia/asked") !== undefined, { what: "all that is retained" });
  const topics = (): string[] => {
    const last = new Map(kept.messages.map(({ topic, payload }) => [topic, payload]));
    return [...last].flatMap(([topic, payload]) => (payload === "" ? [] : [topic]));
  };
  assert.ok(topics().some((topic) => topic.includes(luigi.line.name)));
  // Its states are emptied once Core has let go of its entities.
  const isGone = (topic: string) => ![bar.name, bar.id, "ht841_bar"].some((part) => topic.split("/").includes(part));
  await until(() => topics().every(isGone), { what: "the topics of the line that was removed to be empty" });
  await kept.close();
});

test("Core's switch sends the next caller to people, and what it says is sold out a running call cannot add", async () => {
  const { tool } = luigi.call();
  const admitted = () => luigi.ordering.desk.admit({ siteId: luigi.siteId, via: "ht841_restaurant1" }).kind;
  const turn = (service: string) =>
    socket.command("call_service", { domain: "switch", service, target: { entity_id: "switch.chez_luigi_pause" } });
  assert.equal(admitted(), "answer");
  await turn("turn_on");
  await becomes("sensor.chez_luigi_line_state", "paused");
  assert.equal(admitted(), "people");
  await socket.command("call_service", {
    domain: "mqtt",
    service: "publish",
    service_data: {
      topic: `neolia/${DOMAIN}/${luigi.line.name}/line/stock/set`,
      payload: '{"id":"tiramisu","sold_out":true}',
    },
  });
  await becomes("sensor.chez_luigi_sold_out", "1");
  assert.equal(tool("add_item", { item_id: "tiramisu", quantity: 1 }).problem, "sold_out");
  await turn("turn_off");
  await becomes("sensor.chez_luigi_line_state", "open");
  assert.equal(admitted(), "answer");
});

interface Registered {
  entity_id: string;
  original_name: string | null;
  disabled_by: string | null;
}

/** The switches of Luigi's dishes as Core keeps them, by the dish's id. */
async function dishes(): Promise<Map<string, Registered>> {
  const all = await socket.command<Registered[]>("config/entity_registry/list");
  const ours = /^switch\.chez_luigi_dish_(.*)$/;
  return new Map(
    all.flatMap((one): [string, Registered][] => {
      const id = ours.exec(one.entity_id)?.[1];
      return id === undefined ? [] : [[id.replaceAll("_", "-"), one]];
    }),
  );
}

/** Stores the menu that `edit` makes of the one there is, and waits until Core has its dishes. */
async function menu(edit: (menu: Menu) => Menu): Promise<void> {
  const { menus } = luigi.ordering;
  const before = menus.get(luigi.line.id);
  const after = edit(before.menu);
  menus.put(luigi.line.id, { revision: before.revision, menu: after });
  const wanted = after.items.map(({ id }) => id).toSorted();
  await until(async () => String([...(await dishes()).keys()].toSorted()) === String(wanted), {
    ...{ everyMs: 200, timeoutMs: 60_000 },
    what: `the switches of ${wanted.length} dishes`,
  });
}

const dishSwitches = async (): Promise<string[]> =>
  (await states()).flatMap(({ entity_id: id }) => (id.startsWith("switch.chez_luigi_dish_") ? [id] : []));

test("a dish keeps its switch whatever it is called; of two with one name the category tells; what leaves the menu leaves Core", async () => {
  await menu((same) => same);
  // The last ones are names of our own entities, which have French ones.
  const names = [
    `"O'Neill" <b>{{ 1 + 1 }}</b> {% raw %}`,
    "تيراميسو",
    "+ # / $SYS",
    "x".repeat(80),
    "Door",
    "No phone orders now",
  ];
  for (const name of names) {
    await menu((now) => ({ ...now, items: now.items.map((one) => (one.id === "tiramisu" ? { ...one, name } : one)) }));
    await until(async () => (await dishes()).get("tiramisu")?.original_name === name, {
      what: `a switch called ${name}`,
    });
  }
  // Of the names and ids that others have.
  await menu((now) => {
    const [first] = now.items;
    assert.ok(first);
    const { id: elsewhere } = now.categories.find(({ id }) => id !== first.categoryId) ?? first;
    return { ...now, items: [...now.items, { ...first, id: "pause", categoryId: elsewhere }] };
  });
  const { menu: now } = luigi.ordering.menus.get(luigi.line.id);
  const categoryOf = (index: number) => now.categories.find(({ id }) => id === now.items.at(index)?.categoryId)?.name;
  const found = await dishes();
  assert.deepEqual(
    [found.get(now.items[0]?.id ?? "")?.original_name, found.get("pause")?.original_name],
    [`${now.items[0]?.name} (${categoryOf(0)})`, `${now.items[0]?.name} (${categoryOf(-1)})`],
  );
  await becomes("switch.chez_luigi_pause", "off");

  // As large as a menu may be.
  await menu((whole) => {
    const kept = whole.items.filter(({ id }) => id === "tiramisu");
    const more = Array.from({ length: 499 }, (_, index) =>
      kept.map((dish) => ({ ...dish, id: `dish-${index}`, name: `Plat ${index}` })),
    );
    return { ...whole, items: [...kept, ...more.flat()] };
  });
  assert.deepEqual([...new Set([...(await dishes()).values()].map(({ disabled_by: by }) => by))], ["integration"]);
  assert.deepEqual(await dishSwitches(), []);
  await menu((whole) => ({ ...whole, items: [] }));
  const devices = await socket.command<{ name: string }[]>("config/device_registry/list");
  assert.ok(!devices.some(({ name }) => name === "Chez Luigi: menu"));
});

test("a dish's switch that somebody enables in Core sells the dish and stops it in a running call", async () => {
  const tiramisu = "switch.chez_luigi_dish_tiramisu";
  await luigi.ordering.menus.loadSample(luigi.line.id);
  luigi.ordering.menus.setSoldOut(luigi.line.id, "tiramisu", true);
  await menu((same) => same);
  await socket.command("config/entity_registry/update", { entity_id: tiramisu, disabled_by: null });
  await reloadMqtt(home.core, home.ownerToken);
  await becomes(tiramisu, "off");
  luigi.ordering.menus.setSoldOut(luigi.line.id, "tiramisu", false);
  await becomes(tiramisu, "on");
  assert.deepEqual(await dishSwitches(), [tiramisu]);

  const { tool } = luigi.call();
  const add = () => tool("add_item", { item_id: "tiramisu", quantity: 1 }).problem ?? null;
  const turn = (service: string) =>
    socket.command("call_service", { domain: "switch", service, target: { entity_id: tiramisu } });
  await turn("turn_off");
  await becomes(tiramisu, "off");
  await becomes("sensor.chez_luigi_sold_out", "1");
  assert.equal(add(), "sold_out");
  await turn("turn_on");
  await becomes(tiramisu, "on");
  assert.equal(add(), null);
});

test("Core found nothing wrong with any of it", () => {
  const complaints = home.core
    .log()
    .split("\n")
    .filter((line) => /ERROR|WARNING/.test(line) && /neolia|dish_/i.test(line));
  assert.deepEqual(complaints, []);
});
