/** The bridge as a process: what it needs, what it says when something is wrong, and what survives its end. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import Sqlite from "better-sqlite3";
import { WebSocket } from "ws";
import type { AccountWithPassword, Building, DoorWithPassword, Site, Unit } from "../../bridge/src/api/directory.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { Health, LiveState } from "../../bridge/src/api/live.ts";
import type { Device, Session } from "../../bridge/src/api/session.ts";
import { type Bridge, type BridgeLabOptions, startBridge } from "../lab/bridge.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { DEVICE, NEW_SITE } from "./house.ts";

const MAIN = join(import.meta.dirname, "../../bridge/src/main.ts");

let lab: ReturnType<typeof labFolder>;
let ports: PortBlock;
let bridge: Bridge | null = null;

beforeEach(async () => {
  lab = labFolder("bridge");
  ports = await reservePorts();
});
afterEach(async () => {
  await bridge?.stop();
  bridge = null;
  ports.release();
  lab.remove();
});

async function start(more: Partial<BridgeLabOptions> = {}): Promise<Bridge> {
  bridge = await startBridge({ folder: lab.path, port: ports.base, ...more });
  return bridge;
}

/** A start that cannot succeed: its exit code and what it prints for people. */
function failingStart(
  env: Record<string, string> = {},
  under: readonly string[] = [],
): { status: number | null; stderr: string } {
  const [program = "", ...args] = [...under, process.execPath, MAIN];
  const { status, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    timeout: 60_000,
    env: {
      ...process.env,
      NODE_NO_WARNINGS: "1",
      NEOLIA_DATA: join(lab.path, "bridge"),
      NEOLIA_PORT: String(ports.base + 1),
      ...env,
    },
  });
  return { status, stderr: stderr.trim() };
}

test("it starts with no VPS, no broker and no network, says what is missing and prints one address", async () => {
  const started = await start();
  assert.deepEqual(started.log().match(/http:\/\/\S+/g), [started.pageUrl]);
  const health = (await (await fetch(`${started.url}/api/health`)).json()) as Health;
  assert.equal(health.ok, true);
  assert.equal(health.missing.length, 3);
  const api = await started.api();
  assert.deepEqual((await api.get<Session>("/api/session")).notices, health.missing);
  const state = await api.get<LiveState>("/api/state");
  assert.deepEqual([state.vps.link, state.mqtt.link], ["not-configured", "not-configured"]);
  await api.post<Site>("/api/sites", NEW_SITE);
});

test("it starts and takes edits while the VPS and the broker cannot be reached", async () => {
  const started = await start({
    control: { url: `http://127.0.0.1:${ports.base + 2}`, token: "t", caFile: null },
    mqtt: { url: `mqtt://127.0.0.1:${ports.base + 3}` },
    sipUri: "wss://sip.example.com:8443",
  });
  const api = await started.api();
  await api.post<Site>("/api/sites", NEW_SITE);
  await until(async () => (await api.get<LiveState>("/api/state")).vps.link === "down", {
    what: "the link to be down",
  });
  await until(async () => (await api.get<LiveState>("/api/state")).mqtt.link === "down", { what: "mqtt to be down" });
  assert.deepEqual((await api.get<Session>("/api/session")).notices, []);
});

test("only this machine reaches it", async () => {
  await start();
  const outcome = await new Promise((resolve) => {
    const socket = connect(ports.base, "127.0.0.2");
    socket.once("connect", () => resolve("connected"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  assert.equal(outcome, "ECONNREFUSED");
});

test("an acknowledged edit and the session survive a kill", async () => {
  const started = await start();
  const api = await started.api();
  const site = await api.post<Site>("/api/sites", NEW_SITE);
  await started.kill();
  await started.start();
  assert.deepEqual(await api.get<Site[]>("/api/sites"), [site]);
  const { provisioning } = await api.get<LiveState>("/api/state");
  assert.deepEqual(provisioning[0]?.revision, 1);
});

test("who signed out stays signed out after a kill", async () => {
  const started = await start();
  const api = await started.api();
  assert.equal((await api.request("DELETE", "/api/session")).status, 204);
  await started.kill();
  await started.start();
  assert.equal((await api.request("GET", "/api/sites")).status, 401);
});

test("without the secret file every session is over", async () => {
  const started = await start();
  const secret = join(started.dataFolder, "secret");
  assert.equal(statSync(secret).mode & 0o777, 0o600);
  const api = await started.api();
  const { token } = started;
  await started.stop();
  rmSync(secret);
  await started.start();
  assert.equal((await api.request("GET", "/api/sites")).status, 401);
  assert.notEqual(started.token, token);
});

test("it ends in order within two seconds, also with open connections", async () => {
  const started = await start();
  const api = await started.api();
  const socket = new WebSocket(`ws://localhost:${ports.base}/api/ws`, { headers: { cookie: api.cookie } });
  await once(socket, "message");
  const idle = connect(ports.base, "127.0.0.1");
  await once(idle, "connect");
  idle.on("error", () => undefined);
  const closed = once(socket, "close");
  const watch = startWatch();
  await started.stop();
  assert.ok(watch.stop() < 2000);
  assert.equal((await closed)[0], 1001);
  // Everything is in the database itself: nothing was left for the next start to repair.
  assert.deepEqual(
    readdirSync(started.dataFolder).filter((name) => name.startsWith("neolia.db")),
    ["neolia.db"],
  );
});

test("a damaged database is replaced by the last copy, and the administrator is told", async () => {
  const started = await start();
  const api = await started.api();
  await api.post<Site>("/api/sites", NEW_SITE);
  // The second start makes no new copy: the one of the first is of an empty directory, but whole.
  await started.kill();
  truncateSync(join(started.dataFolder, "neolia.db"), 0);
  await started.start();
  const { notices } = await api.get<Session>("/api/session");
  assert.match(notices[0] ?? "", /^neolia\.db is empty; it was restored from the copy of /);
  // The log file is written by this process, a moment after the program has spoken.
  await until(() => started.log().includes("restored from the copy"), { what: "the log to say so too" });
});

test("a port in use, a folder in use, a newer database and wrong options are one plain sentence each", async () => {
  const started = await start();
  const folderInUse = failingStart();
  assert.equal(folderInUse.status, 1);
  assert.match(folderInUse.stderr, /^\S+lock is in use by another process: only one bridge may run on a folder$/);
  await started.stop();

  const server = createServer().listen(ports.base + 1, "127.0.0.1");
  await once(server, "listening");
  assert.deepEqual(failingStart(), {
    status: 1,
    stderr: `Port ${ports.base + 1} is in use by another program; choose another one with port.`,
  });
  server.close();

  const db = new Sqlite(join(started.dataFolder, "neolia.db"));
  db.pragma("user_version = 999");
  db.close();
  const newer = failingStart();
  assert.equal(newer.status, 1);
  assert.match(newer.stderr, /^\S+neolia\.db was written by a newer version of Neolia \(schema 999, [^\n]*$/);

  assert.deepEqual(failingStart({ NEOLIA_PORT: "x", NEOLIA_SIP_URI: "sip.example.com" }), {
    status: 1,
    stderr: "port must be a number from 1 to 65535.\nsip_uri must be an address that starts with wss://.",
  });
});

test("a disk that is full at the first start, and a file that is no file, are one plain sentence each", () => {
  const folder = join(lab.path, "bridge");
  for (const bytes of [2_000, 100_000]) {
    const { status, stderr } = failingStart({}, ["prlimit", `--fsize=${bytes}`]);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^the disk of \S+bridge is full or failing \(disk I\/O error\): make room, or replace it, and start again$/,
    );
    assert.equal(stderr.split("\n").length, 1, stderr);
  }
  mkdirSync(join(folder, "secret"));
  const noFile = failingStart();
  assert.match(noFile.stderr, /^The bridge cannot use its data folder: EISDIR: [^\n]*secret'\.$/);
  rmSync(join(folder, "secret"), { recursive: true });
  for (const content of ["{{{", "null"]) {
    writeFileSync(join(folder, "signed-out.json"), content);
    const broken = failingStart();
    assert.match(broken.stderr, /^\S+signed-out\.json cannot be read: delete it together with [^\n]*$/);
    assert.deepEqual([noFile.status, broken.status], [1, 1]);
  }
});

test("a full disk loses no acknowledged edit, says so, and is over when there is space again", async () => {
  const started = await start();
  const api = await started.api();
  // A limit on the size of its files is to the bridge what a full disk is.
  const limitFiles = (bytes: string) => execFileSync("prlimit", ["--pid", String(started.pid), `--fsize=${bytes}:`]);
  limitFiles("300000");
  const acknowledged: string[] = [];
  const makeSite = (n: number) =>
    api.request<Site & ErrorReply>("POST", "/api/sites", { ...NEW_SITE, domain: `d${n}.example.com` });
  let refusal = await makeSite(0);
  for (let n = 1; refusal.status === 201 && n < 500; n++) {
    acknowledged.push(refusal.body.id);
    refusal = await makeSite(n);
  }
  assert.deepEqual(
    [refusal.status, refusal.body.error.code, refusal.body.error.retryable],
    [503, "STORE_UNAVAILABLE", true],
  );
  assert.equal((await api.get<Site[]>("/api/sites")).length, acknowledged.length);
  limitFiles("unlimited");
  acknowledged.push((await makeSite(999)).body.id);
  await started.kill();
  await started.start();
  const kept = (await api.get<Site[]>("/api/sites")).map(({ id }) => id);
  assert.deepEqual(kept.sort(), acknowledged.sort());
});

test("no password, HA1, token or number gets into the log at its chattiest", async () => {
  const started = await start({
    env: { NEOLIA_LOG_LEVEL: "trace" },
    control: { url: `http://127.0.0.1:${ports.base + 2}`, token: "site-token-of-the-lab", caFile: null },
    mqtt: { url: `mqtt://127.0.0.1:${ports.base + 3}`, username: "u", password: "broker-password" },
  });
  const api = await started.api();
  const site = await api.post<Site>("/api/sites", NEW_SITE);
  const building = await api.post<Building>("/api/buildings", { siteId: site.id, name: "A" });
  const unit = await api.post<Unit>("/api/units", { buildingId: building.id, number: "401" });
  const door = await api.post<DoorWithPassword>("/api/doors", { buildingId: building.id, label: "D", name: "door" });
  const renewed = await api.post<AccountWithPassword>(`/api/accounts/${door.account.id}/password`, {});
  const device = await api.put<Device>(`/api/devices/${DEVICE}`, { unitId: unit.id, label: "Wall" });
  await api.post(`/api/devices/${DEVICE}/ice`, {});
  await api.post("/api/rules/evaluate", { siteId: site.id, caller: "+33199006789", callee: "unit401", atMs: 0 });
  await api.request("POST", "/api/session", { token: "a-wrong-token" });
  await api.request("POST", "/api/accounts", { password: renewed.password, siteId: "x" });
  await until(() => started.log().includes("no TURN credentials"), { what: "the log" });
  await started.stop();
  const log = started.log().replace(started.pageUrl, "");
  for (const secret of [
    door.account.password,
    renewed.password,
    device.sip.ha1,
    started.token,
    "a-wrong-token",
    api.cookie,
    "site-token-of-the-lab",
    "broker-password",
    "33199006789",
    DEVICE,
  ]) {
    assert.equal(log.includes(secret), false, secret);
  }
});
