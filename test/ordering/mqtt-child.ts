/**
 * The desk and its link to the broker in a process of its own: `node mqtt-child.ts <folder> <lineId> <broker's url> <what>`.
 * What: an order by the call id `order <id>` and then waits; `die <id>` kills itself in the moment after the order's commit,
 * before anything of it can leave; `empty` ends when nothing waits to be sent.
 */
import { writeSync } from "node:fs";
import { NetworkWatch } from "../../bridge/src/links/network-watch.ts";
import { lineCommands } from "../../bridge/src/mqtt/line-commands.ts";
import { startMqtt } from "../../bridge/src/mqtt/mqtt.ts";
import { orderAnnouncer } from "../../bridge/src/mqtt/order-announcer.ts";
import { until } from "../lab/until.ts";
import { reopenedRestaurant } from "./restaurant.ts";

const [folder = "", lineId = "", url = "", what = "", callId = ""] = process.argv.slice(2);
const luigi = reopenedRestaurant(folder, lineId, orderAnnouncer);
const { store, bus, ordering } = luigi;
const network = new NetworkWatch();
const mqtt = startMqtt({
  broker: async () => ({ url }),
  ...{ store, bus, network, nowMs: Date.now },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  registered: () => [],
  command: () => undefined,
  lines: { boards: ordering.boards, command: lineCommands(store, ordering) },
});
await until(() => mqtt.state().link === "up", { what: "the link to the broker" });
if (what === "empty") {
  await until(() => store.outbox.count() === 0, { timeoutMs: 30_000, what: "an empty outbox" });
  await mqtt.stop();
  network.stop();
  luigi.close();
} else {
  // At any hour: its clock is the machine's.
  luigi.call(callId).wholeOrder("asap");
  if (what === "die") process.kill(process.pid, "SIGKILL");
  writeSync(1, "ordered\n");
}
