import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BACKUP_COPY } from "../../addon/app/data.ts";
import { stageApp } from "../../addon/build.ts";
import { around } from "../lab/around.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { Program } from "../lab/process.ts";
import { startWatch } from "../lab/stopwatch.ts";

const MEGABYTE = 1024 * 1024;
const folder = labFolder("staged");
const app = join(folder.path, "app");
const data = join(folder.path, "data");
let ports: PortBlock;
let program: Program;
let startMs: number;

around(
  async () => {
    ports = await reservePorts();
    // The app's own user must get in, as it does in the image.
    chmodSync(folder.path, 0o755);
    mkdirSync(data);
    writeFileSync(join(data, "options.json"), JSON.stringify({ log_level: "warn", control_url: "", mqtt_url: null }), {
      mode: 0o600,
    });
    await stageApp(app);
    const watch = startWatch();
    program = await Program.start({
      command: process.execPath,
      args: [join(app, "start.js")],
      cwd: app,
      env: { NEOLIA_DATA: data, NEOLIA_PORT: String(ports.base) },
      logFile: join(folder.path, "app.log"),
      ready: async () => (await get("/api/health"))?.ok ?? false,
    });
    startMs = Math.round(watch.stop());
  },
  async () => {
    await program?.stop();
    ports?.release();
    folder.remove();
  },
);

async function get(path: string): Promise<Response | null> {
  try {
    return await fetch(`http://127.0.0.1:${ports.base}${path}`, { headers: { host: `localhost:${ports.base}` } });
  } catch {
    return null;
  }
}

function sizeOf(path: string): number {
  const entries = readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => statSync(join(path, name)));
  return entries.filter((entry) => entry.isFile()).reduce((sum, { size }) => sum + size, 0);
}

test("what the image holds starts away from the repository and is small", (context) => {
  const size = sizeOf(app);
  context.diagnostic(`staged app: ${(size / MEGABYTE).toFixed(1)} MB, healthy after ${startMs} ms`);
  assert.ok(size < 12 * MEGABYTE, `${size} bytes`);
  assert.ok(startMs < 10_000, `${startMs} ms`);
});

test("nothing is in it but the bridge with its threads, the panel, the first process and SQLite", () => {
  // Beside the entries lie the files that the bundler cut off from them, named by their content.
  assert.deepEqual(
    readdirSync(app)
      .filter((name) => !/-[A-Z0-9]{8}\.js$/.test(name))
      .toSorted(),
    [
      "backup-thread.js",
      "backup.js",
      "main.js",
      "media-worker.js",
      "node_modules",
      "package.json",
      "panel",
      "restore-thread.js",
      "snapshot-thread.js",
      "start.js",
      "zone-program.js",
    ],
  );
  assert.deepEqual(readdirSync(join(app, "node_modules")), ["better-sqlite3"]);
});

test("it serves the panel beside it", async () => {
  const page = await get("/");
  assert.equal(page?.status, 200);
  assert.match((await page?.text()) ?? "", /<title>Neolia<\/title>/);
});

test("it reads the options that Home Assistant wrote for root alone, and runs as a user without rights", () => {
  const isRoot = process.getuid?.() === 0;
  const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${program.pid}/status`, "utf8"))?.[1];
  assert.equal(Number(uid), isRoot ? 1000 : process.getuid?.());
  assert.equal(statSync(join(data, "neolia.db")).uid, Number(uid));
});

test("a backup of the running app is made and dropped by the commands of the manifest", () => {
  const backup = (command: string) =>
    execFileSync(process.execPath, [join(app, "backup.js"), command], { env: { ...process.env, NEOLIA_DATA: data } });
  backup("make");
  assert.ok(existsSync(join(data, BACKUP_COPY)));
  backup("drop");
  assert.equal(existsSync(join(data, BACKUP_COPY)), false);
});

test("a stop is orderly: the database is whole and nothing is left of its log", async () => {
  await program.stop("SIGTERM", 10_000);
  assert.equal(existsSync(join(data, "neolia.db-wal")), false);
});
