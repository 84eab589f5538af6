/** The HTTP side of control on a real edge: who may ask what, and what a wrong request gets. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { connect as tlsConnect } from "node:tls";
import type {
  ControlError,
  ControlHealth,
  DirectoryStatus,
  RegistrationList,
  TurnCredentials,
} from "../../infra/control/src/wire.ts";
import { type Control, startControl } from "../lab/control.ts";
import { defaultPassword, type Edge, startEdge } from "../lab/edge.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { directoryPut, smallBuilding } from "./directory-put.ts";

const A = "a.sip.test";
const B = "b.sip.test";

const DOCUMENT = "0123456789abcdef0123456789abcdef";

/** Every route of a site, with a good body where one is needed. */
const ROUTES: { method: string; path: string; body?: unknown }[] = [
  { method: "GET", path: "/v1/directory" },
  { method: "PUT", path: "/v1/directory", body: directoryPut(A, 1) },
  { method: "GET", path: "/v1/registrations" },
  { method: "POST", path: "/v1/turn-credentials", body: { account: "panel-1" } },
  { method: "GET", path: "/v1/events?after=0" },
  { method: "PUT", path: `/v1/documents/${DOCUMENT}`, body: { kind: "file", sealed: "AAAA", validMs: 0, logins: [] } },
  { method: "GET", path: `/v1/documents/${DOCUMENT}` },
  { method: "DELETE", path: `/v1/documents/${DOCUMENT}` },
  { method: "PUT", path: "/v1/remote-grants", body: { grants: [] } },
  { method: "POST", path: `/v1/remote-replies/${DOCUMENT}` },
  { method: "GET", path: "/v1/remote" },
];

describe("control", () => {
  let edge: Edge;
  let control: Control;
  let tokenA: string;
  let tokenB: string;

  before(async () => {
    edge = await startEdge();
    control = await startControl({ values: edge.values, caFile: edge.caFile });
    tokenA = await control.addSite(A);
    tokenB = await control.addSite(B);
  });
  after(async () => {
    await control?.stop();
    await edge?.stop();
  });

  function codeOf({ text }: { text: string }): string {
    return (JSON.parse(text) as ControlError).error.code;
  }

  describe("tokens", () => {
    it("are needed on every route of a site, and every bad one gets the same answer", async () => {
      const answers = new Set<string>();
      const bad: Record<string, string>[] = [
        {},
        { authorization: "Bearer " },
        { authorization: "Bearer neolia_wrong" },
        { authorization: `Basic ${tokenA}` },
        { authorization: tokenA },
        { authorization: `Bearer ${tokenA}x` },
        { authorization: `Bearer ${tokenA.slice(0, -1)}` },
        { authorization: `Bearer ${tokenA.toLowerCase()}` },
        { authorization: `Bearer ${"a".repeat(5_000)}` },
      ];
      const attempts = ROUTES.flatMap(({ method, path, body }) =>
        bad.map(async (headers) => {
          const { status, text } = await control.request(method, path, { body, headers });
          answers.add(`${status} ${text}`);
        }),
      );
      await Promise.all(attempts);
      assert.deepEqual(
        [...answers],
        ['401 {"error":{"code":"UNAUTHORIZED","message":"a valid site token is needed"}}'],
      );
    });

    it("still open every route at once while the same address guesses", async () => {
      const guesses = Array.from({ length: 40 }, () => control.request("GET", "/v1/directory", { token: "guess" }));
      const watch = startWatch();
      const { status } = await control.request("GET", "/v1/directory", { token: tokenA });
      assert.equal(status, 200);
      assert.ok(watch.stop() < 900, "a good token waits for nobody");
      for (const guess of await Promise.all(guesses)) assert.equal(guess.status, 401);
    });

    it("are held back once an address failed ten times in a minute", async () => {
      const startedMs = performance.now();
      await control.request("GET", "/v1/directory", { token: "guess" });
      assert.ok(performance.now() - startedMs >= 990, "the guesser waits a second");
    });

    it("name the site: nobody sees or changes another one's directory", async () => {
      await control.request("PUT", "/v1/directory", { token: tokenA, body: directoryPut(A, 5, smallBuilding()) });
      const other = await control.request("GET", "/v1/directory", { token: tokenB });
      assert.equal(other.json<DirectoryStatus>().domain, B);
      assert.equal(other.json<DirectoryStatus>().revision, 0);
      await control.request("PUT", "/v1/directory", { token: tokenB, body: directoryPut(B, 9) });
      const own = await control.request("GET", "/v1/directory", { token: tokenA });
      assert.equal(own.json<DirectoryStatus>().revision, 5);
    });

    it("open no route any more once the site has another one, or is gone", async () => {
      const domain = "c.sip.test";
      const old = await control.addSite(domain);
      const renewed = (await control.cli("site", "renew", domain)).trim();
      const statuses = async (token: string) =>
        await Promise.all(
          ROUTES.map(async ({ method, path, body }) => (await control.request(method, path, { token, body })).status),
        );
      assert.deepEqual(new Set(await statuses(old)), new Set([401]));
      assert.ok(!(await statuses(renewed)).includes(401));
      await control.cli("site", "remove", domain);
      assert.deepEqual(new Set(await statuses(renewed)), new Set([401]));
    });

    it("name the site: a document of one is neither seen, changed nor withdrawn by another", async () => {
      // Another one than the routes are tried with, whose requests overtake each other.
      const [path, token] = [`/v1/documents/${"f".repeat(32)}`, tokenA];
      const body = { kind: "file", sealed: "AAAA", validMs: 60_000, logins: [] };
      const state = async (method: string, token: string) => {
        const reply = await control.request(method, path, { token, ...(method === "PUT" && { body }) });
        return reply.status === 200 ? reply.json<{ state: string }>().state : codeOf(reply);
      };
      assert.equal(await state("PUT", token), "waiting");
      assert.equal(await state("GET", tokenB), "gone");
      assert.notEqual(await state("PUT", tokenB), "waiting");
      assert.equal(await state("DELETE", tokenB), "gone");
      assert.equal(await state("GET", token), "waiting");
      assert.equal(await state("DELETE", token), "gone");
    });

    it("are stored as a hash only, and never logged", async () => {
      for (const name of readdirSync(edge.values.dataFolder)) {
        assert.ok(!readFileSync(`${edge.values.dataFolder}/${name}`).includes(tokenA), `${name} holds a token`);
      }
      const log = control.log();
      assert.ok(log.includes("a token was refused"));
      for (const secret of [tokenA, tokenB, "neolia_wrong", directoryPut(A, 1, smallBuilding()).accounts[0]?.ha1]) {
        assert.ok(secret && !log.includes(secret), "a secret is in the log");
      }
    });
  });

  describe("wrong requests", () => {
    const good = directoryPut(A, 1_000, smallBuilding());
    const wrong: [what: string, body: unknown][] = [
      ["nothing", undefined],
      ["no JSON", "{"],
      ["half a string", '{"revision":"'],
      ["a list", []],
      ["null", null],
      ["a number", 7],
      ["a revision as text", { ...good, revision: "1000" }],
      ["a negative revision", { ...good, revision: -1 }],
      ["a broken revision", { ...good, revision: 1.5 }],
      ["no clock", { ...good, clock: [] }],
      ["an unknown key", { ...good, domain: B }],
      ["a prototype", `{"__proto__":{"x":1},${JSON.stringify(good).slice(1)}`],
      ["SQL as a name", { ...good, units: [{ name: "x'; DROP TABLE unit;--", kind: "residential" }] }],
      ["a path as a name", { ...good, units: [{ name: "../../etc", kind: "residential" }] }],
      ["an unknown kind", { ...good, units: [{ name: "u", kind: "castle" }] }],
      ["a clear password", { ...good, accounts: [{ ...good.accounts[0], password: "secret" }] }],
      ["a short HA1", { ...good, accounts: [{ ...good.accounts[0], ha1: "abc" }] }],
      ["a target with a header", { ...good, rules: [{ ...good.rules[0], action: "forward", target: "sip:a@b?x=1" }] }],
      ["a rule that rings for ever", { ...good, rules: [{ ...good.rules[0], ringSeconds: 100_000 }] }],
    ];

    for (const [what, body] of wrong) {
      it(`refuse ${what} as a directory`, async () => {
        const reply = await control.request("PUT", "/v1/directory", { token: tokenA, body });
        assert.equal(`${reply.status} ${codeOf(reply)}`, "400 INVALID_REQUEST");
      });
    }

    it("left the stored directory alone", async () => {
      const { revision } = (await control.request("GET", "/v1/directory", { token: tokenA })).json<DirectoryStatus>();
      assert.equal(revision, 5);
    });

    it("refuse malformed JSON, other types and wrong content types on every route with a body", async () => {
      for (const { method, path, body } of ROUTES.filter((route) => route.body !== undefined)) {
        for (const malformed of [
          "",
          "{",
          "[1,",
          '"',
          "\u0000",
          '{"a":1}{',
          '{"account":{}}',
          '{"account":["panel-1"]}',
        ]) {
          const reply = await control.request(method, path, { token: tokenA, body: malformed });
          assert.equal(`${reply.status} ${codeOf(reply)}`, "400 INVALID_REQUEST", `${path}: ${malformed}`);
        }
        for (const type of [
          "text/plain",
          "application/xml",
          "application/x-www-form-urlencoded",
          "multipart/form-data",
        ]) {
          const headers = { "content-type": type };
          const reply = await control.request(method, path, { token: tokenA, body, headers });
          assert.equal(`${reply.status} ${codeOf(reply)}`, "400 INVALID_REQUEST", `${path}: ${type}`);
        }
      }
    });

    it("refuse a body larger than the route takes, before reading it", async () => {
      const huge = "x".repeat(64 * 1024);
      const small = await control.request("POST", "/v1/turn-credentials", { token: tokenA, body: { account: huge } });
      assert.equal(`${small.status} ${codeOf(small)}`, "413 TOO_LARGE");
      const headers = { "content-length": String(60 * 1024 * 1024) };
      const large = await control.request("PUT", "/v1/directory", { token: tokenA, body: "{", headers });
      assert.equal(`${large.status} ${codeOf(large)}`, "413 TOO_LARGE");
    });

    it("refuse a cursor that is no number", async () => {
      for (const after of ["-1", "1e3", "0x1", "1'--", "9".repeat(16), "", "NaN"]) {
        await assert.rejects(control.feed(tokenA, after as unknown as number), /HTTP 400/);
      }
    });

    it("answer 404 for what does not exist, and 404 for the feed without a WebSocket", async () => {
      for (const [method, path] of [
        ["GET", "/"],
        ["DELETE", "/v1/directory"],
        ["GET", "/v1/directory/../../etc/passwd"],
        ["GET", "/v1/events?after=0"],
        ["GET", "/%00"],
      ] as const) {
        const reply = await control.request(method, path, { token: tokenA });
        assert.equal(`${reply.status} ${codeOf(reply)}`, "404 NOT_FOUND", `${method} ${path}`);
      }
    });

    it("do not stop the service, also when they are no HTTP at all", async () => {
      const garbage = ["\r\n\r\n", "GET", "INVITE sip:a@b SIP/2.0\r\n\r\n", "\x16\x03\x01\xff\xff", "x".repeat(70_000)];
      for (const text of garbage) {
        await new Promise<void>((resolve) => {
          const plain = connect(edge.values.controlPort, "127.0.0.1", () => plain.end(text));
          plain.on("error", () => {}).on("close", () => resolve());
          plain.resume();
        });
        await new Promise<void>((resolve) => {
          const options = { port: edge.values.controlPort, host: "127.0.0.1", rejectUnauthorized: false };
          const secure = tlsConnect(options, () => secure.end(text));
          secure.on("error", () => {}).on("close", () => resolve());
          secure.resume();
        });
      }
      assert.equal((await control.request("GET", "/v1/directory", { token: tokenA })).status, 200);
      assert.ok(control.running);
    });
  });

  describe("TLS", () => {
    it("is 1.2 or newer", async () => {
      const offer = (maxVersion: "TLSv1.1" | "TLSv1.2") =>
        new Promise<string>((resolve, reject) => {
          const socket = tlsConnect(
            {
              port: edge.values.controlPort,
              host: "127.0.0.1",
              rejectUnauthorized: false,
              minVersion: "TLSv1",
              maxVersion,
              ciphers: "DEFAULT@SECLEVEL=0",
            },
            () => {
              resolve(socket.getProtocol() ?? "");
              socket.destroy();
            },
          );
          socket.on("error", reject);
        });
      assert.equal(await offer("TLSv1.2"), "TLSv1.2");
      await assert.rejects(offer("TLSv1.1"));
    });

    it("takes a renewed certificate without a restart, and has Kamailio take it", async () => {
      const { controlPort, wssPort, certificateFile } = edge.values;
      const serial = (port: number) =>
        new Promise<string>((resolve, reject) => {
          const socket = tlsConnect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
            resolve(socket.getPeerCertificate().serialNumber);
            socket.destroy();
          });
          socket.on("error", reject);
        });
      const old = await serial(controlPort);
      assert.equal(await serial(wssPort), old);
      const issue = ["x509", "-req", "-in", "edge.csr", "-out", certificateFile, "-CA", "ca.pem", "-CAkey", "ca.key"];
      const options = ["-CAcreateserial", "-days", "1", "-extfile", "san.txt"];
      execFileSync("openssl", [...issue, ...options], { cwd: edge.folder, stdio: "pipe" });
      control.signal("SIGHUP");
      for (const port of [controlPort, wssPort]) {
        await until(async () => (await serial(port)) !== old, { what: `the renewed certificate on port ${port}` });
      }
    });
  });

  describe("registrations", () => {
    it("are the site's own live contacts, with their way in", async () => {
      await control.request("PUT", "/v1/directory", { token: tokenA, body: directoryPut(A, 20, smallBuilding()) });
      await control.request("PUT", "/v1/directory", { token: tokenB, body: directoryPut(B, 20, smallBuilding()) });
      const open = (domain: string, user: string, protocol: "udp" | "ws") =>
        SipAgent.open({
          port: protocol === "ws" ? (edge.values.plainWsPort ?? 0) : edge.values.sipPort,
          protocol,
          user,
          domain,
          password: defaultPassword(user),
        });
      const agents = [await open(A, "panel-1", "ws"), await open(A, "door-1", "udp"), await open(B, "panel-2", "udp")];
      try {
        for (const agent of agents) {
          assert.equal((await agent.register(120, [["User-Agent", "Bell/1.0"]])).status, 200);
        }
        const reply = await control.request("GET", "/v1/registrations", { token: tokenA });
        const { registrations } = reply.json<RegistrationList>();
        assert.deepEqual(
          registrations.map(({ username, transport, userAgent }) => ({ username, transport, userAgent })),
          [
            { username: "door-1", transport: "udp", userAgent: "Bell/1.0" },
            { username: "panel-1", transport: "ws", userAgent: "Bell/1.0" },
          ],
        );
        for (const { address, expiresInS, lastSeenMs } of registrations) {
          assert.match(address, /^127\.0\.0\.1:\d+$/);
          assert.ok(expiresInS > 100 && expiresInS <= 120, `expires in ${expiresInS} s`);
          assert.ok(Math.abs(Date.now() - lastSeenMs) < 20_000);
        }
        await agents[1]?.register(0);
        const later = await control.request("GET", "/v1/registrations", { token: tokenA });
        assert.deepEqual(
          later.json<RegistrationList>().registrations.map(({ username }) => username),
          ["panel-1"],
        );
      } finally {
        for (const agent of agents) agent.close();
      }
    });
  });

  describe("TURN credentials", () => {
    it("are given for an enabled account of the site and for nobody else", async () => {
      const building = smallBuilding();
      building.accounts.push({ username: "disabled-1", unit: null, enabled: false });
      building.accounts.push({ username: "only-a", unit: null });
      await control.request("PUT", "/v1/directory", { token: tokenA, body: directoryPut(A, 30, building) });
      const ask = (token: string, account: string) =>
        control.request("POST", "/v1/turn-credentials", { token, body: { account } });
      const login = await ask(tokenA, "only-a");
      assert.equal(login.status, 200);
      assert.equal(login.headers["cache-control"], "no-store");
      const { username, expiresAtMs } = login.json<TurnCredentials>();
      assert.match(username, /^\d+:only-a@a\.sip\.test$/);
      assert.ok(expiresAtMs > Date.now() && expiresAtMs <= Date.now() + 3_600_000);
      for (const [token, account] of [
        [tokenA, "disabled-1"],
        [tokenA, "nobody"],
        [tokenB, "only-a"],
      ] as const) {
        const reply = await ask(token, account);
        assert.equal(`${reply.status} ${codeOf(reply)}`, "404 UNKNOWN_ACCOUNT", account);
      }
    });
  });

  describe("health and figures", () => {
    it("tell each part without a token", async () => {
      const reply = await control.request("GET", "/healthz");
      assert.equal(reply.status, 503, "coturn does not run here");
      assert.deepEqual(reply.json<ControlHealth>(), {
        ok: false,
        parts: { kamailio: "up", rtpengine: "up", coturn: "down", directory: "up", outbox: "up" },
      });
    });

    it("are in Prometheus form for this host, and not there for what a proxy passed on", async () => {
      const reply = await control.request("GET", "/metrics");
      assert.equal(reply.status, 200);
      assert.match(reply.text, /^neolia_part_up\{part="kamailio"\} 1$/m);
      assert.match(reply.text, /^neolia_sites 2$/m);
      assert.match(reply.text, /^process_resident_memory_bytes \d+$/m);
      const passedOn = await control.request("GET", "/metrics", { headers: { "x-forwarded-for": "192.0.2.7" } });
      assert.equal(passedOn.status, 404);
    });
  });
});
