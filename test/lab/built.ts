/**
 * What `npm run build` writes, built again only when a source is newer: every house of a run needs both, and bundling them
 * takes seconds on a busy machine.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** The bundled bridge's folder. */
export function builtBridge(): string {
  return built("bridge", "main.js", ["bridge/src", "infra/control/src"]);
}

/** The panel's folder: the page that the bridge serves, and what goes into Home Assistant. */
export function builtPanel(): string {
  return built("panel", "index.html", ["panel/src", "bridge/src/api"]);
}

/** @param last what the build writes last */
function built(part: string, last: string, sources: string[]): string {
  const folder = join(root, part, "dist");
  const own = readdirSync(join(root, part), { withFileTypes: true }).filter((entry) => entry.isFile());
  const files = [...own.map(({ name }) => join(part, name)), ...sources.flatMap(filesBelow), "package-lock.json"];
  const output = join(folder, last);
  const newestMs = Math.max(...files.map((file) => statSync(join(root, file)).mtimeMs));
  if (!existsSync(output) || statSync(output).mtimeMs < newestMs) {
    execFileSync(process.execPath, [join(root, part, "build.ts")], { stdio: ["ignore", "ignore", "inherit"] });
  }
  return folder;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
