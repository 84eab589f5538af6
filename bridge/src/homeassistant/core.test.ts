import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../../test/lab/until.ts";
import { NetworkWatch } from "../links/network-watch.ts";
import { type CoreConnection, CoreLink } from "./core.ts";

/** A Core whose connections the test opens and breaks. */
function fakeCore(log: string[] = []) {
  const opened: { break(): void }[] = [];
  let away = false;
  let interfaces = {};
  const network = new NetworkWatch(() => interfaces);
  const tell = (_fields: Record<string, unknown>, message: string) => void log.push(message);
  const link = new CoreLink({
    connect: async () => {
      if (away) throw new Error("502");
      const { promise, resolve } = Promise.withResolvers<void>();
      const connection: CoreConnection = {
        command: async () => null,
        subscribeEvents: async () => undefined,
        closed: promise,
        close: resolve,
      };
      opened.push({ break: resolve });
      return connection;
    },
    network,
    log: { info: tell, warn: tell, error: tell },
  });
  return {
    link,
    opened,
    setAway: (value: boolean) => {
      away = value;
    },
    /** Ends the wait between two tries, as a cable that comes back does. */
    networkChanged: () => {
      interfaces = { eth0: [{ address: `192.0.2.${opened.length + 1}` }] };
    },
    stop: async () => {
      await link.stop();
      network.stop();
    },
  };
}

test("a connection that breaks is made anew, and everybody who subscribed is called again", async () => {
  const core = fakeCore();
  const subscribed: CoreConnection[] = [];
  let lost = 0;
  core.link.onUp(async (connection) => void subscribed.push(connection));
  core.link.onDown(() => {
    lost += 1;
  });
  core.link.start();
  await until(() => subscribed.length === 1, { what: "the first connection" });
  assert.equal(core.link.connection, subscribed[0]);
  core.opened[0]?.break();
  await until(() => subscribed.length === 2, { what: "the second connection" });
  assert.notEqual(subscribed[0], subscribed[1]);
  assert.equal(lost, 1);
  await core.stop();
  assert.equal(core.link.connection, null);
});

test("while Core is away the log says so once, however often it is tried", async () => {
  const log: string[] = [];
  const core = fakeCore(log);
  core.setAway(true);
  core.link.start();
  await until(() => log.length === 1, { what: "the first failure" });
  core.networkChanged();
  core.setAway(false);
  await until(() => core.link.connection, { what: "the connection" });
  assert.deepEqual(log, ["the link to Home Assistant is down", "the link to Home Assistant is up"]);
  await core.stop();
});

test("a listener that cannot subscribe costs the connection, not the process", async () => {
  const core = fakeCore();
  let failures = 0;
  const off = core.link.onUp(async () => {
    failures += 1;
    throw new Error("refused");
  });
  core.link.start();
  await until(() => failures === 1, { what: "the refusal" });
  off();
  await until(() => core.link.connection && core.opened.length === 2, { what: "the next connection" });
  await core.stop();
});

test("stopping closes the connection and makes no other", async () => {
  const core = fakeCore();
  core.link.start();
  await until(() => core.link.connection, { what: "the connection" });
  await core.stop();
  assert.equal(core.opened.length, 1);
});
