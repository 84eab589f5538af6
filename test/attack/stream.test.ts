/** Byte streams that lie about lengths, trickle, or are no SIP at all: they are cut in bounded time and cost others nothing. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { WebSocket } from "ws";
import { token } from "../lab/sip/message.ts";
import { openWire } from "../lab/sip/wire.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { assertWorkersLive, Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

/** A stranger's connection must be gone after this. */
const CUT_MS = 30_000;

describe("streams", { concurrency: 200 }, () => {
  let field: Field;
  let workers: number[];
  const { probe } = openLedger("stream");

  before(async () => {
    field = await Field.open();
    workers = field.edge.kamailioProcesses();
  });
  after(async () => await field.close());

  type Port = "tcp" | "tcp 5080" | "wss" | "ws";
  /** A raw connection; over TLS for wss. */
  async function raw(port: Port): Promise<Socket> {
    const { sipPort, sipAltPort, wssPort, plainWsPort } = field.edge.values;
    const number = { tcp: sipPort, "tcp 5080": sipAltPort, wss: wssPort, ws: plainWsPort ?? 0 }[port];
    const target = { host: "127.0.0.1", port: number, localAddress: field.newAddress() };
    const socket = port === "wss" ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    socket.on("error", () => {});
    await once(socket, port === "wss" ? "secureConnect" : "connect");
    return socket;
  }

  /** Everything the other side says until it closes. Fails when it does not close in time. */
  async function untilCut(socket: Socket): Promise<string> {
    let text = "";
    socket.on("data", (data: Buffer) => {
      text += data.toString("latin1");
    });
    const timer = new AbortController();
    const cut = await Promise.race([
      once(socket, "close").then(() => true),
      delay(CUT_MS, false, { signal: timer.signal }).catch(() => false),
    ]);
    timer.abort();
    socket.destroy();
    assert.ok(cut, `still open after ${CUT_MS} ms`);
    return text;
  }

  const options = (lines: string): string =>
    [
      `OPTIONS sip:${field.here} SIP/2.0`,
      `Via: SIP/2.0/TCP 127.0.0.1:9;rport;branch=z9hG4bK${token()}`,
      "Max-Forwards: 70",
      `From: <sip:door@${field.here}>;tag=1`,
      `To: <sip:${field.here}>`,
      `Call-ID: ${token()}`,
      "CSeq: 1 OPTIONS",
      `${lines}`,
      "",
      "",
    ].join("\r\n");

  const LENGTHS = ["2147483647", "2147483648", "4294967295", "4294967296", "4294967297", "-1", "-2147483648", "1e20"];
  LENGTHS.push(
    "100000000000000000000",
    "18446744073709551615",
    "18446744073709551616",
    "0x10",
    "1 1",
    "65536",
    "+5",
    "",
  );
  for (const length of LENGTHS) {
    for (const port of ["tcp", "tcp 5080"] as const) {
      probe(`Content-Length ${length || "nothing"} over ${port} ends the connection in bounded time`, async () => {
        const socket = await raw(port);
        socket.write(options(`Content-Length: ${length}`));
        socket.write("x".repeat(4000));
        await untilCut(socket);
      });
    }
    probe(`Content-Length ${length || "nothing"} over wss harms nobody`, async () => {
      const wire = await openWire({
        protocol: "wss",
        host: "127.0.0.1",
        port: field.port("wss"),
        localAddress: field.newAddress(),
      });
      wire.send(options(`Content-Length: ${length}`));
      const cut = await Promise.race([wire.closed.then(() => true), delay(CUT_MS, false)]);
      wire.close();
      assert.ok(cut, `still open after ${CUT_MS} ms`);
    });
  }
  for (const lines of [
    "Content-Length: 5\r\nContent-Length: 2147483647",
    "l: 2147483647",
    "Content-Length\t:\r\n 4294967296",
  ]) {
    probe(`${JSON.stringify(lines)} over tcp ends the connection in bounded time`, async () => {
      const socket = await raw("tcp");
      socket.write(options(lines));
      await untilCut(socket);
    });
  }

  for (const port of ["tcp", "tcp 5080", "wss", "ws"] as const) {
    probe(`a connection over ${port} that says nothing is cut`, async () => {
      await untilCut(await raw(port));
    });
    probe(`a connection over ${port} that sends a byte a second is cut`, async () => {
      const socket = await raw(port);
      const text =
        port === "wss" || port === "ws" ? "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: yes\r\nX-Slower: yes" : options("X: y");
      let at = 0;
      const timer = setInterval(() => socket.write(text[at++ % text.length] ?? "x"), 1000);
      await untilCut(socket).finally(() => clearInterval(timer));
    });
    probe(`a line over ${port} that never ends is cut`, async () => {
      const socket = await raw(port);
      socket.write(`INVITE sip:401@${field.here} SIP/2.0\r\nX: ${"y".repeat(200_000)}`);
      await untilCut(socket);
    });
    probe(`100 000 headers over ${port} are cut`, async () => {
      const socket = await raw(port);
      socket.write(`OPTIONS sip:${field.here} SIP/2.0\r\n${"X-Y: z\r\n".repeat(100_000)}\r\n`);
      await untilCut(socket);
    });
    probe(`keepalives over ${port} do not keep a stranger's connection for ever`, async () => {
      const socket = await raw(port);
      const timer = setInterval(() => socket.write("\r\n\r\n"), 2000);
      const watch = startWatch();
      await untilCut(socket).finally(() => clearInterval(timer));
      assert.ok(watch.stop() < CUT_MS);
    });
  }

  const upgrade = (change: (lines: string[]) => string[]): string =>
    `${change([
      "GET / HTTP/1.1",
      "Host: sip.example.com",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Protocol: sip",
      "Origin: https://evil.example",
    ]).join("\r\n")}\r\n\r\n`;
  const without = (name: string) => (lines: string[]) => lines.filter((line) => !line.startsWith(name));
  const instead = (name: string, line: string) => (lines: string[]) =>
    lines.map((each) => (each.startsWith(name) ? line : each));
  const handshakes: [what: string, change: (lines: string[]) => string[]][] = [
    ["of another subprotocol", instead("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: chat")],
    ["without a subprotocol", without("Sec-WebSocket-Protocol")],
    ["of the subprotocol sipx", instead("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: sipx")],
    ["of another path", instead("GET", "GET /admin HTTP/1.1")],
    ["of a path that climbs", instead("GET", "GET /../../etc/passwd HTTP/1.1")],
    ["by POST", instead("GET", "POST / HTTP/1.1")],
    ["in HTTP/1.0", instead("GET", "GET / HTTP/1.0")],
    ["without a key", without("Sec-WebSocket-Key")],
    ["of another version", instead("Sec-WebSocket-Version", "Sec-WebSocket-Version: 7")],
    ["without Upgrade", without("Upgrade")],
    ["without Connection", without("Connection")],
  ];
  for (const [what, change] of handshakes) {
    for (const port of ["wss", "ws"] as const) {
      probe(`a WebSocket handshake ${what} over ${port} opens nothing`, async () => {
        const socket = await raw(port);
        socket.write(upgrade(change));
        const text = await untilCut(socket);
        assert.doesNotMatch(text, /^HTTP\/1\.1 101/);
      });
    }
  }
  test("the same handshake without a change does open", async () => {
    const socket = await raw("wss");
    socket.write(upgrade((lines) => lines));
    const [data] = (await once(socket, "data")) as [Buffer];
    assert.match(data.toString(), /^HTTP\/1\.1 101/);
    socket.destroy();
  });

  for (const path of [
    "/",
    "/rpc",
    "/RPC",
    "/RPC2",
    "/outbox/trim?through=9",
    "/calls/end",
    "/metrics",
    "/xhttp_pi",
    "/%72pc",
  ]) {
    for (const method of ["GET", "POST", "PUT", "DELETE", "TRACE", "CONNECT"]) {
      probe(`${method} ${path} on the public ports gives nothing away`, async () => {
        for (const port of ["wss", "tcp", "tcp 5080"] as const) {
          const socket = await raw(port);
          const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "core.version", params: [] });
          socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
          const answer = await Promise.race([once(socket, "data"), once(socket, "close"), delay(1500, [])]);
          socket.destroy();
          const text = String(answer[0] ?? "");
          assert.doesNotMatch(text, /^HTTP\/1\.[01] 2\d\d|kamailio|jsonrpc|result/i, `${port}: ${text.slice(0, 80)}`);
        }
      });
    }
  }

  const secrets = [
    "",
    "Bearer ",
    "Bearer x",
    "bearer SECRET",
    "Basic SECRET",
    "Bearer SECRETx",
    "BearerSECRET",
    "Bearer secret",
  ];
  for (const secret of secrets) {
    probe(`the RPC port refuses the login ${JSON.stringify(secret)}`, async () => {
      const { rpcPort, rpcSecret } = field.edge.values;
      const value = secret
        .replace("SECRETx", rpcSecret.slice(0, -1))
        .replace("SECRET", secret.startsWith("B") ? rpcSecret.toUpperCase() : rpcSecret);
      for (const path of ["/rpc", "/calls/end", "/outbox/trim?through=9", "/", "/RPC"]) {
        const response = await fetch(`http://127.0.0.1:${rpcPort}${path}`, {
          method: "POST",
          headers: value === "" ? {} : { authorization: value },
          body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "core.version", params: [] }),
        });
        assert.ok([401, 404].includes(response.status), `${path}: ${response.status}`);
        assert.doesNotMatch(await response.text(), /kamailio/i);
      }
    });
  }
  probe("the RPC port answers no SIP", async () => {
    const socket = connect(field.edge.values.rpcPort, "127.0.0.1");
    await once(socket, "connect");
    socket.on("error", () => {});
    socket.write(options("Content-Length: 0"));
    const answer = await Promise.race([once(socket, "data"), once(socket, "close"), delay(1500, [])]);
    socket.destroy();
    assert.doesNotMatch(String(answer[0] ?? ""), /SIP\/2\.0 200/);
  });

  for (const [what, frame] of [
    ["of 2^63 bytes", Buffer.from("827f8000000000000000", "hex")],
    ["of 2^63-1 bytes", Buffer.from("82ff7fffffffffffffff00000000", "hex")],
    ["of 2^32 bytes", Buffer.from("82ff000000010000000000000000", "hex")],
    ["of 1 MB announced and not sent", Buffer.from("82ff000000000010000000000000", "hex")],
    ["with a reserved code", Buffer.from("838500000000414243444546", "hex")],
    ["with reserved bits", Buffer.from("f28500000000414243444546", "hex")],
    ["without a mask", Buffer.from("8205414243444546", "hex")],
    ["that is an overlong ping", Buffer.concat([Buffer.from("89fe012c00000000", "hex"), Buffer.alloc(300)])],
    ["in endless pieces", Buffer.concat(Array.from({ length: 500 }, () => Buffer.from("018300000000414243", "hex")))],
    ["that continues nothing", Buffer.from("808300000000414243", "hex")],
    ["that closes with one byte", Buffer.from("88810000000001", "hex")],
  ] as const) {
    probe(`a WebSocket frame ${what} is cut`, async () => {
      const socket = await raw("ws");
      socket.write(upgrade((lines) => lines));
      await once(socket, "data");
      socket.write(frame);
      await untilCut(socket);
    });
  }

  probe("300 half handshakes do not keep others out, and are all cut", async () => {
    const sockets = await Promise.all(Array.from({ length: 300 }, () => raw("ws")));
    for (const socket of sockets) socket.write("GET / HTTP/1.1\r\nHost: x\r\nUpgr");
    const panel = await field.agent("panel401", { protocol: "wss" });
    assert.equal((await panel.register()).status, 200, "a panel still registers");
    await Promise.all(sockets.map(untilCut));
  });

  probe("300 idle TCP connections do not keep others out, and are all cut", async () => {
    const sockets = await Promise.all(Array.from({ length: 300 }, () => raw("tcp")));
    const phone = await field.agent("panel402", { protocol: "tcp" });
    assert.equal((await phone.register()).status, 200, "a phone still registers");
    await Promise.all(sockets.map(untilCut));
  });

  probe("an open WebSocket that never logs in is cut", async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${field.port("wss")}/`, ["sip"], {
      rejectUnauthorized: false,
      localAddress: field.newAddress(),
    });
    await once(socket, "open");
    const cut = await Promise.race([once(socket, "close").then(() => true), delay(60_000, false)]);
    socket.terminate();
    assert.ok(cut, "a WebSocket without a registration lives on");
  });

  probe("a registered panel's connection is not cut with the strangers'", async () => {
    const panel = await field.agent("panel401", { protocol: "ws" });
    assert.equal((await panel.register()).status, 200);
    const cut = await Promise.race([panel.wire.closed.then(() => true), delay(35_000, false)]);
    assert.equal(cut, false);
    assert.equal((await panel.register()).status, 200);
  });

  test("the same workers serve afterwards", async () => {
    const { caller, unit } = await field.pair();
    const call = await caller.call(unit);
    assert.equal((await call.final).status, 200);
    assert.equal((await call.hangup()).status, 200);
    assertWorkersLive(field.edge, workers);
  });
});
