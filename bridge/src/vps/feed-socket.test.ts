import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { callEvent } from "../../../test/fakes/call-events.ts";
import { until } from "../../../test/lab/until.ts";
import { followFeed } from "./feed-socket.ts";

let server: Server;
let sockets: WebSocketServer;
let url: string;
/** What the reader was told. */
let told: string[];
let stopping: AbortController;
let onConnection: (socket: WebSocket) => void;

beforeEach(async () => {
  server = createServer((_request, reply) => reply.writeHead(404).end());
  sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => onConnection(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/events`;
  told = [];
  stopping = new AbortController();
});
afterEach(() => {
  stopping.abort();
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  server.close();
});

function follow(onEvent: () => void = () => undefined): Promise<never> {
  const feed = followFeed({
    url,
    headers: { authorization: "Bearer t" },
    ca: undefined,
    onHello: ({ newestId }) => told.push(`hello ${newestId}`),
    onEvent: ({ id }) => {
      onEvent();
      told.push(`event ${id}`);
    },
    onHealth: ({ ok }) => told.push(`health ${ok}`),
    onUnknown: () => told.push("unknown"),
    signal: stopping.signal,
    silenceMs: 1_000,
  });
  feed.catch(() => undefined);
  return feed;
}

test("messages are handed over in order, and one that nobody understands is passed over", async () => {
  onConnection = (socket) => {
    const event = callEvent(7, "ringing");
    const hello = { type: "hello", domain: "d", newestId: 7, oldestId: 1 };
    const odd = [{ type: "event", event: { ...event, kind: "teleported" } }, { type: "weather" }];
    const health = { type: "health", health: { ok: true, parts: {} } };
    for (const message of [hello, ...odd, { type: "event", event }, health]) socket.send(JSON.stringify(message));
    socket.send("{");
    socket.send(Buffer.from([0, 1, 2]));
  };
  void follow().catch(() => undefined);
  await until(() => told.length === 7, { what: "seven messages" });
  assert.deepEqual(told, ["hello 7", "unknown", "unknown", "event 7", "health true", "unknown", "unknown"]);
});

test("an event that cannot be taken ends the connection before the next one is looked at", async () => {
  onConnection = (socket) => {
    for (const id of [1, 2]) socket.send(JSON.stringify({ type: "event", event: callEvent(id, "ringing") }));
  };
  const full = (): void => {
    throw new Error("disk full");
  };
  await assert.rejects(follow(full), /disk full/);
  assert.deepEqual(told, []);
});

test("a server that sends nothing and answers no ping is left after the silence", async () => {
  onConnection = (socket) => {
    // Takes the pings off the wire and does not answer.
    socket.pong = () => undefined;
  };
  const begin = Date.now();
  await assert.rejects(follow(), { code: "VPS_UNREACHABLE", message: /silent/ });
  assert.ok(Date.now() - begin < 3_000);
});

test("a removed site, a refused token and a server that is no control are told apart", async () => {
  onConnection = (socket) => socket.close(4401, "the site was removed");
  await assert.rejects(follow(), { code: "VPS_UNAUTHORIZED" });
  sockets.options.verifyClient = () => false;
  await assert.rejects(follow(), { code: "VPS_UNAUTHORIZED" });
  sockets.close();
  await assert.rejects(follow(), { code: "VPS_BAD_REPLY" });
});

test("stopping ends a feed at once, also one that is not open yet", async () => {
  onConnection = () => undefined;
  const open = follow();
  await until(() => sockets.clients.size === 1, { what: "the connection" });
  stopping.abort();
  await assert.rejects(open, { message: "stopped" });
  await assert.rejects(follow(), { message: "stopped" });
});
