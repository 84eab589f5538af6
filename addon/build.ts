/**
 * `node addon/build.ts <folder>`: stages what the app's image holds, and nothing else: the bundled bridge, the built
 * panel beside it, the first process, and SQLite's native module for the architecture that this runs on.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildPanel } from "../panel/build.ts";

const root = join(import.meta.dirname, "..");

const bridge = join(root, "bridge/dist");

/**
 * Makes the folder anew, with the bridge as it was built last.
 * @param panel a panel that is built already
 */
export async function stageApp(folder: string, panel?: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (!existsSync(bridge)) buildBridge();
  for (const file of readdirSync(bridge)) if (file.endsWith(".js")) cpSync(join(bridge, file), join(folder, file));
  await build({
    entryPoints: ["start", "backup"].map((name) => join(root, `addon/app/${name}.ts`)),
    outdir: folder,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    external: ["better-sqlite3"],
    logLevel: "warning",
  });
  if (panel === undefined) await buildPanel({ outFolder: join(folder, "panel") });
  else cpSync(panel, join(folder, "panel"), { recursive: true });
  for (const file of readdirSync(join(folder, "panel"))) {
    if (file.endsWith(".map")) rmSync(join(folder, "panel", file));
  }
  stageSqlite(join(folder, "node_modules/better-sqlite3"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ private: true, type: "module" })}\n`);
}

/** The package without its sources and without other platforms' binaries; for either C library. */
function stageSqlite(target: string): void {
  const source = join(root, "node_modules/better-sqlite3");
  for (const part of ["package.json", "LICENSE", "lib"])
    cpSync(join(source, part), join(target, part), { recursive: true });
  for (const libc of ["linux", "linuxmusl"]) {
    const binary = `prebuilds/${libc}-${process.arch}.node`;
    cpSync(join(source, binary), join(target, binary));
  }
}

function buildBridge(): void {
  execFileSync(process.execPath, [join(root, "bridge/build.ts")], { stdio: ["ignore", "ignore", "inherit"] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2);
  if (!folder) {
    console.error("use: node addon/build.ts <folder>");
    process.exit(2);
  }
  buildBridge();
  await stageApp(resolve(folder));
  console.log(resolve(folder));
}
