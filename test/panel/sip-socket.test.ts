/** The WebSocket under JsSIP, against a server that says what a test wants. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { SipSocket } from "../../panel/src/phone/sip-socket.ts";
import { holds, until } from "../lab/until.ts";

const OK = message("SIP/2.0 200 OK", "7 INVITE");
const BYE = message("BYE sip:panel@panel.invalid SIP/2.0", "2147483647 BYE");
const ACK = message("ACK sip:panel@panel.invalid SIP/2.0", "7 ACK");

let server: WebSocketServer;
let socket: SipSocket;
let heard: string[];
let doubts: number;

function message(start: string, cseq: string): string {
  return `${start}\r\nCall-ID: one@sip.example.com\r\nCSeq: ${cseq}\r\nContent-Length: 0\r\n\r\n`;
}

/** Opens a connection; gives the server's end of it. */
async function opened(): Promise<WebSocket> {
  const coming = once(server, "connection");
  socket.connect();
  const [end] = (await coming) as [WebSocket];
  end.on("message", (data) => heard.push(String(data)));
  await until(() => socket.isConnected(), { what: "the connection" });
  return end;
}

beforeEach(async () => {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  heard = [];
  doubts = 0;
  const { port } = server.address() as AddressInfo;
  socket = new SipSocket(`ws://127.0.0.1:${port}`, { received() {}, closed() {}, unanswered: () => doubts++ });
});

afterEach(async () => {
  socket.drop();
  for (const end of server.clients) end.terminate();
  server.close();
  await once(server, "close");
});

test("an answer that nobody confirms makes the connection doubtful, and is given again over the next one", async () => {
  await opened();
  assert.ok(socket.send(OK));
  await until(() => doubts === 1, { what: "the doubt" });
  await opened();
  await until(() => heard.filter((one) => one === OK).length === 2, { what: "the answer, again" });
});

for (const [what, said] of [
  ["confirmed", ACK],
  ["hung up on, because it came too late", BYE],
] as const) {
  test(`an answer that is ${what} is neither doubted nor given again`, async () => {
    const end = await opened();
    assert.ok(socket.send(OK));
    let came = false;
    socket.ondata = () => {
      came = true;
    };
    end.send(said);
    await until(() => came, { what: "what the server says" });
    await holds(() => doubts === 0, 1_200, "no doubt");
    await opened();
    // What would be said again comes before this.
    assert.ok(socket.send(BYE));
    await until(() => heard.includes(BYE), { what: "the last message" });
    assert.deepEqual(heard, [OK, BYE]);
  });
}
