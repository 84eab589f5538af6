import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { createServer } from "./app.ts";
import type { App } from "./app-type.ts";

let app: App;
let port: number;

beforeEach(async () => {
  app = createServer("fatal", { requestTimeoutMs: 200 });
  app.post("/", async () => "taken");
  await app.listen({ host: "127.0.0.1", port: 0 });
  port = (app.server.address() as AddressInfo).port;
});
afterEach(() => app.close());

/** What the server says to somebody who sends this and nothing more, until it hangs up. */
async function replyTo(bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let reply = "";
  socket.on("data", (data) => {
    reply += String(data);
  });
  socket.write(bytes);
  await once(socket, "close");
  return reply;
}

for (const [what, bytes] of [
  ["header fields", "POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "],
  ["body", 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a'],
] as const) {
  test(`a request whose ${what} never end is answered with 408, and its connection goes`, {
    timeout: 60_000,
  }, async () => {
    const reply = await replyTo(bytes);
    assert.match(reply, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    assert.match(reply, /"code":"REQUEST_TIMEOUT"/);
  });
}
