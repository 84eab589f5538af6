/** TURN: the logins that control mints, on a real coturn with the configuration of a VPS. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { mintTurnCredentials } from "../../infra/control/src/turn.ts";
import { type CoturnValues, renderCoturn } from "../../infra/coturn/turnserver.ts";
import { startCoturn } from "../lab/coturn.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import type { Program } from "../lab/process.ts";
import { TurnClient, type TurnLogin } from "../lab/turn-client.ts";

describe("TURN logins", () => {
  const folder = labFolder("turn");
  let ports: PortBlock;
  let coturn: Program;
  let values: CoturnValues;

  before(async () => {
    ports = await reservePorts();
    values = {
      advertisedAddress: "127.0.0.1",
      listenAddress: "127.0.0.1",
      turnPort: ports.base + 30,
      turnRelayPortMin: ports.base + 300,
      turnRelayPortMax: ports.base + 399,
      turnSecret: "a-secret-of-this-test",
      dataFolder: folder.path,
      runFolder: folder.path,
    };
    coturn = await startCoturn(values);
  });
  after(async () => {
    await coturn?.stop();
    ports?.release();
    folder.remove();
  });

  const open = (login: TurnLogin): Promise<TurnClient> =>
    TurnClient.open({ host: values.listenAddress, port: values.turnPort }, login);

  /** An allocation with this login: coturn's error code, 0 for success. */
  async function allocate(login: TurnLogin): Promise<number> {
    const client = await open(login);
    try {
      return (await client.allocate()).code;
    } finally {
      client.close();
    }
  }

  it("is accepted by coturn and relays to the media address", async () => {
    const echo = createSocket("udp4", (message, from) => echo.send(message, from.port, from.address));
    echo.bind(0, "127.0.0.1");
    await once(echo, "listening");
    const client = await open(mintTurnCredentials(values, "panel-1", "a.sip.test", Date.now()));
    try {
      assert.equal((await client.allocate()).code, 0);
      assert.equal((await client.permit("127.0.0.1")).code, 0);
      const { port } = echo.address() as AddressInfo;
      assert.equal(await client.echo("127.0.0.1", port, "through the relay"), "through the relay");
    } finally {
      client.close();
      echo.close();
    }
  });

  it("is refused once it has expired", async () => {
    assert.equal(await allocate(mintTurnCredentials(values, "panel-1", "a.sip.test", Date.now() - 1_900_000)), 401);
    const short = mintTurnCredentials(values, "panel-1", "a.sip.test", Date.now(), 2);
    assert.equal(await allocate(short), 0);
    await delay(short.expiresAtMs + 1_100 - Date.now());
    assert.equal(await allocate(short), 401);
  });

  it("is refused with another secret, a longer life or another name than it was signed for", async () => {
    const login = mintTurnCredentials(values, "panel-1", "a.sip.test", Date.now());
    const forged = mintTurnCredentials({ ...values, turnSecret: "guessed" }, "panel-1", "a.sip.test", Date.now());
    assert.equal(await allocate(forged), 401);
    assert.equal(await allocate({ ...login, username: login.username.replace(/^\d+/, "4000000000") }), 401);
    assert.equal(await allocate({ ...login, username: login.username.replace("a.sip", "b.sip") }), 401);
    assert.equal(await allocate({ username: "", credential: "" }), 401);
  });

  it("names the server by UDP and TCP and when it dies", () => {
    const login = mintTurnCredentials(values, "panel-1", "a.sip.test", 1_000_000_500);
    assert.deepEqual(login.urls, [
      `turn:127.0.0.1:${values.turnPort}?transport=udp`,
      `turn:127.0.0.1:${values.turnPort}?transport=tcp`,
    ]);
    assert.equal(login.username, "1001800:panel-1@a.sip.test");
    assert.equal(login.expiresAtMs, 1_001_800_000);
  });

  it("leads to the media address and to no other, in whatever form it is written", async () => {
    const client = await open(mintTurnCredentials(values, "panel-1", "a.sip.test", Date.now()));
    try {
      assert.equal((await client.allocate()).code, 0);
      const granted: string[] = [];
      for (const peer of FORBIDDEN_PEERS) {
        const code = (await client.permit(peer)).code;
        if (code === 0) granted.push(peer);
      }
      assert.deepEqual(granted, []);
      assert.equal((await client.permit("127.0.0.1")).code, 0);
    } finally {
      client.close();
    }
  });

  it("gives one account no more than its quota of allocations, however many logins it has", async () => {
    const clients: TurnClient[] = [];
    const codes: number[] = [];
    for (let i = 0; i < 10; i++) {
      const client = await open(mintTurnCredentials(values, "greedy", "a.sip.test", Date.now() + i * 1_000));
      clients.push(client);
      codes.push((await client.allocate()).code);
    }
    for (const client of clients) client.close();
    assert.deepEqual(codes.slice(0, 8), new Array(8).fill(0));
    assert.deepEqual(codes.slice(8), [486, 486]);
  });
});

describe("the configuration of coturn", () => {
  const values: CoturnValues = {
    advertisedAddress: "192.0.2.10",
    listenAddress: "10.0.0.10",
    turnPort: 3478,
    turnRelayPortMin: 49160,
    turnRelayPortMax: 49359,
    turnSecret: "secret",
    dataFolder: "/var/lib/neolia",
    runFolder: "/run/neolia",
  };

  it("names both addresses of a host behind NAT, and does not allow loopback on a real one", () => {
    const lines = renderCoturn(values).split("\n");
    assert.ok(lines.includes("external-ip=192.0.2.10/10.0.0.10"));
    assert.deepEqual(
      lines.filter((line) => line.startsWith("allowed-peer-ip=")),
      ["allowed-peer-ip=192.0.2.10", "allowed-peer-ip=10.0.0.10"],
    );
    assert.ok(!lines.includes("allow-loopback-peers"));
  });

  it("refuses a value that would add a line", () => {
    assert.throws(() => renderCoturn({ ...values, turnSecret: "x\nallowed-peer-ip=0.0.0.0" }), /blanks/);
  });
});

/** Ways to write this host's inside, its neighbours, the provider's metadata service and the world. */
const FORBIDDEN_PEERS = [
  "0.0.0.0",
  "127.0.0.2",
  "127.255.255.254",
  "10.1.2.3",
  "100.64.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "192.0.2.1",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "239.255.255.250",
  "255.255.255.255",
  "8.8.8.8",
  "::",
  "::1",
  "::127.0.0.1",
  "::ffff:127.0.0.1",
  "::ffff:127.0.0.2",
  "::ffff:10.1.2.3",
  "::ffff:169.254.169.254",
  "::ffff:8.8.8.8",
  "64:ff9b::127.0.0.1",
  "64:ff9b::10.1.2.3",
  "2002:7f00:1::1",
  "2001:4860:4860::8888",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fec0::1",
  "ff02::1",
];
