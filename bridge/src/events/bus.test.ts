import assert from "node:assert/strict";
import { test } from "node:test";
import { EventBus } from "./bus.ts";

const quiet = (): void => undefined;

test("every listener of an event hears it, in the order of subscription", () => {
  const bus = new EventBus(quiet);
  const heard: string[] = [];
  bus.on("directoryChanged", (event) => heard.push(`first ${event.siteId}`));
  bus.on("directoryChanged", (event) => heard.push(`second ${event.siteId}`));
  bus.on("linkChanged", () => heard.push("other event"));
  bus.emit("directoryChanged", { siteId: "s1" });
  assert.deepEqual(heard, ["first s1", "second s1"]);
});

test("a listener that throws is reported and the others still hear the event", () => {
  const failures: unknown[] = [];
  const bus = new EventBus((error, name) => failures.push([name, (error as Error).message]));
  let heard = 0;
  bus.on("linkChanged", () => {
    throw new Error("broken");
  });
  bus.on("linkChanged", () => {
    heard += 1;
  });
  bus.emit("linkChanged", { link: "vps" });
  assert.equal(heard, 1);
  assert.deepEqual(failures, [["linkChanged", "broken"]]);
});

test("an unsubscribed listener hears nothing more, also when it leaves during an event", () => {
  const bus = new EventBus(quiet);
  const heard: string[] = [];
  const offSecond = bus.on("linkChanged", () => heard.push("second"));
  const offFirst = bus.on("linkChanged", () => {
    heard.push("first");
    offSecond();
  });
  bus.emit("linkChanged", { link: "mqtt" });
  offFirst();
  offFirst();
  bus.emit("linkChanged", { link: "mqtt" });
  assert.deepEqual(heard, ["second", "first"]);
});

test("the same function subscribed twice is two subscriptions", () => {
  const bus = new EventBus(quiet);
  let heard = 0;
  const listener = (): void => {
    heard += 1;
  };
  const off = bus.on("linkChanged", listener);
  bus.on("linkChanged", listener);
  bus.emit("linkChanged", { link: "vps" });
  off();
  bus.emit("linkChanged", { link: "vps" });
  assert.equal(heard, 3);
});
