/** A restaurant's line in a real Home Assistant Core: what it makes of the discovery, and what its switch does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkWatch } from "../../bridge/src/links/network-watch.ts";
import { lineCommands } from "../../bridge/src/mqtt/line-commands.ts";
import { type Mqtt, startMqtt } from "../../bridge/src/mqtt/mqtt.ts";
import { orderAnnouncer } from "../../bridge/src/mqtt/order-announcer.ts";
import { around } from "../lab/around.ts";
import { type Mosquitto, startMosquitto } from "../lab/mosquitto.ts";
import { until } from "../lab/until.ts";
import { type Restaurant, restaurant } from "../ordering/restaurant.ts";
import { CoreSocket } from "./core-socket.ts";
import { startEchoApp } from "./echo-app.ts";
import { Home } from "./home.ts";
import { addMqtt } from "./onboarding.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const network = new NetworkWatch();
let home: Home;
let broker: Mosquitto;
let luigi: Restaurant;
let mqtt: Mqtt;
let socket: CoreSocket;

around(
  async () => {
    home = await Home.start({ startApp: startEchoApp });
    broker = await startMosquitto({ port: home.ports.base + 10, folder: home.folder });
    luigi = await restaurant({ announce: orderAnnouncer });
    const { store, bus, ordering } = luigi;
    mqtt = startMqtt({
      ...{ store, bus, network, log: quiet },
      broker: async () => ({ url: broker.url }),
      registered: () => [],
      command: () => undefined,
      lines: { boards: ordering.boards, command: lineCommands(store, ordering) },
    });
    await addMqtt(home.core, home.ownerToken, broker.port);
    socket = await CoreSocket.open(home.core.url, home.ownerToken);
  },
  async () => {
    socket?.close();
    await mqtt?.stop();
    network.stop();
    luigi?.close();
    await broker?.stop();
    await home?.stop();
  },
);

interface State {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown>;
}

async function becomes(entityId: string, wanted: string | RegExp): Promise<State> {
  return await until(
    async () => {
      const found = (await socket.command<State[]>("get_states")).find(({ entity_id: id }) => id === entityId);
      return found && (typeof wanted === "string" ? found.state === wanted : wanted.test(found.state)) ? found : null;
    },
    { everyMs: 200, timeoutMs: 30_000, what: `${entityId} to be ${wanted}` },
  );
}

test("Core shows a line's state, queue and turnover, hears each order, and its switch pauses the line", async () => {
  await becomes("sensor.chez_luigi_line_state", "open");
  await becomes("sensor.chez_luigi_queue", "0");
  await becomes("binary_sensor.chez_luigi_unaccepted", "off");
  await becomes("binary_sensor.chez_luigi_assistant", "off");
  luigi.assistant("key-refused");
  const assistant = await becomes("binary_sensor.chez_luigi_assistant", "on");
  assert.deepEqual([assistant.attributes.device_class, assistant.attributes.problem], ["problem", "key-refused"]);
  luigi.assistant(null);
  await becomes("binary_sensor.chez_luigi_assistant", "off");
  luigi.call().wholeOrder();
  await becomes("sensor.chez_luigi_queue", "1");
  const turnover = await becomes("sensor.chez_luigi_turnover_today", /^27(\.0+)?$/);
  assert.deepEqual([turnover.attributes.device_class, turnover.attributes.unit_of_measurement], ["monetary", "EUR"]);
  assert.equal(turnover.attributes.last_reset, "2026-11-20T23:00:00+00:00");
  const order = await becomes("event.chez_luigi_order", /^\d{4}-/);
  assert.deepEqual([order.attributes.event_type, order.attributes.number], ["new", 1]);
  luigi.wait(60_000);
  luigi.ordering.orders.remind();
  await becomes("binary_sensor.chez_luigi_unaccepted", "on");

  await becomes("switch.chez_luigi_pause", "off");
  const press = { domain: "switch", service: "turn_on", target: { entity_id: "switch.chez_luigi_pause" } };
  // The lab's clock stands still; the switch sends Home Assistant's own, which is compared with the machine's.
  await socket.command("call_service", press);
  await becomes("sensor.chez_luigi_line_state", "paused");
  assert.equal(luigi.ordering.lines.get(luigi.line.id).state, "paused");
  luigi.ordering.menus.setSoldOut(luigi.line.id, "tiramisu", true);
  await becomes("sensor.chez_luigi_sold_out", "1");
});

test("the line is a device of its own behind the site, its dishes' switches another, and Core found nothing wrong with it", async () => {
  const devices = await socket.command<{ name: string; model: string }[]>("config/device_registry/list");
  assert.deepEqual(
    devices
      .filter(({ name }) => name.startsWith("Chez Luigi"))
      .map(({ name, model }) => `${model}: ${name}`)
      .toSorted(),
    // The gateway that it comes in by has the line's name in the directory.
    ["Gateway: Chez Luigi (gateway)", "Line: Chez Luigi", "Menu: Chez Luigi: menu"],
  );
  const log = home.core.log();
  assert.ok(
    !/neolia/i.test(
      log
        .split("\n")
        .filter((line) => /ERROR|WARNING/.test(line))
        .join("\n"),
    ),
    "Core complains",
  );
});
