/** The rehearsal of setup.sh and setup_coturn.sh: what they write below a folder is what the real programs start with. */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { coturnAnswers } from "../../infra/control/src/coturn.ts";
import type { ControlHealth } from "../../infra/control/src/wire.ts";
import type { EdgeValues } from "../../infra/values.ts";
import { Control } from "../lab/control.ts";
import { labValues } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { Program, type ProgramOptions } from "../lab/process.ts";
import { until } from "../lab/until.ts";

const INFRA = join(import.meta.dirname, "../../infra");

describe("setup.sh", () => {
  const folder = labFolder("setup");
  const root = join(folder.path, "vps");
  const certificate = join(folder.path, "cert.pem");
  const key = join(folder.path, "key.pem");
  let ports: PortBlock;

  before(async () => {
    ports = await reservePorts();
    makeCertificate(certificate, key);
    mkdirSync(join(root, "etc/letsencrypt/renewal-hooks/deploy"), { recursive: true });
  });
  after(() => {
    ports?.release();
    folder.remove();
  });

  /** A rehearsal below `root`; rejects with what the script said. */
  function rehearse(script: string, ...args: string[]) {
    return promisify(execFile)(join(INFRA, script), ["--root", root, "--no-start", ...args]);
  }
  const firstTime = () => rehearse("setup.sh", "--address", "127.0.0.1", "--certificate", certificate, "--key", key);
  const values = () => JSON.parse(readFileSync(join(root, "etc/neolia/edge.json"), "utf8")) as EdgeValues;

  it("says in one sentence what is missing or wrong", async () => {
    const cases: [args: string[], sentence: RegExp][] = [
      [[], /there is no certificate yet: give --certificate and --key/],
      [["--certificate", certificate], /--key: '' cannot be read/],
      [["--certificate", key, "--key", key], /key\.pem is not a PEM certificate/],
      [["--certificate", certificate, "--key", key], /--address is needed the first time/],
      [["--certificate", certificate, "--key", key, "--address", "example"], /'example' is not an IPv4 address/],
      [["--addres", "127.0.0.1"], /--addres is not an option/],
      [["--address"], /--address needs a value/],
    ];
    for (const [args, sentence] of cases) await assert.rejects(rehearse("setup.sh", ...args), sentence);
    const other = join(folder.path, "other.pem");
    makeCertificate(join(folder.path, "other-cert.pem"), other);
    await assert.rejects(rehearse("setup.sh", "--certificate", certificate, "--key", other), /do not belong together/);
    rmSync(join(root, "etc/neolia"), { recursive: true });
    await assert.rejects(rehearse("setup_coturn.sh"), /run infra\/setup\.sh first/);
  });

  it("makes secrets of its own, for root alone, different each time", async () => {
    await firstTime();
    const first = values();
    const secrets = [first.rpcSecret, first.turnSecret, first.nonceSecret];
    for (const secret of secrets) assert.match(secret, /^[0-9a-f]{48}$/);
    assert.equal(new Set(secrets).size, 3);
    assert.equal(statSync(join(root, "etc/neolia/edge.json")).mode & 0o777, 0o600);
    rmSync(join(root, "etc/neolia/edge.json"));
    await firstTime();
    assert.notEqual(values().rpcSecret, first.rpcSecret);
  });

  it("changes nothing when it runs again, without any argument", async () => {
    const before = snapshot(root);
    await rehearse("setup.sh");
    assert.deepEqual(snapshot(root), before);
  });

  it("lets nobody but the services read configuration, certificate and data", () => {
    for (const file of filesBelow(join(root, "etc/neolia"))) {
      if (file.endsWith("firewall.nft")) continue;
      assert.equal(statSync(file).mode & 0o007, 0, file);
    }
    for (const file of filesBelow(join(root, "var/lib/neolia"))) assert.equal(statSync(file).mode & 0o777, 0o660, file);
  });

  it("passes a renewed certificate on", () => {
    const hook = join(root, "etc/letsencrypt/renewal-hooks/deploy/neolia");
    assert.equal(statSync(hook).mode & 0o111, 0o111);
    execFileSync("sh", ["-n", hook]);
    assert.match(readFileSync(hook, "utf8"), /systemctl reload neolia-control/);
  });

  it("installs units that run as their own users with nothing they do not need", async () => {
    await rehearse("setup_coturn.sh");
    const units = join(root, "etc/systemd/system");
    assert.deepEqual(readdirSync(units).sort(), [
      "neolia-control.service",
      "neolia-coturn.service",
      "neolia-kamailio.service",
      "neolia-rtpengine.service",
    ]);
    for (const name of readdirSync(units)) {
      const text = readFileSync(join(units, name), "utf8");
      for (const line of ["NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "Restart=always"]) {
        assert.ok(text.split("\n").includes(line), `${name} lacks ${line}`);
      }
      assert.match(text, /^User=(?!root)\w+$/m, name);
    }
  });

  it("writes files that Kamailio, RTPEngine, coturn and control start with, and a site can be added", async () => {
    const { certificateFile, privateKeyFile, dataFolder, runFolder, rpcSecret, turnSecret, nonceSecret, ...lab } =
      labValues(folder.path, ports.base);
    // The operator's edit: other ports. Everything else stays as setup.sh made it.
    writeFileSync(join(root, "etc/neolia/edge.json"), JSON.stringify({ ...values(), ...lab }));
    await rehearse("setup.sh");
    await rehearse("setup_coturn.sh");
    const edge = values();
    mkdirSync(edge.runFolder, { recursive: true });
    const config = (path: string) => join(root, "etc/neolia", path);
    const log = (name: string) => join(folder.path, `${name}.log`);
    const programs: Program[] = [];
    const start = async (options: ProgramOptions) => programs.push(await Program.start(options));
    const control = new Control({ values: edge, caFile: certificate });
    try {
      await start({
        command: "rtpengine",
        args: [`--config-file=${config("rtpengine/rtpengine.conf")}`],
        logFile: log("rtpengine"),
        ready: () => true,
      });
      await start({
        command: "kamailio",
        args: ["-f", config("kamailio/kamailio.cfg"), "-Y", edge.runFolder, "-m", "64", "-M", "32", "-DD", "-E"],
        logFile: log("kamailio"),
        ready: () => true,
      });
      const ofCoturn = [`--userdb=${join(folder.path, "turn.db")}`, `--pidfile=${join(folder.path, "turnserver.pid")}`];
      await start({
        command: "turnserver",
        args: ["-c", config("coturn/turnserver.conf"), ...ofCoturn],
        logFile: log("coturn"),
        ready: () => coturnAnswers("127.0.0.1", edge.turnPort),
      });
      await control.start();
      const health = () => control.request("GET", "/healthz").then((reply) => reply.json<ControlHealth>());
      await until(async () => (await health()).ok, { what: "every part to be up" });
      const token = await control.addSite("a.sip.example.com");
      assert.equal((await control.request("GET", "/v1/directory", { token })).status, 200);
      assert.ok(!readdirSync(edge.dataFolder).includes("turn.db"), "coturn writes among the data");
    } finally {
      await control.stop();
      for (const program of programs) await program.stop();
    }
  });
});

function makeCertificate(certificate: string, key: string): void {
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "1"];
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key];
  execFileSync("openssl", ["req", "-x509", ...made, "-out", certificate, ...name], { stdio: "pipe" });
}

/** Every file below a folder, without the copy of the programs. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("/opt/neolia"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function snapshot(folder: string): Record<string, string> {
  return Object.fromEntries(
    filesBelow(folder).map((file) => [file, `${statSync(file).mode} ${readFileSync(file, "base64")}`]),
  );
}
