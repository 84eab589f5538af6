/**
 * `npm run check`: everything that can be judged without running the system. Each step runs whatever the others say;
 * the exit code is 1 if any failed. Warnings count as errors.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkRenderedConfig } from "./edge-check.ts";

interface Step {
  name: string;
  /** Throws, or returns a non-empty text, when something is wrong. */
  run: () => string | Promise<string>;
}

const root = join(import.meta.dirname, "../..");
const bin = (name: string) => join(root, "node_modules/.bin", name);

const steps: Step[] = [
  { name: "format, lint, import direction", run: () => command(bin("biome"), ["ci", "--error-on-warnings", "."]) },
  { name: "types", run: () => command(bin("tsc"), ["--noEmit", "-p", "."]) },
  { name: "types of the panel", run: () => command(bin("tsc"), ["--noEmit", "-p", "panel"]) },
  { name: "dead code and dependencies", run: () => command(bin("knip"), ["--no-progress"]) },
  { name: "shell scripts", run: () => command("shellcheck", shellScripts()) },
  { name: "one app manifest", run: oneAppManifest },
  { name: "documented dependencies", run: documentedDependencies },
  { name: "Kamailio takes the rendered configuration", run: renderedConfig },
];

let failed = 0;
for (const step of steps) {
  const started = performance.now();
  let problem: string;
  try {
    problem = await step.run();
  } catch (error) {
    problem = (error as Error).message;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${problem ? "FAILED" : "ok    "}  ${step.name} (${seconds} s)`);
  if (problem) {
    console.log(problem);
    failed++;
  }
}
console.log(failed ? `${failed} of ${steps.length} checks failed` : `all ${steps.length} checks passed`);
process.exitCode = failed ? 1 : 0;

function command(program: string, args: string[]): string {
  const result = spawnSync(program, args, { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
  if (result.error) return `${program}: ${result.error.message}`;
  return result.status === 0 ? "" : `${result.stdout}${result.stderr}`;
}

function tracked(): string[] {
  return execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\n")
    .filter(Boolean);
}

function shellScripts(): string[] {
  return tracked().filter((file) => {
    if (file.endsWith(".sh")) return true;
    if (!file.startsWith(".ci/")) return false;
    return readFileSync(join(root, file), "utf8").startsWith("#!/bin/sh");
  });
}

/** The Supervisor scans the whole repository for `config.yaml|yml|json` and would take a second one for an app. */
function oneAppManifest(): string {
  return tracked()
    .filter((file) => /(^|\/)config\.(ya?ml|json)$/.test(file) && file !== "addon/config.yaml")
    .map((file) => `${file}: only addon/config.yaml may have this name`)
    .join("\n");
}

function documentedDependencies(): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
    string,
    Record<string, string>
  >;
  const page = readFileSync(join(root, "docs/dependencies.md"), "utf8");
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter((name) => !page.includes(`\`${name}\``))
    .map((name) => `${name} has no line in docs/dependencies.md`)
    .join("\n");
}

function renderedConfig(): string {
  const folder = mkdtempSync(join(tmpdir(), "neolia-check-"));
  try {
    return checkRenderedConfig(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
