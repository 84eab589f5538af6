/** The event feed: each event of the site once, in order, after whatever cursor, and nothing of another site. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import type { FeedMessage } from "../../infra/control/src/wire.ts";
import type { Control, Feed } from "../lab/control.ts";
import { startControlAlone } from "../lab/control-alone.ts";
import { until } from "../lab/until.ts";
import { OutboxWriter } from "./outbox-writer.ts";

const A = "a.sip.test";
const B = "b.sip.test";

describe("the event feed", () => {
  let control: Control;
  let stop: () => Promise<void>;
  let outbox: OutboxWriter;
  let tokenA: string;
  let tokenB: string;

  before(async () => {
    ({ control, stop } = await startControlAlone("feed"));
    outbox = new OutboxWriter(control.values.dataFolder);
    tokenA = await control.addSite(A);
    tokenB = await control.addSite(B);
  });
  after(async () => {
    outbox?.close();
    await stop?.();
  });

  /** Waits until the feed has shown this id. */
  const shown = (feed: Feed, id: number) =>
    until(() => (feed.ids.at(-1) ?? 0) >= id, { what: `event ${id} on the feed` });

  it("says hello, tells what is stored after the cursor, then what comes live", async () => {
    const stored = outbox.write(A, 3);
    const feed = await control.feed(tokenA, stored[0] ?? 0);
    const live = outbox.write(A, 2);
    await shown(feed, live[1] ?? 0);
    const [hello] = feed.messages;
    assert.deepEqual(hello, { type: "hello", domain: A, newestId: stored[2], oldestId: stored[0] });
    assert.deepEqual(feed.ids, [...stored.slice(1), ...live]);
    const event = feed.messages.find((message) => message.type === "event");
    assert.ok(event);
    assert.deepEqual(Object.keys(event.event).sort(), [
      "account",
      "atMs",
      "callId",
      "callee",
      "caller",
      "callerNumber",
      "code",
      "endedBy",
      "id",
      "kind",
      "unit",
    ]);
    feed.close();
  });

  it("tells its health after the stored events", async () => {
    const ids = outbox.write(A, 500);
    const feed = await control.feed(tokenA);
    await until(() => feed.messages.some(({ type }) => type === "health"), { what: "the health" });
    const types = feed.messages.map(({ type }) => type);
    assert.equal(feed.ids.at(-1), ids.at(-1));
    assert.equal(types.indexOf("health"), types.length - 1);
    feed.close();
  });

  it("shows a live event within 200 ms", async () => {
    const feed = await control.feed(tokenA, 1_000_000);
    const reader = await control.feed(tokenA, outbox.write(A)[0] ?? 0);
    // The quickest of five: a burst of load on this machine is not what is judged.
    const tookMs: number[] = [];
    for (let round = 0; round < 5; round++) {
      const startedMs = performance.now();
      const [id = 0] = outbox.write(A);
      await until(() => reader.ids.includes(id), { what: "the event", everyMs: 2 });
      tookMs.push(Math.round(performance.now() - startedMs));
    }
    assert.ok(Math.min(...tookMs) < 200, `${tookMs.join(", ")} ms`);
    assert.deepEqual(feed.ids, []);
    feed.close();
    reader.close();
  });

  it("keeps the sites apart", async () => {
    const before = outbox.write(A)[0] ?? 0;
    const feedA = await control.feed(tokenA, before);
    const feedB = await control.feed(tokenB, 0);
    const ofA = outbox.write(A, 20);
    const ofB = outbox.write(B, 20);
    await shown(feedA, ofA.at(-1) ?? 0);
    await shown(feedB, ofB.at(-1) ?? 0);
    assert.deepEqual(feedA.ids, ofA);
    assert.deepEqual(feedB.ids, ofB);
    assert.equal((feedB.messages[0] as Extract<FeedMessage, { type: "hello" }>).oldestId, 0);
    feedA.close();
    feedB.close();
  });

  it("gives 20,000 stored events in order", async () => {
    const ids = outbox.write(A, 20_000);
    const feed = await control.feed(tokenA, (ids[0] ?? 1) - 1);
    await shown(feed, ids.at(-1) ?? 0);
    assert.deepEqual(feed.ids, ids);
    feed.close();
  });

  it("gives each event once over disconnects and restarts of control, kill -9 included", async () => {
    let cursor = outbox.write(A)[0] ?? 0;
    const seen: number[] = [];
    const written: number[] = [];
    let writing = true;
    const writer = (async () => {
      while (writing) {
        written.push(...outbox.write(A, 7));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    for (let round = 0; round < 6; round++) {
      const feed = await control.feed(tokenA, cursor);
      await until(() => feed.ids.length >= 30, { what: "some events" });
      if (round % 2 === 0) feed.close();
      if (round === 1) await control.stop("SIGKILL");
      if (round === 3) await control.stop("SIGTERM");
      feed.close();
      // The reader's own cursor is the last event that it took.
      seen.push(...feed.ids);
      cursor = seen.at(-1) ?? cursor;
      if (!control.running) await control.start();
    }
    writing = false;
    await writer;
    const last = await control.feed(tokenA, cursor);
    // The sixth feed may have seen everything: there must be something left to wait for.
    written.push(...outbox.write(A));
    await shown(last, written.at(-1) ?? 0);
    seen.push(...last.ids);
    assert.deepEqual(seen, written);
    last.close();
  });

  it("does not pile up events in memory for a reader that does not read", async () => {
    const ids = outbox.write(A, 60_000);
    const memory = async () => {
      const { text } = await control.request("GET", "/metrics");
      return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1]);
    };
    const first = await memory();
    const slow = await Promise.all(Array.from({ length: 5 }, () => control.feed(tokenA, 0)));
    for (const { socket } of slow) socket.pause();
    const quick = await control.feed(tokenA, (ids.at(-1) ?? 0) - 10);
    const [id = 0] = outbox.write(A);
    await shown(quick, id);
    let size = 0;
    const settled = async () => {
      const before = size;
      size = await memory();
      return size - before < 1_000_000;
    };
    await until(settled, { everyMs: 250, timeoutMs: 30_000, what: "its memory to grow no more" });
    // Five readers with some 80,000 events of 250 bytes each would be 100 MB.
    const grown = size - first;
    assert.ok(grown < 60_000_000, `grew by ${Math.round(grown / 1e6)} MB`);
    const [one] = slow;
    assert.ok(one);
    one.socket.resume();
    await shown(one, id);
    assert.equal(new Set(one.ids).size, one.ids.length);
    for (const feed of [...slow, quick]) feed.close();
  });

  it("counts on after events were trimmed, and shows what is left", async () => {
    const ids = outbox.write(B, 10);
    outbox.trim(ids[6] ?? 0);
    const feed = await control.feed(tokenB, 0);
    await shown(feed, ids[9] ?? 0);
    assert.deepEqual(feed.ids, ids.slice(7));
    assert.deepEqual(feed.messages[0], { type: "hello", domain: B, newestId: ids[9], oldestId: ids[7] });
    outbox.trim(ids[9] ?? 0);
    // The newest is kept: the next id is one more.
    const last = await control.feed(tokenB, 0);
    assert.deepEqual(last.messages[0], { type: "hello", domain: B, newestId: ids[9], oldestId: ids[9] });
    feed.close();
    last.close();
  });

  it("is refused without a good token, and a site may hold eight of them", async () => {
    await assert.rejects(control.feed("wrong"), /HTTP 401/);
    const feeds: Feed[] = [];
    for (let i = 0; i < 8; i++) feeds.push(await control.feed(tokenB));
    await assert.rejects(control.feed(tokenB), /closed with 4429/);
    for (const feed of feeds) feed.close();
    const again = await until(() => control.feed(tokenB).catch(() => null), { what: "room for another feed" });
    again.close();
  });

  it("does not mind what a reader sends", async () => {
    const feed = await control.feed(tokenA, 10_000_000);
    feed.socket.send("{");
    feed.socket.send(JSON.stringify({ type: "event", event: { id: 1 } }));
    // Its reply comes after whatever the messages before it did.
    feed.socket.ping();
    await once(feed.socket, "pong");
    assert.equal(feed.closeCode, null);
    feed.socket.send("x".repeat(2_000));
    await until(() => feed.closeCode === 1009, { what: "the feed to close on a long message" });
    assert.equal((await control.request("GET", "/v1/directory", { token: tokenA })).status, 200);
  });
});
