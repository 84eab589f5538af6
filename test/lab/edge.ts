/** Starts Kamailio and RTPEngine as on a VPS, on loopback: rendered configuration, own databases, own lab CA. */
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { AccountType, CallEvent, ClockOffset } from "../../infra/control/src/wire.ts";
import { createDatabases, KAMAILIO_TABLES } from "../../infra/kamailio/databases.ts";
import { renderEdge } from "../../infra/render.ts";
import type { EdgeValues } from "../../infra/values.ts";
import type { Rule } from "../door/rule-case.ts";
import { labFolder } from "./folder.ts";
import { type PortBlock, reservePorts } from "./ports.ts";
import { Program } from "./process.ts";
import { until } from "./until.ts";

/** A site's directory as tests write it. An account's password is its username + "-password" unless given. */
export interface SiteSeed {
  domain: string;
  units: { name: string; kind: "residential" | "door" | "line"; doNotDisturb?: boolean }[];
  accounts: { username: string; type: AccountType; unit: string | null; enabled?: boolean; password?: string }[];
  rules: Partial<Rule>[];
  clock?: ClockOffset[];
}

export interface EdgeOptions {
  /** Own ports; else a block is reserved and released at the end. */
  ports?: PortBlock;
  /** Values that differ from the lab's. */
  values?: Partial<EdgeValues>;
  /** false: no RTPEngine runs. */
  rtpengine?: boolean;
  /** A folder with another Debian root, whose Kamailio is run instead of the machine's. Default: `NEOLIA_KAMAILIO_ROOT`, else none. */
  root?: string;
}

export class Edge {
  readonly values: EdgeValues;
  readonly folder: string;
  /** The lab CA that signed the WSS certificate, PEM. */
  readonly caFile: string;
  private kamailio: Program | null = null;
  private rtpengine: Program | null = null;
  private readonly root: string;
  private readonly closers: (() => void)[];

  constructor(values: EdgeValues, folder: string, root: string, closers: (() => void)[]) {
    this.values = values;
    this.folder = folder;
    this.root = root;
    this.caFile = join(folder, "ca.pem");
    this.closers = closers;
  }

  async startKamailio(): Promise<void> {
    const configFolder = join(this.folder.slice(this.root.length), "config");
    renderEdge(this.values, join(this.folder, "config"), configFolder);
    // A killed Kamailio leaves its pid file behind and would not start over it.
    const pidFile = join(this.values.runFolder, "kamailio.pid");
    rmSync(join(this.root, pidFile), { force: true });
    const config = join(configFolder, "kamailio", "kamailio.cfg");
    const args = [
      "-f",
      config,
      "-Y",
      this.values.runFolder,
      "-P",
      pidFile,
      "-m",
      "256",
      "-M",
      "32",
      "-x",
      "fm",
      "-X",
      "fm",
      "-DD",
      "-E",
    ];
    this.kamailio = await Program.start({
      ...(this.root === ""
        ? { command: "kamailio", args }
        : { command: "chroot", args: [this.root, "kamailio", ...args] }),
      logFile: join(this.folder, "kamailio.log"),
      ready: async () =>
        (await answersOptions(this.values)) && (await connects(this.values.wssPort, this.values.listenAddress)),
    });
  }

  async startRtpengine(): Promise<void> {
    const { rtpengineCliPort } = this.values;
    this.rtpengine = await Program.start({
      command: "rtpengine",
      args: [`--config-file=${join(this.folder, "config", "rtpengine", "rtpengine.conf")}`],
      logFile: join(this.folder, "rtpengine.log"),
      ready: () => connects(rtpengineCliPort),
    });
  }

  /** kill -9 of Kamailio and all its workers, as a crash or the OOM killer does it. */
  async killKamailio(): Promise<void> {
    const processes = this.kamailioProcesses();
    for (const pid of processes) kill(pid);
    await this.kamailio?.stop("SIGKILL");
    // A worker may die after the main process, and holds the ports until then.
    await until(() => processes.every(isGone), { what: "Kamailio's workers to be gone" });
  }

  async stopKamailio(): Promise<void> {
    await this.kamailio?.stop();
  }

  async restartKamailio(): Promise<void> {
    await this.stopKamailio();
    await this.startKamailio();
  }

  async killRtpengine(): Promise<void> {
    await this.rtpengine?.stop("SIGKILL");
  }

  async restartRtpengine(): Promise<void> {
    await this.rtpengine?.stop();
    await this.startRtpengine();
  }

  get kamailioRunning(): boolean {
    return this.kamailio?.running ?? false;
  }

  /** Main process; 0 when it does not run. */
  get kamailioPid(): number {
    return this.kamailio?.pid ?? 0;
  }

  get rtpenginePid(): number {
    return this.rtpengine?.pid ?? 0;
  }

  /** Everything Kamailio logged, all its lives together. */
  kamailioLog(): string {
    const file = join(this.folder, "kamailio.log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** The main process and its workers. */
  kamailioProcesses(): number[] {
    const main = this.kamailio?.pid;
    if (!main || !this.kamailio?.running) return [];
    const children = readFileSync(`/proc/${main}/task/${main}/children`, "utf8").trim().split(" ");
    return [main, ...children.map(Number).filter((pid) => pid > 0)];
  }

  /** Where one of its databases lies on this machine, in another root or not. */
  dataFile(name: "directory.db" | "location.db" | "outbox.db"): string {
    return join(this.root, this.values.dataFolder, name);
  }

  /** Replaces the site's directory as control would, in one transaction. */
  seedDirectory(seed: SiteSeed): void {
    seedDirectory(this.dataFile("directory.db"), seed);
  }

  /** The outbox, oldest first. */
  events(domain?: string): CallEvent[] {
    const db = new Database(this.dataFile("outbox.db"), { readonly: true });
    try {
      const rows = db
        .prepare(
          `SELECT id, at_ms AS atMs, call_id AS callId, kind, caller, caller_number AS callerNumber, callee, unit, account,
             ended_by AS endedBy, code FROM call_event WHERE domain = coalesce(?, domain) ORDER BY id`,
        )
        .all(domain ?? null);
      return rows as CallEvent[];
    } finally {
      db.close();
    }
  }

  /** The outbox to change, for a test that lets time pass. */
  outboxFile<T>(act: (db: Database.Database) => T): T {
    const db = new Database(this.dataFile("outbox.db"), { timeout: 5_000 });
    try {
      return act(db);
    } finally {
      db.close();
    }
  }

  /** A call to Kamailio's loopback port with the secret; see infra/kamailio/README.md. */
  rpc(path: string, body?: object): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.values.rpcPort}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.values.rpcSecret}`, "content-type": "application/json" },
      body: JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(10_000),
    }).catch((error) => {
      throw new Error(`Kamailio gave no answer to ${path}`, { cause: error });
    });
  }

  /** JSON-RPC; throws its error. */
  async jsonRpc(method: string, params: unknown[] = []): Promise<unknown> {
    const response = await this.rpc("/rpc", { jsonrpc: "2.0", id: 1, method, params });
    const reply = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (reply.error) throw new Error(`${method}: ${reply.error.message}`);
    return reply.result;
  }

  /** How many calls RTPEngine holds. */
  async mediaSessions(): Promise<number> {
    const socket = connect(this.values.rtpengineCliPort, "127.0.0.1");
    socket.setTimeout(10_000, () => socket.destroy(new Error("RTPEngine said nothing for 10 s")));
    socket.write("list numsessions\n");
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    const match = /Current sessions total: (\d+)/.exec(text);
    if (!match) throw new Error(`rtpengine said: ${text}`);
    return Number(match[1]);
  }

  async stop(): Promise<void> {
    await this.kamailio?.stop();
    await this.rtpengine?.stop();
    for (const close of this.closers.toReversed()) close();
  }
}

/** Starts both programs, empty directory. Stop it with `stop()`. */
export async function startEdge(options: EdgeOptions = {}): Promise<Edge> {
  const root = options.root ?? process.env.NEOLIA_KAMAILIO_ROOT ?? "";
  const folder = labFolder("edge", root);
  const ports = options.ports ?? (await reservePorts());
  const closers = [() => folder.remove()];
  if (!options.ports) closers.push(() => ports.release());
  const values = { ...labValues(folder.path.slice(root.length), ports.base), ...options.values };
  const edge = new Edge(values, folder.path, root, closers);
  try {
    makeCertificates(folder.path);
    createDatabases(join(root, values.dataFolder), join(root, KAMAILIO_TABLES));
    mkdirSync(join(root, values.runFolder), { recursive: true });
    renderEdge(values, join(folder.path, "config"));
    if (options.rtpengine !== false) await edge.startRtpengine();
    await edge.startKamailio();
    return edge;
  } catch (error) {
    await edge.stop();
    throw error;
  }
}

/** The lab's values in a block of ports (see ports.ts). */
export function labValues(folder: string, base: number): EdgeValues {
  const secret = () => randomBytes(16).toString("hex");
  return {
    advertisedAddress: "127.0.0.1",
    listenAddress: "127.0.0.1",
    sipPort: base,
    sipAltPort: base + 1,
    wssPort: base + 2,
    plainWsPort: base + 3,
    rpcPort: base + 4,
    rpcSecret: secret(),
    rtpengineNgPort: base + 5,
    rtpengineCliPort: base + 6,
    mediaPortMin: base + 100,
    mediaPortMax: base + 299,
    turnPort: base + 7,
    turnRelayPortMin: base + 300,
    turnRelayPortMax: base + 399,
    turnSecret: secret(),
    controlPort: base + 8,
    certificateFile: join(folder, "edge.pem"),
    privateKeyFile: join(folder, "edge.key"),
    dataFolder: join(folder, "data"),
    runFolder: join(folder, "run"),
    nonceSecret: secret(),
  };
}

/** MD5(username:domain:password), RFC 2617 section 3.2.2.2. */
export function ha1(username: string, domain: string, password: string): string {
  return createHash("md5").update(`${username}:${domain}:${password}`).digest("hex");
}

export function defaultPassword(username: string): string {
  return `${username}-password`;
}

function seedDirectory(file: string, seed: SiteSeed): void {
  const db = new Database(file);
  const { domain } = seed;
  try {
    db.pragma("foreign_keys = ON");
    db.transaction(() => {
      db.prepare("INSERT OR IGNORE INTO site (id, domain, token_hash) VALUES (?, ?, ?)").run(domain, domain, domain);
      for (const table of ["rule", "subscriber", "unit", "site_clock"]) {
        db.prepare(`DELETE FROM ${table} WHERE domain = ?`).run(domain);
      }
      const unit = db.prepare("INSERT INTO unit (domain, name, kind, do_not_disturb) VALUES (?, ?, ?, ?)");
      for (const { name, kind, doNotDisturb } of seed.units) unit.run(domain, name, kind, doNotDisturb ? 1 : 0);
      const subscriber = db.prepare(
        "INSERT INTO subscriber (username, domain, ha1, type, unit, enabled) VALUES (?, ?, ?, ?, ?, ?)",
      );
      for (const account of seed.accounts) {
        const { username, type, password = defaultPassword(username), enabled = true } = account;
        subscriber.run(username, domain, ha1(username, domain, password), type, account.unit, enabled ? 1 : 0);
      }
      for (const rule of seed.rules) insertRule(db, domain, rule);
      const clock = db.prepare("INSERT INTO site_clock VALUES (?, ?, ?)");
      for (const entry of seed.clock ?? [{ fromUnix: 0, offsetSeconds: 0 }]) {
        clock.run(domain, entry.fromUnix, entry.offsetSeconds);
      }
    })();
  } finally {
    db.close();
  }
}

function insertRule(db: Database.Database, domain: string, rule: Partial<Rule>): void {
  const windows = rule.windows ?? [];
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO rule (domain, unit, position, source_pattern, action, target_sip_uri, ring_seconds, always, enabled)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      domain,
      rule.unit,
      rule.position ?? 0,
      rule.sourcePattern ?? "*",
      rule.action ?? "ring",
      rule.target ?? "",
      rule.ringSeconds ?? 20,
      windows.length === 0 ? 1 : 0,
      rule.enabled === false ? 0 : 1,
    );
  const window = db.prepare("INSERT INTO rule_window VALUES (?, ?, ?)");
  for (const { fromMinute, toMinute } of windows) window.run(lastInsertRowid, fromMinute, toMinute);
}

/** A CA of the lab's own and a certificate for localhost and 127.0.0.1, good for long enough that no site's health warns. */
export function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const ca = ["-keyout", "ca.key", "-out", "ca.pem", "-days", "60", "-subj", "/CN=Neolia lab CA"];
  openssl("req", "-x509", ...newKey, ...ca);
  openssl("req", ...newKey, "-keyout", "edge.key", "-out", "edge.csr", "-subj", "/CN=localhost");
  writeFileSync(join(folder, "san.txt"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
  const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "60", "-extfile", "san.txt"];
  openssl("x509", "-req", "-in", "edge.csr", "-out", "edge.pem", ...sign);
}

/** True when something at the SIP port answers an OPTIONS, with whatever: the workers run then. */
async function answersOptions({ sipPort, listenAddress }: EdgeValues): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    const branch = randomBytes(6).toString("hex");
    const lines = [
      `OPTIONS sip:${listenAddress}:${sipPort} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK${branch};rport`,
      "Max-Forwards: 5",
      `From: <sip:lab@invalid>;tag=${branch}`,
      "To: <sip:lab@invalid>",
      `Call-ID: ${branch}`,
      "CSeq: 1 OPTIONS",
      "Content-Length: 0",
    ];
    socket.send(`${lines.join("\r\n")}\r\n\r\n`, sipPort, listenAddress);
    await once(socket, "message", { signal: AbortSignal.timeout(300) });
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

/** True for a process that has ended, also while nobody has collected it. */
function isGone(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

async function connects(port: number, address = "127.0.0.1"): Promise<boolean> {
  const socket = connect(port, address);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone already
  }
}
