/**
 * What `npm run build` writes, built again only when a source is newer: every house of a run needs both, and bundling them
 * takes seconds on a busy machine. `node test/lab/built.ts bridge` builds one if it must; tests that run at once do so one
 * after the other, for a build empties its folder first.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** For each part what its build writes last, and the sources beside the part's own files. */
const PARTS = {
  bridge: { last: "main.js", sources: ["bridge/src", "infra/control/src"] },
  panel: { last: "index.html", sources: ["panel/src", "bridge/src/api"] },
};
type Part = keyof typeof PARTS;

/** The bundled bridge's folder. */
export function builtBridge(): string {
  return built("bridge");
}

/** The panel's folder: the page that the bridge serves, and what goes into Home Assistant. */
export function builtPanel(): string {
  return built("panel");
}

function built(part: Part): string {
  if (isStale(part)) run("flock", [join(root, part), process.execPath, import.meta.filename, part]);
  return join(root, part, "dist");
}

function isStale(part: Part): boolean {
  const { last, sources } = PARTS[part];
  const own = readdirSync(join(root, part), { withFileTypes: true }).filter((entry) => entry.isFile());
  const files = [...own.map(({ name }) => join(part, name)), ...sources.flatMap(filesBelow), "package-lock.json"];
  const output = join(root, part, "dist", last);
  const newestMs = Math.max(...files.map((file) => statSync(join(root, file)).mtimeMs));
  return !existsSync(output) || statSync(output).mtimeMs < newestMs;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

function run(command: string, args: string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
}

if (process.argv[1] === import.meta.filename) {
  const [part] = process.argv.slice(2);
  // Another one may have built it while this one waited.
  if ((part === "bridge" || part === "panel") && isStale(part)) run(process.execPath, [join(root, part, "build.ts")]);
}
