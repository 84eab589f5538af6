/** What setup.sh does with running services, with a systemctl that only writes down what it is asked. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "neolia-setup-steps-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs `make` between the services, of which `running` run; gives what happened, in order, and the exit status. */
function upgrade(running: string[], make: string, settings = ""): { happened: string[]; status: number | null } {
  const log = join(folder, "log");
  writeFileSync(log, "");
  const systemctl = join(folder, "systemctl");
  writeFileSync(
    systemctl,
    `#!/bin/sh
case "$*" in
  "--quiet is-active "*) case " ${running.join(" ")} " in *" $3 "*) exit 0 ;; *) exit 3 ;; esac ;;
esac
echo "$*" >>"${log}"
`,
  );
  chmodSync(systemctl, 0o755);
  const script = `set -eu
. "${join(import.meta.dirname, "setup_steps.sh")}"
${settings}
make_databases() { echo databases >>"${log}"; ${make}; }
with_units_stopped make_databases neolia-control neolia-kamailio || exit 7
`;
  const { status } = spawnSync("sh", ["-c", script], {
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
  });
  return { happened: readFileSync(log, "utf8").split("\n").filter(Boolean), status };
}

const BOTH = ["neolia-control", "neolia-kamailio"];

test("the databases of an upgrade are made while nobody writes to them, and the services come back", () => {
  assert.deepEqual(upgrade(BOTH, "true"), {
    happened: [
      "stop neolia-control",
      "stop neolia-kamailio",
      "databases",
      "start neolia-control",
      "start neolia-kamailio",
    ],
    status: 0,
  });
});

test("a failure leaves the services running, and is told", () => {
  const { happened, status } = upgrade(BOTH, "return 1");
  assert.deepEqual(happened.slice(-2), ["start neolia-control", "start neolia-kamailio"]);
  assert.equal(status, 7);
});

test("the first time nothing runs, and nothing is stopped or started here", () => {
  assert.deepEqual(upgrade([], "true"), { happened: ["databases"], status: 0 });
});

test("where nothing is to be started, running services and their databases are left alone", () => {
  assert.deepEqual(upgrade(BOTH, "true", "start=no"), { happened: [], status: 0 });
  assert.deepEqual(upgrade([], "true", "start=no"), { happened: ["databases"], status: 0 });
});

test("a rehearsal asks nobody", () => {
  assert.deepEqual(upgrade(BOTH, "true", "root=/nowhere"), { happened: ["databases"], status: 0 });
});
