/** The process is killed (SIGKILL) between an order's commit and the broker: the order's event comes once, by the next process. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type OrderEventPayload, orderAnnouncer } from "../../bridge/src/mqtt/order-announcer.ts";
import { type Cuttable, cuttable } from "../lab/cuttable.ts";
import { labFolder } from "../lab/folder.ts";
import { Mosquitto, type MqttListener } from "../lab/mosquitto.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, reopenedRestaurant, restaurant } from "./restaurant.ts";

const folder = labFolder("mqtt-kill");
let ports: PortBlock;
let broker: Mosquitto;
let way: Cuttable;
let listener: MqttListener;
let lineId: string;
let topic: string;

before(async () => {
  ports = await reservePorts();
  broker = new Mosquitto({ port: ports.base, folder: folder.path });
  await broker.start();
  way = await cuttable(broker.port);
  const luigi = await restaurant({ folder: join(folder.path, "data"), nowMs: Date.now(), announce: orderAnnouncer });
  luigi.settings({ ordersPerSlot: 100, hours: [] });
  lineId = luigi.line.id;
  topic = `neolia/${DOMAIN}/${luigi.line.name}/line/order`;
  luigi.close();
  listener = await broker.listen("neolia/#");
});
after(async () => {
  await listener.close();
  await way.close();
  await broker.stop();
  ports.release();
  folder.remove();
});

function start(...what: string[]): { child: ChildProcess; ended: Promise<unknown[]> } {
  const args = ["--no-warnings", join(import.meta.dirname, "mqtt-child.ts"), join(folder.path, "data"), lineId];
  const child = spawn(process.execPath, [...args, `mqtt://127.0.0.1:${way.port}`, ...what], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { child, ended: once(child, "exit") };
}

const told = () => listener.events<OrderEventPayload>(topic).map(({ id }) => id);

/** The next process sends what is left; each order stands once, and each was told once. */
async function goesOn(orders: number): Promise<void> {
  assert.deepEqual(await start("empty").ended, [0, null]);
  await until(() => told().length >= orders, { what: `${orders} orders told` });
  const luigi = reopenedRestaurant(join(folder.path, "data"), lineId);
  const stored = luigi.ordering.boards.board(lineId).orders.length;
  luigi.close();
  assert.deepEqual([stored, told().length, new Set(told()).size], [orders, orders, orders]);
}

test("killed before anything of the order left: it is told by the next process, once", {
  timeout: 90_000,
}, async () => {
  const { ended } = start("die", "first");
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  assert.deepEqual(told(), []);
  await goesOn(1);
});

test("killed when the broker has the order and the process does not know it: it is told once", {
  timeout: 90_000,
}, async () => {
  const { child, ended } = start("order", "second");
  const silent = way.silenceAfter(/"event_type":"new".*}/s);
  await Promise.race([silent, ended.then((how) => assert.fail(`ended before it told of the order: ${how}`))]);
  await until(() => told().length === 2, { what: "the order at the broker" });
  child.kill("SIGKILL");
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  way.cut();
  await goesOn(2);
});
