/** The launcher on machines that lack something: stand-ins for apt-get, npm and sudo, everything else is the machine's. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { labFolder } from "./folder.ts";
import { until } from "./until.ts";

class Machine {
  private readonly root: string;

  /** A machine where all is installed, with a person who is not root and has sudo. */
  constructor(t: TestContext) {
    const folder = labFolder("launch");
    t.after(() => folder.remove());
    this.root = folder.path;
    mkdirSync(join(this.root, "test/lab"), { recursive: true });
    for (const file of ["launch.sh", "debian-packages.txt"]) {
      cpSync(join(import.meta.dirname, file), join(this.root, "test/lab", file));
    }
    this.program("bin/id", "echo 1000");
    // The launcher's own file for Debian's daemons stays untouched here.
    this.program("bin/sudo", 'case $1 in -n | sh | rm) exit 0 ;; *) exec "$@" ;; esac');
    this.program("bin/apt-get", `echo "$@" >>${this.root}/apt.txt`);
    this.program("bin/npm", `echo "$@" >>${this.root}/npm.txt`);
    this.program("bin/systemctl", `echo "$@" >>${this.root}/systemctl.txt`);
    this.program("bin/dpkg", "echo /lib/systemd/system/kamailio.service");
    this.without();
    this.node("v24.21.0");
    writeFileSync(join(this.root, "package-lock.json"), "{}");
    writeFileSync(join(this.root, "node_modules/.package-lock.json"), "{}");
  }

  program(file: string, script: string): void {
    const path = join(this.root, file);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  remove(file: string): void {
    rmSync(join(this.root, file), { recursive: true, force: true });
  }

  /** Every Debian package is there but these. */
  without(...packages: string[]): void {
    const absent = packages.map((name) => `${name}) ;;`).join(" ");
    const each = `case $name in ${absent} *) echo "$name installed" ;; esac`;
    this.program("bin/dpkg-query", `shift 2\nfor name; do ${each}; done`);
  }

  /** node_modules has a Node that says this version, and otherwise what it was asked to run. */
  node(version: string): void {
    this.program("node_modules/.bin/node", `[ "$1" = --version ] && echo ${version} || echo "ran $*"`);
  }

  /** A file that a stand-in waits for, or the link that stands where a folder should be. */
  path(file: string): string {
    return join(this.root, file);
  }

  /** How long npm may write nothing; null: as long as the launcher has it. */
  patienceS: number | null = null;

  /** The temporary folder that the person has set. */
  temporary = tmpdir();

  /** How much npm was told to say: `npm run --silent` hands it on to what it starts. */
  loglevel = "notice";

  launch(...args: string[]): { status: number | null; said: string; ran: string } {
    const result = spawnSync("/bin/sh", [this.path("test/lab/launch.sh"), ...args], {
      env: this.env,
      encoding: "utf8",
    });
    return { status: result.status, said: result.stderr, ran: result.stdout };
  }

  /** The same without waiting for its end. */
  begin(...args: string[]): { said(): string; status: Promise<unknown> } {
    const child = spawn("/bin/sh", [this.path("test/lab/launch.sh"), ...args], { env: this.env });
    let said = "";
    child.stderr.on("data", (bytes) => {
      said += String(bytes);
    });
    return { said: () => said, status: once(child, "close").then(([code]) => code) };
  }

  private get env(): NodeJS.ProcessEnv {
    const patience = this.patienceS === null ? {} : { NEOLIA_NPM_PATIENCE_S: String(this.patienceS) };
    return {
      ...process.env,
      ...patience,
      npm_config_cache: this.path("cache"),
      npm_config_loglevel: this.loglevel,
      TMPDIR: this.temporary,
      PATH: `${join(this.root, "bin")}:/usr/bin:/bin`,
    };
  }

  /** What a stand-in was asked, one line a call. */
  asked(name: "apt" | "npm" | "systemctl"): string[] {
    const file = join(this.root, `${name}.txt`);
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }
}

function failsWith(result: { status: number | null; said: string }, sentence: RegExp): void {
  assert.equal(result.status, 1);
  assert.match(result.said, sentence);
  assert.equal(result.said.trim().split("\n").at(-1)?.startsWith("neolia: "), true, result.said);
}

test("with everything in place nothing is installed and the command runs with its arguments", (t) => {
  const machine = new Machine(t);
  assert.deepEqual(machine.launch("demo", "--once"), { status: 0, said: "", ran: "ran test/lab/demo.ts --once\n" });
  assert.deepEqual([machine.asked("apt"), machine.asked("npm")], [[], []]);
});

test("a temporary folder that is missing, too long or has blanks in its path is not used", (t) => {
  const machine = new Machine(t);
  machine.program("node_modules/.bin/node", '[ "$1" = --version ] && echo v24.21.0 || echo "in $TMPDIR"');
  const long = machine.path("a-folder-whose-path-is-far-longer-than-a-socket-may-have");
  const blank = machine.path("my files");
  const good = machine.path("t");
  for (const folder of [long, blank, good]) mkdirSync(folder);
  for (const [folder, used] of [
    [machine.path("missing"), "/tmp"],
    [long, "/tmp"],
    [blank, "/tmp"],
    [good, good],
  ] as const) {
    machine.temporary = folder;
    assert.equal(machine.launch("demo").ran, `in ${used}\n`);
  }
});

test("only the missing Debian packages that the command needs are installed, without their daemons", (t) => {
  const machine = new Machine(t);
  machine.without("mosquitto", "coturn", "debootstrap");
  const { status, said } = machine.launch("demo");
  assert.equal(status, 0);
  assert.match(said, /installing Debian packages: coturn mosquitto \n/);
  const [update, install] = machine.asked("apt");
  assert.match(update ?? "", /update$/);
  assert.match(install ?? "", /install --yes --no-install-recommends coturn mosquitto$/);
  const disabled = existsSync("/run/systemd/system") ? ["--quiet disable --now kamailio.service"] : [];
  assert.deepEqual(machine.asked("systemctl"), disabled);
});

test("without root and without sudo it says which packages to install", (t) => {
  const machine = new Machine(t);
  machine.without("mosquitto");
  machine.remove("bin/sudo");
  // A machine of the tests may have a sudo of its own.
  if (!existsSync("/usr/bin/sudo"))
    failsWith(machine.launch("demo"), /no sudo: as root, run apt-get install mosquitto/);
  machine.program("bin/sudo", "exit 1");
  failsWith(machine.launch("demo"), /sudo asks for a password: run sudo apt-get install mosquitto/);
});

for (const [trouble, output, sentence] of [
  [
    "no network",
    "Err: Could not resolve 'packages.example.com'",
    /no network: Debian's package server cannot be reached/,
  ],
  ["a busy apt", "E: Could not get lock /var/lib/dpkg/lock-frontend", /another program is installing packages/],
  ["a full disk", "E: You don't have enough free space in /var/cache/apt/archives/.", /the disk is full/],
  ["an old Debian", "E: Unable to locate package mosquitto", /does not have mosquitto .*Debian 12 or newer/],
] as const) {
  test(`${trouble} is one sentence`, (t) => {
    const machine = new Machine(t);
    machine.without("mosquitto");
    machine.program("bin/apt-get", `echo "${output}" >&2; exit 100`);
    failsWith(machine.launch("demo"), sentence);
  });
}

test("npm packages are installed when there are none or the lock file is newer, and no script of theirs runs", (t) => {
  const machine = new Machine(t);
  machine.remove("node_modules/.package-lock.json");
  assert.equal(machine.launch("demo").status, 0);
  assert.deepEqual(machine.asked("npm"), ["ci --include=dev --ignore-scripts --no-audit --no-fund"]);
});

test("two runs at once install npm packages once: the second waits and finds them in place", async (t) => {
  const machine = new Machine(t);
  machine.remove("node_modules/.package-lock.json");
  const go = machine.path("go");
  machine.program(
    "bin/npm",
    `echo "$1" >>${machine.path("npm.txt")}; until [ -e ${go} ]; do sleep 0.02; done; echo "{}" >node_modules/.package-lock.json`,
  );
  const first = machine.begin("demo");
  await until(() => machine.asked("npm").length > 0, { what: "the first run to install" });
  const second = machine.begin("demo");
  await until(() => second.said().includes("waiting for another run"), { what: "the second run to wait" });
  writeFileSync(go, "");
  assert.deepEqual([await first.status, await second.status], [0, 0]);
  assert.deepEqual(machine.asked("npm"), ["ci"]);
});

test("packages are never installed through a link, because npm would empty the folder behind it", (t) => {
  const machine = new Machine(t);
  renameSync(machine.path("node_modules"), machine.path("elsewhere"));
  symlinkSync("elsewhere", machine.path("node_modules"));
  assert.equal(machine.launch("demo").status, 0, "what is complete there may be used");
  machine.remove("elsewhere/.package-lock.json");
  failsWith(machine.launch("demo"), /node_modules is a link to another folder/);
  assert.deepEqual(machine.asked("npm"), []);
});

test("npm without a network is one sentence, also in a silent run", (t) => {
  const machine = new Machine(t);
  machine.remove("node_modules");
  machine.program("bin/npm", "[ $npm_config_loglevel = silent ] || echo 'npm error code EAI_AGAIN' >&2; exit 1");
  for (const loglevel of ["notice", "silent"]) {
    machine.loglevel = loglevel;
    failsWith(machine.launch("demo"), /no network: the npm registry cannot be reached/);
  }
});

for (const [trouble, said, sentence] of [
  ["a registry that refuses", "npm error code E503", /registry does not give the packages \(it answers 503\)/],
  ["a registry without the package", "npm ERR! code E404", /registry does not give the packages \(it answers 404\)/],
  ["a registry whose answers are changed on the way", "npm error code EINTEGRITY", /not what the lock file names/],
  ["a connection that breaks off", "npm error code ECONNRESET", /no network: the npm registry cannot be reached/],
  ["a full disk", "npm error code ENOSPC", /the disk is full: npm needs about 500 MB/],
] as const) {
  test(`${trouble} is one sentence`, (t) => {
    const machine = new Machine(t);
    machine.remove("node_modules");
    machine.program("bin/npm", `echo '${said}' >&2; exit 1`);
    failsWith(machine.launch("demo"), sentence);
  });
}

test("a registry that says nothing any more is given up, and one that is only slow is not", (t) => {
  const machine = new Machine(t);
  machine.patienceS = 1;
  machine.remove("node_modules/.package-lock.json");
  machine.program("bin/npm", "exec sleep 600");
  failsWith(machine.launch("demo"), /registry takes the connection and then says nothing/);
  const slow = `for n in 1 2 3 4 5 6 7 8; do echo "$n" >node_modules/progress; sleep 0.5; done; echo "{}" >node_modules/.package-lock.json`;
  machine.program("bin/npm", slow);
  assert.equal(machine.launch("demo").status, 0);
});

test("another Node than the pinned one is never used", (t) => {
  const machine = new Machine(t);
  machine.node("v20.20.2");
  failsWith(machine.launch("demo"), /Node v20\.20\.2 instead of 24/);
  machine.program("node_modules/.bin/node", "exit 126");
  failsWith(machine.launch("demo"), /no Node that runs here/);
});

test("a test folder that does not exist, or has no test, fails instead of passing with nothing run", (t) => {
  const machine = new Machine(t);
  failsWith(machine.launch("test", "nowhere"), /no folder test\/nowhere/);
  failsWith(machine.launch("test", "lab"), /no test in test\/lab/);
  failsWith(machine.launch("bench", "nothing"), /no test\/bench\/nothing\.ts/);
  failsWith(machine.launch("dance"), /use: npm run demo\|test\|check\|bench\|build/);
});

test("the tests of one folder run alone, with their command line", (t) => {
  const machine = new Machine(t);
  machine.program("test/door/ring.test.ts", "");
  machine.program("test/fault/kill.test.ts", "");
  const { status, ran } = machine.launch("test", "door");
  assert.equal(status, 0);
  assert.match(ran, /^ran test\/lab\/suites\.ts test\/door\/ring\.test\.ts$/m);
  assert.doesNotMatch(ran, /kill/);
});
