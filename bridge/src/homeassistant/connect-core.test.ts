/** A Core that takes the connection and then says nothing, or goes away in the middle of a question. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { connectCore } from "./connect-core.ts";

let core: WebSocketServer;
let asked: (socket: WebSocket) => void;

beforeEach(async () => {
  core = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  asked = () => undefined;
  core.on("connection", (socket) => {
    socket.send(JSON.stringify({ type: "auth_required" }));
    socket.once("message", () => {
      socket.send(JSON.stringify({ type: "auth_ok", ha_version: "2026.11.0" }));
      socket.on("message", (data) => {
        const { type } = JSON.parse(String(data)) as { type: string };
        if (type !== "supported_features") asked(socket);
      });
    });
  });
  await once(core, "listening");
});
afterEach(() => {
  for (const socket of core.clients) socket.terminate();
  core.close();
});

function connect(answerWithinMs?: number) {
  const { port } = core.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const access = { url, token: "app", ...(answerWithinMs !== undefined && { answerWithinMs }) };
  return connectCore(access)(new AbortController().signal);
}

test("Core goes away while a subscription is on its way: whoever waits for it hears so, and the connection is over", async () => {
  const connection = await connect();
  asked = (socket) => socket.terminate();
  await assert.rejects(
    connection.subscribeEvents("user_added", () => undefined),
    /gone/,
  );
  await connection.closed;
});

test("Core goes away while a command is on its way: the same", async () => {
  const connection = await connect();
  asked = (socket) => socket.terminate();
  await assert.rejects(connection.command("config/auth/list"));
  await connection.closed;
});

test("a Core that does not answer any more loses its connection", async () => {
  const connection = await connect(50);
  await assert.rejects(connection.command("config/auth/list"), /gone/);
  await connection.closed;
});
