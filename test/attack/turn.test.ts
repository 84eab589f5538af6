/** coturn leads to this host's media address and nowhere else, and only with a login of ours that is still good. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startCoturn } from "../lab/coturn.ts";
import { labValues } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import type { Program } from "../lab/process.ts";
import { TurnClient, type TurnLogin } from "../lab/turn-client.ts";
import { openLedger } from "./ledger.ts";

/** Addresses that lead into this host, its networks, clouds' metadata, or anywhere that is not our media. */
const PEERS = [
  ...[
    "0.0.0.0",
    "0.0.0.1",
    "0.1.2.3",
    "127.0.0.2",
    "127.0.0.3",
    "127.0.1.1",
    "127.1.1.1",
    "127.255.255.254",
    "127.255.255.255",
  ],
  ...[
    "10.0.0.1",
    "10.1.2.3",
    "10.255.255.255",
    "172.16.0.1",
    "172.17.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1.254",
  ],
  ...[
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.0.1",
    "192.0.0.192",
  ],
  ...[
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "168.63.129.16",
    "224.0.0.1",
  ],
  ...["239.255.255.250", "240.0.0.1", "255.255.255.255", "8.8.8.8", "1.1.1.1", "54.172.60.1", "168.86.128.1"],
  ...[
    "::",
    "::1",
    "::2",
    "::127.0.0.1",
    "::127.0.0.2",
    "::10.1.2.3",
    "::ffff:127.0.0.1",
    "::ffff:127.0.0.2",
    "::ffff:10.1.2.3",
  ],
  ...[
    "::ffff:0.0.0.0",
    "::ffff:169.254.169.254",
    "::ffff:192.168.1.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "::ffff:0:10.0.0.1",
  ],
  ...["64:ff9b::127.0.0.1", "64:ff9b::10.1.2.3", "64:ff9b::169.254.169.254", "64:ff9b::8.8.8.8", "64:ff9b:1::10.0.0.1"],
  ...[
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:c0a8:101::1",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::1",
    "2001::1",
    "2001:db8::1",
  ],
  ...[
    "100::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fdff::1",
    "fe80::1",
    "fe80::a9fe:a9fe",
    "febf::1",
    "fec0::1",
    "ff01::1",
  ],
  ...[
    "ff02::1",
    "ff02::2",
    "ff05::2",
    "2001:4860:4860::8888",
    "2606:4700::1111",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ],
];

describe("TURN", () => {
  const folder = labFolder("turn");
  let coturn: Program;
  let server: { host: string; port: number };
  let secret: string;
  let media: string;
  let release = (): void => {};
  const clients: TurnClient[] = [];
  const { probe } = openLedger("turn");

  before(async () => {
    const ports = await reservePorts();
    release = () => ports.release();
    const values = labValues(folder.path, ports.base);
    mkdirSync(values.runFolder, { recursive: true });
    mkdirSync(values.dataFolder, { recursive: true });
    coturn = await startCoturn(values);
    server = { host: values.listenAddress, port: values.turnPort };
    secret = values.turnSecret;
    media = values.listenAddress;
  });
  after(async () => {
    for (const client of clients) client.close();
    await coturn.stop();
    release();
    folder.remove();
  });

  /** A login of the TURN REST scheme: the name holds its end as Unix seconds. */
  function mint(key: string, name: string, untilUnix: number): TurnLogin {
    const username = `${untilUnix}:${name}`;
    return { username, credential: createHmac("sha1", key).update(username).digest("base64") };
  }

  const now = (): number => Math.floor(Date.now() / 1000);
  let names = 0;

  async function client(login: TurnLogin | null): Promise<TurnClient> {
    const opened = await TurnClient.open(server, login);
    clients.push(opened);
    return opened;
  }
  /** A client with a good login and an allocation. Each has a name of its own, lest a quota decide. */
  async function allocated(): Promise<TurnClient> {
    const opened = await client(mint(secret, `panel${names++}@here.test`, now() + 600));
    assert.equal((await opened.allocate()).code, 0);
    return opened;
  }

  test("a good login reaches the media address, or the probes mean nothing", async () => {
    const peer = createSocket("udp4");
    peer.bind(0, media);
    await once(peer, "listening");
    const arrived = once(peer, "message");
    const turn = await allocated();
    assert.equal((await turn.permit(media)).code, 0);
    turn.sendTo(media, peer.address().port, Buffer.from("sound"));
    const [data] = (await arrived) as [Buffer];
    assert.equal(data.toString(), "sound");
    peer.close();
    await turn.release();
  });

  test(`the matrix has ${PEERS.length} addresses, each once`, () => {
    assert.ok(PEERS.length >= 70);
    assert.equal(new Set(PEERS).size, PEERS.length);
  });

  for (const address of PEERS) {
    probe(`the peer ${address} is refused as permission, as channel, and beside a good peer`, async () => {
      const turn = await allocated();
      const refusals = [400, 403, 440, 443];
      for (const code of [
        (await turn.permit(address)).code,
        (await turn.bindChannel(address, 80)).code,
        (await turn.permit(media, address)).code,
        (await turn.permit(address, media)).code,
      ]) {
        assert.ok(refusals.includes(code), `answered ${code || "success"}`);
      }
      await turn.release();
    });
  }

  probe("data to a peer without a permission goes nowhere, whatever its address form", async () => {
    const peer = createSocket("udp4");
    const got: string[] = [];
    peer.on("message", (data) => got.push(data.toString()));
    peer.bind(0, "127.0.0.2");
    await once(peer, "listening");
    const turn = await allocated();
    await turn.permit(media);
    for (const address of ["127.0.0.2", "::ffff:127.0.0.2", "::127.0.0.2", "64:ff9b::127.0.0.2"]) {
      turn.sendTo(address, peer.address().port, Buffer.from(address));
    }
    await delay(400);
    peer.close();
    assert.deepEqual(got, []);
    await turn.release();
  });

  probe("no TCP connection is made for anybody (RFC 6062)", async () => {
    const turn = await allocated();
    assert.notEqual((await turn.connect(media, server.port)).code, 0);
    const tcp = await client(mint(secret, "tcp@here.test", now() + 600));
    assert.notEqual((await tcp.request("allocate", [[0x0019, Buffer.from([6, 0, 0, 0])]])).code, 0);
  });

  probe("no IPv6 relay is given", async () => {
    const turn = await client(mint(secret, "six@here.test", now() + 600));
    assert.ok([400, 440].includes((await turn.allocate(2)).code));
  });

  const logins: [what: string, make: () => TurnLogin | null][] = [
    ["no login", () => null],
    ["an expired login", () => mint(secret, "panel@here.test", now() - 5)],
    ["a login expired long ago", () => mint(secret, "panel@here.test", 1)],
    ["a login of another secret", () => mint(`${secret}x`, "panel@here.test", now() + 600)],
    ["a login without an end", () => ({ ...mint(secret, "panel", now() + 600), username: "panel" })],
    [
      "a good login whose end was moved",
      () => {
        const good = mint(secret, "panel@here.test", now() + 600);
        return { ...good, username: good.username.replace(/^\d+/, String(now() + 999_999)) };
      },
    ],
    [
      "a good login of another name",
      () => ({
        ...mint(secret, "panel@here.test", now() + 600),
        username: `${now() + 600}:other@here.test`,
      }),
    ],
    ["an empty password", () => ({ ...mint(secret, "panel@here.test", now() + 600), credential: "" })],
    ["the secret itself as password", () => ({ username: `${now() + 600}:panel@here.test`, credential: secret })],
    ["SQL as name", () => ({ username: "' OR 1=1 --", credential: "x" })],
    ["an empty name", () => ({ username: "", credential: "x" })],
    ["a name of a thousand letters", () => ({ username: `${now() + 600}:${"x".repeat(500)}`, credential: "x" })],
  ];
  for (const [what, make] of logins) {
    probe(`${what} gets no allocation`, async () => {
      const turn = await client(make());
      assert.ok([400, 401, 431, 438].includes((await turn.allocate()).code));
    });
  }

  probe("another client cannot use an allocation that is not its own", async () => {
    await allocated();
    const thief = await client(mint(secret, "thief@here.test", now() + 600));
    const { code } = await thief.permit(media);
    assert.ok([400, 401, 437].includes(code), `answered ${code}`);
  });

  probe("one login cannot take every relay port", async () => {
    const login = mint(secret, "greedy@here.test", now() + 600);
    const codes: number[] = [];
    for (let i = 0; i < 20; i++) codes.push((await (await client(login)).allocate()).code);
    assert.ok(codes.filter((code) => code === 0).length <= 10, codes.join());
    assert.ok(codes.includes(486), codes.join());
    const renewed = mint(secret, "greedy@here.test", now() + 700);
    assert.equal(
      (await (await client(renewed)).allocate()).code,
      486,
      "a newer login of the same account does not help",
    );
  });

  test("coturn lives", async () => {
    assert.ok(coturn.running);
    await (await allocated()).release();
  });
});
