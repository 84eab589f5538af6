/** The way to the call server, each link broken for real: the look names that link and not another. */
import assert from "node:assert/strict";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer as createTcp, type Server } from "node:net";
import { test } from "node:test";
import { WebSocketServer } from "ws";
import type { ServerLink, ServerLook } from "../../bridge/src/api/device-test.ts";
import { serverCheck } from "../../bridge/src/links/server-check.ts";
import { around } from "../lab/around.ts";
import { CertificateMaker } from "../lab/certificate-maker.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";

const DAY_MS = 86_400_000;
const WAIT_MS = 1_500;
const folder = labFolder("server-check");
const closers: (() => unknown)[] = [];
let certificates: CertificateMaker;

around(
  async () => {
    certificates = new CertificateMaker(folder.path);
  },
  async () => {
    for (const close of closers.reverse()) await close();
    folder.remove();
  },
);

async function open(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A server of WebSockets that answers a SIP request as `reply` says; null: not at all. */
async function sipServer({
  days = 40,
  name = "localhost",
  protocol = "sip",
  reply = "SIP/2.0 200 OK\r\n\r\n" as string | null,
}) {
  const server = createHttps(certificates.make(`${name}${days}`, days, name));
  server.on("tlsClientError", () => undefined);
  const handleProtocols = (offered: Set<string>) => (offered.has(protocol) ? protocol : false);
  const sockets = new WebSocketServer({ server, handleProtocols });
  closers.push(() => {
    for (const client of sockets.clients) client.terminate();
  });
  sockets.on("connection", (socket) => {
    socket.on("message", (request) => {
      assert.match(String(request), /^OPTIONS sip:localhost SIP\/2\.0\r\n/);
      if (reply !== null) socket.send(reply);
    });
  });
  return await open(server);
}

function look(sipUri: string | null, link: ServerLink, caFile?: string): Promise<ServerLook> {
  return serverCheck({ sipUri, caFile, waitMs: WAIT_MS }).look(link);
}

test("a server that is well passes every link, and says where it is and how long its certificate is good", async () => {
  const uri = `wss://localhost:${await sipServer({})}`;
  const { caFile } = certificates;
  const name = await look(uri, "name");
  assert.equal(name.outcome, "ok");
  assert.ok(name.addresses.includes("127.0.0.1"), String(name.addresses));
  assert.equal((await look(uri, "port")).outcome, "ok");
  const { outcome, endsAtMs } = await look(uri, "certificate", caFile);
  assert.deepEqual([outcome, Math.round(((endsAtMs ?? 0) - Date.now()) / DAY_MS)], ["private", 40]);
  assert.equal((await look(uri, "websocket")).outcome, "ok");
});

test("a name without an address", async () => {
  const { outcome, host } = await look("wss://nobody.invalid:8443", "name");
  assert.ok(["unresolved", "no-resolver"].includes(outcome), outcome);
  assert.equal(host, "nobody.invalid");
});

test("a port at which nobody listens", async () => {
  const ports = await reservePorts();
  closers.push(() => ports.release());
  for (const link of ["port", "certificate", "websocket"] as const) {
    assert.equal((await look(`wss://127.0.0.1:${ports.base}`, link)).outcome, "refused", link);
  }
});

test("a certificate that is over, for another name, or of nobody whom a browser knows", async () => {
  const { caFile } = certificates;
  const over = `wss://localhost:${await sipServer({ days: -2 })}`;
  assert.equal((await look(over, "certificate", caFile)).outcome, "expired");
  const other = `wss://localhost:${await sipServer({ name: "sip.example.org" })}`;
  assert.equal((await look(other, "certificate", caFile)).outcome, "wrong-name");
  assert.equal((await look(other, "certificate")).outcome, "untrusted");
});

test("a port that speaks something else than TLS, or nothing at all", async () => {
  const mute = await open(createTcp((socket) => void closers.push(() => socket.destroy())));
  assert.equal((await look(`wss://localhost:${mute}`, "port")).outcome, "ok");
  assert.equal((await look(`wss://localhost:${mute}`, "certificate")).outcome, "no-tls");
  const plain = await open(createHttp());
  assert.equal((await look(`wss://localhost:${plain}`, "certificate")).outcome, "no-tls");
  assert.equal((await look(`ws://localhost:${mute}`, "websocket")).outcome, "mute");
});

test("a web server without a WebSocket, a WebSocket without SIP, and SIP that never answers", async () => {
  const web = await open(createHttp((_request, response) => response.writeHead(502).end()));
  const { outcome, httpStatus } = await look(`ws://localhost:${web}`, "websocket");
  assert.deepEqual([outcome, httpStatus], ["no-websocket", 502]);
  const babble = await open(createTcp((socket) => socket.on("error", () => undefined).end("220 mail.example.com\r\n")));
  assert.equal((await look(`ws://localhost:${babble}`, "websocket")).outcome, "no-websocket");
  const chat = `wss://localhost:${await sipServer({ protocol: "chat" })}`;
  assert.equal((await look(chat, "websocket")).outcome, "no-sip");
  const silent = `wss://localhost:${await sipServer({ reply: null })}`;
  assert.equal((await look(silent, "websocket")).outcome, "no-sip");
});

test("a plain address has no certificate, and without an address nothing is looked at", async () => {
  assert.equal((await look("ws://localhost:1", "certificate")).outcome, "none");
  for (const link of ["name", "port", "certificate", "websocket"] as const) {
    assert.equal((await look(null, link)).outcome, "not-configured");
  }
});

test("many who ask at once are one knock at the server's door", async () => {
  let knocks = 0;
  const port = await open(
    createTcp(() => {
      knocks += 1;
    }),
  );
  const check = serverCheck({ sipUri: `wss://127.0.0.1:${port}`, waitMs: WAIT_MS });
  const looks = await Promise.all(Array.from({ length: 50 }, () => check.look("certificate")));
  assert.deepEqual([new Set(looks.map(({ outcome }) => outcome)), knocks], [new Set(["no-tls"]), 1]);
});
