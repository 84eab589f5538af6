import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { until } from "../../../test/lab/until.ts";
import { Backoff } from "./backoff.ts";
import { type Connection, keepConnected } from "./keep-connected.ts";
import { NetworkWatch } from "./network-watch.ts";

let addresses: string[];
let network: NetworkWatch;
let connection: Connection | undefined;

beforeEach(() => {
  addresses = ["192.0.2.1"];
  const family = { netmask: "", mac: "", internal: false, cidr: null, family: "IPv4" } as const;
  network = new NetworkWatch(() => ({ eth0: addresses.map((address) => ({ ...family, address })) }));
});
afterEach(async () => {
  await connection?.stop();
  network.stop();
});

/** Always wants to wait for 30 s. */
function patient(): Backoff {
  const backoff = new Backoff();
  for (let i = 0; i < 10; i++) backoff.next();
  return backoff;
}

test("waiting times grow from one second to thirty, never beyond, and start anew after a success", () => {
  const even = new Backoff(() => 0);
  const waits = Array.from({ length: 7 }, () => even.next());
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  even.reset();
  assert.equal(even.next(), 1_000);
  const near = new Backoff(() => 0, 5_000);
  assert.deepEqual(
    Array.from({ length: 6 }, () => near.next()),
    [1_000, 2_000, 4_000, 5_000, 5_000, 5_000],
  );
  const shortest = new Backoff(() => 1);
  assert.deepEqual([shortest.next(), shortest.next()], [1_000, 1_500]);
});

test("when the network changes the next try is made at once, however long the wait would have been", async () => {
  let tries = 0;
  connection = keepConnected({
    connect: async () => {
      tries += 1;
      throw new Error("refused");
    },
    onDown: () => undefined,
    network,
    backoff: patient(),
  });
  await until(() => tries === 1, { what: "the first try" });
  addresses = ["192.0.2.1", "192.0.2.7"];
  await until(() => tries === 2, { what: "the try after the change" });
});

test("stopping ends a wait and an open connection, and tells nobody that the link is down", async () => {
  const told: unknown[] = [];
  connection = keepConnected({
    connect: (up, signal) => {
      up();
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    },
    onDown: (error) => told.push(error),
    network,
  });
  await connection.stop();
  const waiting = keepConnected({
    connect: async () => assert.fail("refused"),
    onDown: () => undefined,
    network,
    backoff: patient(),
  });
  await waiting.stop();
  assert.deepEqual(told, []);
});
